// A folder of files that is made anew as a whole, such as a table in partitions: what a former export left must not stay among it.
import fs from 'node:fs';
import path from 'node:path';
import { RunlogError } from '../events/errors.js';
import { makeFolder, type Rights } from '../journal/folder.js';
import { cannotWrite } from './atomic-file.js';
import { holdFolder, type HeldFolder } from './held-folder.js';
import { removeTree } from './remove-tree.js';

/**
 * Replaces a folder by what `make` puts into the empty one that it is given. Throws `cannot_create` where there is a folder whose
 * names do not all say that they are of this kind: it is somebody else's.
 */
export async function replaceFolder<T>(
  folder: string,
  isOfKind: (name: string) => boolean,
  rights: Rights,
  make: (aside: string) => Promise<T>,
): Promise<T> {
  const [parent, name] = [path.dirname(folder), path.basename(folder)];
  const aside = `.${name}.tmp`;
  makeFolder(parent, rights);
  const held = holdFolder(parent);
  try {
    if (held.look(name) !== undefined && !isAllOfKind(held, name, isOfKind))
      throw new RunlogError('cannot_create', `${folder} holds other things than such an export`, {
        hint: 'Name another folder with --out, or move that one away.',
      });
    removeTree(held, aside);
    makeFolder(path.join(parent, aside), rights);
    const made = await make(path.join(parent, aside));
    setRights(held, aside, rights);
    removeTree(held, name);
    fs.renameSync(held.at(aside), held.at(name));
    return made;
  } catch (error) {
    throw error instanceof RunlogError ? error : cannotWrite(folder, error);
  } finally {
    held.close();
  }
}

function isAllOfKind(parent: HeldFolder, name: string, isOfKind: (name: string) => boolean): boolean {
  if (parent.look(name)?.isDirectory() !== true) return false;
  const folder = parent.enter(name);
  try {
    return folder
      .entries()
      .every((entry) => isOfKind(entry.name) && (entry.isFile() || isAllOfKind(folder, entry.name, isOfKind)));
  } finally {
    folder.close();
  }
}

function setRights(parent: HeldFolder, name: string, rights: Rights): void {
  const folder = parent.enter(name);
  try {
    folder.setMode(rights.folder);
    for (const entry of folder.entries())
      if (entry.isDirectory()) setRights(folder, entry.name, rights);
      else fs.chmodSync(folder.at(entry.name), rights.file);
  } finally {
    folder.close();
  }
}
