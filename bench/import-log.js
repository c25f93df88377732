// How fast is a long design-experiment log imported, and in how much memory? node bench/import-log.js [--runs 5] [--sizes 20,200] [--save]
import fs from 'node:fs';
import path from 'node:path';
import { bench, cleanEnv, mustRun, peakMib, runlog } from './lib/bench.js';

/** Entries as people write them: both dialects, a value over lines now and then, non-ASCII. */
function* entries() {
  for (let number = 0; ; number += 1) {
    const time = new Date(Date.UTC(2025, 9, 22) + number * 7000).toISOString().slice(0, 19).replace('T', ' ');
    yield number % 5 === 4
      ? `[${time}] DESIGN_DECISION\nDetails: Recording variable_selection decision ${number}\nDecision: independent variable lora_rank = [4, 8]\nAlternatives considered:\n  - lora_rank [4, 8, 16]: more comprehensive, but 50% more time\n  - lora_rank [8, 16]: no baseline comparison\nResult: success\n`
      : `[${time}] VERIFY_DATASET: Checking capitalization dataset ${number}\nCommand: ls -lh {repo_dir}/data/green/capitalization/words_8L_80P_${number}.json\nResult: File exists, ${number % 977}KB, ≈ ${number % 61} s\nExplanation: Verifying training dataset exists and checking size\n`;
  }
}

function makeLog(file, mib) {
  const fd = fs.openSync(file, 'w');
  let batch = [];
  let bytes = 0;
  for (const entry of entries()) {
    batch.push(entry);
    if (batch.length < 1000) continue;
    bytes += fs.writeSync(fd, `${bytes === 0 ? '' : '\n'}${batch.join('\n')}`);
    batch = [];
    if (bytes >= mib * 2 ** 20) break;
  }
  fs.closeSync(fd);
  return bytes;
}

const READ_LINES = `
  const lines = require('readline').createInterface({ input: require('fs').createReadStream(process.argv[1]) });
  let count = 0; lines.on('line', () => { count += 1; });
`;

const importArgs = ({ file }) => [runlog, 'import', file, '--timezone', 'UTC'];

/** Into a store of its own, which is then removed: that is not counted. */
function importOnce(context) {
  const { env, folder } = context;
  const store = fs.mkdtempSync(path.join(folder, 'store-'));
  const from = process.hrtime.bigint();
  mustRun(process.execPath, importArgs(context), { env: { ...env, RUNLOG_DIR: store } });
  const taken = Number(process.hrtime.bigint() - from) / 1e6;
  fs.rmSync(store, { recursive: true });
  return taken;
}

await bench({
  name: 'import-log',
  title: 'Importing a log',
  about:
    'A long design-experiment log comes in: read, taken apart, looked through for secrets, written as a journal with checksums, in as many threads as there are cores. Beside it Node, which only reads the same file line by line.',
  sizeName: 'MiB of log',
  sizes: [2, 20, 200],
  runs: 15,
  prepare(mib, folder) {
    const file = path.join(folder, 'design-experiment.log');
    return { env: cleanEnv(folder), folder, file, bytes: makeLog(file, mib) };
  },
  cases: [
    { name: 'runlog import', run: importOnce },
    {
      name: 'node, line by line',
      run: ({ env, file }) => void mustRun(process.execPath, ['-e', READ_LINES, file], { env }),
    },
  ],
  goals: [{ of: 'runlog import', to: 'node, line by line' }],
  figures: [
    {
      name: 'runlog import',
      unit: 'MB/s',
      atLeast: 40,
      onlyLast: true,
      measure: ({ bytes }, medians) => bytes / 1e3 / medians['runlog import'],
    },
    {
      name: 'runlog import, resident',
      unit: 'MiB',
      atMost: 250,
      onlyLast: true,
      measure: (context) =>
        peakMib(importArgs(context), { env: { ...context.env, RUNLOG_DIR: path.join(context.folder, 'peak') } }),
    },
    {
      name: 'node, line by line, resident',
      unit: 'MiB',
      onlyLast: true,
      measure: ({ env, file }) => peakMib(['-e', READ_LINES, file], { env }),
    },
  ],
});
