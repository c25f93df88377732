// Reading a run: its events in order, whole values in place, with whatever damage was met. Reading changes nothing.
import path from 'node:path';
import { RunlogError, errnoOf } from '../events/errors.js';
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
      let hasFailed = false;
      const read = (sha256: string): Buffer | null => {
        const content = readBlob(folder, sha256);
        if (content !== 'unreadable') return content;
        hasFailed = true;
        return null;
      };
      for (const blob of restoreBlobs(item.event, read))
        damage.push({
          kind: hasFailed ? 'unreadable' : 'missing',
          segment: item.segment,
          offsetBytes: item.offsetBytes,
          lengthBytes: 0,
          message: `the rest of ${blob} cannot be read from blobs/`,
        });
    }
    yield item.event;
  }
}

/** What the system could not read, as opposed to bytes that are damaged. */
export function isUnreadable({ kind }: Damage): boolean {
  return kind === 'unreadable';
}

/**
 * Throws `io` where the system could not read something of a run. Damage in the bytes is there for good, and all else is to be had in
 * spite of it; what cannot be read today may be whole tomorrow, and a view made without it would look as if it had never been.
 */
export function refuseUnreadable(runId: string, damage: readonly Damage[]): void {
  const found = damage.find(isUnreadable);
  if (found === undefined) return;
  throw new RunlogError('io', `${runId}: ${found.segment} cannot be read: ${found.message}`, {
    hint: 'Nothing was written. Run the same command again once the file can be read.',
  });
}

/** The event that started a run, or null where its journal has none. */
export function readStart(store: Store, runId: string): RunlogEvent<'run.started'> | null {
  for (const item of readJournal(paths.journalDir(store, runId)))
    if ('event' in item && item.event.type === 'run.started') return item.event;
  return null;
}

/** Null where there is no such blob. */
function readBlob(folder: string, sha256: string): Buffer | 'unreadable' | null {
  try {
    refuseLink(path.join(folder, 'blobs'));
    return readWhole(path.join(folder, 'blobs', sha256));
  } catch (error) {
    // A link, or what is no file, holds nothing for us, and never will.
    return ['ENOENT', 'ENOTDIR', 'ELOOP', 'EINVAL'].includes(errnoOf(error) ?? '') ? null : 'unreadable';
  }
}
