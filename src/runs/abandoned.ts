// What killed commands left half made, and nobody will ever finish. Readers pass over all of it; here it goes.
import fs from 'node:fs';
import { messageOf } from '../events/errors.js';
import type { HeldFolder } from './held-folder.js';
import { removeTree } from './remove-tree.js';

/** A start takes no lock and may be under way, but not for a day. */
const LONG_AGO_MS = 24 * 3600 * 1000;

/**
 * Deletes what restores, rotations and starts that were killed left in `runs/` and `archive/`. Only for who holds the store's lock:
 * then no restore and no rotation is under way. Gives what could not be deleted, in sentences.
 */
export function removeAbandoned(runs: HeldFolder, archive: HeldFolder | null, nowMs: number): string[] {
  const isOld = (name: string): boolean => Number(runs.look(name)?.mtimeMs ?? nowMs) < nowMs - LONG_AGO_MS;
  return [
    ...remove(runs, (name) => name.startsWith('.restore-') || (name.startsWith('.new-') && isOld(name))),
    ...(archive === null ? [] : remove(archive, (name) => /^\..+\.tmp$/.test(name))),
  ];
}

/** Deletes the values that a killed writer did not get into their place. One that is under way is written again, or spooled. */
export function removeBegunBlobs(folder: string): void {
  let names: string[];
  try {
    names = fs.readdirSync(folder);
  } catch {
    return;
  }
  for (const name of names) if (name.startsWith('.')) fs.rmSync(`${folder}/${name}`, { force: true });
}

function remove(folder: HeldFolder, isAbandoned: (name: string) => boolean): string[] {
  return folder
    .names()
    .filter(isAbandoned)
    .flatMap((name) => {
      try {
        removeTree(folder, name);
        return [];
      } catch (error) {
        return [`${folder.path}/${name} could not be deleted: ${messageOf(error)}`];
      }
    });
}
