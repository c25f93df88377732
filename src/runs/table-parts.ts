// Tables put together from what stays and what is made, runs in order: stretches of rows that stay are copied as bytes, many runs at
// once, and nothing is done for each of them.
import type { Stamp } from '../formats/index-row.js';

/** The rows of one run in every table, in the tables' order, as they stand in the files. */
export interface RunRows {
  texts: string[];
  counts: number[];
}

/** A run whose rows are made; where it has no stamp, they may be others the next time. */
export interface Made {
  runId: string;
  rows: RunRows;
  stamp: Stamp | undefined;
}

/** Runs that stay, from one place to before another, or one that is made; `at`: where they stand among all runs afterwards. */
export type Part = { at: number } & ({ made: Made } | { made: null; from: number; to: number });

/** `ids`: those known, in order, of which those stay that `keep` says, unless they are made. `made`: in order. */
export function partsOf(
  ids: readonly string[],
  made: readonly Made[],
  keep: (runId: string, place: number) => boolean,
): { parts: Part[]; size: number } {
  const parts: Part[] = [];
  let size = 0;
  let place = 0;
  const keepTo = (end: number): void => {
    let from = place;
    for (; place <= end; place += 1) {
      if (place < end && keep(ids[place] as string, place)) continue;
      if (place > from) parts.push({ at: size, made: null, from, to: place });
      size += place - from;
      from = place + 1;
    }
    place = end;
  };
  for (const one of made) {
    const end = firstNotBefore(ids, one.runId);
    keepTo(end);
    parts.push({ at: size, made: one });
    size += 1;
    if (ids[end] === one.runId) place = end + 1;
  }
  keepTo(ids.length);
  return { parts, size };
}

/** The first place of a sorted list that a text could stand at. */
export function firstNotBefore(sorted: readonly string[], text: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as string) < text) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The text of each part in turn, in as few pieces as can be. What is known begins at `from`; `cut` gives it from one place to another. */
export function joinTexts<T>(
  parts: readonly Part[],
  size: number,
  known: { lengths: Uint32Array; from: number; cut: (from: number, to: number) => T },
  textOf: (made: Made) => string,
): { pieces: (T | Buffer)[]; lengths: Uint32Array } {
  const pieces: (T | Buffer)[] = [];
  const lengths = new Uint32Array(size);
  /** What is yet to be made bytes: many short texts at once. */
  let texts: string[] = [];
  const flush = (): void => {
    if (texts.length > 0) pieces.push(Buffer.from(texts.join('')));
    texts = [];
  };
  let [place, end] = [0, known.from];
  for (const part of parts)
    if (part.made === null) {
      flush();
      const start = end + sumOf(known.lengths, place, part.from);
      end = start + sumOf(known.lengths, part.from, part.to);
      place = part.to;
      pieces.push(known.cut(start, end));
      lengths.set(known.lengths.subarray(part.from, part.to), part.at);
    } else {
      const text = textOf(part.made);
      texts.push(text);
      lengths[part.at] = Buffer.byteLength(text);
    }
  flush();
  return { pieces, lengths };
}

/** The numbers of each part in turn, `each` of them a run. */
export function joinNumbers<T extends Uint32Array | Float64Array>(
  parts: readonly Part[],
  known: T,
  into: T,
  each: number,
  numbersOf: (made: Made) => readonly number[],
): T {
  for (const part of parts)
    into.set(
      part.made === null ? known.subarray(each * part.from, each * part.to) : numbersOf(part.made),
      each * part.at,
    );
  return into;
}

/** Where each of some pieces begins that stand one behind the other, and the last one ends. */
export function startsOf(lengths: Uint32Array): Float64Array {
  const starts = new Float64Array(lengths.length + 1);
  for (let index = 0; index < lengths.length; index += 1)
    starts[index + 1] = (starts[index] as number) + (lengths[index] as number);
  return starts;
}

/** Of the numbers from one place to before another. */
export function sumOf(numbers: Uint32Array, from: number = 0, to: number = numbers.length): number {
  let sum = 0;
  for (let index = from; index < to; index += 1) sum += numbers[index] as number;
  return sum;
}
