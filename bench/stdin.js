// How many entries a second come in by a pipe, and in how much memory: node bench/stdin.js [--runs 15] [--sizes 1000,…] [--save]
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { bench, cleanEnv, mustRun, peakMib, runlog } from './lib/bench.js';

/** For the memory of a stream that is longer than any buffer. */
const LONG = 5_000_000;

/** What a program would do by itself, as well as it can: pieces of the stream, whole lines of them, one write a piece. */
const BARE = `
const fs = require('node:fs');
const fd = fs.openSync(process.argv[1], 'a');
const chunk = Buffer.allocUnsafe(65536);
let held = '';
for (let length; (length = fs.readSync(0, chunk)) > 0; ) {
  const lines = (held + chunk.toString('utf8', 0, length)).split('\\n');
  held = lines.pop();
  let out = '';
  for (const line of lines) out += JSON.stringify(JSON.parse(line)) + '\\n';
  fs.writeSync(fd, out);
}`;

const entry = (index) =>
  JSON.stringify({
    action: 'VERIFY_DATASET',
    description: `Checking capitalization dataset ${index}`,
    fields: {
      Command: `ls -lh data/green/capitalization/words_8L_80P_${index}.json`,
      Result: `File exists, ${index % 977}KB, ready`,
    },
  });

function writeEntries(file, count) {
  const fd = fs.openSync(file, 'w');
  for (let from = 0; from < count; from += 10_000) {
    const lines = Array.from({ length: Math.min(10_000, count - from) }, (_, index) => `${entry(from + index)}\n`);
    fs.writeSync(fd, lines.join(''));
  }
  fs.closeSync(fd);
}

/** By a pipe, as a program would send them: a file could be read in larger pieces. */
function feed({ env, input }, args) {
  const { status, stderr } = spawnSync('sh', ['-c', 'cat "$0" | "$@"', input, process.execPath, ...args], {
    env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
}

await bench({
  name: 'stdin',
  title: 'A stream of entries',
  about:
    'So many entries through a pipe into `runlog append --stdin`: each is checked, looked through for secrets, numbered, sealed with a checksum, written to the journal and to the design log, and acknowledged a piece of the stream at a time. Beside it a bare loop in Node that parses each line, makes JSON of it again and writes a piece at once to one file.',
  sizeName: 'entries',
  sizes: [1e3, 1e4, 1e5, 1e6],
  prepare(size, folder) {
    const env = cleanEnv(folder, { RUNLOG_DIR: path.join(folder, 'logs') });
    const input = path.join(folder, 'entries.jsonl');
    writeEntries(input, size);
    return { env, folder, input, size };
  },
  cases: [
    {
      name: 'runlog append --stdin',
      run(context) {
        const id = `run-${process.hrtime.bigint()}`;
        mustRun(process.execPath, [runlog, 'start', '--id', id, '--owner-pid', 'none'], { env: context.env });
        const from = process.hrtime.bigint();
        feed(context, [runlog, 'append', '--stdin', '--run', id]);
        const taken = Number(process.hrtime.bigint() - from) / 1e6;
        fs.rmSync(path.join(context.env.RUNLOG_DIR, 'runs', id), { recursive: true });
        return taken;
      },
    },
    {
      name: 'a bare loop of parse, stringify, write',
      run(context) {
        const out = path.join(context.folder, 'out.jsonl');
        const from = process.hrtime.bigint();
        feed(context, ['-e', BARE, out]);
        const taken = Number(process.hrtime.bigint() - from) / 1e6;
        fs.rmSync(out);
        return taken;
      },
    },
  ],
  goals: [{ of: 'runlog append --stdin', to: 'a bare loop of parse, stringify, write', atMost: 4 }],
  figures: [
    {
      name: 'entries a second',
      unit: '/s',
      measure: ({ size }, medians) => size / (medians['runlog append --stdin'] / 1000),
    },
    {
      name: 'resident, of 5,000,000 entries',
      unit: 'MiB',
      atMost: 150,
      onlyLast: true,
      measure({ env, folder }) {
        const input = path.join(folder, 'long.jsonl');
        writeEntries(input, LONG);
        mustRun(process.execPath, [runlog, 'start', '--id', 'long', '--owner-pid', 'none'], { env });
        const fd = fs.openSync(input);
        return peakMib([runlog, 'append', '--stdin', '--run', 'long'], { env, stdio: [fd, 'ignore', 'pipe'] });
      },
    },
  ],
});
