// The export of all runs into CSV tables, in the store or in a folder of the user's.
import type { Stamp } from '../formats/index-row.js';
import { isThere } from '../journal/folder.js';
import { archivePath, listArchived, listRunIds, type Store } from './paths.js';
import { RunlogError, errnoOf } from '../events/errors.js';
import { withLock } from './lock.js';
import { priceCalls, type LoadPricer } from './pricing.js';
import { foldSealed } from './sealed-run.js';
import { changeStamp } from './index-change.js';
import { findSettled, isJournalAsStamped, isSameFolder, journalStamp } from './settled-run.js';
import type { RunRows } from './table-parts.js';
import { Tables, ownTables, runRows, tablesOf } from './tables.js';
import { isUnreadable } from './unreadable.js';
import { readAnyRun } from './store.js';
import { vantage } from './verdict.js';
import type { TableName } from '../formats/tables.js';
import type { RunState } from '../views/run.js';

export interface ExportOptions {
  /** Where to; null for the store's own tables. */
  folder: string | null;
  /** Into that folder go the rows that the store's own tables would get, those of archived runs too; the store stays as it is. */
  isLikeOwn?: boolean;
  /** Only these; null for all. */
  runIds: readonly string[] | null;
  isRebuild: boolean;
  lockTimeoutSeconds: number;
  loadPricer: LoadPricer;
}

export interface Exported {
  folder: string;
  rows: Record<TableName, number>;
  damaged: string[];
}

/**
 * Writes the tables. The store's own keep the rows of archived runs; a rebuild reads those from the archive. A folder of the
 * user's gets just the runs asked for.
 */
export async function exportTables(store: Store, options: ExportOptions): Promise<Exported> {
  // A folder of the user's is no business of the store's lock, and the store may be read-only.
  if (options.folder !== null) return writeExport(store, options);
  return withLock(store, options.lockTimeoutSeconds, () => writeExport(store, options));
}

async function writeExport(store: Store, options: ExportOptions): Promise<Exported> {
  const isOwn = options.folder === null || options.isLikeOwn === true;
  const own = ownTables(store);
  const target = options.folder === null ? own : tablesOf(options.folder);
  const tables = new Tables(target, isOwn ? own : target);
  try {
    return await writeTables(store, tables, isOwn, options);
  } finally {
    tables.close();
  }
}

async function writeTables(store: Store, tables: Tables, isOwn: boolean, options: ExportOptions): Promise<Exported> {
  const from = vantage();
  // Looked at first: what is added from now on is noticed the next time.
  const changes = changeStamp(store);
  const isNoted = changes === '' || changes !== tables.changes;
  const damaged: string[] = [];
  /** Their rows stay as they are: part of a run would look like the whole of it. */
  const unreadable = new Set<string>();
  const rows = new Map<string, RunRows>();
  const stamps = new Map<string, Stamp>();
  /** By place: whether the rows are in the tables as they would be made. */
  const isUnchanged = new Uint8Array(tables.size);
  const addRows = async (runId: string, state: RunState): Promise<void> => {
    await priceCalls(state, options.loadPricer);
    rows.set(runId, runRows(runId, state));
  };
  const isKnown = (runId: string, place: number): boolean => {
    if (options.isRebuild || options.runIds !== null || place === -1) return false;
    if (!isNoted) return isSameFolder(store, runId, tables.folderOf(place));
    const stamp = tables.stampOf(place);
    return stamp !== null && isJournalAsStamped(store, runId, stamp);
  };
  const read = async (runIds: readonly string[]): Promise<Map<string, RunRows>> => {
    for (const runId of runIds) {
      const place = tables.placeOf(runId);
      if (isKnown(runId, place)) {
        isUnchanged[place] = 1;
        continue;
      }
      // Looked at before it is read: what changes in between makes it look otherwise the next time.
      const settled = findSettled(store, runId);
      const sound = settled === null ? null : foldSealed(store, runId, settled.seal);
      if (settled !== null && sound?.tokens.unpricedCalls === 0) {
        stamps.set(runId, journalStamp(settled.stamp));
        rows.set(runId, runRows(runId, sound));
        continue;
      }
      const { state, damage } = readAnyRun(store, runId, from);
      if (damage.length > 0) damaged.push(runId);
      if (damage.some(isUnreadable)) unreadable.add(runId);
      else if (state.eventCount > 0) await addRows(runId, state);
    }
    return rows;
  };
  await read(options.runIds ?? listRunIds(store));
  const isWhole = options.isRebuild && options.runIds === null;
  if (isWhole) {
    const { readArchived } = await import('./archive.js');
    for (const runId of listArchived(store)) {
      if (rows.has(runId)) continue;
      try {
        const { state, damage } = readArchived(store, runId);
        if (damage.length > 0) damaged.push(runId);
        await addRows(runId, state);
      } catch (error) {
        if (!(error instanceof RunlogError) && errnoOf(error) === undefined) throw error;
        damaged.push(runId);
        unreadable.add(runId);
      }
    }
  }
  const keep = (runId: string, place: number): boolean =>
    isOwn &&
    (isUnchanged[place] === 1 ||
      unreadable.has(runId) ||
      (!isWhole && (options.runIds !== null || isThere(archivePath(store, runId)))));
  const everyRun = async (): Promise<Map<string, RunRows>> => (isOwn ? read(listRunIds(store)) : rows);
  // Only who has looked at every run may say since when.
  const looks = { stamps, changes: options.runIds === null ? changes : tables.changes };
  const counts = await tables.write(rows, keep, everyRun, looks);
  return { folder: tables.folder, rows: counts, damaged };
}
