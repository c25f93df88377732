// What a shell looks for before it writes an entry itself has to be in every word that the rules for secrets know.
import { expect, it } from 'vitest';
import { COMMAND_HINT, NAME_HINT, TOKEN_STARTS } from '../events/redaction/suspicion.js';
import { BITS } from './shell-hints.js';

/** A shell's pattern as a regular expression: of its signs BITS uses * and brackets. */
const asRegExp = (pattern: string): RegExp =>
  new RegExp(pattern.replaceAll(/[./]/g, String.raw`\$&`).replaceAll('*', '.*'));
const hasBit = (word: string): boolean => BITS.some((bit) => asRegExp(bit).test(word.toLowerCase()));

it('every part of a name and every command of the rules has a bit', () => {
  const words = [...NAME_HINT.source.split('|'), ...COMMAND_HINT.source.split('|')];
  expect(words.filter((word) => !hasBit(word))).toEqual([]);
});

it('every beginning of a token has a bit, or ends where a long run begins', () => {
  expect(TOKEN_STARTS.filter((start) => !hasBit(start) && !/[_.-]$|A|SK/.test(start))).toEqual([]);
});
