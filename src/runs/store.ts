// All runs of a store, read one at a time: the interface behind which a folder stands today.
import { listRunIds, type Store } from './paths.js';
import { readRun, type RunReading, type Vantage } from './verdict.js';

/** Every run of a store, in order of their ids. One damaged run never hides another. */
export function* readAllRuns(store: Store, from: Vantage): Generator<RunReading> {
  for (const runId of listRunIds(store)) yield readRun(store, runId, from);
}
