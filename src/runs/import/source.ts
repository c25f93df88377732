// What is imported, as text in pieces: a file, or what comes through a pipe. It can be walked through more than once, in bounded memory.
import { createHash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { RunlogError, errnoOf, messageOf } from '../../events/errors.js';
import type { Remark } from '../../formats/draft.js';

const CHUNK_BYTES = 256 * 1024;
/** A line that is longer is handed over in parts. */
const LONGEST_CARRY_BYTES = 1024 * 1024;
/** What comes through a pipe is held in memory up to here, and beyond that in a file without a name. */
const HELD_BYTES = 16 * 1024 * 1024;
/** How often a walk lets signals and the terminal have their turn. */
const TURN_BYTES = 4 * 1024 * 1024;

export interface Source {
  /** As the user named it. */
  name: string;
  sizeBytes: number;
  /** Fills the buffer from a position; gives the bytes read, 0 at the end. */
  read: (buffer: Buffer, position: number) => number;
  close: () => void;
}

/** Opens a file, or `-` for the standard input. Throws `no_such_file` or `io`. */
export function openSource(file: string, cwd: string): Source {
  const name = file === '-' ? 'stdin' : file;
  try {
    const fd = file === '-' ? 0 : fs.openSync(path.resolve(cwd, file), 'r');
    const stats = fs.fstatSync(fd);
    // A descriptor of a pipe can be read once, and a file on stdin may be half read already.
    if (!stats.isFile() || file === '-') return holdStream(name, fd);
    return ofFile(name, fd, stats.size);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    if (errnoOf(error) === 'ENOENT')
      throw new RunlogError('no_such_file', `no such file: ${name}`, { hint: 'Check the name.', cause: error });
    throw new RunlogError('io', `cannot read ${name}: ${messageOf(error)}`, { cause: error });
  }
}

function ofFile(name: string, fd: number, sizeBytes: number): Source {
  return {
    name,
    sizeBytes,
    read: (buffer, position) => fs.readSync(fd, buffer, 0, buffer.length, position),
    close: () => fs.closeSync(fd),
  };
}

/** Reads a stream to its end. The file that holds what is too much for memory has no name from the start: nobody can open it. */
function holdStream(name: string, fd: number): Source {
  const held: Buffer[] = [];
  let size = 0;
  let overflow: number | null = null;
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  try {
    for (let length = readWaiting(fd, buffer); length > 0; length = readWaiting(fd, buffer)) {
      if (overflow === null && size + length > HELD_BYTES) {
        overflow = namelessFile();
        for (const chunk of held.splice(0)) writeAll(overflow, chunk);
      }
      const chunk = buffer.subarray(0, length);
      if (overflow === null) held.push(Buffer.from(chunk));
      else writeAll(overflow, chunk);
      size += length;
    }
  } finally {
    if (fd !== 0) fs.closeSync(fd);
  }
  if (overflow !== null) return ofFile(name, overflow, size);
  const whole = Buffer.concat(held);
  return {
    name,
    sizeBytes: size,
    read: (into, position) => whole.copy(into, 0, position),
    close: () => undefined,
  };
}

/** A pipe whose other end does not block gives EAGAIN instead of waiting. */
function readWaiting(fd: number, buffer: Buffer): number {
  for (;;) {
    try {
      return fs.readSync(fd, buffer, 0, buffer.length, null);
    } catch (error) {
      if (errnoOf(error) === 'EOF') return 0;
      if (errnoOf(error) !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

function namelessFile(): number {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'runlog-'));
  try {
    return fs.openSync(path.join(folder, 'stream'), 'wx+', 0o600);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

function writeAll(fd: number, bytes: Buffer): void {
  for (let from = 0; from < bytes.length;) from += fs.writeSync(fd, bytes, from);
}

export interface Walk {
  onText: (text: string) => void;
  /** Whether text is wanted still; all of it without this. */
  wantsText?: () => boolean;
  /** Is told of every byte, in order. */
  onBytes?: (bytes: Buffer) => void;
  /** Bytes that are no UTF-8 text; they read as U+FFFD. Once, for the first. */
  remark?: (remark: Remark) => void;
  onProgress?: (bytes: number) => void;
}

/** Hands a source's text over in pieces, of whole lines where lines are not too long. */
export async function walk(source: Source, { onText, wantsText, onBytes, remark, onProgress }: Walk): Promise<void> {
  let carried: Buffer = Buffer.alloc(0);
  let position = 0;
  let faults = 0;
  let firstFault = 0;
  const give = (bytes: Buffer, offset: number): void => {
    if (bytes.length === 0) return;
    if (!isUtf8(bytes)) {
      if (faults === 0) firstFault = offset + firstBadByte(bytes);
      faults += 1;
    }
    onText(bytes.toString('utf8'));
  };
  for (let turn = 0; ; turn += 1) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const length = readOrThrow(source, chunk, position);
    if (length === 0) break;
    const read = chunk.subarray(0, length);
    onBytes?.(read);
    position += length;
    if (wantsText?.() === false) carried = Buffer.alloc(0);
    else {
      const bytes = carried.length === 0 ? read : Buffer.concat([carried, read]);
      const end = pieceEnd(bytes);
      give(bytes.subarray(0, end), position - bytes.length);
      carried = bytes.subarray(end);
    }
    if (turn % (TURN_BYTES / CHUNK_BYTES) !== 0) continue;
    onProgress?.(position);
    // oxlint-disable-next-line no-await-in-loop -- one piece after the other, by nature
    await nextTurn();
  }
  give(carried, position - carried.length);
  onProgress?.(position);
  if (faults > 0) remark?.(notUtf8(firstFault));
}

/** `at`: the first byte that is none. */
export function notUtf8(at: number): Remark {
  return { where: `byte ${at}`, message: 'not UTF-8 here; such bytes were read as U+FFFD', isLoss: true };
}

export function readOrThrow(source: Source, buffer: Buffer, position: number): number {
  try {
    return source.read(buffer, position);
  } catch (error) {
    throw new RunlogError('io', `cannot read ${source.name}: ${messageOf(error)}`, { cause: error });
  }
}

/** Where a piece may end: after a line; in a line that is too long to wait for, between characters. */
function pieceEnd(bytes: Buffer): number {
  const afterLine = bytes.lastIndexOf(0x0a) + 1;
  if (afterLine > 0 || bytes.length < LONGEST_CARRY_BYTES) return afterLine;
  let end = bytes.length;
  // Back over the bytes that go on a character, and the one that begins it.
  while (end > bytes.length - 4 && ((bytes[end - 1] as number) & 0xc0) === 0x80) end -= 1;
  return (bytes[end - 1] as number) >= 0xc0 ? end - 1 : bytes.length;
}

/** Of bytes that are no UTF-8 text. */
export function firstBadByte(bytes: Buffer): number {
  for (let at = 0; at < bytes.length;) {
    const lead = bytes[at] as number;
    const size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (size > 1 && !isUtf8(bytes.subarray(at, at + size))) return at;
    at += size;
  }
  return bytes.length;
}

/** SHA-256 of bytes in pieces. */
export function byteHash(): { update: (bytes: Buffer) => void; digest: () => string } {
  const hash = createHash('sha256');
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
}

/** SHA-256 of texts in pieces. */
export function textHash(): { update: (text: string) => void; digest: () => string } {
  const hash = createHash('sha256');
  return { update: (text) => void hash.update(text), digest: () => hash.digest('hex') };
}
