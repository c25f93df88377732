// How long the answer about one run takes, and how much memory, as the run grows: node bench/summary.js [--runs 15] [--save]
import fs from 'node:fs';
import path from 'node:path';
import { bench, cleanEnv, mustRun, notInstalled, peakMib, runlog } from './lib/bench.js';
import { writeRun } from './lib/make-run.js';

const RUN = 'latest';
const OUT = { stdio: ['ignore', 'ignore', 'pipe'] };
const ours =
  (...args) =>
  ({ env }) =>
    mustRun(process.execPath, [runlog, ...args, RUN], { env, ...OUT });
/** The others take most of the time, and no goal is theirs. */
const FEW = 3;
/** Groups by type: of what a summary says the least that takes a reading of every event. */
const JQ = 'reduce inputs as $event ({}; .[$event.type] += 1)';
const duckdb = (file) =>
  `SELECT type, count(*) FROM read_json('${file}', format='newline_delimited', columns={type: 'VARCHAR'}) GROUP BY type`;

/** Whole chunks, cut at line feeds, each line parsed: what one would write who wants the events of a journal. */
const LOOP = `import fs from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
const fd = fs.openSync(process.argv[2], 'r');
const chunk = Buffer.allocUnsafe(64 * 1024);
const decoder = new StringDecoder('utf8');
const counts = {};
let rest = '';
for (let length = fs.readSync(fd, chunk); length > 0; length = fs.readSync(fd, chunk)) {
  const lines = (rest + decoder.write(chunk.subarray(0, length))).split('\\n');
  rest = lines.pop();
  for (const line of lines) {
    if (line === '') continue;
    const { type } = JSON.parse(line);
    counts[type] = (counts[type] ?? 0) + 1;
  }
}
console.log(JSON.stringify(counts));
`;

await bench({
  name: 'summary',
  title: 'The answer about one run',
  about:
    '`runlog summary --json` of a run with so many events, about 400 bytes each, beside a bare loop in Node that parses each line of its journal, and beside jq, Miller and DuckDB, which only count the events by type. The summary also proves each line by its checksum and tells repeated events.',
  sizeName: 'events in the run',
  sizes: [1e3, 1e4, 1e5, 1e6],
  prepare(size, folder) {
    const store = path.join(folder, 'logs');
    const run = writeRun(store, { events: size });
    const loop = path.join(folder, 'loop.mjs');
    fs.writeFileSync(loop, LOOP);
    const file = path.join(store, 'runs', run, 'journal/bench.jsonl');
    return { file, loop, env: cleanEnv(folder, { RUNLOG_DIR: store }) };
  },
  cases: [
    { name: 'summary --json', run: ours('summary', '--json') },
    {
      name: 'bare JSON.parse loop',
      run: ({ loop, file, env }) => mustRun(process.execPath, [loop, file], { env, ...OUT }),
    },
    {
      name: 'jq',
      run: ({ file, env }) => mustRun('jq', ['-n', JQ, file], { env, ...OUT }),
      missing: () => notInstalled('jq'),
    },
    {
      name: 'Miller',
      run: ({ file, env }) =>
        mustRun('mlr', ['--ijsonl', '--ojson', 'count-distinct', '-f', 'type', file], { env, ...OUT }),
      missing: () => notInstalled('mlr'),
    },
    {
      name: 'DuckDB read_json',
      run: ({ file, env }) => mustRun('duckdb', ['-c', duckdb(file)], { env, ...OUT }),
      missing: () => notInstalled('duckdb'),
    },
    { name: 'verify', run: ours('verify'), most: FEW },
    { name: 'export json', run: ours('export', 'json'), most: FEW },
    { name: 'export log', run: ours('export', 'log'), most: FEW },
    { name: 'export trace', run: ours('export', 'trace'), most: FEW },
    { name: 'export steps', run: ours('export', 'steps'), most: FEW },
  ],
  goals: [
    { of: 'summary --json', to: 'bare JSON.parse loop', atMost: 1 },
    { of: 'jq', to: 'summary --json', atLeast: 3 },
    { of: 'Miller', to: 'summary --json' },
    { of: 'DuckDB read_json', to: 'summary --json' },
    { of: 'verify', to: 'bare JSON.parse loop' },
  ],
  figures: [
    {
      name: 'most memory of summary --json',
      unit: 'MiB',
      atMost: 200,
      measure: ({ env }) => peakMib([runlog, 'summary', RUN, '--json'], { env }),
    },
    { name: 'most memory of verify', unit: 'MiB', measure: ({ env }) => peakMib([runlog, 'verify', RUN], { env }) },
    {
      name: 'most memory of export json',
      unit: 'MiB',
      measure: ({ env }) => peakMib([runlog, 'export', 'json', RUN], { env }),
    },
    {
      name: 'most memory of export log',
      unit: 'MiB',
      measure: ({ env }) => peakMib([runlog, 'export', 'log', RUN], { env }),
    },
  ],
});
