// The tables' files as bytes, and where in them the rows of each run stand: so that rows which stay are copied, not read. What says
// where is a cache beside the tables; it counts only while they are the very files that it was written for.
import fs from 'node:fs';
import path from 'node:path';
import { encodeCsv } from '../formats/csv.js';
import type { Stamp } from '../formats/index-row.js';
import { TABLE_NAMES, columnsOf, type TableName } from '../formats/tables.js';
import type { Rights } from '../journal/folder.js';
import { readRegular } from '../journal/regular-file.js';
import { crc32 } from '../journal/crc32.js';
import { putWhole } from '../journal/whole-file.js';
import { decodeChecked, encodeChecked } from './checked-line.js';
import { WORTH_WRITING_ROWS } from './index-file.js';

/** Raised when columns or cells change their meaning. */
const VERSION = 1;

/** Where rows stand: for each run, sorted by id, and each table. Columns, for there may be 100,000 runs. */
export interface Spans {
  ids: string[];
  /** How a run looked when its rows were made; null where they may be others the next time. */
  stamps: (Stamp | null)[];
  /** How many bytes a run has in a table: `bytes[table][run]`. */
  bytes: number[][];
  rows: number[][];
}

export interface TableFiles extends Spans {
  files: Buffer[];
  /** Where the rows of a run begin in a file. */
  at: number[][];
  /** Whether each file was a table; of what was none there are no rows. */
  isSound: boolean;
}

interface SpansFile extends Spans {
  version: number;
  columns: string;
  files: (number[] | null)[];
}

export function fileOf(folder: string, name: TableName): string {
  return path.join(folder, `${name}.csv`);
}

export function headerOf(name: TableName): Buffer {
  return Buffer.from(encodeCsv([columnsOf(name)]));
}

/** The tables of a folder by the cache; null where it is not theirs. */
export function openTables(folder: string, cache: string): TableFiles | null {
  try {
    const line = readRegular(cache);
    const known = decodeChecked(line.subarray(0, -1)) as SpansFile | null;
    if (known?.version !== VERSION || known.columns !== allColumns()) return null;
    if (JSON.stringify(known.files) !== JSON.stringify(looksOf(folder))) return null;
    const files = TABLE_NAMES.map((name) => readRegular(fileOf(folder, name)));
    const { ids, stamps, bytes, rows } = known;
    const at = TABLE_NAMES.map((name, table) => {
      let end = headerOf(name).length;
      return (bytes[table] as number[]).map((length) => (end += length) - length);
    });
    const isWhole = files.every(
      (file, table) => file.length === endOf(at[table], bytes[table], headerOf(TABLE_NAMES[table] as TableName)),
    );
    return isWhole ? { files, ids, stamps, bytes, rows, at, isSound: true } : null;
  } catch {
    return null;
  }
}

function endOf(at: number[] = [], bytes: number[] = [], header: Buffer): number {
  return at.length === 0 ? header.length : (at.at(-1) as number) + (bytes.at(-1) as number);
}

/** Says where the rows of each run stand. A cache: where there is none, the tables are read the next time. */
export function writeSpans(folder: string, cache: string, spans: Spans, rights: Rights): void {
  if (spans.ids.length < WORTH_WRITING_ROWS) return;
  const known: SpansFile = { version: VERSION, columns: allColumns(), files: looksOf(folder), ...spans };
  try {
    putWhole(cache, encodeChecked(known), `${cache}.tmp`, rights, false);
  } catch {
    // Nothing is lost.
  }
}

function looksOf(folder: string): (number[] | null)[] {
  return TABLE_NAMES.map((name) => {
    const found = fs.lstatSync(fileOf(folder, name), { throwIfNoEntry: false });
    return found === undefined ? null : [found.size, found.mtimeMs, found.ino];
  });
}

/** The checksum of all their names. */
function allColumns(): string {
  return crc32(Buffer.from(TABLE_NAMES.map((name) => columnsOf(name).join()).join(';')));
}
