// Rows put together by stretches are those put together one run at a time.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  firstNotBefore,
  joinNumbers,
  joinTexts,
  partsOf,
  startsOf,
  sumOf,
  type Made,
  type Part,
} from './table-parts.js';

const HEADER = 'head\r\n';
const run = fc.record({
  runId: fc.stringMatching(/^[a-d]{1,3}$/),
  text: fc.string({ unit: 'grapheme' }),
  isKept: fc.boolean(),
});
const runs = fc
  .uniqueArray(run, { selector: ({ runId }) => runId, maxLength: 30 })
  .map((some) => some.sort((one, other) => (one.runId < other.runId ? -1 : 1)));

function madeOf(some: readonly { runId: string; text: string }[]): Made[] {
  return some.map(({ runId, text }) => ({ runId, rows: { texts: [text], counts: [text.length] }, stamp: undefined }));
}

/** The runs that a part stands for. */
function idsOf(part: Part, known: readonly { runId: string }[]): string[] {
  return part.made === null ? known.slice(part.from, part.to).map(({ runId }) => runId) : [part.made.runId];
}

describe('tables put together from what stays and what is made', () => {
  it('have the rows of each run once, in order: those made, and those kept that are not made anew', () => {
    fc.assert(
      fc.property(runs, runs, (known, fresh) => {
        const ids = known.map(({ runId }) => runId);
        const { parts, size } = partsOf(ids, madeOf(fresh), (runId, place) => {
          expect(ids[place]).toBe(runId);
          return known[place]?.isKept === true;
        });
        const isMade = (runId: string): boolean => fresh.some((one) => one.runId === runId);
        const all = [...known.filter(({ runId, isKept }) => isKept && !isMade(runId)), ...fresh];
        all.sort((one, other) => (one.runId < other.runId ? -1 : 1));
        expect(parts.flatMap((part) => idsOf(part, known))).toEqual(all.map(({ runId }) => runId));
        expect(size).toBe(all.length);

        const bytes = Buffer.from(HEADER + known.map(({ text }) => text).join(''));
        const lengths = Uint32Array.from(known, ({ text }) => Buffer.byteLength(text));
        const texts = joinTexts(
          parts,
          size,
          { lengths, from: HEADER.length, cut: (from, to) => bytes.subarray(from, to) },
          ({ rows }) => rows.texts[0] as string,
        );
        expect(Buffer.concat(texts.pieces).toString()).toBe(all.map(({ text }) => text).join(''));
        expect([...texts.lengths]).toEqual(all.map(({ text }) => Buffer.byteLength(text)));

        const pairOf = ({ length }: string): number[] => [length, length / 2];
        const pairs = Float64Array.from(known.flatMap(({ text }) => pairOf(text)));
        const joined = joinNumbers(parts, pairs, new Float64Array(2 * size), 2, ({ rows }) =>
          pairOf(rows.texts[0] as string),
        );
        expect([...joined]).toEqual(all.flatMap(({ text }) => pairOf(text)));
      }),
    );
  });

  it('copy as one piece what stood together', () => {
    const known = ['a', 'b', 'c', 'd'];
    const { parts } = partsOf(known, madeOf([{ runId: 'e', text: 'e' }]), () => true);
    expect(parts.map((part) => (part.made === null ? [part.from, part.to] : part.made.runId))).toEqual([[0, 4], 'e']);
  });
});

it('a place in a sorted list is the first that is not before, and a sum is that of its part', () => {
  fc.assert(
    fc.property(runs, fc.stringMatching(/^[a-d]{0,3}$/), (some, text) => {
      const ids = some.map(({ runId }) => runId);
      const at = ids.findIndex((id) => id >= text);
      expect(firstNotBefore(ids, text)).toBe(at === -1 ? ids.length : at);
    }),
  );
  expect(sumOf(Uint32Array.of(1, 2, 4, 8), 1, 3)).toBe(6);
  expect([...startsOf(Uint32Array.of(1, 2, 4))]).toEqual([0, 1, 3, 7]);
  expect(sumOf(Uint32Array.of(0xffffffff, 0xffffffff))).toBe(2 * 0xffffffff);
});
