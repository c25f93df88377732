// The settled runs of a store without opening them, newest first, and which runs are to be read afresh. The journals are the
// truth: what the index knows is compared with how the store looks, and made anew where that is another.
import {
  decodeEntries,
  comparePlaces,
  placeOf,
  placeOfLine,
  stampOfLine,
  type IndexEntry,
  type Place,
  type Stamp,
} from '../formats/index-row.js';
import { FRESH_MS, changeStamp, stampOf } from './index-change.js';
import { IndexDamage, IndexFile, WORTH_WRITING_ROWS, writeIndex, type IndexFacts } from './index-file.js';
import { listRunIds, runsDir, type Store } from './paths.js';
import { settleMany } from './settle-many.js';
import { folderLook, isAsStamped, isSameFolder, journalStamp, settle } from './settled-run.js';
import { vantage, type Vantage } from './verdict.js';

const ROWS_AT_ONCE = 256;

export interface StoreIndex {
  /** Runs that are not settled, sorted: whoever wants to know of them reads them. */
  open: string[];
  /** Settled runs that are damaged. */
  damaged: string[];
  /** Every settled run, newest first. */
  entries: () => Generator<IndexEntry, void, undefined>;
  /** Where the file of the index is up to date: which one it is, its own rows, and what is settled since. */
  filed: { identity: string; rows: () => Generator<IndexEntry, void, undefined>; fresh: readonly IndexEntry[] } | null;
}

export interface IndexOptions {
  /** How many rows that the file has not make it worth writing. */
  worthWritingRows?: number;
  /** How long after a change a folder may change once more and look the same. */
  freshMs?: number;
}

/**
 * Asks the index. `ask` gives undefined where it finds a run other than its row says: then every run is looked at, and it is asked
 * once more; what it gives when `isLast` is the answer.
 */
export function askIndex<T>(
  store: Store,
  ask: (index: StoreIndex, isLast: boolean) => T | undefined,
  { worthWritingRows = WORTH_WRITING_ROWS, freshMs = FRESH_MS }: IndexOptions = {},
): T {
  let from: Vantage | undefined;
  const standpoint = (): Vantage => (from ??= vantage());
  for (let round = 0; ; round += 1) {
    const file = IndexFile.open(store);
    try {
      const seen = look(store, freshMs);
      const known = file !== null && round === 0 ? openKnown(store, file, seen, worthWritingRows, standpoint) : null;
      const index = known ?? refresh(store, file, seen, { isThorough: round > 0, worthWritingRows, standpoint });
      const answer = ask(index, round === 2);
      if (answer !== undefined) return answer;
    } catch (error) {
      if (!(error instanceof IndexDamage)) throw error;
    } finally {
      file?.close();
    }
  }
}

/** How runs/ and the note of changes look; '' for what is too fresh to be told from a later change. */
function look(store: Store, freshMs: number): IndexFacts['seen'] {
  return [stampOf(runsDir(store), freshMs), changeStamp(store, freshMs)];
}

/** The index as its file has it; null where the store looks otherwise, or so much is new that it is worth writing. */
function openKnown(
  store: Store,
  file: IndexFile,
  [names, changes]: IndexFacts['seen'],
  worthWritingRows: number,
  from: () => Vantage,
): StoreIndex | null {
  const { seen, open, damaged } = file.facts;
  if (names === '' || changes === '' || seen[0] !== names || seen[1] !== changes) return null;
  const settled = open.map((runId) => settle(store, runId, from));
  const fresh = settled.filter((entry) => entry !== null);
  if (fresh.length >= worthWritingRows) return null;
  fresh.sort((one, other) => comparePlaces(placeOf(one.row), placeOf(other.row)));
  return {
    open: open.filter((_, index) => settled[index] === null),
    damaged: [...damaged, ...fresh.filter(({ isDamaged }) => isDamaged).map(({ row }) => row.run_id)].sort(),
    entries: () => merge(fresh, file),
    filed: { identity: file.identity, rows: () => merge([], file), fresh },
  };
}

function* merge(fresh: readonly IndexEntry[], file: IndexFile): Generator<IndexEntry, void, undefined> {
  let next = 0;
  for (const block of file.blocks())
    for (const entry of decodeEntries(block)) {
      for (let first = fresh[next]; first !== undefined && isBefore(first, entry); first = fresh[next]) {
        yield first;
        next += 1;
      }
      yield entry;
    }
  yield* fresh.slice(next);
}

function isBefore(one: IndexEntry, other: IndexEntry): boolean {
  return comparePlaces(placeOf(one.row), placeOf(other.row)) < 0;
}

interface Refreshing {
  /** Compare every run with its row, not only its folder. */
  isThorough: boolean;
  worthWritingRows: number;
  standpoint: () => Vantage;
}

/** Brings the index up to the store as it is: rows of runs that are as they were are kept, all others are made anew. */
function refresh(
  store: Store,
  file: IndexFile | null,
  seen: IndexFacts['seen'],
  { isThorough, worthWritingRows, standpoint }: Refreshing,
): StoreIndex {
  const known = file === null ? new Map<string, string>() : linesOf(file);
  const wasDamaged = new Set(file?.facts.damaged);
  const isNoted = isThorough || seen[1] === '' || seen[1] !== file?.facts.seen[1];
  const isSame = (id: string, stamp: Stamp): boolean =>
    isNoted ? isAsStamped(store, id, stamp) : isSameFolder(store, id, folderLook(journalStamp(stamp)));
  const rows: (Place & { line: string })[] = [];
  const open: string[] = [];
  const damaged: string[] = [];
  let kept = 0;
  const others: string[] = [];
  for (const id of listRunIds(store)) {
    const line = known.get(id);
    if (line === undefined || !isSame(id, stampOfLine(line))) {
      others.push(id);
      continue;
    }
    kept += 1;
    rows.push({ ...placeOfLine(line), line });
    if (wasDamaged.has(id)) damaged.push(id);
  }
  for (const [index, row] of settleMany(store, others, standpoint).entries()) {
    const id = others[index] as string;
    if (row === null) open.push(id);
    else rows.push({ ...placeOfLine(row.line), line: row.line });
    if (row?.isDamaged === true) damaged.push(id);
  }
  damaged.sort();
  // Ids begin with the time as a rule: from behind they are almost in order.
  rows.reverse().sort(comparePlaces);
  const lines = rows.map(({ line }) => line);
  const isNew = kept < rows.length || kept < known.size || file === null;
  const facts: IndexFacts = { seen, open, damaged };
  if (lines.length >= worthWritingRows && (isNew || !isDeepSame(facts, file.facts))) writeIndex(store, facts, lines);
  return {
    open,
    damaged,
    filed: null,
    *entries() {
      for (let at = 0; at < lines.length; at += ROWS_AT_ONCE)
        yield* decodeEntries(lines.slice(at, at + ROWS_AT_ONCE).join(''));
    },
  };
}

function linesOf(file: IndexFile): Map<string, string> {
  const lines = new Map<string, string>();
  try {
    for (const block of file.blocks())
      for (let at = 0, end; at < block.length; at = end) {
        end = block.indexOf('\n', at) + 1;
        const line = block.slice(at, end);
        lines.set(placeOfLine(line).id, line);
      }
    return lines;
  } catch (error) {
    // Not one of its rows is trusted.
    if (error instanceof IndexDamage) return new Map();
    throw error;
  }
}

function isDeepSame({ seen, open, damaged }: IndexFacts, other: IndexFacts): boolean {
  return JSON.stringify([seen, open, damaged]) === JSON.stringify([other.seen, other.open, other.damaged]);
}
