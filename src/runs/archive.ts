// Archives: one compressed tar file a run, made aside, read back, and only then in place. tar's one home.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as tar from 'tar';
import { RunlogError, errnoOf, messageOf } from '../events/errors.js';
import { readJournal } from '../journal/read.js';
import { foldRun, type RunState } from '../views/run.js';
import { makeFolder, syncFolder } from '../journal/folder.js';
import * as paths from './paths.js';
import type { Store } from './paths.js';

/**
 * Puts a run into the archive: every file, byte for byte, read back and compared before the archive gets its name. Gives what was
 * archived. An archive that is there already (of a rotation that was killed, or of before a restore) counts if it holds the same;
 * else the run in the store is the newer one, and replaces it.
 */
export async function archiveRun(store: Store, runId: string): Promise<Contents> {
  const target = paths.archivePath(store, runId);
  const contents = digestRun(store, runId);
  if (fs.existsSync(target) && (await holds(target, runId, contents))) return contents;
  const aside = path.join(paths.archiveDir(store), `.${runId}.tmp`);
  const rights = paths.rightsOf(store);
  makeFolder(paths.archiveDir(store), rights);
  fs.rmSync(aside, { force: true });
  try {
    await pipeline(
      tar.create({ cwd: paths.runsDir(store), gzip: true, strict: true }, [runId]),
      fs.createWriteStream(aside, { flags: 'wx', mode: rights.file, flush: true }),
    );
    compare(aside, contents, await digestArchive(aside, runId));
    fs.renameSync(aside, target);
    syncFolder(paths.archiveDir(store));
  } finally {
    fs.rmSync(aside, { force: true });
  }
  return contents;
}

/** What a run in the store consists of. */
export function digestRun(store: Store, runId: string): Contents {
  return digestFolder(paths.runDir(store, runId), runId);
}

/** Whether a folder holds just what a run of that id consisted of. */
export function isSameRun(folder: string, runId: string, contents: Contents): boolean {
  return differenceOf(contents, digestFolder(folder, runId)) === null;
}

/** Whether the archive of a run holds just that; false also where it cannot be read. */
export async function holds(file: string, runId: string, contents: Contents): Promise<boolean> {
  try {
    return differenceOf(contents, await digestArchive(file, runId)) === null;
  } catch (error) {
    if (error instanceof RunlogError) return false;
    throw error;
  }
}

/**
 * Unpacks an archived run into a folder that is there already and empty, and compares what came out. Throws where an entry is
 * anything but a file or folder of that run, and where the disk holds anything but what the archive has.
 */
export async function unpackRun(store: Store, runId: string, folder: string): Promise<void> {
  const file = paths.archivePath(store, runId);
  const contents = await digestArchive(file, runId);
  try {
    const rights = paths.rightsOf(store);
    await tar.extract({
      file,
      cwd: folder,
      strip: 1,
      strict: true,
      preserveOwner: false,
      // Whatever rights somebody gave them in the archive.
      onReadEntry: (entry) => (entry.mode = entry.type === 'Directory' ? rights.folder : rights.file),
    });
  } catch (error) {
    throw damaged(file, messageOf(error), error);
  }
  compare(file, contents, digestFolder(folder, runId));
}

/** The fold of an archived run's events. */
export async function readArchivedState(store: Store, runId: string): Promise<RunState> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'runlog-'));
  try {
    await unpackRun(store, runId, folder);
    const items = [...readJournal(path.join(folder, 'journal'))];
    return foldRun(items.flatMap((item) => ('event' in item ? [item.event] : [])));
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** What each file of a run hashes to, by its path from the store's runs/; folders have null. */
export type Contents = Map<string, string | null>;

function digestFolder(folder: string, name: string): Contents {
  const contents: Contents = new Map([[name, null]]);
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const inner = `${name}/${entry.name}`;
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) for (const [key, digest] of digestFolder(file, inner)) contents.set(key, digest);
    else if (entry.isFile()) contents.set(inner, createHash('sha256').update(fs.readFileSync(file)).digest('hex'));
    else
      throw new RunlogError('invalid_input', `${file} is neither a file nor a folder`, {
        hint: 'A run with such an entry is not archived; remove the entry.',
      });
  }
  return contents;
}

async function digestArchive(file: string, runId: string): Promise<Contents> {
  const contents: Contents = new Map();
  try {
    await tar.list({
      file,
      strict: true,
      onReadEntry(entry) {
        const name = path.posix.normalize(entry.path).replace(/\/$/, '');
        const isOwn = name === runId || name.startsWith(`${runId}/`);
        if (!isOwn || (entry.type !== 'File' && entry.type !== 'Directory'))
          throw new RunlogError(
            'invalid_input',
            `it has an entry that is no file of this run: ${entry.type} ${entry.path}`,
          );
        if (entry.type === 'Directory') {
          contents.set(name, null);
          entry.resume();
          return;
        }
        const hash = createHash('sha256');
        entry.on('data', (chunk) => hash.update(chunk));
        entry.on('end', () => contents.set(name, hash.digest('hex')));
      },
    });
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') throw error;
    throw damaged(file, messageOf(error), error);
  }
  return contents;
}

function compare(file: string, expected: Contents, found: Contents): void {
  const name = differenceOf(expected, found);
  if (name !== null) throw damaged(file, `${name} is not the same in the archive and in the folder`);
}

/** The first file or folder that one has and the other has not, or has otherwise. */
function differenceOf(one: Contents, other: Contents): string | null {
  for (const name of new Set([...one.keys(), ...other.keys()])) if (one.get(name) !== other.get(name)) return name;
  return null;
}

function damaged(file: string, why: string, cause?: unknown): RunlogError {
  return new RunlogError('invalid_input', `the archive ${file} cannot be relied on: ${why}`, {
    hint: 'Nothing was removed. Move the archive away and run the same command again.',
    cause,
  });
}
