// All runs of a store, read one at a time: the interface behind which a folder stands today.
import { messageOf } from '../events/errors.js';
import { emptyRun } from '../views/run.js';
import { listRunIds, type Store } from './paths.js';
import { readRun, type RunReading, type Vantage } from './verdict.js';

/** Every run of a store, in order of their ids. One damaged run never hides another. */
export function* readAllRuns(store: Store, from: Vantage): Generator<RunReading> {
  for (const runId of listRunIds(store)) yield readAnyRun(store, runId, from);
}

/** A run as it reads now, also where it cannot be read. */
export function readAnyRun(store: Store, runId: string, from: Vantage): RunReading {
  try {
    return readRun(store, runId, from);
  } catch (error) {
    return unreadableRun(runId, messageOf(error));
  }
}

function unreadableRun(runId: string, message: string): RunReading {
  const damage = [{ kind: 'unreadable' as const, segment: 'journal', offsetBytes: 0, lengthBytes: 0, message }];
  return { runId, state: emptyRun(), status: 'stale', reason: 'it cannot be read', damage, judgement: null };
}
