// How long answers over many runs take: node bench/answers.js [--runs 15] [--sizes 200,2000] [--save]
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { bench, cleanEnv, mustRun, runlog } from './lib/bench.js';
import { makeStore } from './lib/make-store.js';

/** Into a pipe, as a person's pager is one. */
const spawn = (args, env) => {
  const { status, error, stderr } = spawnSync(process.execPath, args, {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 2 ** 28,
  });
  if (error !== undefined || status !== 0)
    throw error ?? new Error(`${args.join(' ')}: exit status ${status} ${stderr}`);
};
const ask = (...args) => ({
  name: args.join(' '),
  run: ({ env, ids }) => spawn([runlog, ...args.map((arg) => ids[arg] ?? arg)], env),
});
const rested = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500);

const QUESTIONS = [
  ['list', '--limit', '20'],
  ['summary', 'RUN'],
  ['stats'],
  ['stats', '--by', 'agent'],
  ['errors'],
  ['errors', 'RUN'],
  ['cost', '--by', 'agent'],
  ['compare', 'OTHER', 'RUN'],
  ['compare', '--last-good', 'RUN'],
].map((args) => ask(...args));

await bench({
  name: 'answers',
  title: 'Answers over many runs',
  about:
    'Each question asked of a store of finalized runs with attempts, faults and costs, as a whole process, beside the start of Node itself. What was found out of each run before is kept beside the index; the first question after many new runs reads these.',
  sizeName: 'runs in the store',
  sizes: [200, 2000],
  prepare(size, folder) {
    const [store, empty] = ['logs', 'empty.js'].map((name) => path.join(folder, name));
    fs.writeFileSync(empty, '');
    const env = cleanEnv(folder, { RUNLOG_DIR: store });
    const ids = makeStore(store, { runs: size });
    mustRun(process.execPath, [runlog, 'finalize', '--all', '--quiet'], { env });
    rested();
    spawn([runlog, 'stats'], env);
    return { empty, env, ids: { RUN: ids.at(-2), OTHER: ids.at(-3) } };
  },
  cases: [{ name: 'node empty.js', run: ({ empty, env }) => spawn([empty], env) }, ...QUESTIONS],
  goals: QUESTIONS.map(({ name }) => ({ of: name, to: 'node empty.js', atMost: 3 })),
});
