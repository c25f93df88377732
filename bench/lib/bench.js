// What every benchmark shares: cases in turn, so that a busy machine slows all of them; medians, and ratios of each round's pair.
// The figures go to the terminal, and with --save to bench/results/ and into docs/benchmarks.md with a chart.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { writePage } from './page.js';

export const root = path.join(import.meta.dirname, '../..');
export const runlog = path.join(root, 'bin/runlog');

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {(context: any) => void | number | Promise<void | number>} run  once; gives milliseconds where it times itself
 * @property {number} [most]  rounds, where no goal asks for more: its first ones
 * @property {() => string | null} [missing]  why it cannot run here, for example `jq is not installed`
 *
 * @typedef {object} Goal  the median of `of`'s time over `to`'s time in the same round
 * @property {string} of
 * @property {string} to
 * @property {number} [atMost]
 * @property {number} [atLeast]
 *
 * @typedef {object} Figure  something measured once that is no time, for example resident memory
 * @property {string} name
 * @property {string} unit
 * @property {number} [atMost]
 * @property {number} [atLeast]
 * @property {boolean} [onlyLast]  not at smaller sizes
 * @property {(context: any, medians: Record<string, number>) => number | Promise<number>} measure
 *
 * @typedef {object} Benchmark
 * @property {string} name  of the file of its results
 * @property {string} title
 * @property {string} about  a sentence or two: what is measured beside what, and what is not
 * @property {string} [sizeName]  what grows, for example `events in the run`
 * @property {number[]} [sizes]  at the last one the goals hold
 * @property {(size: number, folder: string) => any} prepare  makes the data; what it gives is the context of the cases
 * @property {(context: any) => void | Promise<void>} [finish]  before its folder is removed
 * @property {Case[]} cases
 * @property {Goal[]} goals
 * @property {Figure[]} [figures]
 * @property {number} [runs]  rounds at the last size
 * @property {number} [runsBelow]  rounds at the others
 */

/** @param {Benchmark} benchmark */
export async function bench(benchmark) {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: String(benchmark.runs ?? 15) },
      sizes: { type: 'string' },
      save: { type: 'boolean', default: false },
    },
  });
  const sizes = values.sizes?.split(',').map(Number) ?? benchmark.sizes ?? [1];
  const missing = benchmark.cases.map(({ name, missing: why }) => [name, why?.() ?? null]);
  const cases = benchmark.cases.filter((_, index) => missing[index][1] === null);
  for (const [name, why] of missing) if (why !== null) console.log(`${name} is left out: ${why}`);
  const measured = [];
  for (const size of sizes) {
    const isLast = size === sizes.at(-1);
    const rounds = isLast ? Number(values.runs) : Math.min(Number(values.runs), benchmark.runsBelow ?? 5);
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    measured.push(await measure(benchmark, cases, size, rounds, isLast));
    if (sizes.length > 1) console.log(`\n${size.toLocaleString('en')} ${benchmark.sizeName}`);
    printSize(measured.at(-1));
  }
  const { name, title, about, sizeName } = benchmark;
  const result = {
    name,
    title,
    about,
    sizeName: sizeName ?? null,
    machine: machine(),
    missing: Object.fromEntries(missing.filter(([, why]) => why !== null)),
    sizes: measured,
  };
  if (!values.save) return;
  fs.mkdirSync(path.join(root, 'bench/results'), { recursive: true });
  fs.writeFileSync(path.join(root, 'bench/results', `${name}.json`), `${JSON.stringify(result, null, 2)}\n`);
  writePage();
}

async function measure(benchmark, cases, size, rounds, isLast) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'runlog-bench-'));
  try {
    const context = await benchmark.prepare(size, folder);
    const times = Object.fromEntries(cases.map(({ name }) => [name, []]));
    for (let round = -1; round < rounds; round += 1)
      for (const { name, run, most = rounds } of cases) {
        if (round >= most) continue;
        const from = process.hrtime.bigint();
        // oxlint-disable-next-line no-await-in-loop -- in turn
        const own = await run(context);
        const taken = typeof own === 'number' ? own : Number(process.hrtime.bigint() - from) / 1e6;
        // The first round warms the caches of the file system.
        if (round >= 0) times[name].push(taken);
      }
    const medians = Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
    const ratios = benchmark.goals
      .filter(({ of, to }) => of in times && to in times)
      .map((goal) => ({ ...goal, ratio: medianRatio(times[goal.of], times[goal.to]) }));
    const figures = [];
    for (const { measure: take, onlyLast = false, ...figure } of benchmark.figures ?? [])
      if (isLast || !onlyLast)
        // oxlint-disable-next-line no-await-in-loop -- in turn
        figures.push({ ...figure, value: await take(context, medians) });
    await benchmark.finish?.(context);
    return { size, rounds, milliseconds: medians, ratios, figures };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Of the rounds in which both ran. */
function medianRatio(own, other) {
  return median(own.slice(0, other.length).map((time, index) => time / other[index]));
}

function printSize({ rounds, milliseconds, ratios, figures }) {
  for (const [name, value] of Object.entries(milliseconds))
    console.log(`  ${name.padEnd(44)}${timeText(value).padStart(14)}`);
  for (const { of, to, ratio, ...goal } of ratios)
    console.log(`  ${`${of} / ${to}`.padEnd(44)}${ratio.toFixed(2).padStart(14)}  ${goalText(goal, ratio)}`);
  for (const { name, unit, value, ...goal } of figures)
    console.log(`  ${name.padEnd(44)}${`${value.toFixed(1)} ${unit}`.padStart(14)}  ${goalText(goal, value)}`);
  console.log(`  (medians of ${rounds} rounds)`);
}

export function goalText({ atMost, atLeast }, value) {
  if (atMost === undefined && atLeast === undefined) return '';
  const holds = value <= (atMost ?? Infinity) && value >= (atLeast ?? -Infinity);
  return `${holds ? 'holds' : 'does NOT hold'}: ${atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`}`;
}

export function timeText(milliseconds) {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(2)} s`;
  return milliseconds >= 1 ? `${milliseconds.toFixed(1)} ms` : `${(milliseconds * 1000).toFixed(1)} us`;
}

export function median(numbers) {
  const sorted = numbers.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The environment of a user who has nothing set, with a home in the folder. */
export function cleanEnv(folder, more = {}) {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(RUNLOG_|LLM_|XDG_|NODE_|CI$)/.test(name) || name === 'NODE_PATH',
  );
  return { ...Object.fromEntries(kept), HOME: folder, XDG_STATE_HOME: path.join(folder, 'state'), ...more };
}

/** Runs a command to its end; throws where it fails. */
export function mustRun(command, args, options = {}) {
  const done = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 30, ...options });
  if (done.error !== undefined) throw done.error;
  if (done.status !== (options.status ?? 0))
    throw new Error(`${command} ${args.join(' ')}: ${done.status} ${done.stderr}`);
  return done;
}

/** The most memory that a Node command was given at a time, MiB: measured in a run of its own. */
export function peakMib(args, options = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'runlog-peak-'));
  const [script, said] = [path.join(folder, 'peak.cjs'), path.join(folder, 'said')];
  fs.writeFileSync(
    script,
    `process.on('exit', () => require('fs').writeFileSync(${JSON.stringify(said)}, String(process.resourceUsage().maxRSS)));`,
  );
  try {
    mustRun(process.execPath, ['--require', script, ...args], { stdio: ['pipe', 'ignore', 'pipe'], ...options });
    return Number(fs.readFileSync(said, 'utf8')) / 1024;
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** Why a program of that name cannot be run here; null where it can. */
export function notInstalled(program, args = ['--version']) {
  return spawnSync(program, args, { stdio: 'ignore' }).error === undefined ? null : `${program} is not installed`;
}

function machine() {
  const [cpu] = os.cpus();
  return {
    node: process.version,
    cpu: `${os.cpus().length} x ${cpu?.model ?? 'unknown'}`,
    memoryGib: Math.round(os.totalmem() / 2 ** 30),
    system: os.type(),
  };
}
