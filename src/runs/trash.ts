// The trash: what is to go is renamed into a private folder first and deleted there, so that it is never half gone in its place.
import fs from 'node:fs';
import path from 'node:path';
import { errnoOf } from '../events/errors.js';
import { isSameThing, type HeldFolder, type Identity } from './held-folder.js';
import { HeldTree } from './held-tree.js';
import { archivedId, isRunId } from './paths.js';
import { removeTree } from './remove-tree.js';

/** Names of folders in the trash: what is looked at once more, and what may be deleted. */
const HELD = 'held-';
const GONE = 'gone-';

/** A process holds only so many files open. */
const MOST_EMPTIED = 128;

export const TRASH = '.trash';

/** What became of something that was to go; where it could be neither deleted nor put back, `place` is where it lies. */
export type Discarded = { end: 'gone' | 'back' } | { end: 'stuck' | 'left'; place: string; why: string };

/** Two new folders in the trash for what one command takes away: what is looked at once more, and what may be deleted. */
export class Bin {
  readonly #trash: HeldFolder;
  readonly #held: HeldFolder;
  readonly #gone: HeldFolder;
  /** Folders that are deleted and still held. */
  readonly #emptied: HeldFolder[] = [];

  constructor(trash: HeldFolder) {
    this.#trash = trash;
    this.#held = trash.makeNew(HELD);
    try {
      this.#gone = trash.makeNew(GONE);
    } catch (error) {
      drop(trash, this.#held);
      throw error;
    }
  }

  /**
   * Moves something into the trash, and deletes it if `isToGo` still says so of it there, where nobody finds it any more; else it
   * goes back, unless something else stands in its place by now (`stuck`). `left`: to be deleted, and not wholly deleted yet.
   */
  discard(
    from: HeldFolder,
    name: string,
    isToGo: (place: HeldFolder, found: Identity, tree: HeldTree) => boolean,
  ): Discarded {
    const tree = new HeldTree();
    try {
      return this.#discard(from, name, isToGo, tree);
    } finally {
      tree.close();
    }
  }

  #discard(
    from: HeldFolder,
    name: string,
    isToGo: (place: HeldFolder, found: Identity, tree: HeldTree) => boolean,
    tree: HeldTree,
  ): Discarded {
    const [held, gone] = [this.#held, this.#gone];
    fs.renameSync(from.at(name), held.at(name));
    const expected = held.look(name);
    let isGoing = false;
    try {
      isGoing = expected !== undefined && isToGo(held, expected, tree);
    } catch {
      // What cannot be looked at is not deleted.
    }
    if (expected === undefined || !isGoing) {
      const why = putBack(held, name, from);
      return why === null ? { end: 'back' } : { end: 'stuck', place: path.join(held.path, name), why };
    }
    fs.renameSync(held.at(name), gone.at(name));
    try {
      removeTree(gone, name, expected, { tree, close: (folder) => this.#keepEmptied(folder) });
    } catch (error) {
      return { end: 'left', place: path.join(gone.path, name), why: gone.words(error) };
    }
    return { end: 'gone' };
  }

  #keepEmptied(folder: HeldFolder): void {
    if (this.#emptied.length < MOST_EMPTIED) this.#emptied.push(folder);
    else folder.close();
  }

  /**
   * Lets go of the folders that were deleted. Some file systems tell the disk at once of what became free and wait for it: here for
   * many folders together, at a deletion for one after the other.
   */
  async settle(): Promise<void> {
    await Promise.all(this.#emptied.splice(0).map((folder) => folder.closeAside()));
  }

  /** What is left in it stays for the next rotate. */
  close(): void {
    for (const folder of this.#emptied.splice(0)) folder.close();
    drop(this.#trash, this.#held);
    drop(this.#trash, this.#gone);
  }
}

/** Takes away what bins of threads left that have ended: their folders, where nothing is in them any more. Under the store's lock. */
export function dropEmptyBins(trash: HeldFolder): void {
  for (const name of trash.names()) if (name.startsWith(HELD) || name.startsWith(GONE)) dropIfEmpty(trash, name);
}

function drop(trash: HeldFolder, folder: HeldFolder): void {
  folder.close();
  dropIfEmpty(trash, path.basename(folder.path));
}

function dropIfEmpty(trash: HeldFolder, name: string): void {
  try {
    fs.rmdirSync(trash.at(name));
  } catch {
    // Something is in it that could not go, or the next rotate deletes it.
  }
}

/** Something in the trash that was still being looked at when its rotate or restore was killed, or that could not go back then. */
export interface Waiting {
  holder: string;
  name: string;
  /** It is a run whose place is free. */
  isReturning: boolean;
}

/** What waits in the trash to go back. Changes nothing. */
export function waiting(trash: HeldFolder, runs: HeldFolder, archive: HeldFolder | null): Waiting[] {
  const found: Waiting[] = [];
  for (const holder of trash.names().sort()) {
    if (!holder.startsWith(HELD) || trash.look(holder)?.isDirectory() !== true) continue;
    const folder = trash.enter(holder);
    try {
      for (const name of folder.names().sort()) {
        const home = homeOf(folder, name, runs, archive);
        if (home === null) continue;
        const isReturning =
          folder.look(name)?.isDirectory() === true &&
          home.look(name) === undefined &&
          !found.some((other) => other.isReturning && other.name === name);
        found.push({ holder, name, isReturning });
      }
    } finally {
      folder.close();
    }
  }
  return found;
}

/**
 * Deals with what earlier commands left in the trash: what was to go is deleted; what was still being looked at goes back to its
 * place. Links, files and folders that no command of ours made are left alone. Gives what is wrong, in sentences.
 */
export function emptyTrash(trash: HeldFolder, runs: HeldFolder, archive: HeldFolder | null): string[] {
  const problems: string[] = [];
  for (const { holder, name } of waiting(trash, runs, archive)) {
    const folder = trash.enter(holder);
    try {
      const why = putBack(folder, name, homeOf(folder, name, runs, archive) as HeldFolder);
      if (why !== null) problems.push(stuckText(name, path.join(folder.path, name), why));
    } finally {
      folder.close();
    }
  }
  for (const entry of trash.names()) {
    if (trash.look(entry)?.isDirectory() !== true) continue;
    try {
      if (entry.startsWith(GONE)) removeTree(trash, entry);
      else if (entry.startsWith(HELD)) fs.rmdirSync(trash.at(entry));
    } catch (error) {
      if (errnoOf(error) === 'ENOTEMPTY' && entry.startsWith(HELD)) continue;
      problems.push(`${path.join(trash.path, entry)} could not be deleted: ${trash.words(error)}`);
    }
  }
  return problems;
}

export function stuckText(name: string, place: string, why: string): string {
  return `${name} could not go back to its place (${why}); it is whole in ${place}, and the next rotate tries again`;
}

/** Where something in the trash came from: a folder was a run, anything else that is called like an archive was one. */
function homeOf(folder: HeldFolder, name: string, runs: HeldFolder, archive: HeldFolder | null): HeldFolder | null {
  if (folder.look(name)?.isDirectory() !== true && archivedId(name) !== null) return archive;
  return isRunId(name) ? runs : null;
}

/** Puts something back where nothing stands; else says why not. */
function putBack(from: HeldFolder, name: string, home: HeldFolder): string | null {
  const thing = from.look(name);
  if (thing === undefined) return null;
  try {
    if (thing.isDirectory()) {
      // A rename cannot replace a file, nor a folder with something in it.
      if (home.look(name) !== undefined) return 'something else stands there';
      fs.renameSync(from.at(name), home.at(name));
    } else {
      // A link fails where there is something, which a rename would replace.
      fs.linkSync(from.at(name), home.at(name));
      const now = home.look(name);
      if (now !== undefined && isSameThing(now, thing)) fs.unlinkSync(from.at(name));
    }
    return null;
  } catch (error) {
    return ['EEXIST', 'ENOTEMPTY', 'ENOTDIR'].includes(errnoOf(error) ?? '')
      ? 'something else stands there'
      : home.words(error);
  }
}
