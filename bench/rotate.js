// What putting runs away costs beside tar and rm: node bench/rotate.js [--runs 15] [--sizes 10,100,1000] [--save]
import fs from 'node:fs';
import path from 'node:path';
import { bench, cleanEnv, mustRun, notInstalled, peakMib, runlog } from './lib/bench.js';
import { writeRun } from './lib/make-run.js';

const EVENTS = 100;
const SHELL_LOOP =
  'mkdir -p archive && cd runs && for run in *; do tar czf "../archive/$run.tar.gz" "$run" || exit 1; done';

/** A copy of the store of its own for each; making it is not measured. */
const onCopy =
  (work) =>
  ({ store, ...context }) => {
    const copy = `${store}-copy`;
    fs.rmSync(copy, { recursive: true, force: true });
    mustRun('cp', ['-a', store, copy]);
    const from = process.hrtime.bigint();
    work(copy, context);
    const taken = Number(process.hrtime.bigint() - from) / 1e6;
    fs.rmSync(copy, { recursive: true, force: true });
    return taken;
  };
const rotate = (store, ...more) => ['rotate', '--dir', store, '--max-runs', '0', '--quiet', ...more];
const ours = (...more) =>
  onCopy((store, { env, size }) => {
    mustRun(process.execPath, [runlog, ...rotate(store, ...more)], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    if (fs.readdirSync(path.join(store, 'runs')).length > 0) throw new Error(`not all of ${size} runs went`);
  });
const peak =
  (...more) =>
  ({ store, env }) => {
    let mib = 0;
    onCopy((copy) => (mib = peakMib([runlog, ...rotate(copy, ...more)], { env })))({ store, env });
    return mib;
  };

await bench({
  name: 'rotate',
  title: 'Putting runs away',
  about: `So many finalized runs of ${EVENTS} events each, put away by one \`runlog rotate\` beside \`tar czf\` a run from a shell loop, which neither syncs nor reads back what it wrote, and deletes nothing; \`rotate --delete\` beside \`rm -rf\` of the same folders. Whole processes; the files lie in the cache.`,
  sizeName: 'runs',
  sizes: [10, 100, 1000],
  runs: 15,
  prepare(size, folder) {
    const store = path.join(folder, 'logs');
    for (let number = 0; number < size; number += 1) writeRun(store, { events: EVENTS, number, end: 'completed' });
    const env = cleanEnv(folder);
    mustRun(process.execPath, [runlog, 'finalize', '--all', '--quiet', '--dir', store], { env });
    return { store, env, size };
  },
  cases: [
    {
      name: 'tar czf a run',
      run: onCopy((cwd) => mustRun('sh', ['-c', SHELL_LOOP], { cwd })),
      missing: () => notInstalled('tar'),
    },
    { name: 'rotate', run: ours() },
    { name: 'rm -rf', run: onCopy((cwd) => mustRun('sh', ['-c', 'cd runs && rm -rf ./*'], { cwd })) },
    { name: 'rotate --delete', run: ours('--delete') },
  ],
  goals: [
    { of: 'rotate', to: 'tar czf a run', atMost: 2 },
    { of: 'rotate --delete', to: 'rm -rf', atMost: 3 },
  ],
  figures: [
    { name: 'peak memory of rotate', unit: 'MiB', measure: peak() },
    { name: 'peak memory of rotate --delete', unit: 'MiB', measure: peak('--delete') },
  ],
});
