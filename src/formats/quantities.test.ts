import { describe, expect, it } from 'vitest';
import { durationText, measureText, shortDuration, sizeText } from './quantities.js';

describe('durations', () => {
  it.each([
    [null, '-', '-'],
    [0.1234, '0.12 s', '0.12s'],
    [9.994, '9.99 s', '9.99s'],
    [9.996, '10 s', '10s'],
    [59.4, '59 s', '59s'],
    [59.6, '1 min', '1m00s'],
    [678, '11 min 18 s', '11m18s'],
    [3600, '1 h', '1h00m'],
    [7500, '2 h 5 min', '2h05m'],
    [86_400 * 3 + 4 * 3600, '3 d 4 h', '3d04h'],
  ])('%s seconds read as %s, in a column as %s', (seconds, long, short) => {
    expect(durationText(seconds)).toBe(long);
    expect(shortDuration(seconds)).toBe(short);
  });
});

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [150 * 1024, '150 KiB'],
    [2.5 * 1024 ** 3, '2.5 GiB'],
  ])('%s bytes read as %s', (bytes, text) => {
    expect(sizeText(bytes)).toBe(text);
  });
});

describe('measured values', () => {
  it('show six digits at the most, and words for what is no number', () => {
    expect([0.1 + 0.2, 1e-7, 123456789, 'NaN', '-Infinity'].map((value) => measureText(value as number))).toEqual([
      '0.3',
      '1e-7',
      '123457000',
      'NaN',
      '-Infinity',
    ]);
  });
});
