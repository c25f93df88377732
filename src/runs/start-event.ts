// How a run began. It stands apart from the reading of whole runs, for some recording commands load it.
import type { RunlogEvent } from '../events/vocabulary.js';
import { readJournal } from '../journal/read.js';
import { journalDir, type Store } from './paths.js';

/** The event that started a run, or null where its journal has none. */
export function readStart(store: Store, runId: string): RunlogEvent<'run.started'> | null {
  for (const item of readJournal(journalDir(store, runId)))
    if ('event' in item && item.event.type === 'run.started') return item.event;
  return null;
}
