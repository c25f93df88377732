// Whatever a log holds, lint reads it; and a log that obeys the rules has no findings.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeLog, encodeLog, formatLocalTime, type LogBlock } from '../../src/formats/design-log.js';
import { isJobPoll } from '../../src/formats/lint/job-poll.js';
import { lintLog } from '../../src/formats/lint/lint.js';
import { RULE_NAMES } from '../../src/formats/lint/rules.js';
import { readSeverities } from '../../src/formats/lint/severities.js';

const ALL = readSeverities(undefined, '');

const PIECES = [
  '\n',
  '\n\n',
  '\r\n',
  '  ',
  '\t',
  ': ',
  ':',
  '[',
  ']',
  '\ufeff',
  '\u2028',
  '\ud83d',
  '\\u005b',
  '[2025-10-22 14:23:15] ',
  '[2025-10-22 14:23:15',
  '[2025-13-22 14:23:15] ',
  '2025-10-22 14:23:15 ',
  '[2025-10-22]',
  '[14:23]',
  'VERIFY_MODEL',
  'verify model',
  'COMPLETE',
  'SUBMIT_JOB',
  'CREATE_SUMMARY',
  'Command: ',
  'Result: failure',
  'Details: ',
  'squeue',
  'sudo ',
  'bash -c ',
  '"',
  "'",
  '$(',
  '`',
  '|',
  'a',
];
const anyText = fc
  .array(fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...PIECES) }, fc.string({ unit: 'binary', maxLength: 4 })), {
    maxLength: 25,
  })
  .map((pieces) => pieces.join(''));

test('any text whatever is read; each finding names a line of it, in order, and a rule', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const { entries, findings } = lintLog(text, ALL);
      const lines = findings.map(({ line }) => line);
      expect(lines).toEqual(lines.toSorted((one, other) => one - other));
      for (const { line, rule, message } of findings) {
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(text.split('\n').length);
        expect(RULE_NAMES).toContain(rule);
        expect(message).not.toContain('\n');
      }
      expect(entries).toBeGreaterThanOrEqual(decodeLog(text).blocks.filter(({ kind }) => kind === 'entry').length);
    }),
    { numRuns: 5000 },
  );
});

test('entries are in the layout whatever they hold, and only they count', () => {
  const entry = fc.record({
    kind: fc.constant('entry' as const),
    localTime: fc.constant('2025-10-22 14:23:15'),
    action: fc.stringMatching(/^[A-Z][A-Z0-9_]{0,5}$/),
    description: fc.option(anyText),
    fields: fc.array(
      fc.tuple(
        anyText.filter((key) => key !== ''),
        anyText,
      ),
      { maxLength: 4 },
    ),
  });
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 4 }), (blocks) => {
      const { entries, findings } = lintLog(encodeLog(blocks), ALL);
      expect(entries).toBe(blocks.length);
      expect(findings.filter(({ rule }) => rule === 'unknown-layout' || rule === 'action-case')).toEqual([]);
    }),
    { numRuns: 3000 },
  );
});

const KEYS = [
  'Explanation',
  'Input',
  'Reasoning',
  'Next Steps',
  'Alternatives considered',
  '2025-10-22 14:23:15] X',
  'a: b',
];
const field = fc.tuple(
  fc.oneof(
    fc.constantFrom(...KEYS),
    anyText.filter((key) => !/^(?:|Command|Result|Details)$/.test(key)),
  ),
  anyText,
);
const filled = anyText.filter((text) => text.trim() !== '');
const result = filled.filter((text) => !/^\s*(?:failure|warning)\s*$/i.test(text));
const others = fc.array(field, { maxLength: 3 });

type Told = Pick<LogBlock & { kind: 'entry' }, 'action' | 'description' | 'fields'>;

/** Entries that keep every rule wherever they stand. */
const told: fc.Arbitrary<Told> = fc.oneof(
  fc.record({
    action: fc.constantFrom('VERIFY_MODEL', 'CALCULATE_TIME', 'CREATE_YAML', 'STATE_CHANGE', 'X1'),
    description: anyText,
    fields: fc
      .tuple(
        filled.filter((command) => !isJobPoll(command)),
        result,
        others,
      )
      .map(([command, said, more]) => [['Command', command], ['Result', said], ...more] as [string, string][]),
  }),
  fc.record({
    action: fc.constantFrom('SUBMIT_JOB', 'SUBMIT_EVAL'),
    description: fc.option(filled),
    fields: others.map((more) => [['Job ID', '12345'], ...more] as [string, string][]),
  }),
  fc.record({
    action: fc.constantFrom('DESIGN_DECISION', 'USER_QUESTION'),
    description: fc.constant(null),
    fields: fc
      .tuple(filled, fc.constantFrom('success', 'failure', 'warning'), filled, others)
      .map(
        ([details, said, error, more]) =>
          [['Details', details], ['Result', said], ['Error', error], ...more] as [string, string][],
      ),
  }),
);
const check = (action: string): Told => ({ action, description: 'first of all', fields: [['Result', 'ok']] });
const FIRST = [check('VERIFY_DATASET'), check('CHECK_DISK')];
const SUMMARY: Told = { action: 'CREATE_SUMMARY', description: null, fields: [] };
const LAST: Told = { action: 'COMPLETE', description: 'done', fields: [['Status', 'ok']] };

test('a log of well-formed entries that obey the rules has no findings, whatever text they hold', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(told, fc.nat(100_000)), { maxLength: 6 }), (entries) => {
      let second = 1_761_142_995;
      const blocks = [
        ...FIRST.map((entry) => [entry, 0] as const),
        ...entries,
        [SUMMARY, 0] as const,
        [LAST, 0] as const,
      ].map(([entry, pause]): LogBlock => {
        second += pause;
        return { kind: 'entry', localTime: formatLocalTime(second * 1e6, 0), ...entry };
      });
      expect(lintLog(encodeLog(blocks), ALL)).toEqual({ entries: blocks.length, findings: [] });
    }),
    { numRuns: 3000 },
  );
});
