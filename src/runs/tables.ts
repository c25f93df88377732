// The CSV tables of a store: one file a table, rows sorted by run, each run's rows there once.
import { PRIVATE, type Rights } from '../journal/folder.js';
import { readRegular } from '../journal/regular-file.js';
import path from 'node:path';
import { errnoOf } from '../events/errors.js';
import { decodeCsv, encodeCsv } from '../formats/csv.js';
import { TABLE_NAMES, columnsOf, rowsOf, type Cell, type TableName } from '../formats/tables.js';
import type { RunState } from '../views/run.js';
import { writeWhole } from './atomic-file.js';

/** The rows of one run in every table. */
export type RunRows = Record<TableName, Cell[][]>;

/** Under the id that the folder has: the journal may have lost its own, and rows are replaced by it. */
export function runRows(runId: string, state: RunState): RunRows {
  const rows = TABLE_NAMES.map((name) => [name, rowsOf(name, state).map(([, ...rest]) => [runId, ...rest])]);
  return Object.fromEntries(rows) as RunRows;
}

/**
 * Writes the seven tables into a folder. Rows of the runs given replace what the files have of them; rows of other runs stay
 * while `keep` says so. Where a file is no such table, the rows of all runs are asked for: a view is never patched from damage.
 */
export async function writeTables(
  folder: string,
  given: ReadonlyMap<string, RunRows>,
  keep: (runId: string) => boolean,
  everyRun: () => Promise<ReadonlyMap<string, RunRows>>,
  rights: Rights = PRIVATE,
): Promise<Record<TableName, number>> {
  const known = TABLE_NAMES.map((name) => readTable(path.join(folder, `${name}.csv`), name));
  const runs = known.includes(null) ? new Map([...(await everyRun()), ...given]) : given;
  const counts = TABLE_NAMES.map((name, index) => {
    const byRun = new Map<string, Cell[][]>();
    for (const row of known[index] ?? []) {
      const runId = row[0] as string;
      if (runs.has(runId) || !keep(runId)) continue;
      const rows = byRun.get(runId);
      if (rows === undefined) byRun.set(runId, [row]);
      else rows.push(row);
    }
    for (const [runId, rows] of runs) byRun.set(runId, rows[name]);
    const rows = [...byRun.keys()].sort().flatMap((runId) => byRun.get(runId) as Cell[][]);
    writeWhole(path.join(folder, `${name}.csv`), encodeCsv([columnsOf(name), ...rows]), rights);
    return [name, rows.length] as const;
  });
  return Object.fromEntries(counts) as Record<TableName, number>;
}

/** The rows of a table's file as they stand; none where there is no file; null where it is no such table. */
function readTable(file: string, name: TableName): string[][] | null {
  let text: string;
  try {
    text = readRegular(file).toString('utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
  try {
    const [header, ...rows] = decodeCsv(text);
    const columns = columnsOf(name);
    const isSound = header?.join() === columns.join() && rows.every((row) => row.length === columns.length);
    return isSound ? rows : null;
  } catch {
    return null;
  }
}
