// Deleting a folder with all that is in it, and nothing else. The one place that does.
import fs from 'node:fs';
import { RunlogError } from '../events/errors.js';
import { isSameThing, type HeldFolder, type Identity } from './held-folder.js';

/**
 * Deletes what a name stands for. Links are deleted, never followed; what lies on another file system, or is not the `expected`
 * thing, makes it throw. Nothing is deleted through a path, so a folder that is exchanged meanwhile for a link leads nowhere.
 */
export function removeTree(parent: HeldFolder, name: string, expected?: Identity): void {
  const found = parent.look(name);
  if (found === undefined) return;
  if (!found.isDirectory()) {
    refuseOther(name, found, expected);
    fs.unlinkSync(parent.at(name));
    return;
  }
  removeFolder(parent, name, expected);
}

function removeFolder(parent: HeldFolder, name: string, expected?: Identity): void {
  const folder = parent.enter(name);
  try {
    refuseOther(name, folder, expected);
    // What became another kind of thing meanwhile makes the system refuse.
    for (const inner of folder.entries())
      if (inner.isDirectory()) removeFolder(folder, inner.name);
      else fs.unlinkSync(folder.at(inner.name));
  } finally {
    folder.close();
  }
  fs.rmdirSync(parent.at(name));
}

function refuseOther(name: string, found: Identity, expected: Identity | undefined): void {
  if (expected === undefined || isSameThing(found, expected)) return;
  throw new RunlogError('cannot_create', `${name} was exchanged for something else`);
}
