import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadOf } from '../../views/load.js';
import { barOf, columnOf, loadByColumn, type Stretch } from './geometry.js';

const time = fc.integer({ min: -1000, max: 3000 });
const stretches: fc.Arbitrary<Stretch> = fc.record({
  from: fc.option(time),
  to: fc.option(time),
  isOpen: fc.boolean(),
});
const axes = fc
  .tuple(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 1000 }))
  .map(([from, length]) => ({ from, to: from + length }));
const widths = fc.integer({ min: 1, max: 200 });

describe('a bar', () => {
  test('never leaves the width, and is at least one column', () => {
    fc.assert(
      fc.property(stretches, axes, widths, (stretch, axis, width) => {
        const bar = barOf(stretch, axis, width);
        if (bar === null) return;
        expect(bar.from).toBeGreaterThanOrEqual(0);
        expect(bar.to).toBeGreaterThan(bar.from);
        expect(bar.to).toBeLessThanOrEqual(width);
      }),
    );
  });

  test('that begins later never begins further left, and one that ends later never ends further left', () => {
    fc.assert(
      fc.property(time, time, fc.nat(500), axes, widths, (one, other, length, axis, width) => {
        const bars = [one, other]
          .sort((a, b) => a - b)
          .map((from) => barOf({ from, to: from + length, isOpen: false }, axis, width));
        expect(bars[0]?.from).toBeLessThanOrEqual(bars[1]?.from as number);
        expect(bars[0]?.to).toBeLessThanOrEqual(bars[1]?.to as number);
      }),
    );
  });

  test('is missing only where no time is known', () => {
    fc.assert(
      fc.property(stretches, axes, widths, (stretch, axis, width) => {
        const isKnown = stretch.from !== null || stretch.to !== null || stretch.isOpen;
        expect(barOf(stretch, axis, width) !== null).toBe(isKnown);
      }),
    );
  });

  test('is open where its beginning or its end is not known, and where it goes on beyond the axis', () => {
    const axis = { from: 0, to: 100 };
    const sides = (from: number | null, to: number | null, isOpen = false): boolean[] => {
      const bar = barOf({ from, to, isOpen }, axis, 10);
      return [bar?.opensLeft, bar?.opensRight] as boolean[];
    };
    expect(sides(0, 100)).toEqual([false, false]);
    expect(sides(null, 50)).toEqual([true, false]);
    expect(sides(50, null)).toEqual([false, true]);
    expect(sides(50, null, true)).toEqual([false, true]);
    expect(sides(-1, 101)).toEqual([true, true]);
  });

  test('that is open reaches the end of the axis; one whose end nobody knows is as long as what is known', () => {
    const axis = { from: 0, to: 100 };
    expect(barOf({ from: 50, to: null, isOpen: true }, axis, 10)).toMatchObject({ from: 5, to: 10 });
    expect(barOf({ from: 50, to: null, isOpen: false }, axis, 10)).toMatchObject({ from: 5, to: 6 });
  });

  test('of no length is seen, also at the very end', () => {
    const axis = { from: 0, to: 100 };
    expect(barOf({ from: 100, to: 100, isOpen: false }, axis, 10)).toMatchObject({ from: 9, to: 10 });
    expect(barOf({ from: 7, to: 7, isOpen: false }, { from: 7, to: 7 }, 10)).toMatchObject({ from: 0, to: 1 });
  });
});

describe('the load of the columns', () => {
  test('is the most that is under way in each', () => {
    const axis = { from: 0, to: 100 };
    const work = [
      { from: 0, to: 30 },
      { from: 15, to: 45 },
      { from: 80, to: 100 },
    ];
    expect(loadByColumn(loadOf(work, axis), axis, 10)).toEqual([1, 2, 2, 1, 1, 0, 0, 0, 1, 1]);
  });

  test('sees whatever has a length, in the column where it begins', () => {
    fc.assert(
      fc.property(axes, widths, fc.nat(1000), fc.integer({ min: 1, max: 500 }), (axis, width, after, length) => {
        const from = axis.from + after;
        if (from >= axis.to) return;
        const loads = loadByColumn(loadOf([{ from, to: from + length }], axis), axis, width);
        expect(loads[columnOf(from, axis, width)]).toBe(1);
      }),
    );
  });
});
