// What a recording command costs beside bare Node: node bench/startup.js [--runs 25]. It runs `node empty.js` and each command in
// turn, so that a busy machine slows both, and prints medians. It judges nothing: figures are for people, and for this machine.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const WARM_UPS = 3;
const runlog = fileURLToPath(new URL('../bin/runlog', import.meta.url));

const { values } = parseArgs({ options: { runs: { type: 'string', default: '25' } } });
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs takes a whole number, 1 or more; not ${values.runs}`);

const folder = mkdtempSync(join(tmpdir(), 'runlog-bench-'));
try {
  measure();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function measure() {
  const empty = join(folder, 'empty.js');
  writeFileSync(empty, '');
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  Object.assign(env, { RUNLOG_DIR: join(folder, 'logs'), XDG_STATE_HOME: join(folder, 'state') });
  // The run belongs to nobody: looking for its owner is no part of what is measured.
  env.RUNLOG_RUN = run(['start', '--owner-pid', 'none']).stdout.trim();

  const commands = {
    append: ['append', 'VERIFY_MODEL', 'Checking', '--command', 'ls', '--result', 'ok'],
    metric: ['metric', 'KS', '0.32', '--max', '0.10'],
    'step start': ['step', 'start', 'coding', '--task', 'write the parser'],
    start: ['start', '--project', '171'],
  };
  console.log(`Node ${process.version}, ${runs} pairs each; medians`);
  print('command', 'bare node ms', 'runlog ms', 'times node');
  for (const [name, args] of Object.entries(commands)) {
    const pairs = [];
    for (let round = -WARM_UPS; round < runs; round++) {
      const bare = timed(() => spawnSync(process.execPath, [empty], { env, stdio: 'ignore' }));
      const ours = timed(() => run(args));
      if (round >= 0) pairs.push({ bare, ours });
    }
    print(
      name,
      median(pairs.map(({ bare }) => bare)).toFixed(1),
      median(pairs.map(({ ours }) => ours)).toFixed(1),
      median(pairs.map(({ bare, ours }) => ours / bare)).toFixed(2),
    );
  }

  function run(args) {
    const done = spawnSync(process.execPath, [runlog, ...args], { env, encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`runlog ${args.join(' ')}: ${done.stderr}`);
    return done;
  }
}

function timed(call) {
  const from = process.hrtime.bigint();
  call();
  return Number(process.hrtime.bigint() - from) / 1e6;
}

function median(numbers) {
  const sorted = numbers.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function print(name, ...figures) {
  console.log(name.padEnd(12) + figures.map((figure) => figure.padStart(14)).join(''));
}
