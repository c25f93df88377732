// Finalized runs that are as finalize left them: their rows from _final.json, and whether they still look the same. A run whose
// journal goes on after its seal, or lost something of it, is not settled: it is read like one that is under way.
import fs from 'node:fs';
import { entryOfFinal, isWholeFinal, type IndexEntry, type Stamp } from '../formats/index-row.js';
import { runRow } from '../formats/run-json.js';
import type { Seal } from '../formats/run-files.js';
import { traceId } from '../views/run.js';
import { runsDir, type Store } from './paths.js';
import { isSeal } from './seal.js';
import { readAnyRun } from './store.js';
import type { Vantage } from './verdict.js';

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
/** Where in a stamp the journal begins, behind what is said of `_final.json`. */
const JOURNAL_AT = 3;
const IN_ONE_READ_BYTES = 256 * 1024;

let buffer: Buffer | undefined;

/** A finalized run with just the journal that its seal covers, as far as names and lengths tell. */
export interface SettledRun {
  final: unknown;
  seal: Seal;
  stamp: Stamp;
  /** Whether no segment is newer than `_final.json`. */
  isUntouched: boolean;
}

/** Null where the run is none. */
export function findSettled(store: Store, runId: string): SettledRun | null {
  const folder = `${runsDir(store)}/${runId}`;
  const file = readFinal(`${folder}/_final.json`);
  if (file === null) return null;
  const { final, stats } = file;
  const seal = (final as { seal?: unknown } | null)?.seal;
  if (!isSeal(seal)) return null;
  const sealed = lookAt(folder, stats, Object.keys(seal));
  if (sealed === null) return null;
  const { stamp, segmentMs } = sealed;
  // No time tells that nothing came since: a segment may be brought by a copy that sets times, or by a host whose clock was set back.
  if (!isCovered(seal, stamp) || hasOthers(`${folder}/journal`, segmentMs.length)) return null;
  return { final, seal, stamp, isUntouched: segmentMs.every((at) => at <= stats.mtimeMs) };
}

/** The entry of a settled run; null where it is none. `_final.json` is asked only where nothing was touched after it was written. */
export function settle(store: Store, runId: string, from: () => Vantage): IndexEntry | null {
  const settled = findSettled(store, runId);
  if (settled === null) return null;
  const { final, stamp, isUntouched } = settled;
  if (isUntouched && isWholeFinal(final)) return entryOfFinal(runId, final, stamp);
  return entryOfJournal(store, runId, stamp, from());
}

/** Whether a run still looks as it did. */
export function isAsStamped(store: Store, runId: string, stamp: Stamp): boolean {
  const folder = `${runsDir(store)}/${runId}`;
  const stats = look(`${folder}/_final.json`);
  if (stats?.isFile() !== true) return false;
  const segments = stamp.filter((part) => typeof part === 'string');
  const now = lookAt(folder, stats, segments)?.stamp;
  return now !== undefined && now.every((part, index) => part === stamp[index]);
}

/** What its stamp says of a run's journal, of which everything else is made. */
export function journalStamp(stamp: Stamp): Stamp {
  return stamp.slice(JOURNAL_AT);
}

/** Whether a run's journal still looks as it did. */
export function isJournalAsStamped(store: Store, runId: string, stamp: Stamp): boolean {
  const segments = stamp.filter((part) => typeof part === 'string');
  const journal = lookAtJournal(`${runsDir(store)}/${runId}`, segments);
  return journal !== null && journal.parts.every((part, index) => part === stamp[index]);
}

/** How the folder of a journal looked. */
export type FolderLook = Pick<fs.Stats, 'ino' | 'ctimeMs'>;

/** The beginning of a journal's stamp. */
export function folderLook([ino, ctimeMs]: Stamp): FolderLook {
  return { ino: ino as number, ctimeMs: ctimeMs as number };
}

/** Whether the folder that stands under a run's id is the one whose journal was stamped so, with nothing added or exchanged. */
export function isSameFolder(store: Store, runId: string, { ino, ctimeMs }: FolderLook): boolean {
  const found = look(`${runsDir(store)}/${runId}/journal`);
  return found !== undefined && found.ino === ino && found.ctimeMs === ctimeMs;
}

interface Final {
  final: unknown;
  stats: fs.Stats;
}

function readFinal(file: string): Final | null {
  let fd: number;
  try {
    fd = fs.openSync(file, O_RDONLY | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0));
  } catch {
    return null;
  }
  try {
    const stats = fs.fstatSync(fd);
    if (!stats.isFile()) return null;
    // One buffer for all of 100,000 runs.
    buffer ??= Buffer.allocUnsafe(IN_ONE_READ_BYTES);
    const text =
      stats.size < IN_ONE_READ_BYTES
        ? buffer.toString('utf8', 0, fs.readSync(fd, buffer, 0, IN_ONE_READ_BYTES, 0))
        : fs.readFileSync(fd).toString();
    return { final: JSON.parse(text), stats };
  } catch {
    return null;
  } finally {
    fs.closeSync(fd);
  }
}

function lookAt(
  folder: string,
  { size, mtimeMs, ino }: fs.Stats,
  segments: readonly string[],
): { stamp: Stamp; segmentMs: number[] } | null {
  const journal = lookAtJournal(folder, segments);
  return journal && { stamp: [size, mtimeMs, ino, ...journal.parts], segmentMs: journal.segmentMs };
}

/** The part of a stamp that begins at JOURNAL_AT. */
function lookAtJournal(
  folder: string,
  segments: readonly string[],
): { parts: (number | string)[]; segmentMs: number[] } | null {
  const journal = look(`${folder}/journal`);
  if (journal?.isDirectory() !== true) return null;
  // Its mtime would come back with a copy that keeps times, and its number is used again.
  const parts: (number | string)[] = [journal.ino, journal.ctimeMs];
  const segmentMs: number[] = [];
  for (const name of segments) {
    const found = look(`${folder}/${name}`);
    if (found?.isFile() !== true) return null;
    parts.push(name, found.size, found.mtimeMs);
    segmentMs.push(found.mtimeMs);
  }
  return { parts, segmentMs };
}

/** What cannot be looked at is not settled: reading the run says why. */
function look(file: string): fs.Stats | undefined {
  try {
    return fs.lstatSync(file, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Whether the seal ends where the journal does. */
function isCovered(seal: Seal, stamp: Stamp): boolean {
  return Object.values(seal).every((own, index) => own.bytes === stamp[6 + 3 * index] && own.bytes_seen === undefined);
}

function hasOthers(folder: string, known: number): boolean {
  try {
    return fs.readdirSync(folder).filter((name) => name.endsWith('.jsonl')).length !== known;
  } catch {
    return true;
  }
}

/** Of a run that was finalized by an earlier version, or whose files came from elsewhere or were worked on since. */
function entryOfJournal(store: Store, runId: string, stamp: Stamp, from: Vantage): IndexEntry | null {
  const { state, status, damage, judgement } = readAnyRun(store, runId, from);
  if (judgement !== null || state.ending === null || !isAsStamped(store, runId, stamp)) return null;
  // What the system could not read today may be whole tomorrow.
  if (damage.some(({ kind }) => kind === 'unreadable')) return null;
  return {
    row: runRow(runId, status, state),
    traceId: traceId(state),
    isDamaged: damage.length > 0,
    isUnpriced: state.tokens.unpricedCalls > 0,
    stamp,
  };
}
