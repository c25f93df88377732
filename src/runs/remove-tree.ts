// Deleting a folder with all that is in it, and nothing else. The one place that does.
import fs from 'node:fs';
import { RunlogError } from '../events/errors.js';
import { isSameThing, type HeldFolder, type Identity } from './held-folder.js';

/**
 * Deletes what a name stands for. Links are deleted, never followed; what lies on another file system, or is not the `expected`
 * thing, makes it throw. Nothing is deleted through a path, so a folder that is exchanged meanwhile for a link leads nowhere.
 */
export function removeTree(parent: HeldFolder, name: string, expected?: Identity): void {
  for (const emptied of emptying(parent, name, expected)) fs.rmdirSync(emptied);
}

/** The same, while others go on: a disk that is told of what became free is waited for at each folder. */
export async function removeTreeAside(parent: HeldFolder, name: string, expected: Identity): Promise<void> {
  // oxlint-disable-next-line no-await-in-loop -- what is in a folder goes before it
  for (const emptied of emptying(parent, name, expected)) await fs.promises.rmdir(emptied);
}

/** Deletes all but the folders: these come as paths, for a call right away, the inner ones first, each empty by then. */
function* emptying(parent: HeldFolder, name: string, expected?: Identity): Generator<string> {
  const found = parent.look(name);
  if (found === undefined) return;
  if (found.isDirectory()) {
    yield* emptyingFolder(parent, name, expected);
    return;
  }
  refuseOther(name, found, expected);
  fs.unlinkSync(parent.at(name));
}

function* emptyingFolder(parent: HeldFolder, name: string, expected?: Identity): Generator<string> {
  const folder = parent.enter(name);
  try {
    refuseOther(name, folder, expected);
    // What became another kind of thing meanwhile makes the system refuse.
    for (const inner of folder.entries())
      if (inner.isDirectory()) yield* emptyingFolder(folder, inner.name);
      else fs.unlinkSync(folder.at(inner.name));
  } finally {
    folder.close();
  }
  yield parent.at(name);
}

function refuseOther(name: string, found: Identity, expected: Identity | undefined): void {
  if (expected === undefined || isSameThing(found, expected)) return;
  throw new RunlogError('cannot_create', `${name} was exchanged for something else`);
}
