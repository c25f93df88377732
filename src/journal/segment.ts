// Writing: one segment of a journal, opened for appending only. Every event is one write(); see docs/format.md for why.
import fs from 'node:fs';
import { RunlogError } from '../events/errors.js';

const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = fs.constants;

export interface Segment {
  /** Appends a line in one write(). Throws the operating system's error where it could not be written whole. */
  append(line: Buffer): void;
  /** Has the disk keep what was appended. A failure is final: after a failed fsync the kernel may have dropped the pages. */
  sync(): void;
  /** Whether the path still leads to what was written: a file that was moved away or replaced meanwhile keeps nothing for us. */
  isInPlace(): boolean;
  close(): void;
}

/** Opens a segment, making it if it is not there. A symbolic link in its place is refused (ELOOP), and no FIFO is waited for (ENXIO). */
export function openSegment(path: string): Segment {
  const fd = fs.openSync(path, O_WRONLY | O_APPEND | O_CREAT | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0), 0o600);
  return {
    append(line) {
      if (fs.writeSync(fd, line) === line.length) return;
      // A short write (disk nearly full, signal): the whole line again. Readers drop the fragment and know a second id.
      if (fs.writeSync(fd, line) !== line.length)
        throw Object.assign(new RunlogError('io', `${path}: a line was written only in part`), { code: 'ENOSPC' });
    },
    sync() {
      fs.fdatasyncSync(fd);
    },
    isInPlace() {
      const [own, found] = [fs.fstatSync(fd), fs.statSync(path, { throwIfNoEntry: false })];
      return own.isFile() && found !== undefined && own.ino === found.ino && own.dev === found.dev;
    },
    close() {
      fs.closeSync(fd);
    },
  };
}
