// What the tables of a store cost, all of them and after one more run: node bench/export-csv.js [--runs 15] [--sizes 100,1000] [--save]
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { bench, cleanEnv, mustRun, runlog } from './lib/bench.js';
import { writeFinalRuns, writeOneMore } from './lib/make-run.js';

const spawn = (args, env) => {
  const from = process.hrtime.bigint();
  const { status, error } = spawnSync(process.execPath, args, { env, stdio: 'ignore' });
  if (error !== undefined || status !== 0) throw error ?? new Error(`${args.join(' ')}: exit status ${status}`);
  return Number(process.hrtime.bigint() - from) / 1e6;
};

/** Parses every line of every journal, and writes bytes that were made before. */
const BARE = `const fs = require('fs'); const [, , store, tables, out] = process.argv;
let sum = 0;
for (const run of fs.readdirSync(store + '/runs'))
  for (const name of fs.readdirSync(store + '/runs/' + run + '/journal'))
    for (const line of fs.readFileSync(store + '/runs/' + run + '/journal/' + name, 'utf8').split('\\n'))
      if (line !== '') sum += JSON.parse(line).v;
fs.mkdirSync(out, { recursive: true });
for (const name of fs.readdirSync(tables)) fs.writeFileSync(out + '/' + name, fs.readFileSync(tables + '/' + name));`;

await bench({
  name: 'export-csv',
  title: 'The tables of a store',
  about:
    'Seven tables of all runs of 100 events each as a whole process, beside a bare loop that parses every line of the same journals and writes the same bytes; and once more with one new run in the store.',
  sizeName: 'runs in the store',
  sizes: [100, 1e3, 1e4],
  prepare(size, folder) {
    const [store, bare, out] = ['logs', 'bare.js', 'out'].map((name) => path.join(folder, name));
    fs.writeFileSync(bare, BARE);
    const env = cleanEnv(folder, { RUNLOG_DIR: store });
    const finalize = (runId) => mustRun(process.execPath, [runlog, 'finalize', runId], { env });
    const { length } = writeFinalRuns(store, { runs: size, events: 100 }, finalize);
    spawn([runlog, 'export', 'csv'], env);
    return { store, bare, out, env, added: length };
  },
  cases: [
    {
      name: 'export csv',
      run({ store, env }) {
        for (const name of ['csv', 'index.csv']) fs.rmSync(path.join(store, name), { recursive: true, force: true });
        return spawn([runlog, 'export', 'csv'], env);
      },
    },
    { name: 'bare loop', run: ({ bare, store, out, env }) => spawn([bare, store, path.join(store, 'csv'), out], env) },
    {
      name: 'export csv, one new run',
      run(context) {
        writeOneMore(context.store, (context.added += 1), { events: 100 });
        return spawn([runlog, 'export', 'csv'], context.env);
      },
    },
  ],
  goals: [
    { of: 'export csv', to: 'bare loop', atMost: 2 },
    { of: 'export csv, one new run', to: 'export csv', atMost: 0.05 },
  ],
});
