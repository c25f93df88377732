// What a recording command costs beside bare Node, and whether that grows with the run: node bench/append.js [--runs 25] [--save]
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { bench, cleanEnv, mustRun, runlog } from './lib/bench.js';
import { writeRun } from './lib/make-run.js';

const spawn = (args, env) => {
  const { status, error } = spawnSync(process.execPath, args, { env, stdio: 'ignore' });
  if (error !== undefined || status !== 0) throw error ?? new Error(`${args.join(' ')}: exit status ${status}`);
};
const ours =
  (...args) =>
  ({ env, store }) =>
    spawn([runlog, ...args], { ...env, RUNLOG_DIR: store });

await bench({
  name: 'append',
  title: 'A recording command',
  about:
    'One `runlog append` as a whole process beside `node empty.js`, in a run that has so many events already: what a call costs a shell script beyond the start of Node, which nothing written in JavaScript can go below.',
  sizeName: 'events in the run',
  sizes: [1e3, 1e4, 1e5, 1e6],
  runs: 25,
  runsBelow: 25,
  prepare(size, folder) {
    const [store, empty] = [path.join(folder, 'logs'), path.join(folder, 'empty.js')];
    fs.writeFileSync(empty, '');
    const env = cleanEnv(folder, { RUNLOG_RUN: writeRun(store, { events: size }) });
    const fresh = path.join(folder, 'fresh');
    const { stdout } = mustRun(process.execPath, [runlog, 'start', '--dir', fresh, '--owner-pid', 'none'], { env });
    return { store, fresh, empty, env, freshRun: stdout.trim() };
  },
  cases: [
    { name: 'node empty.js', run: ({ empty, env }) => spawn([empty], env) },
    { name: 'append', run: ours('append', 'VERIFY_MODEL', 'Checking', '--command', 'ls', '--result', 'ok') },
    {
      name: 'append, to an empty run',
      run: ({ env, fresh, freshRun }) =>
        spawn([runlog, 'append', 'VERIFY_MODEL', 'Checking', '--command', 'ls', '--result', 'ok'], {
          ...env,
          RUNLOG_DIR: fresh,
          RUNLOG_RUN: freshRun,
        }),
    },
    { name: 'metric', run: ours('metric', 'KS', '0.32', '--max', '0.10') },
    { name: 'step start', run: ours('step', 'start', 'coding', '--task', 'write the parser') },
    { name: 'start', run: ours('start', '--project', '171') },
  ],
  goals: [
    { of: 'append', to: 'node empty.js', atMost: 1.25 },
    { of: 'append', to: 'append, to an empty run', atMost: 1.03 },
    { of: 'metric', to: 'node empty.js' },
    { of: 'step start', to: 'node empty.js' },
    { of: 'start', to: 'node empty.js' },
  ],
});
