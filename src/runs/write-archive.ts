// Writing archives: a compressed tar file, in pieces of bounded size, from folders that are held open.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Header, Pax, type HeaderData } from 'tar';
import { RunlogError } from '../events/errors.js';
import type { Rights } from '../journal/folder.js';
import type { HeldFolder } from './held-folder.js';
import { chunksOf, entriesOf, type Contents } from './run-contents.js';

/** What is compressed at a time; as gzip has it, the pieces one after the other are one compressed file. */
const PIECE_BYTES = 256 * 1024;
/** Of a tar file all comes in blocks, and two empty ones end it. */
const BLOCK_BYTES = 512;
const END = Buffer.alloc(2 * BLOCK_BYTES);

const compress = promisify(gzip);
const syncFile = promisify(fs.fsync);

/** Writes a run's archive to a new file and has the disk keep it. Gives what was written, as it was read for it. */
export async function writeArchive(runs: HeldFolder, runId: string, file: string, rights: Rights): Promise<Contents> {
  const folder = runs.enter(runId);
  let fd: number | null = null;
  try {
    fd = fs.openSync(file, 'wx', rights.file);
    const files: Contents['files'] = new Map();
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    let used = 0;
    for (const bytes of tarOf(folder, runId, files))
      for (let from = 0; from < bytes.length;) {
        const taken = bytes.copy(piece, used, from);
        from += taken;
        used += taken;
        if (used < PIECE_BYTES) continue;
        // oxlint-disable-next-line no-await-in-loop -- one after the other, so that a large run takes no more memory than a small one
        fs.writeFileSync(fd, await compress(piece));
        used = 0;
      }
    fs.writeFileSync(fd, await compress(piece.subarray(0, used)));
    await syncFile(fd);
    return { files, identity: { dev: folder.dev, ino: folder.ino } };
  } finally {
    if (fd !== null) fs.closeSync(fd);
    folder.close();
  }
}

/** The bytes of a run's tar file; a piece is used again for the next. */
function* tarOf(folder: HeldFolder, runId: string, files: Contents['files']): Generator<Buffer> {
  for (const { name, parent, file } of entriesOf(folder, runId))
    if (file === null) {
      files.set(name, null);
      yield headerOf({ ...about(parent.stat()), path: `${name}/`, type: 'Directory', size: 0 });
    } else files.set(name, yield* fileEntry(parent, file, name));
  yield END;
}

/** Gives what the file hashes to. */
function* fileEntry(parent: HeldFolder, file: string, name: string): Generator<Buffer, string> {
  const fd = parent.openFile(file);
  try {
    const stats = fs.fstatSync(fd);
    yield headerOf({ ...about(stats), path: name, type: 'File', size: stats.size });
    const hash = createHash('sha256');
    let left = stats.size;
    for (const chunk of chunksOf(fd)) {
      // What is appended from here on shows when the run is looked at once more.
      const own = chunk.subarray(0, left);
      hash.update(own);
      yield own;
      left -= own.length;
      if (left === 0) break;
    }
    if (left > 0) throw new RunlogError('io', `${name} became shorter while it was read`);
    yield END.subarray(0, -stats.size & (BLOCK_BYTES - 1));
    return hash.digest('hex');
  } finally {
    fs.closeSync(fd);
  }
}

function about({ mode, uid, gid, mtime }: fs.Stats): HeaderData {
  return { mode: mode & 0o7777, uid, gid, mtime };
}

function headerOf(data: HeaderData): Buffer {
  const bytes = Buffer.alloc(BLOCK_BYTES);
  // What a plain header cannot say, such as a long name, stands in one of its own before it.
  return new Header({ ...data, linkpath: '' }).encode(bytes) ? Buffer.concat([new Pax(data).encode(), bytes]) : bytes;
}
