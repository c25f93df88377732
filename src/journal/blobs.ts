// Long values: they go to blobs/<sha256> in the run's folder, and the line carries their start and that name.
import path from 'node:path';
import { checkBody, NESTING_LIMIT, nestsDeeper } from '../events/check.js';
import { RunlogError, messageOf } from '../events/errors.js';
import type { Json } from '../events/vocabulary.js';
import { nowMicros } from './clock.js';
import { newEventId } from './event-id.js';
import { PRIVATE, kindOf, makeKeptFolder, refuseLink, syncFolder, type Rights } from './folder.js';
import { LINE_LIMIT_BYTES, encodeLine, type Damage } from './line.js';
import { putWhole } from './whole-file.js';

/** Where a value of an event has gone, by its JSON pointer: `{"/fields/0/1": {"sha256": …, "bytes": …}}`. */
export type BlobNames = Record<string, { sha256: string; bytes: number; json?: true }>;

const HEAD_CHARACTERS = 1024;
/** Shorter values are not worth a file of their own. */
const WORTH_MOVING_CHARACTERS = 2 * HEAD_CHARACTERS;
const ENVELOPE = new Set(['v', 'id', 'at', 'type', 'crc', 'blobs']);

interface Place {
  pointer: string;
  parent: Record<string, Json>;
  key: string;
  length: number;
}

/** The line of an event; values that would make it too long are stored as blobs first, longest first. */
export function encodeFitting(event: object, storeBlob: (content: Buffer) => string): Buffer {
  const line = encodeLine(event);
  if (line.length < LINE_LIMIT_BYTES) return line;
  const slim = JSON.parse(JSON.stringify(event)) as Record<string, Json>;
  const blobs: BlobNames = {};
  for (const place of longTexts(slim)) {
    const text = place.parent[place.key] as string;
    // UTF-8 has no lone surrogates; JSON has an escape for them.
    const isJson = /\p{Surrogate}/u.test(text);
    const content = Buffer.from(isJson ? JSON.stringify(text) : text);
    blobs[place.pointer] = { sha256: storeBlob(content), bytes: content.length, ...(isJson ? { json: true } : {}) };
    place.parent[place.key] = headOf(text);
    const fitting = encodeLine({ ...slim, blobs });
    if (fitting.length < LINE_LIMIT_BYTES) return fitting;
  }
  for (const place of bulkyKeys(slim)) {
    const content = Buffer.from(JSON.stringify((event as Record<string, Json>)[place.key]));
    for (const pointer of Object.keys(blobs)) if (pointer.startsWith(`${place.pointer}/`)) delete blobs[pointer];
    blobs[place.pointer] = { sha256: storeBlob(content), bytes: content.length, json: true };
    slim[place.key] = null;
    const fitting = encodeLine({ ...slim, blobs });
    if (fitting.length < LINE_LIMIT_BYTES) return fitting;
  }
  throw new RunlogError('invalid_event', `the event is longer than ${LINE_LIMIT_BYTES} bytes even without its values`, {
    hint: 'Record it as several events.',
  });
}

/** What is wrong with a blob that an event names. */
export type BlobFault = Pick<Damage, 'kind' | 'message'>;

/** Puts the whole values back into an event; says what is wrong with those that stay as they are. */
export function restoreBlobs(event: object, readBlob: (sha256: string) => Buffer | null): BlobFault[] {
  const holder = event as Record<string, Json> & { blobs?: unknown };
  if (typeof holder.blobs !== 'object' || holder.blobs === null) return [];
  return Object.entries(holder.blobs as Partial<BlobNames>).flatMap(
    ([pointer, name]) => restoreBlob(holder, pointer, name, readBlob) ?? [],
  );
}

function restoreBlob(
  holder: Record<string, Json>,
  pointer: string,
  name: Partial<BlobNames[string]> | undefined,
  readBlob: (sha256: string) => Buffer | null,
): BlobFault | null {
  const sha256 = typeof name?.sha256 === 'string' ? name.sha256 : '';
  if (!/^[0-9a-f]{64}$/.test(sha256))
    return { kind: 'invalid', message: `what blobs says of ${pointer} names no blob` };
  let content: Buffer | null;
  try {
    content = readBlob(sha256);
  } catch (error) {
    return {
      kind: 'unreadable',
      message: `the rest of ${pointer} (blobs/${sha256}) cannot be read: ${messageOf(error)}`,
    };
  }
  if (content === null)
    return { kind: 'missing', message: `the rest of ${pointer} (${sha256}) cannot be read from blobs/` };
  // The name is the content's hash: a blob that was cut or changed shows.
  if (hashOf(content) !== sha256)
    return { kind: 'changed', message: `the rest of ${pointer} is not what it was: blobs/${sha256} was changed` };
  const value = name?.json === true ? jsonOf(content) : content.toString('utf8');
  if (value === undefined) return { kind: 'invalid', message: `the rest of ${pointer}, blobs/${sha256}, is not JSON` };
  if (nestsDeeper(value, NESTING_LIMIT))
    return { kind: 'invalid', message: `the rest of ${pointer} is nested more than ${NESTING_LIMIT} levels deep` };
  const before = replaceAt(holder, pointer, value);
  if (before === undefined) return { kind: 'invalid', message: `the event has no ${pointer} to be restored` };
  const problem = checkBody(holder)[0];
  if (problem === undefined) return null;
  replaceAt(holder, pointer, before);
  return { kind: 'invalid', message: `the rest of ${pointer} does not belong there: ${problem.message}` };
}

function jsonOf(content: Buffer): Json | undefined {
  try {
    return JSON.parse(content.toString('utf8')) as Json;
  } catch {
    return undefined;
  }
}

/** Writes a blob whole or not at all; the name is the content's SHA-256. */
export function writeBlob(runDir: string, content: Buffer, rights: Rights = PRIVATE): string {
  const sha256 = hashOf(content);
  const folder = path.join(runDir, 'blobs');
  const target = path.join(folder, sha256);
  refuseLink(folder);
  makeKeptFolder(folder, rights);
  // Synced before the line that names it: a line on the disk whose value is not there would be a promise broken. A link of that
  // name holds nothing for us; it is replaced.
  const found = kindOf(target);
  if (found?.isFile() !== true || found.size !== content.length)
    putWhole(target, content, path.join(folder, `.${sha256}.${newEventId(nowMicros())}`), rights);
  // Also where it was there: whoever put it there may have been killed before this.
  syncFolder(folder);
  return sha256;
}

function hashOf(content: Buffer): string {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(content).digest('hex');
}

function longTexts(event: Record<string, Json>): Place[] {
  const places: Place[] = [];
  const visit = (parent: Record<string, Json>, prefix: string, depth: number): void => {
    for (const [key, value] of Object.entries(parent)) {
      if (depth === 0 && ENVELOPE.has(key)) continue;
      const pointer = `${prefix}/${escapePointer(key)}`;
      if (typeof value === 'string' && value.length > WORTH_MOVING_CHARACTERS)
        places.push({ pointer, parent, key, length: value.length });
      // Arrays are walked as objects: their keys are the indices that a JSON pointer wants.
      else if (typeof value === 'object' && value !== null && depth < 8)
        visit(value as Record<string, Json>, pointer, depth + 1);
    }
  };
  visit(event, '', 0);
  return places.sort((a, b) => b.length - a.length);
}

function bulkyKeys(event: Record<string, Json>): Place[] {
  return Object.entries(event)
    .filter(([key, value]) => !ENVELOPE.has(key) && typeof value === 'object' && value !== null)
    .map(([key, value]) => ({
      pointer: `/${escapePointer(key)}`,
      parent: event,
      key,
      length: JSON.stringify(value).length,
    }))
    .sort((a, b) => b.length - a.length);
}

function headOf(text: string): string {
  const head = text.slice(0, HEAD_CHARACTERS);
  // A cut between the two halves of a surrogate pair would leave a character that is none.
  return /[\uD800-\uDBFF]$/.test(head) ? head.slice(0, -1) : head;
}

function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Replaces a value and gives what was there; undefined where the pointer leads nowhere. It goes by own keys alone, and makes none. */
function replaceAt(root: Record<string, Json>, pointer: string, value: Json): Json | undefined {
  const keys = pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = keys.pop();
  if (keys.length === 0 && ENVELOPE.has(last ?? '')) return undefined;
  let parent: Json | undefined = root;
  for (const key of keys) {
    if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, key)) return undefined;
    parent = (parent as Record<string, Json>)[key];
  }
  if (last === undefined || typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, last))
    return undefined;
  const before = (parent as Record<string, Json>)[last];
  (parent as Record<string, Json>)[last] = value;
  return before;
}
