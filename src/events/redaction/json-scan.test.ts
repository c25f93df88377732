// One walk answers several questions at once: each must be answered as if it were asked alone, wherever the bytes stand.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Finder, type WordList } from './finder.js';
import { BEYOND_ASCII, HAS_WORD, IS_NOT_PLAIN, JsonScanner } from './json-scan.js';

const LISTS: readonly WordList[] = [
  { words: ['pw', 'key', 'token', 'sig'], ignoresCase: true },
  { words: ['SK', 'eyJ', 'ghp_', '://', '7z'], ignoresCase: false },
];
const scanner = new JsonScanner(LISTS, new Finder(LISTS));

/** The answer by plain searches. */
function answer(text: string): number {
  const hasWord = LISTS.some(({ words, ignoresCase }) => {
    const searched = ignoresCase ? text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()) : text;
    return words.some((word) => searched.includes(word));
  });
  if (hasWord) return HAS_WORD;
  // oxlint-disable-next-line no-control-regex -- control characters are asked for
  if (/[\0-\x1f\\]/.test(text) || Buffer.from(text).includes(0xef)) return IS_NOT_PLAIN;
  const quotes = text.split('"').length - 1;
  return /^[\x20-\x7e]*$/.test(text) ? quotes : quotes + BEYOND_ASCII;
}

/** The text between other bytes, from a place that is even or odd, in a buffer of its own or a part of one. */
function scanAt(text: string, before: number, shift: number, around: string): number {
  const bytes = Buffer.from(text);
  const whole = new Uint8Array(shift + before + bytes.length + 8).fill(around.charCodeAt(0));
  whole.set(bytes, shift + before);
  return scanner.scan(whole.subarray(shift), before, before + bytes.length);
}

const PIECES = [
  ...'"\\\n\u007fäéＡ\ufffd\ud800😀 pPwWkKeEyYtTsSiIgGhJ_:/7z',
  ...LISTS.flatMap(({ words }) => words),
  'KEY',
  'Token',
  'ghP_',
];
const texts = fc
  .array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...PIECES) }, fc.string()), { maxLength: 8 })
  .map((all) => all.join(''));

describe('the scan of a line', () => {
  it('answers as plain searches do, wherever the text stands', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 4 }), fc.nat(3), (text, before, shift) => {
        expect(scanAt(text, before, shift, ' ')).toBe(answer(text));
      }),
      { numRuns: 20_000 },
    );
  });

  it('counts and judges nothing that stands behind the text', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 4 }), fc.constantFrom('"', '\\', 'ä'), (text, before, around) => {
        // What stands before the text may be looked at: here that is the same as what is looked for.
        const [found, wanted] = [scanAt(` ${text}`, 2 * before, 0, around), answer(text)];
        expect(found).toBe(wanted);
      }),
      { numRuns: 5000 },
    );
  });

  it('finds each word at the very end, and in other bytes than those before', () => {
    for (const { words } of LISTS)
      for (const word of words)
        for (const before of [2, 3]) {
          expect(scanAt(word, before, 0, ' ')).toBe(HAS_WORD);
          expect(scanAt(word.slice(0, -1), before, 0, ' ')).not.toBe(HAS_WORD);
        }
  });
});
