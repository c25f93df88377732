import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadOf } from './load.js';

const intervals = fc.array(
  fc
    .tuple(fc.integer({ min: -20, max: 120 }), fc.integer({ min: 0, max: 60 }))
    .map(([from, length]) => ({ from, to: from + length })),
  { maxLength: 20 },
);
const stretch = { from: 0, to: 100 };

test('the pieces cover the stretch without a hole, and neighbours differ', () => {
  fc.assert(
    fc.property(intervals, (all) => {
      const loads = loadOf(all, stretch);
      expect([loads[0]?.from, loads.at(-1)?.to]).toEqual([0, 100]);
      for (const [index, { from, count }] of loads.entries()) {
        if (index === 0) continue;
        expect(loads[index - 1]?.to).toBe(from);
        expect(loads[index - 1]?.count).not.toBe(count);
      }
    }),
  );
});

test('at any time as many are counted as are under way', () => {
  fc.assert(
    fc.property(intervals, fc.integer({ min: 0, max: 99 }), (all, at) => {
      const load = loadOf(all, stretch).find(({ from, to }) => from <= at && at < to);
      expect(load?.count).toBe(all.filter(({ from, to }) => from <= at && at < to).length);
    }),
  );
});

test('a stretch without length has no pieces', () => {
  expect(loadOf([{ from: 0, to: 5 }], { from: 3, to: 3 })).toEqual([]);
});
