// A cache of what was found out about settled runs: for each, how its journal looked and what was found. It is a cache: what is wrong
// with it is no error, it is as if it were not there.
import type { Json } from '../events/vocabulary.js';
import type { Stamp } from '../formats/index-row.js';
import { readRegular } from '../journal/regular-file.js';
import { putWhole } from '../journal/whole-file.js';
import { decodeChecked, encodeChecked } from './checked-line.js';
import { WORTH_WRITING_ROWS } from './index-file.js';
import { factsPath, rightsOf, type Store } from './paths.js';

interface FactsFile {
  version: number;
  runs: [runId: string, look: number, facts: Json][];
}

/** What is known of each run, and how it looked. */
export type KnownFacts = Map<string, { look: number; facts: Json }>;

export function readFactsFile(store: Store, name: string, version: number): KnownFacts {
  try {
    const file = decodeChecked(readRegular(factsPath(store, name)).subarray(0, -1)) as FactsFile | null;
    if (file?.version !== version) return new Map();
    return new Map(file.runs.map(([runId, look, facts]) => [runId, { look, facts }]));
  } catch {
    return new Map();
  }
}

export function writeFactsFile(store: Store, name: string, version: number, known: KnownFacts): void {
  if (known.size < WORTH_WRITING_ROWS) return;
  const file = factsPath(store, name);
  const runs = [...known].map(([runId, { look, facts }]): FactsFile['runs'][number] => [runId, look, facts]);
  try {
    putWhole(
      file,
      encodeChecked({ version, runs } satisfies FactsFile),
      `${file}.${process.pid}`,
      rightsOf(store),
      false,
    );
  } catch {
    // Nothing is lost, and the store may be read-only.
  }
}

const bits = new Float64Array(1);
const halves = new Uint32Array(bits.buffer);

/** How a journal looked, in one number of 53 bits: to write the numbers of 2,000 stamps as text takes as long as half of Node's start. */
export function lookOf(stamp: Stamp): number {
  let [one, other] = [0x811c9dc5, 0x1b873593];
  const mix = (value: number): void => {
    one = Math.imul(one ^ value, 0x01000193);
    other = Math.imul(other + (value ^ (other >>> 15)), 0x85ebca6b);
  };
  for (const part of stamp) {
    if (typeof part === 'string') for (let index = 0; index < part.length; index += 1) mix(part.charCodeAt(index));
    else {
      bits[0] = part;
      mix(halves[0] as number);
      mix(halves[1] as number);
    }
  }
  return (one >>> 0) * 0x200000 + ((other ^ (other >>> 13)) & 0x1fffff);
}
