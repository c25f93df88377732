// How fast is a long design-experiment log imported, and in how much memory? Beside it: node reading the same file line by line.
//   node bench/import-log.js [--mib N] [--runs N]
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const option = (name, value) => {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? value : Number(process.argv[at + 1]);
};
const mib = option('mib', 200);
const runs = option('runs', 5);
const root = path.join(import.meta.dirname, '..');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'runlog-bench-'));
const file = path.join(folder, 'design-experiment.log');
const env = { ...process.env, HOME: folder, RUNLOG_DIR: '', RUNLOG_RUN: '' };
delete env.NODE_EXTRA_CA_CERTS;

/** Entries as people write them: both dialects, a value over lines now and then, non-ASCII. */
function* entries() {
  for (let number = 0; ; number += 1) {
    const time = new Date(Date.UTC(2025, 9, 22) + number * 7000).toISOString().slice(0, 19).replace('T', ' ');
    yield number % 5 === 4
      ? `[${time}] DESIGN_DECISION\nDetails: Recording variable_selection decision ${number}\nDecision: independent variable lora_rank = [4, 8]\nAlternatives considered:\n  - lora_rank [4, 8, 16]: more comprehensive, but 50% more time\n  - lora_rank [8, 16]: no baseline comparison\nResult: success\n`
      : `[${time}] VERIFY_DATASET: Checking capitalization dataset ${number}\nCommand: ls -lh {repo_dir}/data/green/capitalization/words_8L_80P_${number}.json\nResult: File exists, ${number % 977}KB, ≈ ${number % 61} s\nExplanation: Verifying training dataset exists and checking size\n`;
  }
}

function makeLog() {
  const fd = fs.openSync(file, 'w');
  let bytes = 0;
  let batch = [];
  for (const entry of entries()) {
    batch.push(entry);
    bytes += Buffer.byteLength(entry) + 1;
    if (batch.length === 1000 || bytes >= mib * 2 ** 20) {
      fs.writeSync(fd, `${bytes > 1e6 && fs.fstatSync(fd).size > 0 ? '\n' : ''}${batch.join('\n')}`);
      batch = [];
    }
    if (bytes >= mib * 2 ** 20) break;
  }
  fs.closeSync(fd);
  return fs.statSync(file).size;
}

/** Runs a command under a shell that says what its peak memory was. */
function time(args) {
  const store = fs.mkdtempSync(path.join(folder, 'store-'));
  const peak = path.join(folder, 'peak.cjs');
  fs.writeFileSync(
    peak,
    `process.on('exit', () => require('fs').writeFileSync(${JSON.stringify(path.join(folder, 'peak'))}, String(process.resourceUsage().maxRSS)));`,
  );
  const before = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['--require', peak, ...args], { env, cwd: store });
  const seconds = (performance.now() - before) / 1000;
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  fs.rmSync(store, { recursive: true });
  return { seconds, rssMib: Number(fs.readFileSync(path.join(folder, 'peak'), 'utf8')) / 1024 };
}

const READ_LINES = `
  const lines = require('readline').createInterface({ input: require('fs').createReadStream(${JSON.stringify(file)}) });
  let count = 0; lines.on('line', () => { count += 1; });
`;
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

try {
  const size = makeLog();
  const peers = {
    'runlog import': [path.join(root, 'bin/runlog'), 'import', file, '--timezone', 'UTC'],
    'node, line by line': ['-e', READ_LINES],
  };
  const taken = Object.fromEntries(Object.keys(peers).map((name) => [name, []]));
  for (let run = 0; run < runs; run += 1)
    for (const [name, args] of Object.entries(peers)) taken[name].push(time(args));
  console.log(`a log of ${(size / 1e6).toFixed(0)} MB, ${runs} alternating runs, medians`);
  console.log(`${'what'.padEnd(22)}${'seconds'.padStart(10)}${'MB/s'.padStart(10)}${'peak MiB'.padStart(10)}`);
  for (const [name, all] of Object.entries(taken)) {
    const seconds = median(all.map((one) => one.seconds));
    const rss = Math.max(...all.map(({ rssMib }) => rssMib));
    console.log(
      `${name.padEnd(22)}${seconds.toFixed(2).padStart(10)}${(size / 1e6 / seconds).toFixed(0).padStart(10)}${rss.toFixed(0).padStart(10)}`,
    );
  }
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
