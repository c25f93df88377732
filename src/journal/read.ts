// Reading: the lines of a journal's segments, merged by time. It opens files for reading only and reports damage as data.
import fs from 'node:fs';
import path from 'node:path';
import { errnoOf, messageOf } from '../events/errors.js';
import type { RunlogEvent } from '../events/vocabulary.js';
import { refuseLink } from './folder.js';
import { decodeLine, fragmentId, isDamage, type Damage } from './line.js';
import { openRegular } from './regular-file.js';

/** Writers stay under 64 KiB; a reader bears with other writers up to here and then skips to the next line feed. */
const LONGEST_LINE_BYTES = 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;

export type JournalItem =
  | { event: RunlogEvent; segment: string; offsetBytes: number; lengthBytes: number }
  | { damage: Damage };

export interface SegmentOptions {
  /** Read as if the segment ended here. */
  endBytes?: number;
  /** Is shown all that is read, in order and once; the buffer is used again afterwards. */
  watch?: (bytes: Buffer) => void;
}

/** Every event of a run's journal folder in order of time, each once, and every damage where it was met. */
export function* readJournal(
  folder: string,
  read: (file: string, segment: string) => Generator<JournalItem, void, undefined> = readSegment,
): Generator<JournalItem, void, undefined> {
  const seen = new Set<string>();
  const { segments, damage } = listSegments(folder);
  for (const found of damage) yield { damage: found };
  const fragments: Damage[] = [];
  for (const item of mergeByTime(segments.map((name) => read(path.join(folder, name), `journal/${name}`)))) {
    if ('damage' in item) {
      if (item.damage.fragmentOf === undefined) yield item;
      else fragments.push(item.damage);
      continue;
    }
    // A short write is repeated under the same id, and a spooled event may come home twice.
    if (seen.has(item.event.id)) continue;
    seen.add(item.event.id);
    yield item;
  }
  // The fragment of a short write whose event was then written whole is no damage: nothing is missing.
  for (const fragment of fragments) if (!seen.has(fragment.fragmentOf as string)) yield { damage: fragment };
}

/** The names of a journal's segments, sorted; what stands in their place without being a file is damage. */
export function listSegments(folder: string): { segments: string[]; damage: Damage[] } {
  const segments: string[] = [];
  const damage: Damage[] = [];
  let entries: fs.Dirent[];
  try {
    refuseLink(folder);
    entries = fs.readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    const kind = errnoOf(error) === 'ENOENT' ? 'missing' : 'unreadable';
    const message = kind === 'missing' ? 'the run has no journal' : messageOf(error);
    return { segments, damage: [{ kind, segment: 'journal', offsetBytes: 0, lengthBytes: 0, message }] };
  }
  for (const entry of entries) {
    if (!entry.name.endsWith('.jsonl')) continue;
    if (entry.isFile()) segments.push(entry.name);
    else {
      const what = entry.isDirectory() ? 'a folder' : entry.isSymbolicLink() ? 'a symbolic link' : 'not a regular file';
      const segment = `journal/${entry.name}`;
      damage.push({ kind: 'not_a_file', segment, offsetBytes: 0, lengthBytes: 0, message: `the segment is ${what}` });
    }
  }
  return { segments: segments.sort(), damage };
}

/** The items of one segment, in its own order. */
export function* readSegment(
  file: string,
  segment: string,
  options: SegmentOptions = {},
): Generator<JournalItem, void, undefined> {
  let fd: number;
  try {
    fd = openRegular(file);
  } catch (error) {
    yield { damage: { kind: 'unreadable', segment, offsetBytes: 0, lengthBytes: 0, message: messageOf(error) } };
    return;
  }
  try {
    yield* readLines(fd, segment, options);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    yield { damage: { kind: 'unreadable', segment, offsetBytes: 0, lengthBytes: 0, message: messageOf(error) } };
  } finally {
    fs.closeSync(fd);
  }
}

function* readLines(
  fd: number,
  segment: string,
  { endBytes = Infinity, watch }: SegmentOptions,
): Generator<JournalItem, void, undefined> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let held: Buffer[] = [];
  let heldBytes = 0;
  let lineStart = 0;
  let position = 0;
  for (;;) {
    const length = fs.readSync(fd, chunk, 0, Math.min(CHUNK_BYTES, endBytes - position), position);
    if (length === 0) break;
    watch?.(chunk.subarray(0, length));
    let from = 0;
    while (from < length) {
      const found = chunk.subarray(0, length).indexOf(10, from);
      const end = found === -1 ? length : found;
      const piece = chunk.subarray(from, end);
      heldBytes += piece.length;
      if (found === -1) {
        // Copied, for the chunk is read over; an oversized line is only counted.
        if (heldBytes <= LONGEST_LINE_BYTES) held.push(Buffer.from(piece));
        break;
      }
      const line = held.length === 0 ? piece : Buffer.concat([...held, piece]);
      yield* itemOf(line, heldBytes, segment, lineStart, true);
      held = [];
      heldBytes = 0;
      from = end + 1;
      lineStart = position + from;
    }
    position += length;
  }
  if (heldBytes > 0) yield* itemOf(Buffer.concat(held), heldBytes, segment, lineStart, false);
}

function* itemOf(
  line: Buffer,
  bytes: number,
  segment: string,
  offsetBytes: number,
  ended: boolean,
): Generator<JournalItem> {
  if (bytes === 0 || (line.length < 8 && line.toString('latin1').trim() === '')) return;
  const damaged = (kind: Damage['kind'], message: string): JournalItem => {
    const fragmentOf = kind === 'garbled' || kind === 'torn' ? fragmentId(line) : undefined;
    return {
      damage: {
        kind,
        segment,
        offsetBytes,
        lengthBytes: bytes,
        message,
        ...(fragmentOf === undefined ? {} : { fragmentOf }),
      },
    };
  };
  if (bytes > LONGEST_LINE_BYTES) {
    yield damaged('oversized', `a line of ${bytes} bytes`);
    return;
  }
  const decoded = decodeLine(line);
  if (!isDamage(decoded)) yield { event: decoded, segment, offsetBytes, lengthBytes: bytes };
  // Without its line feed the last line may be a write that is under way or was cut: torn, unless it decodes.
  else if (!ended) yield damaged('torn', `the segment ends inside a line: ${decoded.message}`);
  else yield damaged(decoded.kind, decoded.message);
}

function* mergeByTime(sources: Generator<JournalItem, void, undefined>[]): Generator<JournalItem, void, undefined> {
  if (sources.length === 1) {
    yield* sources[0] as Generator<JournalItem, void, undefined>;
    return;
  }
  interface Head {
    source: Generator<JournalItem, void, undefined>;
    item: JournalItem;
    /** The latest time met in this segment: an event whose clock jumped back stays where its segment has it. */
    at: string;
  }
  const heads: Head[] = [];
  const advance = (source: Head['source'], at: string): Head | null => {
    const next = source.next();
    if (next.done === true) return null;
    const own = 'event' in next.value ? next.value.event.at : at;
    return { source, item: next.value, at: own > at ? own : at };
  };
  for (const source of sources) {
    const head = advance(source, '');
    if (head !== null) heads.push(head);
  }
  while (heads.length > 0) {
    let first = 0;
    for (let index = 1; index < heads.length; index++)
      if ((heads[index] as Head).at < (heads[first] as Head).at) first = index;
    const { source, item, at } = heads[first] as Head;
    yield item;
    const next = advance(source, at);
    if (next === null) heads.splice(first, 1);
    else heads[first] = next;
  }
}
