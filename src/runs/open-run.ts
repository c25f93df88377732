// Reading a run: its events in order, whole values in place, with whatever damage was met. Reading changes nothing.
import path from 'node:path';
import { errnoOf } from '../events/errors.js';
import type { RunlogEvent } from '../events/vocabulary.js';
import { restoreBlobs } from '../journal/blobs.js';
import type { Damage } from '../journal/line.js';
import { refuseLink } from '../journal/folder.js';
import { readJournal, readSegment, type JournalItem, type SegmentOptions } from '../journal/read.js';
import { readRegular } from '../journal/regular-file.js';
import * as paths from './paths.js';
import type { Store } from './paths.js';
import { lostToSeal } from './seal.js';

export interface ReadOptions extends Pick<SegmentOptions, 'skims' | 'startProver'> {
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
  const { skims = false, startProver } = options;
  const read = (file: string, segment: string): ReturnType<typeof readSegment> =>
    readSegment(file, segment, { skims, startProver });
  for (const item of readJournal(paths.journalDir(store, runId), read)) {
    if ('damage' in item) {
      damage.push(item.damage);
      continue;
    }
    if (options.withBlobs === true) damage.push(...wholeValues(folder, item));
    yield item.event;
  }
  damage.push(...lostToSeal(store, runId));
}

/** Puts the whole values back into an event of a run's folder; what cannot be is damage at the place of the event. */
export function wholeValues(folder: string, item: Extract<JournalItem, { event: RunlogEvent }>): Damage[] {
  const { event, segment, offsetBytes } = item;
  if (!('blobs' in event)) return [];
  const faults = restoreBlobs(event, (sha256) => readBlob(folder, sha256));
  return faults.map((fault) => ({ ...fault, segment, offsetBytes, lengthBytes: 0 }));
}

/** Null where there is no such blob; throws what the system says where it cannot be read. */
function readBlob(folder: string, sha256: string): Buffer | null {
  try {
    refuseLink(path.join(folder, 'blobs'));
    return readRegular(path.join(folder, 'blobs', sha256));
  } catch (error) {
    // A link, or what is no file, holds nothing for us, and never will.
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EINVAL'].includes(errnoOf(error) ?? '')) return null;
    throw error;
  }
}
