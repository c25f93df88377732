import { expect, test } from 'vitest';
import {
  createVisibleCoder,
  fromVisible,
  hasDangerous,
  toVisible,
  toVisibleJson,
  toVisibleLine,
} from './visible-text.js';

const isRange = (code: number, from: number, to: number): boolean => code >= from && code <= to;
const isInSet = (code: number): boolean =>
  (code < 0x20 && code !== 9 && code !== 10) ||
  isRange(code, 0x7f, 0x9f) ||
  [0x61c, 0x200b, 0x200e, 0x200f, 0x2028, 0x2029, 0xfeff].includes(code) ||
  isRange(code, 0x202a, 0x202e) ||
  isRange(code, 0x2060, 0x206f) ||
  isRange(code, 0xd800, 0xdfff);

test('of all UTF-16 units exactly the dangerous ones are written out, and each comes back', () => {
  for (let code = 0; code <= 0xffff; code++) {
    const text = `a${String.fromCharCode(code)}b`;
    const written = isInSet(code) ? `a\\u${code.toString(16).padStart(4, '0')}b` : text;
    if (toVisible(text) !== written || fromVisible(written) !== text || hasDangerous(text) !== isInSet(code))
      expect.unreachable(`U+${code.toString(16)} was written as ${toVisible(text)}`);
    const spelt = `\\u${code.toString(16).padStart(4, '0')}`;
    if (toVisible(spelt) !== (isInSet(code) ? spelt.replace('\\', '\\u005c') : spelt))
      expect.unreachable(`${spelt} was written as ${toVisible(spelt)}`);
  }
});

test('ordinary backslashes, capitals and characters outside the set are untouched both ways', () => {
  for (const text of [
    'C:\\new\\users',
    '\\d+\\b',
    '\\u0041',
    '\\u005c',
    '\\u005cu0041',
    '\\u202E',
    '\\u00',
    '\t\n',
    '😀é',
  ]) {
    expect(toVisible(text)).toBe(text);
    expect(fromVisible(text)).toBe(text);
  }
});

test('text that looks written out gains one level, and loses it again', () => {
  expect(toVisible('\\u0000')).toBe('\\u005cu0000');
  expect(toVisible('\\u005cu0000')).toBe('\\u005cu005cu0000');
  expect(fromVisible('\\u005cu0000')).toBe('\\u0000');
  expect(fromVisible('\\\\u0000')).toBe('\\\0');
});

test('terminal escapes, backspaces and bidi overrides become harmless', () => {
  expect(toVisible('\u001b[2J\b\u202eabc\u009b1m')).toBe('\\u001b[2J\\u0008\\u202eabc\\u009b1m');
});

test('a lone surrogate is written out, a pair is not', () => {
  expect(toVisible('\ud83d!😀\ude00')).toBe('\\ud83d!😀\\ude00');
  expect(fromVisible('\\ud83d!😀\\ude00')).toBe('\ud83d!😀\ude00');
});

test('a written pair stays text, for its halves would join into one character', () => {
  expect(fromVisible('\\ud83d\\ude00')).toBe('\\ud83d\\ude00');
  expect(toVisible('\\ud83d\\ude00')).toBe('\\ud83d\\ude00');
  expect(toVisible('\ud83d\\ude00')).toBe('\\ud83d\\u005cude00');
  expect(fromVisible('\\ud83d\\u005cude00')).toBe('\ud83d\\ude00');
});

test('a tag is written out as its two halves, and comes back as one', () => {
  for (let code = 0xe0000; code <= 0xe007f; code++) {
    const text = String.fromCodePoint(code);
    const written = `\\udb40\\u${text.charCodeAt(1).toString(16)}`;
    expect(toVisible(text)).toBe(written);
    expect(fromVisible(written)).toBe(text);
    expect(toVisible(written)).toBe(written.replaceAll('\\', '\\u005c'));
    expect(fromVisible(toVisible(written))).toBe(written);
    expect(fromVisible(toVisible(`\udb40${written}`))).toBe(`\udb40${written}`);
  }
  for (const text of ['\u{e0080}', '\u{e0100}', '\\udb40\\udc80', '👨‍👩‍👧', 'می‌خواهم']) expect(toVisible(text)).toBe(text);
});

test('JSON stays the same value where its dangerous characters are written as escapes', () => {
  const value = { 'a\u009b': 'x\u202e\u{e0041}\u007f\u2028\ud800 😀\n\t\\u0041' };
  const json = toVisibleJson(JSON.stringify(value, null, 2));
  expect(JSON.parse(json)).toEqual(value);
  expect(hasDangerous(json)).toBe(false);
  expect(json).toContain('😀');
});

test('one line has no line feed', () => {
  expect(toVisibleLine('a\r\nb\tc')).toBe('a\\u000d\\u000ab\tc');
});

test('a format can add characters, also where they matter only at the start or before another', () => {
  const { encode, decode } = createVisibleCoder({ raw: ':(?= )|^ ', digits: '003a(?= )', digitsAtStart: '0020' });
  expect(encode(' a: b:c ')).toBe('\\u0020a\\u003a b:c ');
  expect(encode('\\u0020\\u0020\\u003a \\u003a')).toBe('\\u005cu0020\\u0020\\u005cu003a \\u003a');
  for (const text of [' a: b:c ', '\\u0020\\u0020\\u003a \\u003a', '\\u005cu0020: '])
    expect(decode(encode(text))).toBe(text);
});

// Quadratic work on these would take hours: the runner's time limit is the guard, and no clock is read.
test('hostile text of some megabytes takes linear time', () => {
  const levels = `\\${'u005c'.repeat(400_000)}`;
  for (const text of [
    levels,
    `${levels}u0000`,
    `${levels}ud800${levels}udc00`,
    '\\u005c'.repeat(400_000),
    '\0'.repeat(1e6),
  ]) {
    expect(fromVisible(toVisible(text)) === text).toBe(true);
    expect(toVisible(fromVisible(text)).length).toBeGreaterThan(0);
  }
});
