// Archives: one compressed tar file a run, made aside, read back, and only then in place.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { RunlogError } from '../events/errors.js';
import { PRIVATE, type Rights } from '../journal/folder.js';
import type { Damage } from '../journal/line.js';
import { readJournal } from '../journal/read.js';
import { foldRun, type RunState } from '../views/run.js';
import { holdFolder, type HeldFolder, type Identity } from './held-folder.js';
import * as paths from './paths.js';
import type { Store } from './paths.js';
import { damagedArchive, readArchive } from './read-archive.js';
import { removeTree } from './remove-tree.js';
import { refuseUnreadable } from './unreadable.js';
import { differenceOf, digestFolder, digestRun, type Contents } from './run-contents.js';
import { writeArchive } from './write-archive.js';

/**
 * Puts a run into the archive: every file, byte for byte, synced, read back and compared before the archive gets its name. Gives what
 * was archived. An archive that is there already (of a rotation that was killed, or of before a restore) counts if it holds the same;
 * else the run in the store is the newer one, and replaces it. The disk has the archive's name once the caller has synced the folder.
 */
export async function archiveRun(
  runs: HeldFolder,
  archive: HeldFolder,
  runId: string,
  rights: Rights,
): Promise<Contents> {
  const target = paths.archiveName(runId);
  if (archive.look(target) !== undefined) {
    const contents = digestRun(runs, runId);
    if (holds(archive, target, runId, contents)) return contents;
  }
  const aside = `.${runId}.tmp`;
  fs.rmSync(archive.at(aside), { force: true });
  try {
    const contents = await writeArchive(runs, runId, archive.at(aside), rights);
    compare(path.join(archive.path, aside), contents, readArchive(archive, aside, runId));
    fs.renameSync(archive.at(aside), archive.at(target));
    return contents;
  } catch (error) {
    fs.rmSync(archive.at(aside), { force: true });
    throw error;
  }
}

/** Whether the archive of a run holds just that; false also where it cannot be read. */
export function holds(archive: HeldFolder, file: string, runId: string, contents: Contents): boolean {
  try {
    return differenceOf(contents, readArchive(archive, file, runId)) === null;
  } catch (error) {
    if (error instanceof RunlogError) return false;
    throw error;
  }
}

/**
 * Unpacks an archived run into a folder that is there already and empty, and compares what came out; the disk then has it. Throws
 * where an entry is anything but a file or folder of that run. Gives what the archive's file is.
 */
export function unpackRun(archive: HeldFolder, runId: string, folder: HeldFolder, rights: Rights): Identity {
  const file = paths.archiveName(runId);
  const contents = readArchive(archive, file, runId, { folder, rights });
  const files: Contents['files'] = new Map();
  digestFolder(folder, runId, files);
  compare(path.join(archive.path, file), contents, { files, identity: null });
  return contents.identity as Identity;
}

/** The fold of an archived run's events, and what is damaged of them. Throws where they cannot be read. */
export function readArchived(store: Store, runId: string): { state: RunState; damage: Damage[] } {
  const [place, whole] = [holdFolder(os.tmpdir()), holdFolder(store.dir)];
  const folder = place.makeNew('runlog-');
  try {
    const archive = whole.enter('archive');
    try {
      unpackRun(archive, runId, folder, PRIVATE);
    } finally {
      archive.close();
    }
    const items = [...readJournal(folder.at('journal'))];
    const damage = items.flatMap((item) => ('damage' in item ? [item.damage] : []));
    refuseUnreadable(runId, damage);
    return { state: foldRun(items.flatMap((item) => ('event' in item ? [item.event] : []))), damage };
  } finally {
    removeTree(place, path.basename(folder.path), folder);
    for (const held of [folder, whole, place]) held.close();
  }
}

function compare(file: string, expected: Contents, found: Contents): void {
  const name = differenceOf(expected, found);
  if (name !== null) throw damagedArchive(file, `${name} is not the same in the archive and in the folder`);
}
