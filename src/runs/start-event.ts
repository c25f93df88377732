// How a run began. It stands apart from the reading of whole runs, for some recording commands load it.
import { timeOf } from '../events/times.js';
import type { RunlogEvent } from '../events/vocabulary.js';
import { readJournal } from '../journal/read.js';
import { journalDir, type Store } from './paths.js';

/** The event that started a run, or null where its journal has none. */
export function readStart(store: Store, runId: string): RunlogEvent<'run.started'> | null {
  for (const item of readJournal(journalDir(store, runId)))
    if ('event' in item && item.event.type === 'run.started') return item.event;
  return null;
}

/** When a run began, as `list` has it: where the journal lost its start, or that has no time, the first time of any event. */
export function readStartTime(store: Store, runId: string): string | null {
  let first: string | null = null;
  let isStarted = false;
  for (const item of readJournal(journalDir(store, runId))) {
    if (!('event' in item)) continue;
    const at = timeOf(item.event);
    if (item.event.type === 'run.started' && !isStarted) {
      if (at !== null) return at;
      isStarted = true;
    }
    if (at !== null && (first === null || at < first)) first = at;
  }
  return first;
}
