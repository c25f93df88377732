import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeLog, encodeLog, type LogBlock, type LogEntry } from '../../src/formats/design-log.js';
import { fromVisible, hasDangerous, toVisible, toVisibleLine } from '../../src/formats/visible-text.js';

const runs = (numRuns: number): fc.Parameters<unknown> => ({ numRuns });

const PIECES = [
  '\n',
  '\n\n',
  '\n  ',
  '\r',
  '\r\n',
  ' ',
  '  ',
  '\t',
  ':',
  ': ',
  '[',
  ']',
  '\\',
  'u005c',
  '\\u005c',
  '\\u000a',
  '\\u003a',
  '\\u005b',
  '\\u0020',
  '\\u0009',
  '\\u0000',
  '\\u000d',
  '\\u2028',
  '\\ufeff',
  '\\ud83d',
  '\\udb40',
  '\\udc41',
  '\\u005cudb40',
  '\udb40',
  '\udc41',
  '\u{e0041}',
  '\u200b',
  '\\ude00',
  'ud83d',
  'ude00',
  '\ud83d',
  '\ude00',
  '😀',
  '\u2028',
  '\u202e',
  '\ufeff',
  '\u001b[2J',
  '\b',
  '\0',
  'Key',
  'Result: success',
  'Note: ',
  'é',
  'a',
  '[2025-10-22 14:23:15] X',
  '[2025-10-22 14:23:15] COMPLETE: done',
  '[2025-13-22 14:23:15] X: y',
  '2025-10-22 14:23:15] X',
];
const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));
const piece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...PIECES) },
  unit,
  fc.string({ unit: 'binary', maxLength: 4 }),
);
const anyText = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));

const entry: fc.Arbitrary<LogEntry> = fc.record({
  kind: fc.constant('entry' as const),
  localTime: fc
    .date({ min: new Date('0100-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 19).replace('T', ' ')),
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
const block: fc.Arbitrary<LogBlock> = fc.oneof(entry, fc.record({ kind: fc.constant('text' as const), text: anyText }));

// Lines that mostly make a well-formed log, so that the promise about well-formed text is put to the test often enough.
const calmText = fc
  .array(
    fc.oneof(
      fc.constantFrom('a', ' ', ':', ': ', '[', '\t'),
      fc.constantFrom(...PIECES.filter((text) => !/[\n\r]/.test(text))),
    ),
    {
      maxLength: 4,
    },
  )
  .map((pieces) => pieces.join(''));
const logLine = fc
  .tuple(
    fc.constantFrom(
      '',
      '',
      '\n',
      '[2025-10-22 14:23:15] X',
      '\n[2025-10-22 14:23:15] X:',
      '\n[2025-10-22 14:23:15] X_1: ',
      'Key: ',
      'Key:',
      '  ',
    ),
    fc.oneof(fc.constant(''), calmText),
  )
  .map(([start, rest]) => `${start}${rest}\n`);
const logLikeText = fc.array(logLine, { maxLength: 10 }).map((lines) => lines.join('').replace(/^\n/, ''));

const withoutLines = (text: string): LogBlock[] => decodeLog(text).blocks.map(({ line: _line, ...rest }) => rest);

function expectUnchangedWhereSound(text: string): void {
  const { blocks, warnings } = decodeLog(text);
  const again = encodeLog(blocks);
  if (warnings.length === 0) expect(again).toBe(text);
  expect(encodeLog(withoutLines(again))).toBe(again);
  const lines = text.split('\n');
  for (const { line } of blocks) expect(lines[line - 1]).not.toBe('');
}

test('any text can be made visible and comes back exactly', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const visible = toVisible(text);
      expect(fromVisible(visible)).toBe(text);
      expect(hasDangerous(visible)).toBe(false);
      expect(visible.split('\n')).toHaveLength(text.split('\n').length);
      expect(toVisibleLine(text)).not.toContain('\n');
    }),
    runs(5000),
  );
});

test('any visible text comes back exactly when its characters are restored and made visible again', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      fc.pre(!hasDangerous(text));
      expect(toVisible(fromVisible(text))).toBe(text);
    }),
    runs(5000),
  );
});

test('no text can forge an entry, a field or a paragraph: every block comes back as it was, without a warning', () => {
  fc.assert(
    fc.property(fc.array(block, { maxLength: 4 }), (blocks) => {
      const text = encodeLog(blocks);
      expect(withoutLines(text)).toEqual(blocks);
      if (!blocks.some((item) => item.kind === 'text')) expect(decodeLog(text).warnings).toEqual([]);
    }),
    runs(5000),
  );
});

test('a field without a key forges nothing either: at worst it comes back as a note', () => {
  fc.assert(
    fc.property(fc.array(anyText, { maxLength: 4 }), (values) => {
      const blocks: LogBlock[] = [
        {
          kind: 'entry',
          localTime: '2025-10-22 14:23:15',
          action: 'X',
          description: null,
          fields: values.map((value) => ['', value]),
        },
      ];
      const [decoded, ...others] = withoutLines(encodeLog(blocks));
      const fields = decoded?.kind === 'entry' ? decoded.fields : [];
      expect(others).toEqual([]);
      expect(fields.map(([, value]) => value)).toEqual(values);
      expect(fields.filter(([key]) => key !== '' && key !== 'Note')).toEqual([]);
    }),
    runs(2000),
  );
});

test('a well-formed log is written again as it was read', () => {
  let sound = 0;
  fc.assert(
    fc.property(logLikeText, (text) => {
      if (decodeLog(text).warnings.length === 0) sound++;
      expectUnchangedWhereSound(text);
    }),
    runs(5000),
  );
  expect(sound).toBeGreaterThan(500);
});

test('any text whatever is read, and written again as it was where there is no warning', () => {
  fc.assert(fc.property(anyText, expectUnchangedWhereSound), runs(5000));
  fc.assert(fc.property(fc.string({ unit: 'binary' }), expectUnchangedWhereSound), runs(2000));
});
