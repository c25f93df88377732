// Whether an id was met before: told exactly, however many there are and in whatever order they come.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IdSet } from './id-set.js';

/** Few different ones of each kind, so that many are met again. */
const id = fc.oneof(
  fc.integer({ min: 0, max: 40 }).map((time) => `${String(time).padStart(8, '0')}-7c00-7000-8000-00000000000f`),
  fc.integer({ min: 0, max: 40 }).map((end) => `ffffffff-ffff-7000-8000-0000000000${String(end).padStart(2, '0')}`),
  fc.constantFrom(
    '',
    '00000000-0000-0000-0000-000000000000',
    'FFFFFFFF-FFFF-7000-8000-000000000001',
    'ffffffff-ffff-7000-8000-00000000000g',
    'ffffffff-ffff-7000-8000-00000000000\u0161',
    'ffffffff_ffff-7000-8000-000000000001',
    '1759515592551874000-4711',
    '\ud800',
  ),
);

test('an id is new once, and is there from then on', () => {
  fc.assert(
    fc.property(fc.array(id, { maxLength: 200 }), (ids) => {
      const [set, plain] = [new IdSet(), new Set<string>()];
      for (const one of ids) {
        expect(set.has(one)).toBe(plain.has(one));
        expect(set.add(one)).toBe(!plain.has(one));
        plain.add(one);
        expect(set.size).toBe(plain.size);
      }
    }),
    { numRuns: 500 },
  );
});

test('ids that fall all the way are told apart like ids that rise', () => {
  const ids = Array.from(
    { length: 20_000 },
    (_, index) => `${index.toString(16).padStart(8, '0')}-7c00-7000-8000-000000000000`,
  );
  for (const order of [ids, ids.toReversed(), [...ids.filter((_, at) => at % 2 === 0), ...ids]]) {
    const set = new IdSet();
    for (const one of order) set.add(one);
    expect(set.size).toBe(ids.length);
    expect(ids.every((one) => set.has(one))).toBe(true);
    expect(ids.some((one) => set.add(one))).toBe(false);
  }
});
