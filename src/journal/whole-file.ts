// Files that appear whole or not at all: written aside, synced, renamed.
import fs from 'node:fs';
import path from 'node:path';
import { PRIVATE, makeFolder, type Rights } from './folder.js';

/** What goes into a file; in pieces where it would take long to put them together first. */
export type Content = Uint8Array | readonly Uint8Array[];

/**
 * Puts content into a file through another one beside it, `aside`, which is gone afterwards. Makes the folder where it is
 * missing. Throws what the system says; the file is then as it was.
 */
export function putWhole(
  file: string,
  content: Content,
  aside: string,
  rights: Rights = PRIVATE,
  isSynced: boolean = true,
): void {
  makeFolder(path.dirname(file), rights);
  try {
    const fd = fs.openSync(aside, 'wx', rights.file);
    try {
      for (const piece of content instanceof Uint8Array ? [content] : content) fs.writeFileSync(fd, piece);
      if (isSynced) fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
    fs.renameSync(aside, file);
  } catch (error) {
    fs.rmSync(aside, { force: true });
    throw error;
  }
}

/** A file's text. Node's own shortcut, an encoding for readFileSync, ends the whole process where close() fails. */
export function readText(file: string): string {
  return fs.readFileSync(file).toString();
}
