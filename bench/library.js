// What recording costs a program: run.action() beside a bare writeSync of the same bytes with JSON.stringify, in one process.
// node bench/library.js [--runs 15] [--actions 5000]. Both write in turn, so that a busy machine slows both; medians. Build first.
//
// An action is acknowledged when it returns: the kernel has its line. The peer writes the very events that were recorded, each with
// its own id and time, one writeSync of LF + JSON + LF each, and does nothing else: it makes no id, asks no clock, checks nothing,
// looks for no secrets, and keeps no design log. That log is a view which the library writes in batches, about ten a second: "all"
// counts it as well.
import { closeSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startRun } from '../dist/index.js';

const WARM_UPS = 5;
const { values } = parseArgs({
  options: { runs: { type: 'string', default: '15' }, actions: { type: 'string', default: '5000' } },
});
const [runs, actions] = [values.runs, values.actions].map(Number);
if (!(runs >= 1 && actions >= 1)) throw new Error('--runs and --actions take whole numbers, 1 or more');

const ENTRIES = {
  'three fields': {
    Input: '8000 samples, batch_size=4, speed=4.34 it/s, epochs=2',
    Calculation: 'steps_per_epoch = 8000/4 = 2000, time_per_epoch = 2000/4.34 = 461 s',
    Result: 'Estimated 16 minutes total (8 min x 2 epochs)',
  },
  'no field': {},
  'one long field': { Result: 'The quick brown fox jumps over the lazy dog, and again.\n'.repeat(40) },
};

const folder = mkdtempSync(join(tmpdir(), 'runlog-bench-'));
process.env.XDG_STATE_HOME = join(folder, 'state');
try {
  console.log(`Node ${process.version}, ${runs} rounds of ${actions} actions each; medians`);
  print('an action with', 'bare us', 'action us', 'times bare', 'all us', 'times bare');
  for (const [name, fields] of Object.entries(ENTRIES)) await measure(name, fields);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(name, fields) {
  const run = startRun({ dir: join(folder, name), name: 'bench' });
  const bareFd = openSync(join(folder, 'bare'), 'a');
  const rounds = [];
  for (let round = -WARM_UPS; round < runs; round++) {
    const from = process.hrtime.bigint();
    for (let count = 0; count < actions; count++) run.action('CALCULATE_TIME', 'Training time estimate', fields);
    const acknowledged = process.hrtime.bigint();
    run.flush();
    const all = process.hrtime.bigint();
    const events = lastEvents(run.dir, actions);
    const bareFrom = process.hrtime.bigint();
    for (let index = 0; index < actions; index++) writeSync(bareFd, `\n${JSON.stringify(events[index])}\n`);
    const bare = micros(process.hrtime.bigint() - bareFrom);
    if (round >= 0) rounds.push({ bare, call: micros(acknowledged - from), all: micros(all - from) });
  }
  closeSync(bareFd);
  await run.finalize();
  print(
    name,
    median(rounds.map(({ bare }) => bare)).toFixed(2),
    median(rounds.map(({ call }) => call)).toFixed(2),
    median(rounds.map(({ call, bare }) => call / bare)).toFixed(2),
    median(rounds.map(({ all }) => all)).toFixed(2),
    median(rounds.map(({ all, bare }) => all / bare)).toFixed(2),
  );
}

function lastEvents(dir, count) {
  const [segment] = readdirSync(join(dir, 'journal'));
  const lines = readFileSync(join(dir, 'journal', segment), 'utf8')
    .split('\n')
    .filter(Boolean);
  return lines.slice(-count).map((line) => JSON.parse(line));
}

function micros(nanoseconds) {
  return Number(nanoseconds) / actions / 1e3;
}

function median(numbers) {
  const sorted = numbers.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function print(name, ...figures) {
  console.log(name.padEnd(16) + figures.map((figure) => figure.padStart(12)).join(''));
}
