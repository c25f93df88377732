// The CSV tables of a store: one file a table, rows sorted by run, each run's rows there once.
import { encodeCsv } from '../formats/csv.js';
import type { Stamp } from '../formats/index-row.js';
import { TABLE_NAMES, rowsOf, type TableName } from '../formats/tables.js';
import { PRIVATE, type Rights } from '../journal/folder.js';
import type { RunState } from '../views/run.js';
import { writeTogether, type FileRange, type WholeFile } from './atomic-file.js';
import { WORTH_WRITING_ROWS } from './index-file.js';
import { csvDir, rightsOf, tablesIndexPath, type Store } from './paths.js';
import type { FolderLook } from './settled-run.js';
import {
  closeTables,
  encodeSpans,
  fileOf,
  headerOf,
  openTables,
  writeSpans,
  type Spans,
  type TableBytes,
  type TableFiles,
} from './table-files.js';
import { firstNotBefore, joinNumbers, joinTexts, partsOf, startsOf, sumOf, type RunRows } from './table-parts.js';

/** Under the id that the folder has: the journal may have lost its own, and rows are replaced by it. */
export function runRows(runId: string, state: RunState): RunRows {
  const rows = TABLE_NAMES.map((name) => rowsOf(name, state));
  for (const own of rows) for (const row of own) row[0] = runId;
  return { texts: rows.map(encodeCsv), counts: rows.map(({ length }) => length) };
}

/** Seven tables that are to be written. */
export interface TablesToWrite {
  folder: string;
  /** The file that says where rows stand; null where nobody keeps one. */
  cache: string | null;
  rights: Rights;
}

/** How many numbers of a journal's stamp are of its folder. */
const FOLDER_NUMBERS = 2;

/** By what is told the next time that rows are still what they would be. */
export interface Looks {
  /** Of runs whose rows stay the same while their journals look so. */
  stamps: ReadonlyMap<string, Stamp>;
  /** How the note of changes looked before. */
  changes: string;
}

export class Tables {
  readonly #where: TablesToWrite;
  readonly #from: TablesToWrite;
  readonly #known: TableFiles | null;
  /** Where the run that is asked for next is, as a rule: they are asked for in order. */
  #nextPlace = 0;
  #segmentStarts: Float64Array | undefined;

  /** To be closed. `from`: the tables that rows are copied from, where they are others. */
  constructor(where: TablesToWrite, from: TablesToWrite = where) {
    this.#where = where;
    this.#from = from;
    this.#known = from.cache === null ? null : openTables(from.folder, from.cache);
  }

  get folder(): string {
    return this.#where.folder;
  }

  close(): void {
    closeTables(this.#known?.files ?? []);
  }

  /** How the note of changes looked when every run was looked at last; '' where that is not known. */
  get changes(): string {
    return this.#known?.changes ?? '';
  }

  /** How many runs it is known of where their rows stand. */
  get size(): number {
    return this.#known?.ids.length ?? 0;
  }

  /** The place of a run among those; -1 where it is none of them. */
  placeOf(runId: string): number {
    const ids = this.#known?.ids ?? [];
    const place = ids[this.#nextPlace] === runId ? this.#nextPlace : firstNotBefore(ids, runId);
    this.#nextPlace = place + 1;
    return ids[place] === runId ? place : -1;
  }

  /** How the folder of a run's journal looked when its rows were made; NaN where they may be others now. */
  folderOf(place: number): FolderLook {
    const folders = this.#known?.folders;
    return { ino: folders?.[2 * place] ?? NaN, ctimeMs: folders?.[2 * place + 1] ?? NaN };
  }

  /** How all of its journal looked; null where its rows may be others now. */
  stampOf(place: number): Stamp | null {
    const { ino, ctimeMs } = this.folderOf(place);
    if (this.#known === null || Number.isNaN(ino)) return null;
    const { bytes, lengths } = this.#known.segments;
    this.#segmentStarts ??= startsOf(lengths);
    const [from, to] = this.#segmentStarts.subarray(place, place + 2);
    return [ino, ctimeMs, ...(JSON.parse(bytes.toString('utf8', from, to)) as Stamp)];
  }

  /**
   * Writes the tables. Rows of the runs given replace what the files have of them; rows of other runs stay while `keep` says so, of
   * which it is given the id and the place. Where a file is no such table, the rows of all runs are asked for: a view is never patched
   * from damage.
   */
  async write(
    given: ReadonlyMap<string, RunRows>,
    keep: (runId: string, place: number) => boolean,
    everyRun: () => Promise<ReadonlyMap<string, RunRows>>,
    { stamps, changes }: Looks = { stamps: new Map(), changes: '' },
  ): Promise<Record<TableName, number>> {
    const { folder, cache, rights } = this.#where;
    // Loaded only where it is called for: it takes a parser.
    const known = this.#known ?? (await import('./read-tables.js')).readTables(this.#from.folder);
    const fresh = known.isSound ? given : new Map([...(await everyRun()), ...given]);
    const made = [...fresh]
      .map(([runId, rows]) => ({ runId, rows, stamp: stamps.get(runId) }))
      .sort((one, other) => (one.runId < other.runId ? -1 : 1));
    const { parts, size } = partsOf(known.ids, made, keep);
    const segments = joinTexts(
      parts,
      size,
      { lengths: known.segments.lengths, from: 0, cut: (from, to) => known.segments.bytes.subarray(from, to) },
      ({ stamp }) => (stamp === undefined ? '' : JSON.stringify(stamp.slice(FOLDER_NUMBERS))),
    );
    const spans: Spans = {
      changes,
      ids: parts.flatMap((part) => (part.made === null ? known.ids.slice(part.from, part.to) : part.made.runId)),
      folders: joinNumbers(parts, known.folders, new Float64Array(FOLDER_NUMBERS * size), FOLDER_NUMBERS, ({ stamp }) =>
        stamp === undefined ? [NaN, NaN] : (stamp.slice(0, FOLDER_NUMBERS) as number[]),
      ),
      segments: { bytes: Buffer.concat(segments.pieces), lengths: segments.lengths },
      bytes: [],
      rows: [],
    };
    const files: WholeFile[] = [];
    for (const [table, name] of TABLE_NAMES.entries()) {
      const header = headerOf(name);
      const cut = cutting(known.files[table] as TableBytes);
      const { pieces, lengths } = joinTexts(
        parts,
        size,
        { lengths: known.bytes[table] as Uint32Array, from: header.length, cut },
        ({ rows }) => rows.texts[table] as string,
      );
      const counts = joinNumbers(parts, known.rows[table] as Uint32Array, new Uint32Array(size), 1, ({ rows }) => [
        rows.counts[table] as number,
      ]);
      spans.bytes.push(lengths);
      spans.rows.push(counts);
      files.push({ file: fileOf(folder, name), pieces: [header, ...pieces] });
    }
    let where: Buffer[] | null = null;
    await writeTogether(files, rights, (looks) => {
      if (cache !== null && size >= WORTH_WRITING_ROWS) where = encodeSpans(spans, looks);
    });
    if (cache !== null && where !== null) writeSpans(cache, where, rights);
    return Object.fromEntries(
      TABLE_NAMES.map((name, table) => [name, sumOf(spans.rows[table] as Uint32Array)]),
    ) as Record<TableName, number>;
  }
}

function cutting(file: TableBytes): (from: number, to: number) => Buffer | FileRange {
  return (from, to) => ('fd' in file ? { fd: file.fd, from, to } : file.subarray(from, to));
}

/** The store's own. */
export function ownTables(store: Store): TablesToWrite {
  return { folder: csvDir(store), cache: tablesIndexPath(store), rights: rightsOf(store) };
}

/** A folder of the user's: nothing is known of what is there. */
export function tablesOf(folder: string): TablesToWrite {
  return { folder, cache: null, rights: PRIVATE };
}
