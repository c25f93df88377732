// Which runs of a store fit, newest first: settled ones by their rows, all others read now. What is given is as the runs are now,
// never only as the index has it.
import { comparePlaces, placeOf, type IndexEntry } from '../formats/index-row.js';
import { runRow, type RunRow } from '../formats/run-json.js';
import type { Store } from './paths.js';
import { isAsStamped } from './settled-run.js';
import { readAnyRun } from './store.js';
import { askIndex, type IndexOptions, type StoreIndex } from './store-index.js';
import { vantage, type RunReading, type Vantage } from './verdict.js';

export interface ListedRun {
  row: RunRow;
  /** Where the run had to be read; its calls of models may be without a price. */
  reading: RunReading | null;
}

export interface RunList {
  runs: ListedRun[];
  /** Every damaged run of the store, whether it fits or not; sorted. */
  damaged: string[];
  /** Whether a run fits, be it shown or not. */
  isAnyFitting: boolean;
  /** The rows of the latest settled runs that fit, as the index has them: for what is told of many, none is looked at. */
  latest: RunRow[];
}

export interface ListOptions extends IndexOptions {
  /** How many of the latest rows are asked for. */
  latest?: number;
}

/** The first `limit` runs that fit. */
export function listRuns(
  store: Store,
  fits: (row: RunRow) => boolean,
  limit: number,
  { latest: latestCount = 0, ...options }: ListOptions = {},
): RunList {
  let from: Vantage | undefined;
  const read = (runId: string): ListedRun => {
    const reading = readAnyRun(store, runId, (from ??= vantage()));
    return { row: runRow(runId, reading.status, reading.state), reading };
  };
  const ask = (index: StoreIndex, isLast: boolean): RunList | undefined => {
    const open = index.open.map(read);
    const fitting = open.filter(({ row }) => fits(row));
    fitting.sort((one, other) => comparePlaces(placeOf(one.row), placeOf(other.row)));
    const broken = open.filter(({ reading }) => reading !== null && reading.damage.length > 0);
    const damaged = [...index.damaged, ...broken.map(({ row }) => row.run_id)].sort();
    const latest = firstFitting(index.entries(), fits, latestCount);
    const runs: ListedRun[] = [];
    const next = merge(fitting, index.entries(), fits);
    for (let item = next.next(); item.done !== true; item = next.next()) {
      if (runs.length >= limit) return { runs, damaged, isAnyFitting: true, latest };
      if ('stamp' in item.value) {
        const { row, stamp, isUnpriced } = item.value;
        const isSame = isAsStamped(store, row.run_id, stamp);
        if (!isSame && !isLast) return undefined;
        runs.push(isSame && !isUnpriced ? { row, reading: null } : read(row.run_id));
      } else runs.push(item.value);
    }
    return { runs, damaged, isAnyFitting: runs.length > 0, latest };
  };
  return askIndex(store, ask, options);
}

function firstFitting(entries: Iterable<IndexEntry>, fits: (row: RunRow) => boolean, count: number): RunRow[] {
  const rows: RunRow[] = [];
  if (count === 0) return rows;
  for (const { row } of entries) {
    if (fits(row)) rows.push(row);
    if (rows.length >= count) break;
  }
  return rows;
}

/** All that fit, newest first, as far as they are asked for. */
function* merge(
  open: readonly ListedRun[],
  entries: Iterable<IndexEntry>,
  fits: (row: RunRow) => boolean,
): Generator<ListedRun | IndexEntry, void, undefined> {
  let next = 0;
  for (const entry of entries) {
    if (!fits(entry.row)) continue;
    for (let first = open[next]; first !== undefined && isBefore(first, entry); first = open[next]) {
      yield first;
      next += 1;
    }
    yield entry;
  }
  yield* open.slice(next);
}

function isBefore(one: { row: RunRow }, other: { row: RunRow }): boolean {
  return comparePlaces(placeOf(one.row), placeOf(other.row)) < 0;
}
