// Archives: one compressed tar file a run, made aside, read back, and only then in place. tar's one home.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as tar from 'tar';
import { RunlogError, errnoOf, messageOf } from '../events/errors.js';
import { PRIVATE, type Rights } from '../journal/folder.js';
import type { Damage } from '../journal/line.js';
import { readJournal } from '../journal/read.js';
import { foldRun, type RunState } from '../views/run.js';
import { holdFolder, type HeldFolder, type Identity } from './held-folder.js';
import * as paths from './paths.js';
import type { Store } from './paths.js';
import { removeTree } from './remove-tree.js';
import { refuseUnreadable } from './unreadable.js';
import { chunksOf, differenceOf, digestFolder, digestRun, type Contents } from './run-contents.js';

/** Compressed; what comes out may be a thousand times as much. */
const ARCHIVE_CHUNK_BYTES = 16 * 1024;

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = fs.constants;
const WRITE_NEW = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;

/**
 * Puts a run into the archive: every file, byte for byte, read back and compared before the archive gets its name. Gives what was
 * archived. An archive that is there already (of a rotation that was killed, or of before a restore) counts if it holds the same;
 * else the run in the store is the newer one, and replaces it.
 */
export async function archiveRun(
  runs: HeldFolder,
  archive: HeldFolder,
  runId: string,
  rights: Rights,
): Promise<Contents> {
  const target = paths.archiveName(runId);
  const contents = digestRun(runs, runId);
  if (archive.look(target) !== undefined && holds(archive, target, runId, contents)) return contents;
  const aside = `.${runId}.tmp`;
  fs.rmSync(archive.at(aside), { force: true });
  try {
    await pipeline(
      tar.create({ cwd: runs.at('.'), gzip: true, strict: true }, [runId]),
      fs.createWriteStream(archive.at(aside), { flags: 'wx', mode: rights.file, flush: true }),
    );
    compare(path.join(archive.path, aside), contents, readArchive(archive, aside, runId));
    fs.renameSync(archive.at(aside), archive.at(target));
    archive.sync();
  } finally {
    fs.rmSync(archive.at(aside), { force: true });
  }
  return contents;
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

/** Reads an archive whole, and unpacks it into `target` where that is given. */
function readArchive(archive: HeldFolder, name: string, runId: string, target?: Target): Contents {
  const file = path.join(archive.path, name);
  let fd: number;
  try {
    fd = archive.openFile(name);
  } catch (error) {
    if (error instanceof RunlogError) throw damaged(file, error.message, error);
    throw error;
  }
  const taker = new Taker(runId, target);
  try {
    let problem: unknown = null;
    let isWhole = false;
    const parser = new tar.Parser({
      strict: true,
      maxDecompressionRatio: Infinity,
      onReadEntry: (entry) => taker.take(entry),
    });
    parser.on('error', (error) => (problem ??= error));
    parser.on('end', () => (isWhole = true));
    for (const chunk of chunksOf(fd, ARCHIVE_CHUNK_BYTES)) {
      // The parser may keep what it is given.
      parser.write(Buffer.from(chunk));
      if (problem !== null) throw problem;
    }
    parser.end();
    if (problem !== null) throw problem;
    if (!isWhole || taker.isAmidFile) throw new Error('it ends too early');
    taker.finish();
    const { dev, ino } = fs.fstatSync(fd, { bigint: true });
    return { files: taker.files, identity: { dev, ino } };
  } catch (error) {
    // What the disk cannot take says nothing about the archive.
    if (['ENOSPC', 'EIO', 'EDQUOT', 'EROFS'].includes(errnoOf(error) ?? '')) throw error;
    throw damaged(file, messageOf(error), error);
  } finally {
    taker.close();
    fs.closeSync(fd);
  }
}

/** Where an archive is unpacked to. Its files get no rights that the store does not give, whatever the archive says. */
interface Target {
  folder: HeldFolder;
  rights: Rights;
}

/** Takes an archive's entries one by one: digests them, and writes them where there is somewhere to write to. */
class Taker {
  readonly files: Contents['files'] = new Map();
  readonly #runId: string;
  readonly #folders = new Map<string, { folder: HeldFolder; mode: number; mtime: Date | undefined }>();
  readonly #target: Target | undefined;
  #openFile: number | null = null;
  isAmidFile = false;

  constructor(runId: string, target: Target | undefined) {
    this.#runId = runId;
    this.#target = target;
  }

  take(entry: tar.ReadEntry): void {
    const parts = entry.path.split('/').filter((part) => part !== '' && part !== '.');
    const name = parts.join('/');
    const isOwn = parts[0] === this.#runId && !parts.includes('..') && !entry.path.startsWith('/');
    if (!isOwn || (entry.type !== 'File' && entry.type !== 'Directory'))
      throw new Error(`it has an entry that is no file of this run: ${entry.type} ${entry.path}`);
    if (this.files.has(name)) throw new Error(`it has ${name} twice`);
    const parent = parts.slice(0, -1).join('/');
    if (parent === '' ? entry.type !== 'Directory' : this.files.get(parent) !== null)
      throw new Error(`it has no folder for ${name}`);
    const own = parts.at(-1) as string;
    if (entry.type === 'Directory') {
      this.files.set(name, null);
      if (this.#target !== undefined) this.#takeFolder(name, this.#folders.get(parent)?.folder, own, entry);
      entry.resume();
    } else this.#takeFile(name, this.#folders.get(parent)?.folder, own, entry);
  }

  #takeFolder(name: string, parent: HeldFolder | undefined, own: string, entry: tar.ReadEntry): void {
    const folder = parent === undefined ? (this.#target as Target).folder : parent.make(own);
    this.#folders.set(name, {
      folder,
      mode: (entry.mode ?? 0o777) & (this.#target as Target).rights.folder,
      mtime: entry.mtime,
    });
  }

  #takeFile(name: string, parent: HeldFolder | undefined, own: string, entry: tar.ReadEntry): void {
    this.isAmidFile = true;
    this.files.set(name, '');
    const hash = createHash('sha256');
    const fd = parent === undefined ? null : fs.openSync(parent.at(own), WRITE_NEW, 0o600);
    this.#openFile = fd;
    entry.on('data', (chunk) => {
      hash.update(chunk);
      if (fd !== null) fs.writeFileSync(fd, chunk);
    });
    entry.on('end', () => {
      this.isAmidFile = false;
      this.files.set(name, hash.digest('hex'));
      if (fd === null) return;
      fs.fchmodSync(fd, (entry.mode ?? 0o777) & (this.#target as Target).rights.file);
      if (entry.mtime !== undefined) fs.futimesSync(fd, entry.mtime, entry.mtime);
      fs.fsyncSync(fd);
      this.#openFile = null;
      fs.closeSync(fd);
    });
  }

  /** Folders get their rights and times last, innermost first. */
  finish(): void {
    for (const { folder, mode, mtime } of [...this.#folders.values()].reverse()) {
      folder.setMode(mode);
      if (mtime !== undefined) fs.utimesSync(folder.at('.'), mtime, mtime);
      folder.sync();
    }
  }

  close(): void {
    if (this.#openFile !== null) fs.closeSync(this.#openFile);
    for (const { folder } of this.#folders.values()) if (folder !== this.#target?.folder) folder.close();
  }
}

function compare(file: string, expected: Contents, found: Contents): void {
  const name = differenceOf(expected, found);
  if (name !== null) throw damaged(file, `${name} is not the same in the archive and in the folder`);
}

function damaged(file: string, why: string, cause?: unknown): RunlogError {
  return new RunlogError('invalid_input', `the archive ${file} cannot be relied on: ${why}`, {
    hint: 'Nothing was removed. Move the archive away and run the same command again.',
    cause,
  });
}
