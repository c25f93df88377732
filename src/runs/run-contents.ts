// What a run consists of, byte for byte: to tell whether its archive, or what stands in its place, is the same.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { RunlogError } from '../events/errors.js';
import { isSameThing, type HeldFolder, type Identity } from './held-folder.js';

const CHUNK_BYTES = 256 * 1024;

/** What a run consists of. */
export interface Contents {
  /** What each file hashes to, by its path from the store's runs/; folders have null. */
  files: Map<string, string | null>;
  /** The folder, or the archive's file; null where that says nothing. */
  identity: Identity | null;
}

/** What a run in a folder consists of. */
export function digestRun(parent: HeldFolder, runId: string): Contents {
  const folder = parent.enter(runId);
  try {
    const files: Contents['files'] = new Map();
    digestFolder(folder, runId, files);
    return { files, identity: { dev: folder.dev, ino: folder.ino } };
  } finally {
    folder.close();
  }
}

/** Whether what stands in a folder under a run's id is still the very folder that was digested, with just the same in it. */
export function isSameRun(parent: HeldFolder, runId: string, contents: Contents): boolean {
  const found = parent.look(runId);
  if (found?.isDirectory() !== true || contents.identity === null || !isSameThing(found, contents.identity))
    return false;
  return differenceOf(contents, digestRun(parent, runId)) === null;
}

/** The first file or folder that one has and the other has not, or has otherwise. */
export function differenceOf({ files: one }: Contents, { files: other }: Contents): string | null {
  for (const name of new Set([...one.keys(), ...other.keys()])) if (one.get(name) !== other.get(name)) return name;
  return null;
}

/** Adds what a folder holds to `files`, under a name. */
export function digestFolder(folder: HeldFolder, name: string, files: Contents['files']): void {
  for (const { name: inner, parent, file } of entriesOf(folder, name))
    files.set(inner, file === null ? null : digestFile(parent, file));
}

/**
 * A folder and all that is in it, folders before what they hold. `parent` is the folder itself, or where the file `file` is; it is held
 * until the next one comes. Throws where something is neither a file nor a folder.
 */
export function* entriesOf(
  folder: HeldFolder,
  name: string,
): Generator<{ name: string; parent: HeldFolder; file: string | null }> {
  yield { name, parent: folder, file: null };
  for (const entry of folder.names()) {
    const inner = `${name}/${entry}`;
    const found = folder.look(entry);
    if (found?.isDirectory() === true) {
      const below = folder.enter(entry);
      try {
        yield* entriesOf(below, inner);
      } finally {
        below.close();
      }
    } else if (found?.isFile() === true) yield { name: inner, parent: folder, file: entry };
    else
      throw new RunlogError('invalid_input', `${inner} is neither a file nor a folder`, {
        hint: 'A run with such an entry is not archived; remove the entry.',
      });
  }
}

function digestFile(folder: HeldFolder, name: string): string {
  const hash = createHash('sha256');
  const fd = folder.openFile(name);
  try {
    for (const chunk of chunksOf(fd)) hash.update(chunk);
  } finally {
    fs.closeSync(fd);
  }
  return hash.digest('hex');
}

/** One buffer for all chunks, no larger than the file: a journal may be larger than the memory, and most files are small. */
export function* chunksOf(fd: number, mostBytes: number = CHUNK_BYTES): Generator<Buffer> {
  const chunk = Buffer.allocUnsafe(Math.min(mostBytes, fs.fstatSync(fd).size + 1));
  for (let length = fs.readSync(fd, chunk); length > 0; length = fs.readSync(fd, chunk))
    yield chunk.subarray(0, length);
}
