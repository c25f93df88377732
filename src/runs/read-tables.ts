// The tables by reading them: where nothing says whose rows stand where.
import { errnoOf } from '../events/errors.js';
import { encodeCsv } from '../formats/csv.js';
import { decodeCsv } from '../formats/read-csv.js';
import { TABLE_NAMES, columnsOf, type Cell, type TableName } from '../formats/tables.js';
import { readRegular } from '../journal/regular-file.js';
import { fileOf, headerOf, type TableFiles } from './table-files.js';

/** What is not there has no rows. */
export function readTables(folder: string): TableFiles {
  const tables = TABLE_NAMES.map((name) => readTable(fileOf(folder, name), name));
  const byId = tables.map((rows) => byRun(rows ?? []));
  const ids = [...new Set(byId.flatMap((own) => [...own.keys()]))].sort();
  const made = byId.map((own, table) => {
    const pieces = ids.map((id) => Buffer.from(encodeCsv(own.get(id) ?? [])));
    return {
      file: Buffer.concat([headerOf(TABLE_NAMES[table] as TableName), ...pieces]),
      bytes: Uint32Array.from(pieces, ({ length }) => length),
      rows: Uint32Array.from(ids, (id) => own.get(id)?.length ?? 0),
    };
  });
  return {
    changes: '',
    ids,
    folders: new Float64Array(2 * ids.length).fill(NaN),
    segments: { bytes: Buffer.alloc(0), lengths: new Uint32Array(ids.length) },
    files: made.map(({ file }) => file),
    bytes: made.map(({ bytes }) => bytes),
    rows: made.map(({ rows }) => rows),
    isSound: !tables.includes(null),
  };
}

function byRun(rows: readonly string[][]): Map<string, Cell[][]> {
  const found = new Map<string, Cell[][]>();
  for (const row of rows) {
    const runId = row[0] as string;
    const own = found.get(runId);
    if (own === undefined) found.set(runId, [row]);
    else own.push(row);
  }
  return found;
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
