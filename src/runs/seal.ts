// Seals: how long a finalized run's journal was, how many events it had and what it hashed to. What comes later stands after it.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Seal } from '../formats/run-files.js';
import { readWhole } from '../journal/whole-file.js';
import { listSegments, readSegment } from '../journal/read.js';
import { refuseUnreadable } from './open-run.js';
import { finalPath, journalDir, type Store } from './paths.js';

const CHUNK_BYTES = 1024 * 1024;

/** Seals the journal as it is now. Throws `io` where part of it cannot be read. */
export function sealJournal(store: Store, runId: string): Seal {
  const folder = journalDir(store, runId);
  const seal: Seal = {};
  const { segments, damage } = listSegments(folder);
  for (const name of segments) {
    const file = path.join(folder, name);
    const bytes = fs.statSync(file).size;
    const ids = new Set<string>();
    for (const item of readSegment(file, `journal/${name}`)) {
      if ('damage' in item) damage.push(item.damage);
      else if (item.offsetBytes < bytes) ids.add(item.event.id);
    }
    seal[`journal/${name}`] = { bytes, events: ids.size, sha256: hashStart(file, bytes) };
  }
  refuseUnreadable(runId, damage);
  return seal;
}

/** The seal of a run's _final.json; null where there is none that can be read. */
export function readSeal(store: Store, runId: string): Seal | null {
  try {
    const { seal } = JSON.parse(readWhole(finalPath(store, runId)).toString('utf8')) as { seal?: Seal };
    return typeof seal === 'object' && seal !== null ? seal : null;
  } catch {
    return null;
  }
}

/** Whether a seal covers the journal to its last byte. It compares lengths; `sealJournal` tells whether a byte was changed. */
export function coversAll(seal: Seal, store: Store, runId: string): boolean {
  const folder = journalDir(store, runId);
  const { segments } = listSegments(folder);
  return (
    segments.length === Object.keys(seal).length &&
    segments.every((name) => seal[`journal/${name}`]?.bytes === fs.statSync(path.join(folder, name)).size)
  );
}

function hashStart(file: string, bytes: number): string {
  const hash = createHash('sha256');
  const fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let done = 0; done < bytes;) {
      const length = fs.readSync(fd, chunk, 0, Math.min(CHUNK_BYTES, bytes - done), done);
      if (length === 0) break;
      hash.update(chunk.subarray(0, length));
      done += length;
    }
  } finally {
    fs.closeSync(fd);
  }
  return hash.digest('hex');
}
