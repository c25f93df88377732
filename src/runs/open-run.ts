// Reading a run: its events in order, whole values in place, with whatever damage was met. Reading changes nothing.
import path from 'node:path';
import type { RunlogEvent } from '../events/vocabulary.js';
import { restoreBlobs } from '../journal/blobs.js';
import type { Damage } from '../journal/line.js';
import { refuseLink } from '../journal/folder.js';
import { readWhole } from '../journal/whole-file.js';
import { readJournal } from '../journal/read.js';
import * as paths from './paths.js';
import type { Store } from './paths.js';

export interface ReadOptions {
  /** Also read the values that went to blobs; otherwise events carry their first 1,024 characters. */
  withBlobs?: boolean;
}

/** The events of a run; damage goes to the list given, in the order in which it is met. */
export function* readEvents(
  store: Store,
  runId: string,
  damage: Damage[],
  options: ReadOptions = {},
): Generator<RunlogEvent> {
  const folder = paths.runDir(store, runId);
  for (const item of readJournal(paths.journalDir(store, runId))) {
    if ('damage' in item) {
      damage.push(item.damage);
      continue;
    }
    if (options.withBlobs === true && 'blobs' in item.event) {
      for (const blob of restoreBlobs(item.event, (sha256) => readBlob(folder, sha256)))
        damage.push({
          kind: 'missing',
          segment: item.segment,
          offsetBytes: item.offsetBytes,
          lengthBytes: 0,
          message: `the rest of ${blob} cannot be read from blobs/`,
        });
    }
    yield item.event;
  }
}

/** The event that started a run, or null where its journal has none. */
export function readStart(store: Store, runId: string): RunlogEvent<'run.started'> | null {
  for (const item of readJournal(paths.journalDir(store, runId)))
    if ('event' in item && item.event.type === 'run.started') return item.event;
  return null;
}

function readBlob(folder: string, sha256: string): Buffer | null {
  try {
    refuseLink(path.join(folder, 'blobs'));
    return readWhole(path.join(folder, 'blobs', sha256));
  } catch {
    return null;
  }
}
