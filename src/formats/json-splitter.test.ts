import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonSplitter, type JsonEnd, type JsonPart } from './json-splitter.js';

function split(key: string | null, text: string, pieceLength = text.length): JsonEnd & { parts: JsonPart[] } {
  const parts: JsonPart[] = [];
  const splitter = new JsonSplitter(key, (part) => parts.push(part));
  for (let from = 0; from < text.length; from += pieceLength) splitter.push(text.slice(from, from + pieceLength));
  return { ...splitter.end(), parts };
}

const valuesOf = (parts: readonly JsonPart[]): unknown[] => parts.map(({ text }) => JSON.parse(text) as unknown);

const KEYS = ['items', 'x"items', 'items"', '\\items', 'a', '__proto__', 'items:'];
const anyObject = fc.dictionary(fc.oneof(fc.constantFrom(...KEYS), fc.string({ unit: 'binary' })), fc.jsonValue());
const listed = fc.record({ items: fc.array(fc.oneof(fc.jsonValue(), anyObject)), around: anyObject });
const indent = fc.constantFrom(0, 2, '\t');
const pieceLength = fc.integer({ min: 1, max: 40 });

test('any record, cut into pieces anywhere, gives its items and all that is around them', () => {
  fc.assert(
    fc.property(listed, indent, pieceLength, fc.boolean(), ({ items, around }, space, length, isFirst) => {
      const { items: _, ...others } = around;
      const object = isFirst ? { items, ...others } : { ...others, items };
      const { parts, rest, isTruncated } = split('items', JSON.stringify(object, null, space), length);
      expect(valuesOf(parts)).toEqual(JSON.parse(JSON.stringify(items)));
      expect(JSON.parse(rest)).toEqual(JSON.parse(JSON.stringify({ ...object, items: [] })));
      expect(parts.map(({ index }) => index)).toEqual(items.map((_, index) => index));
      expect(isTruncated).toBe(false);
    }),
    { numRuns: 1000 },
  );
});

test('a key that is missing, written with escapes, inside a string or deeper is told from the one that is meant', () => {
  const rest = (text: string): string => split('items', text).rest;
  for (const text of [
    '{"x\\"items": [1]}',
    '{"a": "\\"items\\":", "b": [1]}',
    '{"a": {"items": [1]}}',
    '{"items": {"a": [1]}}',
  ])
    expect({ text, rest: rest(text) }).toEqual({ text, rest: text });
  const { parts } = split('items', '{"\\u0069tems"\n:\n[1, [2]]}');
  expect(valuesOf(parts)).toEqual([1, [2]]);
});

test('any list or row of values, cut into pieces anywhere, gives its values', () => {
  fc.assert(
    fc.property(fc.array(anyObject), indent, pieceLength, (values, space, length) => {
      const list = split(null, JSON.stringify(values, null, space), length);
      expect(valuesOf(list.parts)).toEqual(JSON.parse(JSON.stringify(values)));
      const lines = split(null, values.map((value) => `${JSON.stringify(value)}\n`).join(''), length);
      expect(valuesOf(lines.parts)).toEqual(JSON.parse(JSON.stringify(values)));
    }),
    { numRuns: 500 },
  );
});

test('of a text that is cut off anywhere, every value that was whole is given, and nothing that was not', () => {
  const items = [{ a: '}]"' }, { b: [1, { c: 2 }] }, { d: '\\' }];
  const text = JSON.stringify({ first: 1, items, last: 2 });
  const ends = items.map((item) => text.indexOf(JSON.stringify(item)) + JSON.stringify(item).length);
  for (let length = 1; length < text.length; length += 1) {
    const { parts, isTruncated } = split('items', text.slice(0, length), 3);
    const whole = ends.filter((end) => end <= length).length;
    expect({ length, values: valuesOf(parts), isTruncated }).toEqual({
      length,
      values: items.slice(0, whole),
      isTruncated: true,
    });
  }
});

test('parts say on which line they begin', () => {
  const { parts } = split('items', '{\n"items": [\n  {"a":\n1},\n\n  {"b": 2}, 3\n]}', 2);
  expect(parts.map(({ line }) => line)).toEqual([3, 6, 6]);
});
