// What a list has under a key: as a search through all of it finds it, however the list grew.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyOfParts, placeOf } from './keyed.js';

const name = fc.constantFrom('', 'a', 'b', 'null', '__proto__', '["a"');
const part = fc.option(name);

test('the place of a key is that of the first item that has it', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(name, part)), (keys) => {
      const list: [string, string | null][] = [];
      for (const [one, other] of keys) {
        const place = placeOf(list, keyOfParts(one, other), ([first, second]) => keyOfParts(first, second));
        expect(place).toBe(list.findIndex(([first, second]) => first === one && second === other));
        list.push([one, other]);
      }
    }),
  );
});
