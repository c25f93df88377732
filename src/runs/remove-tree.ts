// Deleting a folder with all that is in it, and nothing else. The one place that does.
import fs from 'node:fs';
import { RunlogError } from '../events/errors.js';
import { isSameThing, type HeldFolder, type Identity } from './held-folder.js';
import type { HeldTree } from './held-tree.js';

/** How a tree is deleted that was looked at before. */
export interface Removal {
  /** Folders that are still held from that look, with what it found in them. What came since makes the system refuse. */
  tree?: HeldTree;
  /** Is given each folder that is deleted, still held: what it took on the disk becomes free when it is closed, not before. */
  close?: (folder: HeldFolder) => void;
}

/**
 * Deletes what a name stands for. Links are deleted, never followed; what lies on another file system, or is not the `expected`
 * thing, makes it throw. Nothing is deleted through a path, so a folder that is exchanged meanwhile for a link leads nowhere.
 */
export function removeTree(parent: HeldFolder, name: string, expected?: Identity, removal: Removal = {}): void {
  const found = removal.tree?.has('') === true ? 'folder' : parent.look(name);
  if (found === 'folder' || found?.isDirectory() === true) removeFolder(parent, name, '', expected, removal);
  else if (found !== undefined) {
    refuseOther(name, found, expected);
    fs.unlinkSync(parent.at(name));
  }
}

function removeFolder(
  parent: HeldFolder,
  name: string,
  place: string,
  expected: Identity | undefined,
  removal: Removal,
): void {
  const listed = removal.tree?.take(place);
  const folder = listed?.folder ?? parent.enter(name);
  let isGone = false;
  try {
    refuseOther(name, folder, expected);
    // What became another kind of thing meanwhile makes the system refuse.
    for (const inner of listed?.entries ?? folder.entries())
      if (inner.isDirectory()) removeFolder(folder, inner.name, `${place}${inner.name}/`, undefined, removal);
      else fs.unlinkSync(folder.at(inner.name));
    fs.rmdirSync(parent.at(name));
    isGone = true;
  } finally {
    if (!isGone || removal.close === undefined) folder.close();
  }
  removal.close?.(folder);
}

function refuseOther(name: string, found: Identity, expected: Identity | undefined): void {
  if (expected === undefined || isSameThing(found, expected)) return;
  throw new RunlogError('cannot_create', `${name} was exchanged for something else`);
}
