// Reading: the lines of a journal's segments, merged by time. It opens files for reading only and reports damage as data.
import fs from 'node:fs';
import path from 'node:path';
import { errnoOf, messageOf } from '../events/errors.js';
import type { RunlogEvent } from '../events/vocabulary.js';
import { refuseLink } from './folder.js';
import { IdSet } from './id-set.js';
import { decodeLine, fragmentId, isDamage, type Damage } from './line.js';
import { LineSource, type LineSourceOptions } from './line-source.js';
import { openRegular } from './regular-file.js';
import { Proofs, PROVE_FROM_BYTES, type StartProver } from './proofs.js';
import { isCommonAction, skimAction, SkimmedAction } from './skim.js';

export type JournalItem =
  | { event: RunlogEvent; segment: string; offsetBytes: number; lengthBytes: number }
  | { damage: Damage };

export interface SegmentOptions extends LineSourceOptions {
  /**
   * For folds: logged actions come with `v`, `id`, `at` and `type`, and are parsed when `action`, `description` or `fields` is asked for.
   * They are no plain objects: whoever copies events or writes them out must not ask for it.
   */
  skims?: boolean;
  /** To skim a long segment with another thread's help. */
  startProver?: StartProver | undefined;
}

/** Every event of a run's journal folder in order of time, each once, and every damage where it was met. */
export function* readJournal(
  folder: string,
  read: (file: string, segment: string) => Generator<JournalItem, void, undefined> = readSegment,
): Generator<JournalItem, void, undefined> {
  const seen = new IdSet();
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
    const { event } = item;
    if (event instanceof SkimmedAction ? event.addTo(seen) : seen.add(event.id)) yield item;
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
  let proofs: Proofs | null = null;
  try {
    fd = openRegular(file);
  } catch (error) {
    yield { damage: { kind: 'unreadable', segment, offsetBytes: 0, lengthBytes: 0, message: messageOf(error) } };
    return;
  }
  try {
    proofs = proofsFor(fd, options);
    const source = new LineSource(fd, options);
    while (source.next()) {
      if (options.skims === true && (proofs?.has(source) === true || isCommonAction(source))) {
        const { offsetBytes, lengthBytes } = source;
        yield { event: skimAction(source), segment, offsetBytes, lengthBytes };
      } else yield itemOf(source, segment);
    }
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    yield { damage: { kind: 'unreadable', segment, offsetBytes: 0, lengthBytes: 0, message: messageOf(error) } };
  } finally {
    proofs?.close();
    fs.closeSync(fd);
  }
}

function proofsFor(fd: number, { skims, startProver, endBytes }: SegmentOptions): Proofs | null {
  if (skims !== true || startProver === undefined || endBytes !== undefined) return null;
  try {
    const { size } = fs.fstatSync(fd);
    return size < PROVE_FROM_BYTES ? null : new Proofs(fd, size, startProver);
  } catch {
    // Where there is no thread to be had, one does all.
    return null;
  }
}

function itemOf(source: LineSource, segment: string): JournalItem {
  const { offsetBytes, lengthBytes } = source;
  if (source.isOversized)
    return {
      damage: { kind: 'oversized', segment, offsetBytes, lengthBytes, message: `a line of ${lengthBytes} bytes` },
    };
  const { line } = source;
  const decoded = decodeLine(line, source.isLong);
  if (!isDamage(decoded)) return { event: decoded, segment, offsetBytes, lengthBytes };
  // Without its line feed the last line may be a write that is under way or was cut: torn, unless it decodes.
  const [kind, message] = source.isEnded
    ? [decoded.kind, decoded.message]
    : ['torn' as const, `the segment ends inside a line: ${decoded.message}`];
  const fragmentOf = kind === 'garbled' || kind === 'torn' ? fragmentId(line) : undefined;
  return {
    damage: { kind, segment, offsetBytes, lengthBytes, message, ...(fragmentOf === undefined ? {} : { fragmentOf }) },
  };
}

function mergeByTime(sources: Generator<JournalItem, void, undefined>[]): Generator<JournalItem, void, undefined> {
  return sources.length === 1 ? (sources[0] as (typeof sources)[number]) : mergeSeveral(sources);
}

function* mergeSeveral(sources: Generator<JournalItem, void, undefined>[]): Generator<JournalItem, void, undefined> {
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
  try {
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
  } finally {
    // Who leaves early leaves open files and threads behind otherwise.
    for (const source of sources) source.return();
  }
}
