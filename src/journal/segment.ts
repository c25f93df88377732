// Writing: one segment of a journal, opened for appending only. Every event is one write(); see docs/format.md for why.
import fs from 'node:fs';
import path from 'node:path';
import { RunlogError, errnoOf } from '../events/errors.js';
import { PRIVATE, syncFolder, type Rights } from './folder.js';

const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
/** For files that are runlog's own: a link in their place leads nowhere, and nobody reads a FIFO there. */
export const OWN_FILE: number = (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0);

export interface Segment {
  /** Whether the file was not there before. Then `sync` has the disk keep its name as well. */
  readonly isNew: boolean;
  /** Appends a line, or its first `length` bytes, in one write(). Throws the operating system's error where it could not be written whole. */
  append(line: Buffer, length?: number): void;
  /** Has the disk keep what was appended. A failure is final: after a failed fsync the kernel may have dropped the pages. */
  sync(): void;
  /** Whether the path still leads to what was written: a file that was moved away or replaced meanwhile keeps nothing for us. */
  isInPlace(): boolean;
  close(): void;
}

/**
 * Opens a segment, making it if it is not there; only then are its rights asked for. A symbolic link in its place is refused
 * (ELOOP), and no FIFO is waited for (ENXIO).
 */
export function openSegment(file: string, rights: () => Rights = () => PRIVATE): Segment {
  const { fd, isNew } = openToAppend(file, () => rights().file, OWN_FILE);
  return {
    isNew,
    append(line, length = line.length) {
      if (fs.writeSync(fd, line, 0, length) === length) return;
      // A short write (disk nearly full, signal): the whole line again. Readers drop the fragment and know a second id.
      if (fs.writeSync(fd, line, 0, length) !== length)
        throw Object.assign(new RunlogError('io', `${file}: a line was written only in part`), { code: 'ENOSPC' });
    },
    sync() {
      fs.fdatasyncSync(fd);
      // Synced bytes in a file that the folder does not know after a power loss would be gone with it.
      if (isNew) syncFolder(path.dirname(file));
    },
    isInPlace() {
      const [own, found] = [fs.fstatSync(fd), fs.statSync(file, { throwIfNoEntry: false })];
      return own.isFile() && found !== undefined && own.ino === found.ino && own.dev === found.dev;
    },
    close() {
      fs.closeSync(fd);
    },
  };
}

/** Opens a file for appending, making it if it is not there; only then is its mode asked for. */
export function openToAppend(file: string, mode: () => number, flags: number): { fd: number; isNew: boolean } {
  try {
    return { fd: fs.openSync(file, O_WRONLY | O_APPEND | flags), isNew: false };
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    return { fd: fs.openSync(file, O_WRONLY | O_APPEND | O_CREAT | flags, mode()), isNew: true };
  }
}
