// Whatever happens to a store and to its index: what a list tells with the index is what the journals tell.
import fs from 'node:fs';
import path from 'node:path';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  comparePlaces,
  decodeEntries,
  encodeEntry,
  placeOf,
  placeOfLine,
  stampOfLine,
} from '../../src/formats/index-row.js';
import { encodeCsv } from '../../src/formats/csv.js';
import { TABLE_NAMES, columnsOf } from '../../src/formats/tables.js';
import { runRow, type RunRow } from '../../src/formats/run-json.js';
import { exportTables } from '../../src/runs/export-tables.js';
import { finalizeRuns } from '../../src/runs/finalize.js';
import { noteChange } from '../../src/runs/index-change.js';
import { listRuns } from '../../src/runs/list-runs.js';
import { indexPath, listRunIds, type Store } from '../../src/runs/paths.js';
import { record } from '../../src/runs/record.js';
import { settleInThread, settleMany } from '../../src/runs/settle-many.js';
import { readAllRuns } from '../../src/runs/store.js';
import { runRows } from '../../src/runs/tables.js';
import { vantage } from '../../src/runs/verdict.js';
import { cleanUp, tempStore, type TempStore } from '../support/runlog.js';
import { afterAll } from 'vitest';

afterAll(cleanUp);

/** An index of a single row, and stamps that are trusted once the clock of the file system has gone on. */
const EAGER = { worthWritingRows: 1, freshMs: 8 };
const rest = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

type Step = (store: TempStore, own: Store, pick: (count: number) => number) => void | Promise<void>;

let made = 0;
const start = (store: TempStore): void => {
  made += 1;
  const second = String(10 + (made % 50));
  store.write(`run_${made % 7}_${made}`, [
    {
      type: 'run.started',
      run_id: `run_${made % 7}_${made}`,
      project: String(made % 3),
      at: `2025-10-03T10:00:${second}.000000Z`,
    },
    { type: 'step.started', step: 1, agent: 'coding' },
    { type: 'step.ended', step: 1, status: made % 2 === 0 ? 'SUCCESS' : 'FAIL' },
  ]);
};
const anyRun = (own: Store, pick: (count: number) => number): string | undefined => {
  const ids = listRunIds(own);
  return ids[pick(ids.length || 1)];
};
const onRun =
  (work: (runId: string, store: TempStore, own: Store) => void | Promise<void>): Step =>
  async (store, own, pick) => {
    const runId = anyRun(own, pick);
    if (runId !== undefined) await work(runId, store, own);
  };
const finalize = async (own: Store, runIds: string[] | null): Promise<void> => {
  const { runs } = await finalizeRuns(own, {
    env: { HOME: own.dir },
    runIds,
    wish: {},
    isForced: true,
    isDryRun: false,
    staleAfterSeconds: 60,
    lockTimeoutSeconds: 5,
    loadPricer: async () => () => null,
  });
  // Else the runs would never be settled, and nothing be tried.
  if (runIds !== null && runIds.length > 1) expect(runs).toHaveLength(runIds.length);
};

const STEPS: Record<string, Step> = {
  start,
  'start two': (store) => {
    start(store);
    start(store);
  },
  finalize: onRun((runId, _, own) => finalize(own, [runId])),
  'finalize all': (_, own) => finalize(own, null),
  append: onRun((runId, _, own) => {
    record(own, runId, [{ type: 'error.raised', error_type: 'E', message: 'm' }], { env: { HOME: own.dir } });
    noteChange(own);
  }),
  correct: onRun(async (runId, _, own) => {
    const body = { type: 'outcome.corrected', subject: 'run', success: made % 2 === 0, evidence: 'seen' } as const;
    record(own, runId, [body], { env: { HOME: own.dir } });
    noteChange(own);
    await finalize(own, [runId]);
  }),
  'remove by hand': onRun((runId, store) => fs.rmSync(store.path('runs', runId), { recursive: true })),
  'put away and back': onRun(async (runId, store) => {
    fs.renameSync(store.path('runs', runId), store.path('aside'));
    await rest();
    fs.renameSync(store.path('aside'), store.path('runs', runId));
  }),
  'copy in by hand': onRun((runId, store) =>
    fs.cpSync(store.path('runs', runId), store.path('runs', `copy_${(made += 1)}`), {
      recursive: true,
      preserveTimestamps: true,
    }),
  ),
  'take the place of another': onRun((runId, store) => {
    fs.rmSync(store.path('runs', runId), { recursive: true });
    store.write(runId, [
      { type: 'run.started', run_id: runId, project: 'other' },
      { type: 'run.ended', status: 'failed' },
    ]);
  }),
  'remove _final.json': onRun((runId, store) => fs.rmSync(store.path('runs', runId, '_final.json'), { force: true })),
  'garble a byte of a journal': onRun((runId, store, own) => {
    const folder = store.path('runs', runId, 'journal');
    const file = path.join(folder, fs.readdirSync(folder)[0] as string);
    const bytes = fs.readFileSync(file);
    bytes[20] = 0x7e;
    fs.writeFileSync(file, bytes);
    noteChange(own);
  }),
  'delete the index': (_, own) => fs.rmSync(indexPath(own), { force: true }),
  'garble the index': (_, own, pick) => {
    if (!fs.existsSync(indexPath(own))) return;
    const bytes = fs.readFileSync(indexPath(own));
    const at = pick(bytes.length);
    bytes[at] = (bytes[at] as number) ^ 1;
    fs.writeFileSync(indexPath(own), bytes);
  },
  'cut the index': (_, own, pick) => {
    if (fs.existsSync(indexPath(own))) fs.truncateSync(indexPath(own), pick(fs.statSync(indexPath(own)).size));
  },
};

function truth(own: Store, fits: (row: RunRow) => boolean): { rows: RunRow[]; damaged: string[] } {
  const readings = [...readAllRuns(own, vantage())];
  const rows = readings.map(({ runId, status, state }) => runRow(runId, status, state)).filter(fits);
  return {
    rows: rows.sort((one, other) => comparePlaces(placeOf(one), placeOf(other))),
    damaged: readings.filter(({ damage }) => damage.length > 0).map(({ runId }) => runId),
  };
}

it('a list with the index, whatever became of store and index, is the list of the journals', async () => {
  let served = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...Object.keys(STEPS)), fc.nat()), { minLength: 4, maxLength: 14 }),
      async (steps) => {
        const store = tempStore();
        const own = { dir: store.dir };
        fs.mkdirSync(store.path('runs'), { recursive: true });
        for (let index = 0; index < 4; index += 1) start(store);
        await finalize(own, listRunIds(own));
        // Files have the same time for some milliseconds.
        await rest();
        for (const [name, random] of steps) {
          await (STEPS[name] as Step)(store, own, (count) => random % count);
          await rest();
          for (const fits of [(row: RunRow) => row.status === 'failed', () => true]) {
            const { runs, damaged } = listRuns(own, fits, Infinity, EAGER);
            expect({ name, rows: runs.map(({ row }) => row), damaged }).toEqual({ name, ...truth(own, fits) });
          }
          if (fs.existsSync(indexPath(own))) served += 1;
        }
        fs.rmSync(store.cwd, { recursive: true });
      },
    ),
    { numRuns: 20, endOnFailure: true },
  );
  // Otherwise the index had no part in it.
  expect(served).toBeGreaterThan(20);
}, 240_000);

/** The tables as the journals have them, each run read as every command reads it. */
function tablesByJournals(own: Store): { damaged: string[]; tables: Record<string, string> } {
  const readings = [...readAllRuns(own, vantage())];
  const rows = readings.filter(({ state }) => state.eventCount > 0).map(({ runId, state }) => runRows(runId, state));
  return {
    damaged: readings.filter(({ damage }) => damage.length > 0).map(({ runId }) => runId),
    tables: Object.fromEntries(
      TABLE_NAMES.map((name, table) => [
        `${name}.csv`,
        encodeCsv([columnsOf(name)]) + rows.map(({ texts }) => texts[table]).join(''),
      ]),
    ),
  };
}

it('tables that are brought up to date, whatever happened since, are those made anew and those of the journals', async () => {
  const template = tempStore();
  fs.mkdirSync(template.path('runs'), { recursive: true });
  for (let index = 0; index < 70; index += 1) start(template);
  await finalize({ dir: template.dir }, listRunIds({ dir: template.dir }));
  const options = { folder: null, runIds: null, lockTimeoutSeconds: 5, loadPricer: async () => () => null };
  const tablesOf = (store: TempStore): Record<string, string> =>
    Object.fromEntries(fs.readdirSync(store.path('csv')).map((name) => [name, store.read('csv', name)]));
  const changes: Record<string, Step> = {
    ...STEPS,
    'delete the index': (store) => fs.rmSync(store.path('index.csv'), { force: true }),
    'garble the index': (store) => fs.appendFileSync(store.path('index.csv'), 'x'),
    'a table changed by hand': (store) => fs.appendFileSync(store.path('csv', 'errors.csv'), 'run_x,,,,,,,\r\n'),
    'a table garbled': (store) => fs.writeFileSync(store.path('csv', 'issues.csv'), 'x'),
    'a table deleted': (store) => fs.rmSync(store.path('csv', 'runs.csv')),
  };
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...Object.keys(changes)), fc.nat()), { minLength: 2, maxLength: 6 }),
      async (steps) => {
        const store = tempStore();
        const own = { dir: store.dir };
        fs.cpSync(template.dir, store.dir, { recursive: true, preserveTimestamps: true });
        await exportTables(own, { ...options, isRebuild: false });
        for (const [name, random] of steps) {
          await (changes[name] as Step)(store, own, (count) => random % count);
          const { rows, damaged } = await exportTables(own, { ...options, isRebuild: false });
          const found = { name, rows, damaged: [...new Set(damaged)], tables: tablesOf(store) };
          fs.rmSync(store.path('csv'), { recursive: true });
          const anew = await exportTables(own, { ...options, isRebuild: false });
          expect(found).toEqual({ name, rows: anew.rows, damaged: anew.damaged, tables: tablesOf(store) });
          expect({ damaged: anew.damaged, tables: found.tables }).toEqual(tablesByJournals(own));
        }
        fs.rmSync(store.cwd, { recursive: true });
      },
    ),
    { numRuns: 12 },
  );
}, 240_000);

it('a second thread makes the rows that the first would make, and leaves to it what is taken', async () => {
  const store = tempStore();
  const own = { dir: store.dir };
  for (let index = 0; index < 3; index += 1) start(store);
  await finalize(own, listRunIds(own));
  start(store);
  const ids = listRunIds(own);
  const rows = settleMany(own, ids, () => vantage());
  expect(rows.filter((row) => row === null)).toHaveLength(1);
  const { port1, port2 } = new MessageChannel();
  const shared = new SharedArrayBuffer(8);
  for (const expected of [[{ from: 0, rows }], []]) {
    settleInThread({ store: own, ids, shared }, port2);
    expect(receiveMessageOnPort(port1)?.message).toEqual(expected);
    expect(new Int32Array(shared)[1]).toBe(1);
  }
  port1.close();
});

it('a row of the index gives back what it was made of, and its place and its stamp without being parsed', () => {
  const text = fc.option(fc.string({ unit: 'binary' }));
  const number = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0));
  const entry = fc.record({
    row: fc.record({
      run_id: fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/),
      status: fc.string(),
      start_time: fc.option(fc.constant('2025-10-03T10:00:00.000000Z')),
      end_time: text,
      duration_seconds: number,
      project_id: text,
      execution_mode: text,
      intent_type: text,
      llm: fc.record({ provider: text, model: text, temperature: number }),
      total_steps: fc.nat(),
      failed_steps: fc.nat(),
      total_errors: fc.nat(),
      total_tokens: number,
      estimated_cost_usd: number,
      tags: fc.dictionary(fc.string({ minLength: 1 }), fc.string()),
    }),
    traceId: text,
    isDamaged: fc.boolean(),
    isUnpriced: fc.boolean(),
    stamp: fc.array(fc.oneof(fc.nat(), fc.string(), fc.constantFrom('a]', 'a],', '[b],null'))),
  });
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 3 }), (entries) => {
      const lines = entries.map(encodeEntry);
      expect(JSON.stringify(decodeEntries(lines.join('')))).toBe(JSON.stringify(entries));
      expect(lines.map(placeOfLine)).toEqual(entries.map(({ row }) => placeOf(row)));
      expect(lines.map(stampOfLine)).toEqual(entries.map(({ stamp }) => stamp));
    }),
  );
});
