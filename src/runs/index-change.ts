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
