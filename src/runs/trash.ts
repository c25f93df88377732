// The trash: what is to go is renamed into a private folder first and deleted there, so that it is never half gone in its place.
import fs from 'node:fs';
import path from 'node:path';
import type { Store } from './paths.js';
import { makeFolder } from '../journal/folder.js';

/** Names of folders in the trash: what is looked at once more, and what may be deleted. */
const HELD = 'held-';
const GONE = 'gone-';

/**
 * Moves a file or folder of the store into its trash, and deletes it if `isToGo` still says so of it there, where nobody finds
 * it any more; else it goes back. Says whether it is gone.
 */
export function discard(store: Store, file: string, isToGo?: (place: string) => boolean): boolean {
  const trash = trashDir(store);
  makeFolder(trash);
  const held = fs.mkdtempSync(path.join(trash, isToGo === undefined ? GONE : HELD));
  const place = path.join(held, path.basename(file));
  fs.renameSync(file, place);
  if (isToGo !== undefined && !isToGo(place)) {
    fs.renameSync(place, file);
    fs.rmdirSync(held);
    return false;
  }
  const gone = path.join(trash, path.basename(held).replace(HELD, GONE));
  if (gone !== held) fs.renameSync(held, gone);
  fs.rmSync(gone, { recursive: true, force: true });
  return true;
}

/**
 * Deals with what a killed command left in the trash: what was to go is deleted; a run that was still being looked at goes back
 * to its place.
 */
export function emptyTrash(store: Store, placeOf: (name: string) => string): void {
  const trash = trashDir(store);
  if (!fs.existsSync(trash)) return;
  for (const entry of fs.readdirSync(trash)) {
    const folder = path.join(trash, entry);
    if (entry.startsWith(HELD))
      for (const name of fs.readdirSync(folder)) {
        if (fs.existsSync(placeOf(name))) continue;
        fs.renameSync(path.join(folder, name), placeOf(name));
      }
    if (entry.startsWith(GONE) || fs.readdirSync(folder).length === 0)
      fs.rmSync(folder, { recursive: true, force: true });
  }
}

function trashDir(store: Store): string {
  return path.join(store.dir, '.trash');
}
