// A store to try things on: node bench/make-store.js DIR [--runs 2000] [--seed 1]. The runs are finalized. Build first.
import { parseArgs } from 'node:util';
import { mustRun, runlog } from './lib/bench.js';
import { makeStore } from './lib/make-store.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '2000' }, seed: { type: 'string', default: '1' } },
});
const [store] = positionals;
if (store === undefined) throw new Error('node bench/make-store.js DIR');
makeStore(store, { runs: Number(values.runs), seed: Number(values.seed) });
mustRun(process.execPath, [runlog, 'finalize', '--all', '--quiet', '--dir', store]);
console.log(`${values.runs} runs in ${store}`);
