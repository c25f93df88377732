// How long a list takes as the store grows: node bench/list.js [--runs 15] [--sizes 100,1000] [--save]
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { bench, cleanEnv, mustRun, notInstalled, runlog } from './lib/bench.js';
import { writeFinalRuns } from './lib/make-run.js';

const spawn = (args, env) => {
  const { status, error } = spawnSync(process.execPath, args, { env, stdio: 'ignore' });
  if (error !== undefined || status !== 0) throw error ?? new Error(`${args.join(' ')}: exit status ${status}`);
};
const list =
  (...args) =>
  ({ env }) =>
    spawn([runlog, 'list', '--json', ...args], env);
const rested = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500);

const BARE = `const fs = require('fs'); const runs = process.argv[2] + '/runs/';
for (const name of fs.readdirSync(runs)) JSON.parse(fs.readFileSync(runs + name + '/_final.json', 'utf8'));`;

await bench({
  name: 'list',
  title: 'A list of runs',
  about:
    'The newest 20 runs of a store of finalized ones as a whole process: with the index beside `node empty.js` and `find`, and without it beside a bare loop that reads and parses every `_final.json`.',
  sizeName: 'runs in the store',
  sizes: [100, 1e3, 1e4, 1e5],
  prepare(size, folder) {
    const [store, empty, bare] = ['logs', 'empty.js', 'bare.js'].map((name) => path.join(folder, name));
    fs.writeFileSync(empty, '');
    fs.writeFileSync(bare, BARE);
    const env = cleanEnv(folder, { RUNLOG_DIR: store });
    writeFinalRuns(store, { runs: size, events: 10 }, (runId) =>
      mustRun(process.execPath, [runlog, 'finalize', runId], { env }),
    );
    // What was written just now is looked at once more: the times of files are coarse.
    rested();
    list('--limit', '20')({ env });
    return { store, empty, bare, env };
  },
  cases: [
    { name: 'node empty.js', run: ({ empty, env }) => spawn([empty], env) },
    { name: 'list --limit 20', run: list('--limit', '20') },
    { name: 'list --project 103 --limit 20', run: list('--project', '103', '--limit', '20') },
    { name: 'list --failed', run: list('--failed') },
    {
      name: 'find',
      run: ({ store, env }) => mustRun('find', [path.join(store, 'runs'), '-name', '_final.json'], { env }),
      missing: () => notInstalled('find'),
    },
    { name: 'every _final.json read', run: ({ bare, store, env }) => spawn([bare, store], env) },
    {
      name: 'list --limit 20, without an index',
      run({ store, env }) {
        fs.rmSync(path.join(store, 'index'), { force: true });
        const from = process.hrtime.bigint();
        list('--limit', '20')({ env });
        return Number(process.hrtime.bigint() - from) / 1e6;
      },
    },
  ],
  goals: [
    { of: 'list --limit 20', to: 'node empty.js', atMost: 2.5 },
    { of: 'list --project 103 --limit 20', to: 'node empty.js' },
    { of: 'list --failed', to: 'node empty.js' },
    { of: 'find', to: 'list --limit 20' },
    { of: 'list --limit 20, without an index', to: 'every _final.json read', atMost: 2 },
  ],
});
