import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fold } from './fold.js';

const lists = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 200 });
const limits = fc.integer({ min: 1, max: 40 });

test('every item is there once, in its order, shown or folded', () => {
  fc.assert(
    fc.property(lists, limits, (weights, limit) => {
      const items = weights.map((weight, index) => ({ weight, index }));
      const all = fold(items, limit, ({ weight }) => weight).flatMap((place) =>
        'item' in place ? [place.item] : place.hidden,
      );
      expect(all).toEqual(items);
    }),
  );
});

test('there are no more places than asked for, and what is folded is at least two', () => {
  fc.assert(
    fc.property(lists, limits, (weights, limit) => {
      const places = fold(weights, limit, (weight) => weight);
      expect(places.length).toBeLessThanOrEqual(limit);
      for (const place of places) if ('hidden' in place) expect(place.hidden.length).toBeGreaterThan(1);
    }),
  );
});

test('what is folded weighs no more than what is shown for its weight', () => {
  const places = fold([0, 0, 0, 9, 0, 0, 0, 0], 5, (weight) => weight);
  expect(places).toEqual([{ item: 0 }, { hidden: [0, 0] }, { item: 9 }, { hidden: [0, 0, 0] }, { item: 0 }]);
});
