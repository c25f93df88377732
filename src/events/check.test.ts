// Entries of one form are checked by a way of their own: it must find nothing wrong exactly where the tables find nothing.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkBody } from './check.js';

const anything = fc.oneof(
  fc.string(),
  fc.constantFrom(null, undefined, 0, Number.NaN, true, []),
  fc.constant({ a: 1 }),
);
const mostly = <T>(usual: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 6, arbitrary: usual as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: anything });
const pair = fc.oneof(
  { weight: 9, arbitrary: fc.tuple(fc.string(), fc.string()) as fc.Arbitrary<unknown> },
  fc.array(anything),
);
const bodies = fc.record({
  action: mostly(fc.constantFrom('CHECK', 'A_1', 'a', '')),
  description: mostly(fc.option(fc.string())),
  fields: mostly(fc.array(pair, { maxLength: 3 })),
  utc_offset_minutes: mostly(fc.integer()),
});

it('an entry is judged the same in whatever order its keys come', () => {
  fc.assert(
    fc.property(bodies, ({ utc_offset_minutes, ...rest }) => {
      const usual = checkBody({ type: 'action.logged', ...rest, utc_offset_minutes });
      expect(usual).toEqual(checkBody({ utc_offset_minutes, ...rest, type: 'action.logged' }));
    }),
    { numRuns: 5000 },
  );
});
