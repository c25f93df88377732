// The tables that a query names, as CSV files in a folder of our own: what a query engine is given to read, and all that it reads.
import fs from 'node:fs';
import path from 'node:path';
import { encodeCsv } from '../formats/csv.js';
import {
  eventCells,
  isJournalTable,
  queryColumns,
  stepCells,
  type JournalTableName,
  type QueryTableName,
} from '../formats/query-tables.js';
import type { Cell } from '../formats/tables.js';
import type { Damage } from '../journal/line.js';
import { applyEvent, emptyRun, issueOf } from '../views/run.js';
import { exportTables } from './export-tables.js';
import { readEvents } from './open-run.js';
import { listRunIds, type Store } from './paths.js';
import type { LoadPricer } from './pricing.js';
import { readAnyRun } from './store.js';
import { vantage } from './verdict.js';

const BATCH = 64;
const RUNS_A_TURN = 32;

/** Writes `<table>.csv` for each table named; others may be there too. Gives the ids of damaged runs, sorted. */
export async function writeQueryFiles(
  store: Store,
  folder: string,
  names: readonly QueryTableName[],
  loadPricer: LoadPricer,
): Promise<string[]> {
  const damaged = new Set<string>();
  if (names.some((name) => !isJournalTable(name))) {
    const options = { folder, isLikeOwn: true, runIds: null, isRebuild: false, lockTimeoutSeconds: 0, loadPricer };
    for (const runId of (await exportTables(store, options)).damaged) damaged.add(runId);
  }
  const named = names.filter(isJournalTable);
  if (named.length > 0) await writeJournalTables(store, folder, named, damaged);
  return [...damaged].sort();
}

/** Of the runs that are in runs/: an archived one has no journal there. */
async function writeJournalTables(
  store: Store,
  folder: string,
  names: readonly JournalTableName[],
  damaged: Set<string>,
): Promise<void> {
  const files = new Map(names.map((name) => [name, new TableFile(path.join(folder, `${name}.csv`), name)]));
  const ofEvents = names.filter((name) => name !== 'steps');
  const from = vantage();
  try {
    for (const [index, runId] of listRunIds(store).entries()) {
      // So that a signal is heard.
      if (index % RUNS_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
      const steps = files.get('steps');
      let isDamaged = false;
      if (steps !== undefined) {
        const { state, damage } = readAnyRun(store, runId, from);
        isDamaged = damage.length > 0;
        for (const row of stepCells(runId, state)) steps.add(row);
      }
      if (ofEvents.length > 0 && !readInto(files, store, runId, ofEvents)) isDamaged = true;
      if (isDamaged) damaged.add(runId);
    }
  } finally {
    for (const file of files.values()) file.end();
  }
}

/** Adds the rows of a run's events; false where it is damaged. */
function readInto(
  files: ReadonlyMap<JournalTableName, TableFile>,
  store: Store,
  runId: string,
  names: readonly Exclude<JournalTableName, 'steps'>[],
): boolean {
  const damage: Damage[] = [];
  const state = emptyRun();
  const isFolded = names.includes('metrics');
  // Only measurements are asked for: then nobody wants to know what an action says.
  const options = { withBlobs: true, skims: names.length === 1 && isFolded };
  try {
    for (const event of readEvents(store, runId, damage, options)) {
      const issue = isFolded && event.type === 'metric.measured' ? issueOf(state, event) : null;
      if (isFolded) applyEvent(state, event);
      for (const name of names) {
        const row = eventCells(name, runId, event, issue);
        if (row !== null) files.get(name)?.add(row);
      }
    }
  } catch {
    // What was read of it stays; verify says why no more could be.
    return false;
  }
  return damage.length === 0;
}

/** A CSV file that takes many rows, some of them at a time. */
class TableFile {
  readonly #fd: number;
  #rows: Cell[][];

  constructor(file: string, name: QueryTableName) {
    this.#fd = fs.openSync(file, 'wx', 0o600);
    this.#rows = [queryColumns(name).map(({ name: column }) => column)];
  }

  add(row: Cell[]): void {
    this.#rows.push(row);
    if (this.#rows.length >= BATCH) this.#flush();
  }

  end(): void {
    try {
      this.#flush();
    } finally {
      fs.closeSync(this.#fd);
    }
  }

  #flush(): void {
    fs.writeFileSync(this.#fd, encodeCsv(this.#rows));
    this.#rows = [];
  }
}
