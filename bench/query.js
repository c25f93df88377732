// How long a question in SQL takes as the store grows: node bench/query.js [--runs 15] [--sizes 100,2000] [--save]
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { bench, cleanEnv, mustRun, runlog } from './lib/bench.js';
import { writeFinalRuns } from './lib/make-run.js';

const MOST_MS = 1500;
const PACKAGE = '@duckdb/node-api';

const query = (sql) => ({
  run: ({ env }) => mustRun(process.execPath, [runlog, 'query', sql, '--json'], { env, stdio: 'ignore' }),
  missing,
});

function missing() {
  try {
    createRequire(import.meta.url).resolve(PACKAGE);
    return null;
  } catch {
    return `${PACKAGE} is not installed`;
  }
}

const CASES = [
  {
    name: 'runs by status',
    ...query('SELECT status, count(*), avg(duration_seconds), sum(estimated_cost_usd) FROM runs GROUP BY ALL'),
  },
  {
    name: 'agents with their runs',
    ...query('SELECT llm_model, avg(a.duration_seconds) FROM agents a JOIN runs USING (run_id) GROUP BY ALL'),
  },
  { name: 'metrics by name', ...query('SELECT name, count(*), avg(value) FROM metrics GROUP BY ALL') },
  { name: 'steps by agent', ...query('SELECT agent_name, count(*) FROM steps GROUP BY ALL') },
  { name: 'actions that failed', ...query('SELECT action, count(*) FROM actions WHERE failed GROUP BY ALL') },
  { name: 'events by type', ...query('SELECT type, count(*) FROM events GROUP BY ALL') },
];

/** Loads the engine and asks it nothing of any store. */
const BARE = `require(${JSON.stringify(path.join(import.meta.dirname, '../node_modules', PACKAGE))}).DuckDBInstance.create()
  .then((instance) => instance.connect()).then((connection) => connection.runAndReadAll('SELECT 1'));`;

await bench({
  name: 'query',
  title: 'A question in SQL',
  about:
    'Questions to a store of finalized runs of 40 events each as whole processes, beside a bare Node that loads DuckDB and asks for 1. Those of runs and agents read the CSV tables, those below them every journal.',
  sizeName: 'runs in the store',
  sizes: [100, 2000],
  prepare(size, folder) {
    const [store, bare] = ['logs', 'bare.cjs'].map((name) => path.join(folder, name));
    fs.writeFileSync(bare, BARE);
    const env = cleanEnv(folder, { RUNLOG_DIR: store });
    writeFinalRuns(store, { runs: size, events: 40 }, (runId) =>
      mustRun(process.execPath, [runlog, 'finalize', runId], { env }),
    );
    spawnSync(process.execPath, [runlog, 'export', 'csv'], { env, stdio: 'ignore' });
    return { bare, env };
  },
  cases: [
    ...CASES,
    {
      name: 'bare DuckDB',
      run: ({ bare, env }) => mustRun(process.execPath, [bare], { env, stdio: 'ignore' }),
      missing,
    },
  ],
  goals: [{ of: 'runs by status', to: 'bare DuckDB', atMost: 3 }],
  figures: CASES.map(({ name }) => ({
    name,
    unit: 'ms',
    atMost: MOST_MS,
    onlyLast: true,
    measure: (_, medians) => medians[name],
  })),
});
