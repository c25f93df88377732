// Seals: how long a finalized run's journal was, how many events it had and what it hashed to. What comes later stands after it.

import fs from 'node:fs';
import path from 'node:path';
import { RunlogError, errnoOf, messageOf } from '../events/errors.js';
import type { Seal, SegmentSeal } from '../formats/run-files.js';
import { IdSet } from '../journal/id-set.js';
import type { Damage } from '../journal/line.js';
import { listSegments, readSegment, type JournalItem } from '../journal/read.js';
import { readRegular } from '../journal/regular-file.js';
import { finalPath, journalDir, type Store } from './paths.js';
import { refuseUnreadable } from './unreadable.js';

/**
 * Seals the journal as it is now. What an earlier seal says of a segment that no longer keeps it stands: a new one would hide that
 * sealed bytes were changed or lost. Throws `io` where part of it cannot be read.
 */
export function sealJournal(store: Store, runId: string): Seal {
  const folder = journalDir(store, runId);
  const seal: Seal = {};
  const { segments, damage } = listSegments(folder);
  for (const name of segments) {
    const file = path.join(folder, name);
    seal[`journal/${name}`] = sealSegment(file, fs.statSync(file).size);
  }
  refuseUnreadable(runId, damage);
  const earlier = Object.entries(readSeal(store, runId) ?? {});
  for (const [segment, was] of earlier)
    if (!isKept(folder, segment, was, seal[segment]))
      seal[segment] = { ...was, bytes_seen: Math.max(was.bytes, seal[segment]?.bytes ?? 0) };
  return seal;
}

/** Follows one reading of a segment from its start, and tells whether its sealed part is what it was. */
export class SealCheck {
  readonly #seal: SegmentSeal;
  readonly #hash = process.getBuiltinModule('node:crypto').createHash('sha256');
  readonly #ids = new IdSet();
  #bytes = 0;

  constructor(seal: SegmentSeal) {
    this.#seal = seal;
  }

  bytes(chunk: Buffer): void {
    const sealed = chunk.subarray(0, Math.max(0, this.#seal.bytes - this.#bytes));
    this.#hash.update(sealed);
    this.#bytes += sealed.length;
  }

  item(item: JournalItem): void {
    if ('event' in item && item.offsetBytes + item.lengthBytes <= this.#seal.bytes) this.#ids.add(item.event.id);
  }

  /** What is wrong with the sealed part; null where it is as it was. */
  fault(): string | null {
    const { bytes, events, sha256 } = this.#seal;
    if (this.#bytes < bytes) return `sealed with ${bytes} bytes, but ${this.#bytes} are left`;
    if (this.#hash.copy().digest('hex') !== sha256)
      return `the first ${bytes} bytes were changed after they were sealed`;
    if (this.#ids.size !== events) return `sealed with ${events} events, but ${this.#ids.size} can be read`;
    return null;
  }

  /** How the part followed would be sealed. */
  asSeal(): SegmentSeal {
    return { bytes: this.#bytes, events: this.#ids.size, sha256: this.#hash.copy().digest('hex') };
  }
}

/** The seal of a run's _final.json; null where there is none that can be read. */
export function readSeal(store: Store, runId: string): Seal | null {
  return findSeal(store, runId).seal;
}

/** The seal, or why there is none in a _final.json that is there; both null where there is no such file. */
export function findSeal(store: Store, runId: string): { seal: Seal | null; fault: string | null } {
  try {
    const final = JSON.parse(readRegular(finalPath(store, runId)).toString('utf8')) as { seal?: unknown } | null;
    return isSeal(final?.seal) ? { seal: final.seal, fault: null } : { seal: null, fault: 'it has no sound seal' };
  } catch (error) {
    return { seal: null, fault: errnoOf(error) === 'ENOENT' ? null : messageOf(error) };
  }
}

/** What a journal lost since it was sealed, as far as lengths tell; whether a byte was changed only a reading of it all can tell. */
export function lostToSeal(store: Store, runId: string): Damage[] {
  const folder = journalDir(store, runId);
  const { seal, fault } = findSeal(store, runId);
  if (fault !== null)
    return [
      {
        kind: 'seal_unreadable',
        segment: '_final.json',
        offsetBytes: 0,
        lengthBytes: 0,
        message: `its seal cannot be read: ${fault}`,
      },
    ];
  return Object.entries(seal ?? {}).flatMap(([segment, { bytes }]): Damage[] => {
    const left = isSegmentName(segment) ? sizeOf(path.join(folder, path.basename(segment))) : null;
    if (left !== null && left >= bytes) return [];
    const kind = left === null ? 'missing' : 'truncated';
    const what = left === null ? 'is gone' : `has ${left} left`;
    const message = `the segment was sealed with ${bytes} bytes and ${what}`;
    return [{ kind, segment, offsetBytes: left ?? 0, lengthBytes: bytes - (left ?? 0), message }];
  });
}

/** Whether something stands after a seal: what was lost from before it is no work for finalize, which could not bring it back. */
export function goesOn(seal: Seal, store: Store, runId: string): boolean {
  const folder = journalDir(store, runId);
  return listSegments(folder).segments.some(
    (name) => fs.statSync(path.join(folder, name)).size > seenBytes(seal[`journal/${name}`]),
  );
}

/** How far a journal had come when it was sealed; of a broken segment, when finalize last looked at it. */
function seenBytes(seal: SegmentSeal | undefined): number {
  return seal === undefined ? -1 : (seal.bytes_seen ?? seal.bytes);
}

function sealSegment(file: string, bytes: number): SegmentSeal {
  const check = new SealCheck({ bytes, events: 0, sha256: '' });
  const options = { endBytes: bytes, watch: (chunk: Buffer) => check.bytes(chunk) };
  for (const item of readSegment(file, path.basename(file), options)) check.item(item);
  const seal = check.asSeal();
  if (seal.bytes < bytes) throw new RunlogError('io', `${file} cannot be read to its end, so it cannot be sealed`);
  return seal;
}

/** Whether a segment still is what an earlier seal says, and perhaps more. */
function isKept(folder: string, segment: string, was: SegmentSeal, now: SegmentSeal | undefined): boolean {
  if (now === undefined || now.bytes < was.bytes) return false;
  return sealSegment(path.join(folder, path.basename(segment)), was.bytes).sha256 === was.sha256;
}

export function isSeal(value: unknown): value is Seal {
  return (
    isObject(value) &&
    Object.keys(value).length > 0 &&
    Object.entries(value).every(([segment, seal]) => isSegmentName(segment) && isSegmentSeal(seal))
  );
}

function isSegmentSeal(value: unknown): value is SegmentSeal {
  return (
    isObject(value) &&
    [value['bytes'], value['events']].every((count) => Number.isSafeInteger(count) && (count as number) >= 0) &&
    /^[0-9a-f]{64}$/.test(String(value['sha256']))
  );
}

/** A seal is a file like others and may have been written by anybody: no name in it leads out of the journal. */
function isSegmentName(segment: string): boolean {
  return /^journal\/[^/\0]+\.jsonl$/.test(segment);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sizeOf(file: string): number | null {
  const found = fs.lstatSync(file, { throwIfNoEntry: false });
  return found?.isFile() === true ? found.size : null;
}
