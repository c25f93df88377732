// The views' files: replaced whole, and only where they change.
import fs from 'node:fs';
import path from 'node:path';
import { errnoOf, messageOf, RunlogError } from '../events/errors.js';
import { PRIVATE, makeFolder, type Rights } from '../journal/folder.js';
import { openRegular } from '../journal/regular-file.js';
import { putWhole } from '../journal/whole-file.js';

/**
 * Replaces a file's content. Does nothing where it is that already, so that doing a thing twice changes nothing. Where it is not
 * `isSynced`, a power loss may leave the file empty.
 */
export function writeWhole(file: string, content: string, rights: Rights = PRIVATE, isSynced: boolean = true): void {
  const bytes = Buffer.from(content);
  if (holds(file, [bytes])) return;
  const aside = asideOf(file);
  try {
    fs.rmSync(aside, { force: true });
    putWhole(file, bytes, aside, rights, isSynced);
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

/** Bytes of an open file, from one place to before another. */
export interface FileRange {
  fd: number;
  from: number;
  to: number;
}

/** One of several files that are written together. What is in another file need not fit into the memory. */
export interface WholeFile {
  file: string;
  pieces: readonly (Uint8Array | FileRange)[];
}

/**
 * The same for several files of a folder. The disk is asked to keep them while others are written: it has them all in little more time
 * than one. While it is still at it, `meanwhile` is called with how each file will look.
 */
export async function writeTogether(
  files: readonly WholeFile[],
  rights: Rights,
  meanwhile: (looks: fs.Stats[]) => void = () => undefined,
): Promise<void> {
  const written: { file: string; fd: number; synced: Promise<Error | null> }[] = [];
  try {
    const looks = files.map(({ file, pieces }) =>
      at(file, () => {
        if (holds(file, pieces)) return fs.lstatSync(file);
        const fd = openAside(asideOf(file), rights);
        const one = { file, fd, synced: Promise.resolve<Error | null>(null) };
        written.push(one);
        for (const bytes of bytesOf(pieces)) fs.writeFileSync(fd, bytes);
        one.synced = sync(fd);
        return fs.fstatSync(fd);
      }),
    );
    meanwhile(looks);
    for (const { file, synced } of written) {
      // oxlint-disable-next-line no-await-in-loop -- all are under way
      const fault = await synced;
      if (fault !== null) throw cannotWrite(file, fault);
    }
    for (const { file } of written) at(file, () => fs.renameSync(asideOf(file), file));
  } catch (error) {
    for (const { file } of written) fs.rmSync(asideOf(file), { force: true });
    throw error;
  } finally {
    await Promise.all(written.map(({ synced }) => synced));
    for (const { fd } of written) fs.closeSync(fd);
  }
}

/** What the system says to it; null where the disk has it all. */
function sync(fd: number): Promise<Error | null> {
  return new Promise((resolve) => {
    fs.fsync(fd, resolve);
  });
}

/** Says of which file it is that something fails. */
function at<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

/** One name for all: what a killed command left there is written over by the next. */
function asideOf(file: string): string {
  return path.join(path.dirname(file), `.${path.basename(file)}.tmp`);
}

/** The same for a file that somebody else makes, under a name beside its place. */
export async function writeBy<T>(file: string, rights: Rights, make: (aside: string) => Promise<T>): Promise<T> {
  const aside = asideOf(file);
  try {
    const fd = openAside(aside, rights);
    try {
      const made = await make(aside);
      fs.fsyncSync(fd);
      fs.renameSync(aside, file);
      return made;
    } finally {
      fs.closeSync(fd);
    }
  } catch (error) {
    fs.rmSync(aside, { force: true });
    throw error instanceof RunlogError ? error : cannotWrite(file, error);
  }
}

const CHUNK_BYTES = 256 * 1024;

/**
 * The same for a text in pieces, which may be longer than a string can be, and so than the memory: as long as the file has what comes, it
 * is only read. Makes no empty file. `beforeIt` is called when all pieces are known, before the file is replaced; what it throws, or the
 * pieces, leaves the file as it was.
 */
export function writePieces(file: string, pieces: Iterable<string>, rights: Rights, beforeIt: () => void): void {
  const aside = asideOf(file);
  const known = openKnown(file);
  let fd: number | null = null;
  let same = 0;
  try {
    for (const chunk of chunksOf(pieces)) {
      if (fd === null && known !== null && hasNext(known, chunk, same)) {
        same += chunk.length;
        continue;
      }
      if (fd === null) copyStart((fd = openAside(aside, rights)), known, same);
      fs.writeFileSync(fd, chunk);
    }
    beforeIt();
    if (fd === null) {
      const isThat = same === (known === null ? 0 : fs.fstatSync(known).size);
      if (isThat) return;
      copyStart((fd = openAside(aside, rights)), known, same);
    }
    fs.fsyncSync(fd);
    fs.renameSync(aside, file);
  } catch (error) {
    if (fd !== null) fs.rmSync(aside, { force: true });
    throw error instanceof RunlogError ? error : cannotWrite(file, error);
  } finally {
    if (fd !== null) fs.closeSync(fd);
    if (known !== null) fs.closeSync(known);
  }
}

/** Null where no regular file can be read there. */
function openKnown(file: string): number | null {
  try {
    return openRegular(file);
  } catch {
    return null;
  }
}

/** Some pieces at a time. */
function* chunksOf(pieces: Iterable<string>): Generator<Buffer> {
  let text = '';
  for (const piece of pieces) {
    text += piece;
    if (text.length < CHUNK_BYTES) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}

/** Whether a file goes on with some bytes at a place. */
function hasNext(fd: number, bytes: Uint8Array, at: number): boolean {
  const found = Buffer.allocUnsafe(bytes.length);
  return readAt(fd, found, at) === bytes.length && found.equals(bytes);
}

function openAside(aside: string, rights: Rights): number {
  makeFolder(path.dirname(aside), rights);
  fs.rmSync(aside, { force: true });
  return fs.openSync(aside, 'wx', rights.file);
}

/** Copies as much of a file as is known to be right. */
function copyStart(fd: number, known: number | null, same: number): void {
  if (known === null) return;
  for (const bytes of bytesOf([{ fd: known, from: 0, to: same }])) fs.writeFileSync(fd, bytes);
}

/** Each to be used before the next is asked for: what comes from files comes in one buffer. */
function* bytesOf(pieces: WholeFile['pieces']): Generator<Uint8Array> {
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) {
      yield piece;
      continue;
    }
    chunk ??= Buffer.allocUnsafe(CHUNK_BYTES);
    for (let at = piece.from; at < piece.to;) {
      const length = readAt(piece.fd, chunk.subarray(0, Math.min(CHUNK_BYTES, piece.to - at)), at);
      if (length === 0) throw new Error('what it is copied from became shorter meanwhile');
      yield chunk.subarray(0, length);
      at += length;
    }
  }
}

let chunk: Buffer | undefined;

function readAt(fd: number, bytes: Buffer, at: number): number {
  let length = 0;
  for (let some = -1; some !== 0 && length < bytes.length; length += some)
    some = fs.readSync(fd, bytes, length, bytes.length - length, at + length);
  return length;
}

/** The error for a file that could not be written. */
export function cannotWrite(file: string, error: unknown): RunlogError {
  const code = ['ENOSPC', 'EIO', 'EDQUOT'].includes(errnoOf(error) ?? '') ? 'io' : 'cannot_create';
  return new RunlogError(code, `cannot write ${file}: ${messageOf(error)}`, {
    hint: 'Mend the rights or free some space, then run the same command again; nothing that was there is lost.',
    cause: error,
  });
}

/** Read only where it can be so by its length: a table may be large. */
function holds(file: string, pieces: WholeFile['pieces']): boolean {
  const known = openKnown(file);
  if (known === null) return false;
  try {
    let at = 0;
    const length = pieces.reduce((sum, piece) => sum + lengthOf(piece), 0);
    if (fs.fstatSync(known).size !== length) return false;
    for (const bytes of bytesOf(pieces)) {
      if (!hasNext(known, bytes, at)) return false;
      at += bytes.length;
    }
    return true;
  } catch {
    return false;
  } finally {
    fs.closeSync(known);
  }
}

function lengthOf(piece: Uint8Array | FileRange): number {
  return piece instanceof Uint8Array ? piece.length : piece.to - piece.from;
}
