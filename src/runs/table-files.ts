// The tables' files as bytes, and where in them the rows of each run stand: so that rows which stay are copied, not read. What says
// where is a cache beside the tables; it counts only while they are the very files that it was written for.
import fs from 'node:fs';
import os from 'node:os';
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
const VERSION = 2;
const LF = 0x0a;

/** Where rows stand: for each run, sorted by id, and each table. Columns of plain numbers, for there may be 100,000 runs. */
export interface Spans {
  /** How the note of changes looked; '' where that is not known. */
  changes: string;
  ids: string[];
  /** How a run's journal looked when its rows were made; null where they may be others the next time. */
  stamps: (Stamp | null)[];
  /** How many bytes a run has in a table: `bytes[table][run]`. */
  bytes: Uint32Array[];
  rows: Uint32Array[];
}

export interface TableFiles extends Spans {
  files: Buffer[];
  /** Where the rows of a run begin in a file. */
  at: Float64Array[];
  /** Whether each file was a table; of what was none there are no rows. */
  isSound: boolean;
}

/** The first line of the cache; behind it stand the columns, `bytes` and `rows` of each table in turn, as this machine has numbers. */
interface SpansHeader extends Pick<Spans, 'changes' | 'ids' | 'stamps'> {
  version: number;
  endianness: string;
  columns: string;
  files: (number[] | null)[];
  /** The checksum of what stands behind this line. */
  crc: string;
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
    const looks = JSON.stringify(looksOf(folder));
    const spans = readSpans(cache, looks);
    if (spans === null) return null;
    const files = TABLE_NAMES.map((name) => readRegular(fileOf(folder, name)));
    const at = spans.bytes.map((bytes, table) => startsOf(bytes, headerOf(TABLE_NAMES[table] as TableName).length));
    const ends = at.map((starts, table) => (starts.at(-1) as number) + (spans.bytes[table]?.at(-1) as number));
    if (files.some((file, table) => file.length !== ends[table])) return null;
    // Who only reads holds no lock: others may have replaced some of them meanwhile.
    return JSON.stringify(looksOf(folder)) === looks ? { ...spans, files, at, isSound: true } : null;
  } catch {
    return null;
  }
}

/** Where each of some pieces begins that stand one behind the other. */
export function startsOf(lengths: Uint32Array, from: number): Float64Array {
  const starts = new Float64Array(lengths.length);
  let end = from;
  for (let index = 0; index < lengths.length; index += 1) {
    starts[index] = end;
    end += lengths[index] as number;
  }
  return starts;
}

/** `looks`: how the tables look now. */
function readSpans(cache: string, looks: string): Spans | null {
  const file = readRegular(cache);
  const lineEnd = file.indexOf(LF);
  const known = decodeChecked(file.subarray(0, lineEnd)) as SpansHeader | null;
  if (known?.version !== VERSION || known.columns !== allColumns() || known.endianness !== os.endianness()) return null;
  if (JSON.stringify(known.files) !== looks) return null;
  // At the start of memory of its own: numbers must lie at whole fours.
  const behind = Buffer.from(new Uint8Array(file.subarray(lineEnd + 1)).buffer);
  const { changes, ids, stamps } = known;
  if (ids.length === 0 || behind.length !== 2 * TABLE_NAMES.length * 4 * ids.length || crc32(behind) !== known.crc)
    return null;
  const column = (index: number): Uint32Array => new Uint32Array(behind.buffer, 4 * ids.length * index, ids.length);
  return {
    changes,
    ids,
    stamps,
    bytes: TABLE_NAMES.map((_, table) => column(2 * table)),
    rows: TABLE_NAMES.map((_, table) => column(2 * table + 1)),
  };
}

/** Says where the rows of each run stand. A cache: where there is none, the tables are read the next time. */
export function writeSpans(folder: string, cache: string, { bytes, rows, ...facts }: Spans, rights: Rights): void {
  if (facts.ids.length < WORTH_WRITING_ROWS) return;
  const columns = bytes.flatMap((own, table) => [own, rows[table] as Uint32Array]);
  const behind = Buffer.concat(columns.map((own) => new Uint8Array(own.buffer)));
  const header: SpansHeader = {
    version: VERSION,
    endianness: os.endianness(),
    columns: allColumns(),
    files: looksOf(folder),
    crc: crc32(behind),
    ...facts,
  };
  try {
    putWhole(cache, [...encodeChecked(header), behind], `${cache}.tmp`, rights, false);
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
