import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signatureOf } from './error-signature.js';

describe('the signature of an error', () => {
  it.each([
    ['no such file: /home/ann/data/a.json', 'no such file: <path>'],
    ['no such file: data/green/words_8L.json', 'no such file: <path>'],
    ['src/train.py:42:7: bad value', '<path>:<line>: bad value'],
    ['File "/app/train.py", line 42, in fit', 'File "<path>", line <line>, in fit'],
    ['C:\\work\\a.txt is locked', '<path> is locked'],
    ['job 0b5c3a4e-8a0f-4d8e-9a55-0f5f4c9f9b7a died', 'job <uuid> died'],
    ['timed out at 2025-10-03T18:19:52.5Z', 'timed out at <time>'],
    ['timed out at 18:19:52', 'timed out at <time>'],
    ['commit 3f2a9c1b4d is gone', 'commit <hash> is gone'],
    ['CUDA out of memory: 12.5 GiB of 24 GiB at 0x7fe3', 'CUDA out of memory: <n> GiB of <n> GiB at <hash>'],
    ['AssertionError: 3 != 4', 'AssertionError: <n> != <n>'],
    ['GET https://api.example.com/v1/x?y=1: 429', 'GET <url>: <n>'],
    ['sha256 of v2 keeps its name, job-17 has a number', 'sha256 of v2 keeps its name, job-<n> has a number'],
    ['two\n  lines', 'two lines'],
  ])('of %j is %j', (text, signature) => {
    expect(signatureOf(text)).toBe(signature);
  });

  it('is the same for the same fault with other numbers and in other places', () => {
    const number = fc.integer({ min: 0, max: 1e9 });
    const name = fc.stringMatching(/^[a-z]{1,8}$/);
    const fault = (folder: string, file: string, line: number, size: number): string =>
      `/${folder}/${file}.py:${line}: cannot allocate ${size} bytes`;
    fc.assert(
      fc.property(name, name, number, number, name, number, number, (a, b, c, d, e, f, g) => {
        expect(signatureOf(fault(a, b, c, d))).toBe(signatureOf(fault(e, b, f, g)));
      }),
    );
  });

  it('has a signature of its own that is itself, and takes any text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        const signature = signatureOf(text);
        expect(signature.length).toBeLessThanOrEqual(300);
        expect(signature).not.toMatch(/\n/);
      }),
    );
  });
});
