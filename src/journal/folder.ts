// Folders: making them, and making what happened in one survive a power loss.
import fs from 'node:fs';
import path from 'node:path';
import { errnoOf } from '../events/errors.js';

/** What those may do who are let in at all, by the modes of new files and folders. */
export interface Rights {
  file: number;
  folder: number;
}

/** The owner alone. */
export const PRIVATE: Rights = { file: 0o600, folder: 0o700 };

/** Whether there is something of that name; a link counts. Throws as `kindOf` does. */
export function isThere(file: string): boolean {
  return kindOf(file) !== undefined;
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
export function makeKeptFolder(folder: string, rights: Rights = PRIVATE): void {
  if (fs.existsSync(folder)) return;
  const parent = path.dirname(folder);
  makeKeptFolder(parent, rights);
  makeFolder(folder, rights);
  try {
    syncFolder(parent);
  } catch (error) {
    // A folder that may be written and not read cannot be synced: what is in it is as safe as it gets.
    if (errnoOf(error) !== 'EACCES') throw error;
  }
}

/**
 * Makes a folder and those above it that are missing. Node's own recursive mkdir never returns where a parent
 * takes no folders, as under /proc.
 */
export function makeFolder(folder: string, rights: Rights = PRIVATE): void {
  try {
    fs.mkdirSync(folder, { mode: rights.folder });
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'EEXIST' && fs.statSync(folder).isDirectory()) return;
    if (code !== 'ENOENT' || path.dirname(folder) === folder || fs.existsSync(path.dirname(folder))) throw error;
    makeFolder(path.dirname(folder), rights);
    makeFolder(folder, rights);
  }
}

/** Throws ELOOP where a symbolic link stands in a folder's place: what is written there would land somewhere else. */
export function refuseLink(folder: string): void {
  if (kindOf(folder)?.isSymbolicLink() === true)
    throw Object.assign(new Error(`${folder} is a symbolic link`), { code: 'ELOOP' });
}

/** What stands at a path itself, links not followed; undefined where nothing does. Where the system cannot tell, it throws: that is no "no". */
export function kindOf(file: string): fs.Stats | undefined {
  try {
    return fs.lstatSync(file, { throwIfNoEntry: false });
  } catch (error) {
    if (errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}
