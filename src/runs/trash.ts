// The trash: what is to go is renamed into a private folder first and deleted there, so that it is never half gone in its place.
import fs from 'node:fs';
import path from 'node:path';
import type { Store } from './paths.js';

/** Moves a file or folder of the store into its trash and deletes it. */
export function discard(store: Store, file: string): void {
  const trash = trashDir(store);
  fs.mkdirSync(trash, { recursive: true, mode: 0o700 });
  const place = fs.mkdtempSync(path.join(trash, 'gone-'));
  fs.renameSync(file, path.join(place, path.basename(file)));
  fs.rmSync(place, { recursive: true, force: true });
}

/** Deletes what a killed command left there. */
export function emptyTrash(store: Store): void {
  fs.rmSync(trashDir(store), { recursive: true, force: true });
}

function trashDir(store: Store): string {
  return path.join(store.dir, '.trash');
}
