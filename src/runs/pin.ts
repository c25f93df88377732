// Pins: a run with the file `pinned` in its folder is kept from rotation. A wish of the user, not a fact about the run.
import fs from 'node:fs';
import path from 'node:path';
import { isThere } from '../journal/folder.js';
import { writeWhole } from './atomic-file.js';
import { rightsOf, runDir, type Store } from './paths.js';

export function isPinned(store: Store, runId: string): boolean {
  return isThere(pinPath(store, runId));
}

export function pinRun(store: Store, runId: string): void {
  writeWhole(pinPath(store, runId), '', rightsOf(store));
}

export function unpinRun(store: Store, runId: string): void {
  fs.rmSync(pinPath(store, runId), { force: true });
}

function pinPath(store: Store, runId: string): string {
  return path.join(runDir(store, runId), 'pinned');
}
