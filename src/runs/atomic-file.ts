// The views' files: replaced whole, and only where they change.
import fs from 'node:fs';
import path from 'node:path';
import { errnoOf, messageOf, RunlogError } from '../events/errors.js';
import { PRIVATE, makeFolder, type Rights } from '../journal/folder.js';
import { openRegular, readRegular } from '../journal/regular-file.js';
import { putWhole, type Content } from '../journal/whole-file.js';

/**
 * Replaces a file's content. Does nothing where it is that already, so that doing a thing twice changes nothing. Where it is not
 * `isSynced`, a power loss may leave the file empty.
 */
export function writeWhole(
  file: string,
  content: string | Content,
  rights: Rights = PRIVATE,
  isSynced: boolean = true,
): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  if (holds(file, bytes)) return;
  const aside = asideOf(file);
  try {
    fs.rmSync(aside, { force: true });
    putWhole(file, bytes, aside, rights, isSynced);
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

/** One of several files that are written together. */
export interface WholeFile {
  file: string;
  content: Content;
}

/** The same for several files of a folder. The disk is asked to keep them all at once: it has them in little more time than one. */
export async function writeTogether(files: readonly WholeFile[], rights: Rights): Promise<void> {
  const changed = files.filter(({ file, content }) => !holds(file, content)).map((one) => ({ ...one, fd: -1 }));
  try {
    for (const one of changed)
      at(one.file, () => {
        one.fd = openAside(asideOf(one.file), rights);
        for (const piece of piecesOf(one.content)) fs.writeFileSync(one.fd, piece);
      });
    const faults = await Promise.all(changed.map(({ fd }) => sync(fd)));
    for (const [index, { file }] of changed.entries()) {
      const fault = faults[index] ?? null;
      if (fault !== null) throw cannotWrite(file, fault);
    }
    for (const { file } of changed) at(file, () => fs.renameSync(asideOf(file), file));
  } catch (error) {
    for (const { file, fd } of changed) if (fd !== -1) fs.rmSync(asideOf(file), { force: true });
    throw error;
  } finally {
    for (const { fd } of changed) if (fd !== -1) fs.closeSync(fd);
  }
}

/** What the system says to it; null where the disk has it all. */
function sync(fd: number): Promise<Error | null> {
  return new Promise((resolve) => {
    fs.fsync(fd, resolve);
  });
}

/** Says of which file it is that something fails. */
function at(file: string, work: () => void): void {
  try {
    work();
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
function hasNext(fd: number, chunk: Buffer, at: number): boolean {
  const found = Buffer.allocUnsafe(chunk.length);
  return readAt(fd, found, at) === chunk.length && found.equals(chunk);
}

function openAside(aside: string, rights: Rights): number {
  makeFolder(path.dirname(aside), rights);
  fs.rmSync(aside, { force: true });
  return fs.openSync(aside, 'wx', rights.file);
}

/** Copies as much of a file as is known to be right. */
function copyStart(fd: number, known: number | null, same: number): void {
  if (known === null) return;
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let at = 0; at < same;) {
    const length = readAt(known, chunk.subarray(0, Math.min(CHUNK_BYTES, same - at)), at);
    if (length === 0) throw new Error('what it replaces became shorter meanwhile');
    fs.writeFileSync(fd, chunk.subarray(0, length));
    at += length;
  }
}

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
function holds(file: string, content: Content): boolean {
  try {
    const pieces = piecesOf(content);
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    return fs.lstatSync(file).size === length && readRegular(file).equals(Buffer.concat(pieces));
  } catch {
    return false;
  }
}

function piecesOf(content: Content): readonly Uint8Array[] {
  return content instanceof Uint8Array ? [content] : content;
}
