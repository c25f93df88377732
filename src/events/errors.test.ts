import { expect, it } from 'vitest';
import { errnoOf, messageOf } from './errors.js';

it('knows the failures of the operating system by name, a full quota too, which Node has no name for', () => {
  const quota = Object.assign(new Error('Unknown system error -122, write'), {
    errno: -122,
    code: 'Unknown system error -122',
  });
  expect(errnoOf(Object.assign(new Error('x'), { errno: -28, code: 'ENOSPC' }))).toBe('ENOSPC');
  expect(errnoOf(quota)).toBe('EDQUOT');
  expect(messageOf(quota)).toBe('EDQUOT: disk quota exceeded');
  expect(errnoOf(Object.assign(new Error('x'), { errno: -99_999, code: 'UNKNOWN' }))).toBe('UNKNOWN');
});

it('takes no error of a program for one of the operating system', () => {
  expect(errnoOf(Object.assign(new Error('x'), { code: 'ERR_INVALID_ARG_TYPE' }))).toBeUndefined();
  expect(errnoOf(new Error('x'))).toBeUndefined();
  expect(errnoOf('ENOSPC')).toBeUndefined();
});
