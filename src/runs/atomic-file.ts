// Files that appear whole or not at all: written aside, synced, renamed.
import fs from 'node:fs';
import path from 'node:path';
import { errnoOf, messageOf, RunlogError } from '../events/errors.js';
import { makeFolder } from '../journal/folder.js';

/** Replaces a file's content. Does nothing where it is that already, so that doing a thing twice changes nothing. */
export function writeWhole(file: string, content: string | Uint8Array): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : Buffer.from(content);
  if (readOrNull(file)?.equals(bytes) === true) return;
  // One name for all: what a killed command left there is written over by the next.
  const aside = path.join(path.dirname(file), `.${path.basename(file)}.tmp`);
  try {
    makeFolder(path.dirname(file));
    fs.rmSync(aside, { force: true });
    const fd = fs.openSync(aside, 'wx', 0o600);
    try {
      fs.writeFileSync(fd, bytes);
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
    fs.renameSync(aside, file);
  } catch (error) {
    fs.rmSync(aside, { force: true });
    throw cannotWrite(file, error);
  }
}

/** The error for a file that could not be written. */
export function cannotWrite(file: string, error: unknown): RunlogError {
  const code = ['ENOSPC', 'EIO', 'EDQUOT'].includes(errnoOf(error) ?? '') ? 'io' : 'cannot_create';
  return new RunlogError(code, `cannot write ${file}: ${messageOf(error)}`, {
    hint: 'Mend the rights or free some space, then run the same command again; nothing that was there is lost.',
    cause: error,
  });
}

function readOrNull(file: string): Buffer | null {
  try {
    return fs.readFileSync(file);
  } catch {
    return null;
  }
}
