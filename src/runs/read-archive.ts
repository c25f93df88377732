// Reading archives: every byte through its checksums, every entry judged; what is written is written below one folder only.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Parser, type ReadEntry } from 'tar';
import { RunlogError, errnoOf, messageOf } from '../events/errors.js';
import type { Rights } from '../journal/folder.js';
import type { HeldFolder } from './held-folder.js';
import { chunksOf, type Contents } from './run-contents.js';

/** Compressed; what comes out may be a thousand times as much. */
const ARCHIVE_CHUNK_BYTES = 16 * 1024;

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = fs.constants;
const WRITE_NEW = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;

/** Reads an archive whole, and unpacks it into `target` where that is given. */
export function readArchive(archive: HeldFolder, name: string, runId: string, target?: Target): Contents {
  const file = path.join(archive.path, name);
  let fd: number;
  try {
    fd = archive.openFile(name);
  } catch (error) {
    if (error instanceof RunlogError) throw damagedArchive(file, error.message, error);
    throw error;
  }
  const taker = new Taker(runId, target);
  try {
    let problem: unknown = null;
    let [hasEnd, isWhole] = [false, false];
    const parser = new Parser({
      strict: true,
      maxDecompressionRatio: Infinity,
      onReadEntry: (entry) => taker.take(entry),
    });
    parser.on('error', (error) => (problem ??= error));
    // The two empty blocks: a file that was cut between two of its compressed pieces lacks nothing else.
    parser.on('eof', () => (hasEnd = true));
    parser.on('end', () => (isWhole = true));
    for (const chunk of chunksOf(fd, ARCHIVE_CHUNK_BYTES)) {
      // The parser may keep what it is given.
      parser.write(Buffer.from(chunk));
      if (problem !== null) throw problem;
    }
    parser.end();
    if (problem !== null) throw problem;
    if (!hasEnd || !isWhole || taker.isAmidFile) throw new Error('it ends too early');
    taker.finish();
    const { dev, ino } = fs.fstatSync(fd, { bigint: true });
    return { files: taker.files, identity: { dev, ino } };
  } catch (error) {
    // What the disk cannot take says nothing about the archive.
    if (['ENOSPC', 'EIO', 'EDQUOT', 'EROFS'].includes(errnoOf(error) ?? '')) throw error;
    throw damagedArchive(file, messageOf(error), error);
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

  take(entry: ReadEntry): void {
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

  #takeFolder(name: string, parent: HeldFolder | undefined, own: string, entry: ReadEntry): void {
    const folder = parent === undefined ? (this.#target as Target).folder : parent.make(own);
    this.#folders.set(name, {
      folder,
      mode: (entry.mode ?? 0o777) & (this.#target as Target).rights.folder,
      mtime: entry.mtime,
    });
  }

  #takeFile(name: string, parent: HeldFolder | undefined, own: string, entry: ReadEntry): void {
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

export function damagedArchive(file: string, why: string, cause?: unknown): RunlogError {
  return new RunlogError('invalid_input', `the archive ${file} cannot be relied on: ${why}`, {
    hint: 'Nothing was removed. Move the archive away and run the same command again.',
    cause,
  });
}
