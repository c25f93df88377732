// The CSV tables of a store: one file a table, rows sorted by run, each run's rows there once.
import { encodeCsv } from '../formats/csv.js';
import type { Stamp } from '../formats/index-row.js';
import { TABLE_NAMES, rowsOf, type TableName } from '../formats/tables.js';
import { PRIVATE, type Rights } from '../journal/folder.js';
import type { RunState } from '../views/run.js';
import { writeWhole } from './atomic-file.js';
import { csvDir, rightsOf, tablesIndexPath, type Store } from './paths.js';
import { fileOf, headerOf, openTables, writeSpans, type Spans, type TableFiles } from './table-files.js';

/** The rows of one run in every table, in the tables' order, as they stand in the files. */
export interface RunRows {
  texts: string[];
  counts: number[];
}

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
  readonly #places: ReadonlyMap<string, number>;

  /** `from`: the tables that rows are copied from, where they are others. */
  constructor(where: TablesToWrite, from: TablesToWrite = where) {
    this.#where = where;
    this.#from = from;
    this.#known = from.cache === null ? null : openTables(from.folder, from.cache);
    this.#places = placesOf(this.#known?.ids ?? []);
  }

  get folder(): string {
    return this.#where.folder;
  }

  /** How the note of changes looked when every run was looked at last; '' where that is not known. */
  get changes(): string {
    return this.#known?.changes ?? '';
  }

  /** How a run's journal looked when the rows were made that the tables have of it; null where they may be others now. */
  stampOf(runId: string): Stamp | null {
    return this.#known?.stamps[this.#places.get(runId) ?? -1] ?? null;
  }

  /**
   * Writes the tables. Rows of the runs given replace what the files have of them; rows of other runs stay while `keep` says so.
   * Where a file is no such table, the rows of all runs are asked for: a view is never patched from damage.
   */
  async write(
    given: ReadonlyMap<string, RunRows>,
    keep: (runId: string) => boolean,
    everyRun: () => Promise<ReadonlyMap<string, RunRows>>,
    { stamps, changes }: Looks = { stamps: new Map(), changes: '' },
  ): Promise<Record<TableName, number>> {
    const { folder, cache, rights } = this.#where;
    // Loaded only where it is called for: it takes a parser.
    const known = this.#known ?? (await import('./read-tables.js')).readTables(this.#from.folder);
    const fresh = known.isSound ? given : new Map([...(await everyRun()), ...given]);
    const places = this.#known === null ? placesOf(known.ids) : this.#places;
    const ids = [...known.ids.filter((runId) => !fresh.has(runId) && keep(runId)), ...fresh.keys()].sort();
    /** Where what is kept stands; -1 for what is made. */
    const from = Int32Array.from(ids, (runId) => (fresh.has(runId) ? -1 : (places.get(runId) as number)));
    const spans: Spans = {
      changes,
      ids,
      stamps: ids.map((runId, index) => known.stamps[from[index] as number] ?? stamps.get(runId) ?? null),
      bytes: [],
      rows: [],
    };
    for (const [table, name] of TABLE_NAMES.entries()) {
      const [at, bytes, rows] = [known.at[table], known.bytes[table], known.rows[table]];
      const text = new Pieces(known.files[table] as Buffer, headerOf(name));
      const own = { bytes: new Uint32Array(ids.length), rows: new Uint32Array(ids.length) };
      for (let index = 0; index < ids.length; index += 1) {
        const place = from[index] as number;
        const made = place === -1 ? fresh.get(ids[index] as string) : undefined;
        own.bytes[index] =
          made === undefined
            ? text.copy(at?.[place] as number, bytes?.[place] as number)
            : text.add(made.texts[table] as string);
        own.rows[index] = made === undefined ? (rows?.[place] as number) : (made.counts[table] as number);
      }
      spans.bytes.push(own.bytes);
      spans.rows.push(own.rows);
      writeWhole(fileOf(folder, name), text.end(), rights);
    }
    if (cache !== null) writeSpans(folder, cache, spans, rights);
    const sums = spans.rows.map((column) => column.reduce((sum, count) => sum + count, 0));
    return Object.fromEntries(TABLE_NAMES.map((name, table) => [name, sums[table]])) as Record<TableName, number>;
  }
}

function placesOf(ids: readonly string[]): Map<string, number> {
  return new Map(ids.map((id, place) => [id, place]));
}

/** Text of old and new pieces; what stood together stays together. */
class Pieces {
  readonly #old: Buffer;
  readonly #pieces: Buffer[];
  /** What was added last and is yet to be made bytes: many short texts at once. */
  #texts: string[] = [];
  #from = 0;
  #to = 0;

  constructor(old: Buffer, head: Buffer) {
    this.#old = old;
    this.#pieces = [head];
  }

  /** Gives the number of bytes. */
  copy(at: number, bytes: number): number {
    if (bytes === 0) return 0;
    if (this.#texts.length > 0 || at !== this.#to) {
      this.#flush();
      this.#from = at;
    }
    this.#to = at + bytes;
    return bytes;
  }

  add(text: string): number {
    if (text === '') return 0;
    if (this.#texts.length === 0) this.#flush();
    this.#texts.push(text);
    return Buffer.byteLength(text);
  }

  end(): Buffer[] {
    this.#flush();
    return this.#pieces;
  }

  #flush(): void {
    if (this.#to > this.#from) this.#pieces.push(this.#old.subarray(this.#from, this.#to));
    this.#from = this.#to;
    if (this.#texts.length > 0) this.#pieces.push(Buffer.from(this.#texts.join('')));
    this.#texts = [];
  }
}

/** The store's own. */
export function ownTables(store: Store): TablesToWrite {
  return { folder: csvDir(store), cache: tablesIndexPath(store), rights: rightsOf(store) };
}

/** A folder of the user's: nothing is known of what is there. */
export function tablesOf(folder: string): TablesToWrite {
  return { folder, cache: null, rights: PRIVATE };
}
