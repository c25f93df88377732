import { describe, expect, it } from 'vitest';
import { countText, counted, durationText, measureText, moneyText, shortDuration, sizeText } from './quantities.js';

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

describe('money', () => {
  it.each([
    [null, '-'],
    [0, '$0'],
    [0.0000042, '$0.0000042'],
    [0.00000000123456, '$0.00000000123'],
    [0.0123, '$0.0123'],
    [0.012345, '$0.0123'],
    [0.1, '$0.10'],
    [0.5, '$0.50'],
    [0.9949, '$0.995'],
    [0.999, '$1.00'],
    [1, '$1.00'],
    [12.345, '$12.35'],
    [1234567.891, '$1,234,567.89'],
    [-0.5, '-$0.50'],
  ])('%s dollars read as %s: a small sum never as nothing', (usd, text) => {
    expect(moneyText(usd)).toBe(text);
  });
});

describe('counts', () => {
  it('have commas from a thousand on, and a noun in its number', () => {
    expect([0, 999, 1000, 1234567].map(countText)).toEqual(['0', '999', '1,000', '1,234,567']);
    expect(countText(null)).toBe('-');
    expect([counted(1, 'call'), counted(2, 'call'), counted(2, 'retry', 'retries')]).toEqual([
      '1 call',
      '2 calls',
      '2 retries',
    ]);
  });
});
