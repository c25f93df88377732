// The views' files: replaced whole, and only where they change.
import fs from 'node:fs';
import path from 'node:path';
import { errnoOf, messageOf, RunlogError } from '../events/errors.js';
import { PRIVATE, type Rights } from '../journal/folder.js';
import { readRegular } from '../journal/regular-file.js';
import { putWhole } from '../journal/whole-file.js';

/**
 * Replaces a file's content. Does nothing where it is that already, so that doing a thing twice changes nothing. Where it is not
 * `isSynced`, a power loss may leave the file empty.
 */
export function writeWhole(
  file: string,
  content: string | Uint8Array,
  rights: Rights = PRIVATE,
  isSynced: boolean = true,
): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  if (holds(file, bytes)) return;
  // One name for all: what a killed command left there is written over by the next.
  const aside = path.join(path.dirname(file), `.${path.basename(file)}.tmp`);
  try {
    fs.rmSync(aside, { force: true });
    putWhole(file, bytes, aside, rights, isSynced);
  } catch (error) {
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

/** Read only where it can be so by its length: a table may be large. */
function holds(file: string, bytes: Uint8Array): boolean {
  try {
    return fs.lstatSync(file).size === bytes.length && readRegular(file).equals(bytes);
  } catch {
    return false;
  }
}
