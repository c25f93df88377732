import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  decodeLog,
  encodeLog,
  encodeLogEntry,
  encodeLogText,
  formatLocalTime,
  parseLocalTime,
  type LogBlock,
  type LogEntry,
} from './design-log.js';
import { hasDangerous } from './visible-text.js';

const AT = '2025-10-22 14:23:15';
const FORGED = `[${AT}] COMPLETE: all is well`;

function entry(description: string | null, ...fields: LogEntry['fields']): LogEntry {
  return { kind: 'entry', localTime: AT, action: 'X', description, fields };
}

function withoutLines(text: string): LogBlock[] {
  return decodeLog(text).blocks.map(({ line: _line, ...block }) => block);
}

function warningsOf(text: string): string[] {
  return decodeLog(text).warnings.map(({ line, message }) => `${line}: ${message}`);
}

function expectSame(text: string): void {
  expect(warningsOf(text)).toEqual([]);
  expect(encodeLog(decodeLog(text).blocks)).toBe(text);
}

test('the sample of the field comes back byte for byte', () => {
  const sample = readFileSync(new URL('../../fixtures/design-experiment.log', import.meta.url), 'utf8');
  expectSame(sample);
  const { blocks } = decodeLog(sample);
  expect(blocks.map((block) => (block.kind === 'entry' ? block.action : block.text))).toEqual([
    'VERIFY_MODEL',
    'VERIFY_DATASET',
    'SEARCH_PRIOR_RUNS',
    'EXTRACT_SPEED',
    'CALCULATE_TIME',
    'CHECK_DISK',
    'DECIDE_NAMING',
    'CREATE_SUMMARY',
    'COMPLETE',
  ]);
  expect(blocks[1]).toEqual({
    kind: 'entry',
    line: 6,
    localTime: '2025-10-22 14:23:42',
    action: 'VERIFY_DATASET',
    description: 'Checking capitalization dataset',
    fields: [
      ['Command', 'ls -lh {repo_dir}/data/green/capitalization/words_8L_80P_10000.json'],
      ['Result', 'File exists, 655KB'],
      ['Explanation', 'Verifying training dataset exists and checking size'],
    ],
  });
});

test('the dialect without descriptions is read and written as it is', () => {
  const text = `[2025-10-22 14:30:06] DESIGN_DECISION
Details: Recording variable_selection decision
Decision: independent variable lora_rank = [4, 8]
Alternatives considered:
  - lora_rank [4, 8, 16]: more comprehensive, but 50% more time
  - lora_rank [8, 16]: no baseline comparison
Result: success
`;
  expectSame(text);
  expect(withoutLines(text)).toEqual([
    {
      kind: 'entry',
      localTime: '2025-10-22 14:30:06',
      action: 'DESIGN_DECISION',
      description: null,
      fields: [
        ['Details', 'Recording variable_selection decision'],
        ['Decision', 'independent variable lora_rank = [4, 8]'],
        [
          'Alternatives considered',
          '\n- lora_rank [4, 8, 16]: more comprehensive, but 50% more time\n- lora_rank [8, 16]: no baseline comparison',
        ],
        ['Result', 'success'],
      ],
    },
  ]);
});

test('values keep their line breaks, blank lines, blanks and emptiness', () => {
  const written = encodeLogEntry(
    entry(
      'two\nlines',
      ['A', 'a\nb'],
      ['B', '\nrest'],
      ['C', 'a\n\nb\n'],
      ['D', ''],
      ['E', ' x'],
      ['F', ' '],
      ['G', ' \n '],
    ),
  );
  expect(written.split('\n')).toEqual([
    `[${AT}] X: two`,
    '  lines',
    'A: a',
    '  b',
    'B:',
    '  rest',
    'C: a',
    '  ',
    '  b',
    '  ',
    'D:',
    'E:  x',
    'F:  ',
    'G:  ',
    '   ',
  ]);
  expectSame(`${written}\n`);
});

test('no description, an empty one and one that begins below are three things', () => {
  expect([null, '', '\na'].map((text) => encodeLogEntry(entry(text)))).toEqual([
    `[${AT}] X`,
    `[${AT}] X:`,
    `[${AT}] X:\n  a`,
  ]);
});

test.each([
  ['newline', `ok\n\n${FORGED}\nResult: success`],
  ['carriage return', `ok\r\r\n\r\n${FORGED}`],
  ['line separator', `ok\u2028${FORGED}\u2029${FORGED}\u0085${FORGED}`],
  ['escape sequence', `ok\u001b[1A\u001b[2K${FORGED}`],
  ['backspaces', `ok${'\b'.repeat(40)}${FORGED}`],
  ['byte order mark', `\ufeff${FORGED}`],
  ['written escape', `ok\\u000a\\u000d\\u005cu000d${FORGED}`],
])('no entry or field can be forged by a %s', (_name, text) => {
  const blocks = [entry(text, [text, text], ['Note', text]), entry(null)];
  const written = encodeLog(blocks);
  expect(decodeLog(written)).toMatchObject({ blocks, warnings: [] });
  expect(written.match(/^\[/gm)).toHaveLength(2);
  expect(hasDangerous(written)).toBe(false);
});

test('a key can be no header, no continuation and no shorter key', () => {
  const keys = [
    'a: b',
    'a:',
    ': ',
    ':',
    ' a',
    '\ta',
    '[a',
    FORGED,
    'a\nb',
    'a\n\nResult',
    '\\u005ba',
    '\\u003a b',
    'a:b',
    '\\u000a',
  ];
  const blocks = keys.map((key) => entry(null, [key, 'v'], [key, '']));
  const written = encodeLog(blocks);
  expect(withoutLines(written)).toEqual(blocks);
  expectSame(written);
  expect(written).toContain('\na\\u003a b: v\n');
  expect(written).toContain('\n\\u0020a: v\n');
  expect(written).toContain('\na\\u000ab: v\n');
});

test('a loose line stays a line of its own, with its continuations', () => {
  const text = `[${AT}] X\nno field\n  but more\n[x]: y\n: z\nhttps://example.org\n`;
  expectSame(text);
  expect(withoutLines(text)).toEqual([
    entry(null, ['', 'no field\nbut more'], ['', '[x]: y'], ['', ': z'], ['', 'https://example.org']),
  ]);
});

test('a loose line that could be read as something else becomes a note', () => {
  for (const value of ['', ' a', '\ta', 'a: b', 'a:', '\na', FORGED])
    expect(withoutLines(encodeLog([entry(null, ['', value])]))).toEqual([entry(null, ['Note', value])]);
});

test('what follows a blank line inside an entry is kept as text, a block for each paragraph', () => {
  const text = `before\nall\n\n[${AT}] X: a\nKey: b\n\nResult: c\n  d\n\n   e\n\n[${AT}] X\n`;
  expectSame(text);
  expect(decodeLog(text).blocks).toEqual([
    { kind: 'text', text: 'before\nall', line: 1 },
    { ...entry('a', ['Key', 'b']), line: 4 },
    { kind: 'text', text: 'Result: c\n  d', line: 7 },
    { kind: 'text', text: '   e', line: 10 },
    { ...entry(null), line: 12 },
  ]);
});

test('text can forge neither an entry nor the end of its paragraph, and comes back exactly', () => {
  for (const text of [
    '',
    '\n',
    `a\n\n${FORGED}\n`,
    `\\u005b${FORGED.slice(1)}`,
    '\\u000a',
    '\\u005cu000a\n\r',
    '[x] y',
    '[2025-13-01 00:00:00] X',
  ]) {
    const blocks: LogBlock[] = [{ kind: 'text', text }, entry(null), { kind: 'text', text }];
    expect(withoutLines(encodeLog(blocks))).toEqual(blocks);
  }
  expect(encodeLogText(`a\n\n${FORGED}`)).toBe(`a\n\\u000a\n\\u005b${FORGED.slice(1)}`);
});

test('a header in month 13 is no header, and nothing of it is lost', () => {
  const odd = '[2025-13-22 14:23:15] X: a';
  const text = `${odd}\nKey: b\n\n[${AT}] X\n${odd}\n`;
  expect(warningsOf(text)).toEqual(['1: the time of this header does not exist; the line was kept as text']);
  expect(withoutLines(text)).toEqual([{ kind: 'text', text: `${odd}\nKey: b` }, entry(null, ['', odd])]);
  expect(encodeLog(decodeLog(text).blocks)).toBe(text);
});

test.each([
  ['a byte order mark', `\ufeff[${AT}] X\nA: b\n`, '1: the file begins with a byte order mark'],
  ['CR LF', `[${AT}] X\r\nA: b\r\n`, '1: lines end in CR LF'],
  ['no newline at the end', `[${AT}] X\nA: b`, '2: the last line has no newline'],
  ['blank lines at the start', `\n\n[${AT}] X\nA: b\n`, '1: blank lines before the first entry'],
  ['blank lines at the end', `[${AT}] X\nA: b\n\n\n`, '3: blank lines at the end'],
  ['white space after the action', `[${AT}] X \nA: b\n`, '1: white space where the line should end'],
])('%s is read, with a warning', (_name, text, warning) => {
  expect(warningsOf(text)).toEqual([warning]);
  expect(encodeLog(decodeLog(text).blocks)).toBe(`[${AT}] X\nA: b\n`);
});

test.each([
  [
    'many blank lines',
    `[${AT}] X\n\n\n\n[${AT}] X\n`,
    '3: more than one blank line in a row',
    [entry(null), entry(null)],
  ],
  ['no blank line', `[${AT}] X\n[${AT}] X\n`, '2: no blank line before an entry', [entry(null), entry(null)]],
  [
    'an empty value with a space',
    `[${AT}] X: \nA: \n`,
    '1: white space where the line should end',
    [entry('', ['A', ''])],
  ],
  [
    'a short indent',
    `[${AT}] X: a\nA:\n b\n\tc\n   d\n`,
    '3: a continuation is indented by one space or a tab, not by two spaces',
    [entry('a', ['A', '\nb\nc\n d'])],
  ],
  [
    'a description below its header',
    `[${AT}] X\n  a\n  b\n`,
    '2: a description that begins below a header without a colon',
    [entry('a\nb')],
  ],
  [
    'a raw control character',
    `[${AT}] X\nA: \0\n`,
    '2: raw control, bidi or surrogate characters',
    [entry(null, ['A', '\0'])],
  ],
])('%s is read for what it means, with a warning', (_name, text, warning, blocks) => {
  expect(warningsOf(text)).toEqual([warning]);
  expect(withoutLines(text)).toEqual(blocks);
});

test('nothing is nothing', () => {
  expect(encodeLog([])).toBe('');
  expect(decodeLog('')).toEqual({ blocks: [], warnings: [] });
  expect(decodeLog('\n').blocks).toEqual([]);
});

// Quadratic work on these would take hours: the runner's time limit is the guard, and no clock is read.
test('lines of a megabyte and a hundred thousand lines take linear time', () => {
  let blocks = 0;
  const mib = 1 << 20;
  const header = `[${AT}] X`;
  const hostile = [
    header + 'X'.repeat(mib),
    `${header}${' '.repeat(mib)}!`,
    `${header}\n${':'.repeat(mib)}`,
    `${header}\n${': '.repeat(mib / 2)}`,
    `${header}\n\\${'u005c'.repeat(mib / 5)}u0000: \\${'u005c'.repeat(mib / 5)}u0000`,
    `\\${'u005c'.repeat(mib / 5)}u005b${header.slice(1)}`,
    `${header}\n${'  a\n'.repeat(1e5)}`,
    `${header}\n${'a: b\n'.repeat(1e5)}`,
    `${header}\n`.repeat(1e5),
    '\n'.repeat(1e5),
    'a\n\n'.repeat(1e5),
    '\r\n'.repeat(1e5),
  ];
  for (const text of hostile) {
    blocks += decodeLog(encodeLog(decodeLog(text).blocks)).blocks.length;
  }
  expect(blocks).toBeGreaterThan(2e5);
});

test('local times follow the offset and must exist', () => {
  const micros = Date.UTC(2025, 11, 31, 23, 30, 59, 999) * 1000 + 999;
  expect(formatLocalTime(micros, 0)).toBe('2025-12-31 23:30:59');
  expect(formatLocalTime(micros, 330)).toBe('2026-01-01 05:00:59');
  expect(formatLocalTime(micros, -570)).toBe('2025-12-31 14:00:59');
  // What no clock can show, a journal may say all the same.
  for (const offset of [1e21, -1e21, 1.7e308, 5e9, -2e9])
    expect(formatLocalTime(micros, offset)).toBe('2025-12-31 23:30:59');
  expect(parseLocalTime('2025-10-22 14:23:15')).toBe(Date.UTC(2025, 9, 22, 14, 23, 15));
  for (const text of [
    '2025-13-01 00:00:00',
    '2025-02-30 00:00:00',
    '2025-01-01 24:00:00',
    '2025-1-1 0:0:0',
    ` ${AT}`,
    '',
  ])
    expect(parseLocalTime(text)).toBeNull();
});
