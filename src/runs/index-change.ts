// The note that a finalized run has changed: whoever adds to one leaves it, whoever trusts the index looks for it.
import fs from 'node:fs';
import { OWN_FILE, openToAppend } from '../journal/segment.js';
import { indexChangePath, rightsOf, type Store } from './paths.js';

/** Notes it in the times of a file. A note that cannot be left costs nothing but that a filter may go by what the run was. */
export function noteChange(store: Store): void {
  const now = new Date();
  try {
    const { fd } = openToAppend(indexChangePath(store), () => rightsOf(store).file, OWN_FILE);
    try {
      fs.futimesSync(fd, now, now);
    } finally {
      fs.closeSync(fd);
    }
  } catch {
    // The rows that are shown are compared with their runs all the same.
  }
}

/** Some file systems count times in steps of two seconds. */
export const FRESH_MS = 2000;

/** How the note looks: while it is the same, runlog has added to no finalized run in its place. */
export function changeStamp(store: Store, freshMs: number = FRESH_MS): string {
  return stampOf(indexChangePath(store), freshMs);
}

/** How a file or folder looks; '' for what is too fresh to be told from a later change. */
export function stampOf(file: string, freshMs: number): string {
  try {
    const found = fs.statSync(file, { bigint: true, throwIfNoEntry: false });
    if (found === undefined) return 'none';
    const isFresh = Date.now() - Number(found.mtimeMs > found.ctimeMs ? found.mtimeMs : found.ctimeMs) < freshMs;
    return isFresh ? '' : `${found.ino} ${found.mtimeNs} ${found.ctimeNs}`;
  } catch {
    return '';
  }
}
