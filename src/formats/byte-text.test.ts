import { expect, test } from 'vitest';
import { isPlainByteText } from './byte-text.js';
import { hasDangerous } from './visible-text.js';

const bytesOf = (text: string): string => Buffer.from(text).toString('latin1');

test('every dangerous character tells by its bytes, and no other does', () => {
  for (let code = 0; code <= 0x10ffff; code += 1) {
    // A lone half of a pair is nothing that UTF-8 can hold.
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const text = `a${String.fromCodePoint(code)}z`;
    if (isPlainByteText(bytesOf(text)) === hasDangerous(text)) expect.fail(code.toString(16));
  }
});

test('what is written as a dangerous character tells, too', () => {
  expect(isPlainByteText(bytesOf('a\\u001b'))).toBe(false);
  expect(isPlainByteText(bytesOf('a\\nb'))).toBe(true);
});
