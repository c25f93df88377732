// Folders: making them, and making what happened in one survive a power loss.
import fs from 'node:fs';
import path from 'node:path';
import { errnoOf } from '../events/errors.js';

/** Whether there is something of that name; a link counts. Where the system cannot tell, it throws: that is no "no". */
export function isThere(file: string): boolean {
  try {
    return fs.lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (errnoOf(error) === 'ENOTDIR') return false;
    throw error;
  }
}

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

/** Makes a folder and those above it that are missing, and has the disk keep their names. */
export function makeKeptFolder(folder: string): void {
  if (fs.existsSync(folder)) return;
  const parent = path.dirname(folder);
  makeKeptFolder(parent);
  makeFolder(folder);
  try {
    syncFolder(parent);
  } catch (error) {
    // A folder that may be written and not read cannot be synced: what is in it is as safe as it gets.
    if (errnoOf(error) !== 'EACCES') throw error;
  }
}

/**
 * Makes a folder and those above it that are missing, for the owner alone. Node's own recursive mkdir never returns where a parent
 * takes no folders, as under /proc.
 */
export function makeFolder(folder: string): void {
  try {
    fs.mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'EEXIST' && fs.statSync(folder).isDirectory()) return;
    if (code !== 'ENOENT' || path.dirname(folder) === folder || fs.existsSync(path.dirname(folder))) throw error;
    makeFolder(path.dirname(folder));
    makeFolder(folder);
  }
}
