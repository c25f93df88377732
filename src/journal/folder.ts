// Folders: making what happened in one survive a power loss.
import fs from 'node:fs';
import { errnoOf } from '../events/errors.js';

/** Makes a rename in a folder survive a power loss. Some file systems cannot sync a folder; the rename is then as safe as it gets. */
export function syncFolder(folder: string): void {
  const fd = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(fd);
  } catch (error) {
    if (errnoOf(error) !== 'EINVAL' && errnoOf(error) !== 'EISDIR') throw error;
  } finally {
    fs.closeSync(fd);
  }
}
