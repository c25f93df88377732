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
  runs: [runId: string, look: string, facts: Json][];
}

/** What is known of each run, and how it looked. */
export type KnownFacts = Map<string, { look: string; facts: Json }>;

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

/** How a journal looked, in one text. */
export function lookText(stamp: Stamp): string {
  return stamp.join(' ');
}
