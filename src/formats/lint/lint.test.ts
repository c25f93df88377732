import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lintLog } from './lint.js';
import { readSeverities } from './severities.js';

const ALL = readSeverities(undefined, '');
/** Most logs here are a few entries, and end where they end. */
const OPEN = readSeverities({ rules: { 'complete-missing': 'off' } }, '');

/** `line rule` of each finding. */
const found = (text: string, severities = OPEN): string[] =>
  lintLog(text, severities).findings.map(({ line, rule }) => `${line} ${rule}`);
const messages = (text: string): string[] => lintLog(text, OPEN).findings.map(({ message }) => message);
const at = (second: number): string => `2025-10-22 14:23:${String(second).padStart(2, '0')}`;
/** Entries a second apart. */
const log = (...entries: string[]): string => entries.map((text, index) => `[${at(index)}] ${text}\n`).join('\n');

it('the sample of the field breaks no rule', () => {
  const sample = readFileSync(new URL('../../../fixtures/design-experiment.log', import.meta.url), 'utf8');
  expect(lintLog(sample, ALL)).toEqual({ entries: 9, findings: [] });
});

it('how lines end, a byte order mark and an unfinished last line are no faults', () => {
  const text = log('VERIFY_MODEL: x\nCommand: ls\nResult: ok', 'COMPLETE: done\nStatus: ok');
  expect(found(text, ALL)).toEqual([]);
  expect(found(text.replaceAll('\n', '\r\n'), ALL)).toEqual([]);
  expect(found(`\ufeff${text.trimEnd()}`, ALL)).toEqual([]);
  expect(found(`\n\n${text}\n\n`, ALL)).toEqual([]);
  expect(found(`\ufeff${text.replaceAll('\n', '\r\n').trimEnd()}\r`, ALL)).toEqual([]);
});

it('what has no entry has none, and breaks no rule about entries', () => {
  expect(lintLog('', ALL)).toEqual({ entries: 0, findings: [] });
  expect(lintLog('a page of text\n', ALL)).toMatchObject({ entries: 0, findings: [{ rule: 'unknown-layout' }] });
});

describe('unknown-layout', () => {
  it.each([
    ['[2025-10-22] X', 'the time must be written YYYY-MM-DD HH:MM:SS, not "2025-10-22"'],
    ['[2025-10-22 14:23] X: y', 'the time must be written YYYY-MM-DD HH:MM:SS, not "2025-10-22 14:23"'],
    ['[2025-10-22T14:23:15Z] X: y', 'the time must be written YYYY-MM-DD HH:MM:SS, not "2025-10-22T14:23:15Z"'],
    ['[2025/10/22 14:23:15] X: y', 'the time must be written YYYY-MM-DD HH:MM:SS, not "2025/10/22 14:23:15"'],
    ['[22.10.2025 14:23:15] X: y', 'the time must be written YYYY-MM-DD HH:MM:SS, not "22.10.2025 14:23:15"'],
    ['[14:23:15] X: y', 'the time must be written YYYY-MM-DD HH:MM:SS, not "14:23:15"'],
    ['[2025-10-22 14:23:15 CEST] X: y', 'the time must be written YYYY-MM-DD HH:MM:SS, not "2025-10-22 14:23:15 CEST"'],
    ['[2025-13-22 14:23:15] X: y', 'the time 2025-13-22 14:23:15 does not exist'],
    ['[2025-02-30 14:23:15] X: y', 'the time 2025-02-30 14:23:15 does not exist'],
    ['[2025-10-22 14:23:15 X: y', 'the header has no ] after its time'],
    ['2025-10-22 14:23:15] X: y', 'the header has no [ before its time'],
    ['2025-10-22 14:23:15 CREATE_LOG: y', 'the time of the header stands in no brackets'],
    ['[2025-10-22 14:23:15]X: y', 'one space belongs between ] and the action'],
    ['[2025-10-22 14:23:15]  X: y', 'one space belongs between ] and the action'],
    ['  [2025-10-22 14:23:15] X: y', 'the header is indented'],
    ['[2025-10-22 14:23:15] X:y', 'a space belongs after the colon'],
    ['[2025-10-22 14:23:15] X : y', 'no space belongs before the colon'],
    ['[2025-10-22 14:23:15] CREATE_LOG for you', 'a colon belongs between CREATE_LOG and its description'],
    ['[2025-10-22 14:23:15] some text', 'no action type stands after the time'],
    ['[2025-10-22 14:23:15]', 'no action type stands after the time'],
    ['[2025-10-22 14:23:15', 'the header has no ] after its time; no action type stands after the time'],
  ])('says of the header %j what is wrong with it, once, and takes it for an entry', (header, message) => {
    const text = `${header}\nExplanation: a field\n  that goes on\n`;
    expect(lintLog(text, OPEN)).toEqual({
      entries: 1,
      findings: [{ line: 1, rule: 'unknown-layout', severity: 'error', message }],
    });
  });

  it('a header that cannot be read hides nothing of its entry', () => {
    expect(found('[2025-10-22] SUBMIT_JOB: x\nCommand: squeue\nResult: failure\n')).toEqual([
      '1 unknown-layout',
      '1 submit-without-job-id',
      '2 logged-poll',
      '3 failure-without-error',
    ]);
    expect(found(log('CREATE_LOG: x').replace('X', 'x') + '\n[2025-10-22] COMPLETE\nStatus: x\n', ALL)).toEqual([
      '3 unknown-layout',
    ]);
  });

  it('a header within an entry is found by its bracket; a field may begin with a time, and a value may quote a header', () => {
    expect(found('[2025-10-22 14:23:15] X\nKey: value\n[2025-10-22] Y\n')).toEqual(['3 unknown-layout']);
    expect(found(`[${at(0)}] X\n${at(0)}: began\n${at(1)} STEP: went on\n  [2025-10-22] Y\n`)).toEqual([]);
  });

  it('text outside entries is a fault a paragraph, and one that has lost its entry is told so', () => {
    const text = `Notes\n  of mine\n\n${log('X')}\nResult: late\nExplanation: and more\n`;
    expect(messages(text)).toEqual([
      'text outside entries: "Notes"',
      'a blank line parts this from the entry above: "Result: late"',
    ]);
    expect(found(text)).toEqual(['1 unknown-layout', '6 unknown-layout']);
  });

  it('a line in an entry is a field or indented', () => {
    const text = `[${at(0)}] X:\n  a description\n  of three\n  lines\nKey: value\n  goes on\na stray line\nResult:3\nhttp://x\n`;
    expect(found(text)).toEqual(['7 unknown-layout', '8 unknown-layout', '9 unknown-layout']);
    expect(messages(text)).toEqual([
      'neither a field (Key: value) nor indented: "a stray line"',
      'a space belongs after the colon of a field: "Result:3"',
      'neither a field (Key: value) nor indented: "http://x"',
    ]);
    expect(found(log('CHECK_DISK: x\nResult:3'))).toEqual(['2 unknown-layout']);
  });

  it('a blank line stands before an entry; white space in it may', () => {
    expect(found(`[${at(0)}] X\n[${at(0)}] Y\n`)).toEqual(['2 unknown-layout']);
    expect(found(`[${at(0)}] X\nKey: value\n  \n[${at(0)}] Y\n`)).toEqual([]);
  });

  it('repeats only the beginning of a line', () => {
    expect(messages(`${'x'.repeat(500)}\n`)).toEqual([`text outside entries: "${'x'.repeat(40)}…"`]);
  });
});

describe('action-case', () => {
  it.each([
    ['verify_model', 'VERIFY_MODEL'],
    ['Verify_Model', 'VERIFY_MODEL'],
    ['VERIFY-MODEL', 'VERIFY_MODEL'],
    ['VERIFY MODEL', 'VERIFY_MODEL'],
    ['Verify model', 'VERIFY_MODEL'],
    ['_VERIFY', 'VERIFY'],
    ['2ND_LOOK', 'ND_LOOK'],
  ])('offers for %s the right form, and reads the entry as if it had it', (action, right) => {
    const { findings } = lintLog(`[${at(0)}] ${action}: x\nCommand: ls\n`, OPEN);
    expect(findings).toMatchObject([{ line: 1, rule: 'action-case' }, { rule: 'missing-result' }]);
    expect(findings[0]?.message).toContain(`; write ${right}`);
    expect(findings[1]?.message).toMatch(new RegExp(`^${right} `));
  });

  it('is told without a description too, and where no form can be offered', () => {
    expect(found(`[${at(0)}] design_decision\nDetails: x\nResult: success\n`)).toEqual(['1 action-case']);
    expect(messages(`[${at(0)}] проверка: x\n`)).toEqual([
      'an action type is upper case, with digits and underscores, not "проверка"',
    ]);
  });

  it('is found within an entry, and what stands below it is no field of the entry above', () => {
    expect(found(`[${at(0)}] X: y\nCommand: ls\n[${at(1)}] check_disk: x\nResult: 3\n`)).toEqual([
      '1 missing-result',
      '3 action-case',
    ]);
  });
});

describe('missing-result', () => {
  it.each([
    'CREATE_YAML: x\nCommand: ls',
    'CREATE_YAML: x\nCommand: ls\nResult:',
    'CREATE_YAML: x\nCommand: ls\nResult: \n  ',
    'PLAN_TIME: x\nCalculation: 2 * 3 = 6',
    'VERIFY_MODEL: x\nExplanation: y',
    'CHECK_DISK: x',
    'COUNT_DATASET_SAMPLES',
    'COMPLETE: x\nCommand: ls',
    'DESIGN_DECISION\nDetails: x\nDecision: y',
    'USER_QUESTION\nDetails: x',
  ])('is a fault of %j', (entry) => {
    expect(found(log(entry))).toEqual(['1 missing-result']);
  });

  it.each([
    'CREATE_YAML: x\nCommand: ls\nResult:\n  12 files',
    'CREATE_YAML: x\nExplanation: y',
    'DECIDE_CONFIG: x\nDecision: y\nCalculation: z',
    'CHECK_DISK: x\nCommand: df\nError: no such folder',
    'COMPLETE_DESIGN: x\nStatus: done\nCommand: ls',
    'USER_RESPONSE: yes',
    'CREATE_LOG',
    'GENERATE_RUNS: x\nDetails: y',
  ])('is none of %j', (entry) => {
    expect(found(log(entry))).toEqual([]);
  });
});

describe('failure-without-error', () => {
  it('is a fault of both failure and warning, at the line that says so', () => {
    for (const said of ['failure', 'warning', 'Failure'])
      expect(found(log(`X\nDetails: y\n  z\nResult: ${said}`))).toEqual(['4 failure-without-error']);
    expect(found(log('X\nDetails: y\nResult: failure\nError:'))).toEqual(['3 failure-without-error']);
  });

  it('is none where the error is named, or the word stands in a sentence', () => {
    expect(found(log('X\nDetails: y\nResult: failure\nError: z'))).toEqual([]);
    expect(found(log('X: y\nResult: failure of one in ten', 'X\nDetails: y\nResult: success'))).toEqual([]);
  });
});

describe('submit-without-job-id', () => {
  it('is a fault of the two submissions, also where the id is empty', () => {
    expect(found(log('SUBMIT_JOB: x', 'SUBMIT_EVAL: x\nJob ID: ', 'SUBMIT_JOB: x\nJob: 3'))).toEqual([
      '1 submit-without-job-id',
      '3 submit-without-job-id',
      '6 submit-without-job-id',
    ]);
  });

  it('is none where the id stands, or where nothing is submitted', () => {
    expect(found(log('SUBMIT_JOB: x\nJob ID: 12345', 'SUBMIT_EVAL\nJob ID: 7', 'SUBMIT_REPORT: x'))).toEqual([]);
  });
});

describe('logged-poll', () => {
  it('is a fault at the line of the command', () => {
    expect(found(log('STATE_CHANGE: x\nExplanation: y\nCommand: sudo watch squeue\nResult: z'))).toEqual([
      '3 logged-poll',
    ]);
    expect(found(log('STATE_CHANGE: x\nCommand: cd y\n  squeue\nResult: z'))).toEqual(['2 logged-poll']);
  });

  it('is none in other fields or of other commands', () => {
    expect(found(log('X: squeue\nExplanation: squeue\nCommand: grep squeue notes\nResult: squeue'))).toEqual([]);
  });
});

describe('time-backwards', () => {
  it('is a fault of the entry that is earlier than the one before it, and of that alone', () => {
    const text = `[${at(5)}] A\n\n[${at(4)}] B\n\n[${at(4)}] C\n\n[${at(5)}] D\n`;
    expect(found(text)).toEqual(['3 time-backwards']);
    expect(messages(text)).toEqual([`${at(4)} is earlier than the entry before it, of ${at(5)}`]);
  });

  it('looks past an entry whose time cannot be told', () => {
    expect(found(`[${at(5)}] A\n\n[10:00] B\n\n[${at(4)}] C\n`)).toEqual(['3 unknown-layout', '5 time-backwards']);
  });
});

describe('complete-missing and complete-not-last', () => {
  it('a log ends with COMPLETE or COMPLETE_…, or with several', () => {
    for (const ending of ['COMPLETE', 'COMPLETE: x', 'COMPLETE_DESIGN'])
      expect(found(log('X', ending), ALL)).toEqual([]);
    expect(found(log('X', 'COMPLETE_DESIGN', 'COMPLETE'), ALL)).toEqual([]);
  });

  it('one without it is told so at its last entry', () => {
    expect(found(log('X', 'Y', 'COMPLETED: x'), ALL)).toEqual(['5 complete-missing']);
  });

  it('one that goes on after it has one fault, not two', () => {
    expect(found(log('X', 'COMPLETE', 'Y', 'Z'), ALL)).toEqual(['3 complete-not-last']);
    expect(found(log('X', 'COMPLETE_A', 'Y', 'COMPLETE'), ALL)).toEqual(['3 complete-not-last']);
  });
});

describe('commitment-before-checks', () => {
  const verify = 'VERIFY_MODEL: x\nResult: y';
  const disk = 'CHECK_DISK_SPACE: x\nResult: y';
  const submit = 'SUBMIT_JOB: x\nJob ID: 7';

  it('a summary needs both checks before it', () => {
    expect(found(log(verify, disk, 'CREATE_SUMMARY'))).toEqual([]);
    expect(messages(log('CREATE_SUMMARY'))).toEqual(['CREATE_SUMMARY stands before any VERIFY_… and any CHECK_DISK…']);
    expect(messages(log(verify, 'CREATE_SUMMARY', disk))).toEqual(['CREATE_SUMMARY stands before any CHECK_DISK…']);
    expect(found(log('CALCULATE_DISK: x\nResult: y', verify, 'CREATE_SUMMARY'))).toEqual([
      '7 commitment-before-checks',
    ]);
  });

  it('a submission needs those that its log has', () => {
    expect(found(log(submit, submit))).toEqual([]);
    expect(found(log(verify, submit))).toEqual([]);
    expect(messages(log(verify, submit, disk))).toEqual(['SUBMIT_JOB stands before any CHECK_DISK…']);
    expect(found(log(submit.replace('JOB', 'EVAL'), verify, disk))).toEqual(['1 commitment-before-checks']);
  });
});

describe('severities', () => {
  it('switch a rule off, or make it a warning', () => {
    const text = log('X: y\nCommand: ls');
    expect(found(text, readSeverities({ rules: { 'complete-missing': 'off', 'missing-result': 'off' } }, ''))).toEqual(
      [],
    );
    const warned = readSeverities({ rules: { 'complete-missing': 'warning' } }, '');
    expect(lintLog(text, warned).findings.map(({ severity }) => severity)).toEqual(['error', 'warning']);
  });

  it.each([
    [
      { rules: { 'complete-mising': 'off' } },
      'lint.rules has "complete-mising", which is no rule',
      '"complete-missing"',
    ],
    [
      { rules: { 'logged-poll': 'warn' } },
      'lint.rules["logged-poll"] must be "off", "warning", "error"; not "warn"',
      '"warning"',
    ],
    [
      { rules: { 'logged-poll': null } },
      'lint.rules["logged-poll"] must be "off", "warning", "error"; not null',
      '"off"',
    ],
    [{ rule: {} }, 'lint has "rule", which means nothing', '"rules"'],
  ])('of %j names what is wrong, and the nearest', (lint, message, nearest) => {
    expect(() => readSeverities(lint, 'c.json')).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: `c.json: ${message}`,
        hint: expect.stringContaining(`Did you mean ${nearest}?`),
      }),
    );
  });

  it.each([[[]], ['off'], [{ rules: ['off'] }], [{ rules: 'off' }]])('are an object of rules, not %j', (lint) => {
    expect(() => readSeverities(lint, 'c.json')).toThrow(/^c\.json: lint(\.rules)? must be an object$/);
  });
});
