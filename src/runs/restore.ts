// The way back from the archive: unpacked aside, renamed into place, and only then is the archive let go.
import fs from 'node:fs';
import path from 'node:path';
import { RunlogError } from '../events/errors.js';
import { removeAbandoned } from './abandoned.js';
import { holds, unpackRun } from './archive.js';
import { holdFolder, isSameThing, type HeldFolder, type Identity } from './held-folder.js';
import type { Rights } from '../journal/folder.js';
import { withLock } from './lock.js';
import * as paths from './paths.js';
import type { Store } from './paths.js';
import { removeTree } from './remove-tree.js';
import { digestRun } from './run-contents.js';
import { Bin, TRASH, emptyTrash, stuckText, type Discarded } from './trash.js';

/** Restores the run that an id, or an unambiguous start of one, names; gives its id, and what is wrong all the same. */
export async function restoreRun(
  store: Store,
  text: string,
  lockTimeoutSeconds: number,
): Promise<{ runId: string; problems: string[] }> {
  return withLock(store, lockTimeoutSeconds, () => {
    const held: HeldFolder[] = [];
    const keep = (folder: HeldFolder): HeldFolder => {
      held.push(folder);
      return folder;
    };
    try {
      const rights = paths.rightsOf(store);
      const whole = keep(holdFolder(store.dir));
      if (whole.look('archive') === undefined) findArchived(text, []);
      const [archive, runs] = [keep(whole.enter('archive')), keep(whole.make('runs', rights.folder))];
      // Opened before anything is done: a trash that cannot be used is said then.
      const trash = keep(whole.make(TRASH));
      // An archive that a killed restore was about to let go is there again, and its run already in place.
      const problems = emptyTrash(trash, runs, archive);
      const runId = findArchived(text, paths.listArchived(store));
      removeAbandoned(runs, archive, Date.now());
      const letGo = (file: Identity): string[] => [...problems, ...dropArchive(trash, archive, runId, file)];
      const file = archive.look(paths.archiveName(runId));
      if (runs.look(runId) === undefined) return { runId, problems: letGo(putInPlace(runs, archive, runId, rights)) };
      // A restore that was killed after its rename has only this left to do.
      if (file !== undefined && isIn(runs, archive, runId)) return { runId, problems: letGo(file) };
      throw new RunlogError('cannot_create', `${runId} is in the store already`, {
        hint: `Its archive, which differs, is ${paths.archivePath(store, runId)}`,
      });
    } finally {
      for (const folder of held) folder.close();
    }
  });
}

function isIn(runs: HeldFolder, archive: HeldFolder, runId: string): boolean {
  return (
    runs.look(runId)?.isDirectory() === true && holds(archive, paths.archiveName(runId), runId, digestRun(runs, runId))
  );
}

/** Gives what the archive's file was. */
function putInPlace(runs: HeldFolder, archive: HeldFolder, runId: string, rights: Rights): Identity {
  const aside = runs.makeNew('.restore-');
  const name = path.basename(aside.path);
  try {
    const file = unpackRun(archive, runId, aside, rights);
    if (runs.look(runId) !== undefined) throw new Error('something else came into its place');
    fs.renameSync(runs.at(name), runs.at(runId));
    const placed = runs.look(runId);
    if (placed === undefined || !isSameThing(placed, aside)) throw new Error('it was exchanged for something else');
    runs.sync();
    return file;
  } catch (error) {
    if (error instanceof RunlogError) throw error;
    throw new RunlogError('cannot_create', `${runId} could not be restored: ${runs.words(aside.words(error))}`, {
      hint: 'Its archive is untouched.',
      cause: error,
    });
  } finally {
    const left = runs.look(name);
    if (left !== undefined && isSameThing(left, aside)) removeTree(runs, name, aside);
    aside.close();
  }
}

/** The run is back: its archive goes, if it still is the file that was unpacked. */
function dropArchive(trash: HeldFolder, archive: HeldFolder, runId: string, file: Identity): string[] {
  const name = paths.archiveName(runId);
  const bin = new Bin(trash);
  let done: Discarded;
  try {
    done = bin.discard(archive, name, (_, found) => isSameThing(found, file));
  } finally {
    bin.close();
  }
  if (done.end === 'stuck') return [stuckText(name, done.place, done.why)];
  if (done.end === 'left') return [`${done.place} could not be deleted: ${done.why}`];
  return done.end === 'gone' ? [] : [`its archive was exchanged meanwhile and stays: ${path.join(archive.path, name)}`];
}

function findArchived(text: string, ids: readonly string[]): string {
  const fitting = ids.includes(text) ? [text] : ids.filter((id) => text !== '' && id.startsWith(text));
  if (fitting.length === 1) return fitting[0] as string;
  throw new RunlogError(
    fitting.length === 0 ? 'no_such_run' : 'usage',
    fitting.length === 0
      ? `no such run in the archive: ${JSON.stringify(text).slice(1, -1)}`
      : `${fitting.length} archived runs begin with ${text}`,
    {
      hint:
        ids.length === 0
          ? 'The archive is empty.'
          : `It has: ${ids.slice(0, 8).join(', ')}${ids.length > 8 ? '…' : ''}`,
    },
  );
}
