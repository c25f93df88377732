// The tables' files as bytes, and where in them the rows of each run stand: so that rows which stay are copied, not read. What says
// where is a cache beside the tables; it counts only while they are the very files that it was written for.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { encodeCsv } from '../formats/csv.js';
import { TABLE_NAMES, columnsOf, type TableName } from '../formats/tables.js';
import type { Rights } from '../journal/folder.js';
import { openRegular, readRegular } from '../journal/regular-file.js';
import { crc32 } from '../journal/crc32.js';
import { putWhole, type Content } from '../journal/whole-file.js';
import { decodeChecked, encodeChecked } from './checked-line.js';
import { sumOf } from './table-parts.js';

/** Raised when columns or cells change their meaning. */
const VERSION = 3;
const LF = 0x0a;

/** Text in pieces, one a run, which may be empty. */
export interface Texts {
  bytes: Buffer;
  /** In bytes. */
  lengths: Uint32Array;
}

/** Where rows stand: for each run, sorted by id, and each table. Columns of plain numbers, for there may be 100,000 runs. */
export interface Spans {
  /** How the note of changes looked; '' where that is not known. */
  changes: string;
  ids: string[];
  /** Number and ctime in milliseconds of each journal's folder when the rows were made; NaN where they may be others the next time. */
  folders: Float64Array;
  /** What else its stamp says of each journal, as JSON. */
  segments: Texts;
  /** How many bytes a run has in a table: `bytes[table][run]`. */
  bytes: Uint32Array[];
  rows: Uint32Array[];
}

export interface TableFiles extends Spans {
  /** Of each: the header, then the rows of each run. */
  files: TableBytes[];
  /** Whether each file was a table; of what was none there are no rows. */
  isSound: boolean;
}

/** A table's bytes, or an open file's. */
export type TableBytes = Buffer | { fd: number };

/**
 * The first line of the cache; behind it, as this machine has numbers, stand `folders`, then `bytes` and `rows` of each table in turn, the
 * lengths of `segments`, these themselves, and the ids, a line each.
 */
interface SpansHeader extends Pick<Spans, 'changes'> {
  version: number;
  endianness: string;
  columns: string;
  files: number[][];
  runs: number;
  /** The checksum of what stands behind this line. */
  crc: string;
}

export function fileOf(folder: string, name: TableName): string {
  return path.join(folder, `${name}.csv`);
}

export function headerOf(name: TableName): Buffer {
  return Buffer.from(encodeCsv([columnsOf(name)]));
}

/** The tables of a folder by the cache, open: `closeTables` closes them. Null where it is not theirs. */
export function openTables(folder: string, cache: string): TableFiles | null {
  const files: { fd: number }[] = [];
  try {
    for (const name of TABLE_NAMES) files.push({ fd: openRegular(fileOf(folder, name)) });
    // Who only reads holds no lock: others may replace them meanwhile, and those that are open stay as they are.
    const found = files.map(({ fd }) => fs.fstatSync(fd));
    const spans = readSpans(cache, JSON.stringify(found.map(lookOf)));
    const isTheirs = (name: TableName, table: number): boolean =>
      found[table]?.size === headerOf(name).length + sumOf(spans?.bytes[table] as Uint32Array);
    if (spans !== null && TABLE_NAMES.every(isTheirs)) return { ...spans, files, isSound: true };
  } catch {
    // There is none, or the tables are read.
  }
  closeTables(files);
  return null;
}

export function closeTables(files: readonly TableBytes[]): void {
  for (const file of files) if ('fd' in file) fs.closeSync(file.fd);
}

/** `looks`: how the tables look now. */
function readSpans(cache: string, looks: string): Spans | null {
  const file = readRegular(cache);
  const lineEnd = file.indexOf(LF);
  const known = decodeChecked(file.subarray(0, lineEnd)) as SpansHeader | null;
  if (known?.version !== VERSION || known.columns !== allColumns() || known.endianness !== os.endianness()) return null;
  if (JSON.stringify(known.files) !== looks) return null;
  const { changes, runs } = known;
  const behind = file.subarray(lineEnd + 1);
  if (runs === 0 || crc32(behind) !== known.crc) return null;
  // In memory of their own: numbers must lie at whole eights.
  const numbers = new Uint8Array(behind.subarray(0, runs * BYTES_OF_A_RUN)).buffer;
  const column = (index: number): Uint32Array => new Uint32Array(numbers, 4 * runs * (4 + index), runs);
  const lengths = column(2 * TABLE_NAMES.length);
  const texts = behind.subarray(numbers.byteLength);
  const idsAt = sumOf(lengths);
  const ids = texts.toString('utf8', idsAt).split('\n');
  // A table that somebody else wrote may have any text as an id.
  if (ids.length !== runs) return null;
  return {
    changes,
    ids,
    folders: new Float64Array(numbers, 0, 2 * runs),
    segments: { bytes: texts.subarray(0, idsAt), lengths },
    bytes: TABLE_NAMES.map((_, table) => column(2 * table)),
    rows: TABLE_NAMES.map((_, table) => column(2 * table + 1)),
  };
}

/** Two numbers of eight bytes; two of four for each table, and one. */
const BYTES_OF_A_RUN = 2 * 8 + (2 * TABLE_NAMES.length + 1) * 4;

/** The cache of tables that look so. */
export function encodeSpans(spans: Spans, looks: readonly fs.Stats[]): Buffer[] {
  const { changes, ids, folders, segments, bytes, rows } = spans;
  const columns = [folders, ...bytes.flatMap((own, table) => [own, rows[table] as Uint32Array]), segments.lengths];
  const behind = Buffer.concat([
    ...columns.map((own) => new Uint8Array(own.buffer)),
    segments.bytes,
    Buffer.from(ids.join('\n')),
  ]);
  const header: SpansHeader = {
    version: VERSION,
    endianness: os.endianness(),
    columns: allColumns(),
    files: looks.map(lookOf),
    changes,
    runs: ids.length,
    crc: crc32(behind),
  };
  return [...encodeChecked(header), behind];
}

/** Says where the rows of each run stand. A cache: where there is none, the tables are read the next time. */
export function writeSpans(cache: string, content: Content, rights: Rights): void {
  try {
    putWhole(cache, content, `${cache}.tmp`, rights, false);
  } catch {
    // Nothing is lost.
  }
}

function lookOf({ size, mtimeMs, ino }: fs.Stats): number[] {
  return [size, mtimeMs, ino];
}

/** The checksum of all their names. */
function allColumns(): string {
  return crc32(Buffer.from(TABLE_NAMES.map((name) => columnsOf(name).join()).join(';')));
}
