// A cache of what was found out about settled runs, of one kind: their rows and facts in the order of the index, in columns, so that
// thousands of them are read at once. It is a cache: what is wrong with it is no error, it is as if it were not there.
import type { Json } from '../events/vocabulary.js';
import type { IndexEntry, Stamp } from '../formats/index-row.js';
import type { RunRow } from '../formats/run-json.js';
import { readRegular } from '../journal/regular-file.js';
import { putWhole } from '../journal/whole-file.js';
import { decodeChecked, encodeChecked } from './checked-line.js';
import { WORTH_WRITING_ROWS } from './index-file.js';
import { factsPath, rightsOf, type Store } from './paths.js';
import { journalStamp } from './settled-run.js';

/** The settled runs that an index file has. */
export interface Settled {
  /** Which index file; '' where there is none. */
  identity: string;
  rows: RunRow[];
  /** Which have calls without a price on record. */
  unpriced: boolean[];
  /** How their journals looked. */
  looks: number[];
}

export interface Kept {
  settled: Settled;
  /** Null where it is not known. */
  facts: (Json | null)[];
  /** Of runs that were finalized since. */
  others: Map<string, { look: number; facts: Json }>;
}

const PLAIN_KEYS = [
  ...(['run_id', 'status', 'start_time', 'end_time', 'duration_seconds', 'project_id', 'execution_mode'] as const),
  ...(['intent_type', 'total_steps', 'failed_steps', 'total_errors', 'total_tokens', 'estimated_cost_usd'] as const),
] as const;

interface FactsFile {
  version: number;
  identity: string;
  /** A column for each of PLAIN_KEYS. */
  plain: unknown[][];
  llm: [provider: (string | null)[], model: (string | null)[], temperature: (number | null)[]];
  tags: Record<string, string>[];
  unpriced: number[];
  looks: number[];
  facts: (Json | null)[];
  others: [runId: string, look: number, facts: Json][];
}

export function settledOf(entries: readonly IndexEntry[], identity: string): Settled {
  return {
    identity,
    rows: entries.map(({ row }) => row),
    unpriced: entries.map(({ isUnpriced }) => isUnpriced),
    looks: entries.map(({ stamp }) => lookOf(journalStamp(stamp))),
  };
}

export function readKept(store: Store, name: string, version: number): Kept | null {
  try {
    const file = decodeChecked(readRegular(factsPath(store, name)).subarray(0, -1)) as FactsFile | null;
    if (file?.version !== version) return null;
    const { identity, looks, facts } = file;
    const unpriced = file.unpriced.map((flag) => flag === 1);
    const others = new Map(file.others.map(([runId, look, own]) => [runId, { look, facts: own }]));
    return { settled: { identity, rows: rowsOf(file), unpriced, looks }, facts, others };
  } catch {
    return null;
  }
}

export function writeKept(store: Store, name: string, version: number, { settled, facts, others }: Kept): void {
  const { identity, rows, unpriced, looks } = settled;
  if (rows.length + others.size < WORTH_WRITING_ROWS) return;
  const content: FactsFile = {
    version,
    identity,
    plain: PLAIN_KEYS.map((key) => rows.map((row) => row[key])),
    llm: [
      rows.map(({ llm }) => llm.provider),
      rows.map(({ llm }) => llm.model),
      rows.map(({ llm }) => llm.temperature),
    ],
    tags: rows.map(({ tags }) => tags),
    unpriced: unpriced.map(Number),
    looks,
    facts,
    others: [...others].map(([runId, { look, facts: own }]) => [runId, look, own]),
  };
  const file = factsPath(store, name);
  try {
    putWhole(file, encodeChecked(content), `${file}.${process.pid}`, rightsOf(store), false);
  } catch {
    // Nothing is lost, and the store may be read-only.
  }
}

/** What is known of other runs in other orders: each by its id, where its journal looks the same. */
export function alignedFacts(kept: Kept | null, { rows, looks }: Settled): (Json | null)[] {
  const known = new Map<string, { look: number; facts: Json | null }>(kept?.others);
  for (const [index, { run_id: runId }] of (kept?.settled.rows ?? []).entries())
    known.set(runId, { look: kept?.settled.looks[index] as number, facts: kept?.facts[index] as Json | null });
  return rows.map(({ run_id: runId }, index) => {
    const own = known.get(runId);
    return own?.look === looks[index] ? (own?.facts ?? null) : null;
  });
}

function rowsOf({ plain, llm: [provider, model, temperature], tags }: FactsFile): RunRow[] {
  const [ids, statuses, starts, ends, seconds, projects, modes, intents, steps, failed, errors, tokens, costs] =
    plain as never[][];
  return (ids as never[]).map((id, index) => ({
    run_id: id,
    status: statuses?.[index] as never,
    start_time: starts?.[index] as never,
    end_time: ends?.[index] as never,
    duration_seconds: seconds?.[index] as never,
    project_id: projects?.[index] as never,
    execution_mode: modes?.[index] as never,
    intent_type: intents?.[index] as never,
    llm: { provider: provider[index] ?? null, model: model[index] ?? null, temperature: temperature[index] ?? null },
    total_steps: steps?.[index] as never,
    failed_steps: failed?.[index] as never,
    total_errors: errors?.[index] as never,
    total_tokens: tokens?.[index] as never,
    estimated_cost_usd: costs?.[index] as never,
    tags: tags[index] as Record<string, string>,
  }));
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
