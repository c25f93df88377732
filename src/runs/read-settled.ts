// A settled run, read whole. Its own file: those who find what they want in the index load nothing of it.
import type { RunState } from '../views/run.js';
import type { Store } from './paths.js';
import { foldSealed } from './sealed-run.js';
import { findSettled } from './settled-run.js';
import { readAnyRun } from './store.js';
import type { Vantage } from './verdict.js';

/** Null where a run is not what it was sealed as, or damaged: then what is found is of today alone. */
export function readSettled(store: Store, runId: string, from: Vantage): RunState | null {
  const settled = findSettled(store, runId);
  if (settled === null) return null;
  const sound = foldSealed(store, runId, settled.seal);
  if (sound !== null) return sound;
  const { state, damage } = readAnyRun(store, runId, from);
  return damage.length === 0 ? state : null;
}
