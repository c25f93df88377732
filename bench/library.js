// What recording costs a program, in one process: node bench/library.js [--runs 15] [--save]. Build first; pino is a peer where it
// can be found: npm install --no-save pino.
import fs from 'node:fs';
import path from 'node:path';
import { startRun } from '../dist/index.js';
import { bench } from './lib/bench.js';

/** Before each measure the caches and the compiler have seen as much. */
const ENTRY = {
  Input: '8000 samples, batch_size=4, speed=4.34 it/s, epochs=2',
  Calculation: 'steps_per_epoch = 8000/4 = 2000, time_per_epoch = 2000/4.34 = 461 s',
  Result: 'Estimated 16 minutes total (8 min x 2 epochs)',
};
const [ACTION, DESCRIPTION] = ['CALCULATE_TIME', 'Training time estimate'];

const pino = await import('pino').then(
  (module) => module.default,
  () => null,
);

/** Milliseconds that so many calls take, and what `end` adds to them. */
function timed(count, call, end = () => undefined) {
  const from = process.hrtime.bigint();
  for (let index = 0; index < count; index += 1) call(index);
  end();
  return Number(process.hrtime.bigint() - from) / 1e6;
}

/** What `take` gives of a run that has nothing yet. It is gone after that: files that only grew would measure the machine's memory. */
async function inNewRun(folder, take, options = {}) {
  const run = startRun({ dir: path.join(folder, 'logs'), name: 'bench', ...options });
  const taken = take(run);
  await run.finalize();
  fs.rmSync(run.dir, { recursive: true });
  return taken;
}

function inNewFile(folder, take) {
  const file = path.join(folder, 'file');
  const taken = take(file);
  fs.rmSync(file);
  return taken;
}

const act = (run) => run.action(ACTION, DESCRIPTION, ENTRY);

/** The events that were recorded last, as they stand in the journal. */
function lastEvents(dir, count) {
  const [segment] = fs.readdirSync(path.join(dir, 'journal'));
  const lines = fs
    .readFileSync(path.join(dir, 'journal', segment), 'utf8')
    .split('\n')
    .filter(Boolean);
  return lines.slice(-count).map((line) => JSON.parse(line));
}

await bench({
  name: 'library',
  title: 'An action from a program',
  about:
    '`run.action()` of the library, acknowledged when it returns: the kernel has its line. Beside it pino, writing the same content synchronously, and a bare loop that does nothing but `fs.writeSync` of the JSON of the very events that were recorded. Each round is a run of its own. The design log, a view, follows in batches; "and the design log" counts it as well.',
  sizeName: 'actions',
  sizes: [1e3, 1e4, 1e5],
  runs: 25,
  runsBelow: 25,
  prepare(size, folder) {
    process.env.XDG_STATE_HOME = path.join(folder, 'state');
    return { size, folder, events: null };
  },
  cases: [
    {
      name: 'run.action()',
      run: (context) =>
        inNewRun(context.folder, (run) => {
          const taken = timed(context.size, () => act(run));
          run.flush();
          context.events ??= lastEvents(run.dir, context.size);
          return taken;
        }),
    },
    {
      name: 'pino, sync',
      missing: () => (pino === null ? 'pino is not installed (npm install --no-save pino)' : null),
      run: ({ size, folder }) =>
        inNewFile(folder, (dest) => {
          const destination = pino.destination({ dest, sync: true });
          const logger = pino({}, destination);
          const taken = timed(size, () => logger.info({ action: ACTION, fields: ENTRY }, DESCRIPTION));
          destination.end();
          return taken;
        }),
    },
    {
      name: 'a bare writeSync loop',
      run: ({ size, folder, events }) =>
        inNewFile(folder, (file) => {
          const fd = fs.openSync(file, 'a');
          const taken = timed(size, (index) => fs.writeSync(fd, `\n${JSON.stringify(events[index])}\n`));
          fs.closeSync(fd);
          return taken;
        }),
    },
    {
      name: 'run.action() in a batch, flushed',
      run: ({ size, folder }) =>
        inNewRun(
          folder,
          (run) =>
            timed(
              size,
              () => act(run),
              () => run.flush(),
            ),
          { batch: true },
        ),
    },
    {
      name: 'run.action() and the design log',
      run: ({ size, folder }) =>
        inNewRun(folder, (run) =>
          timed(
            size,
            () => act(run),
            () => run.flush(),
          ),
        ),
    },
  ],
  goals: [
    { of: 'run.action()', to: 'pino, sync', atMost: 1.3 },
    { of: 'run.action()', to: 'a bare writeSync loop', atMost: 2 },
    { of: 'run.action() in a batch, flushed', to: 'pino, sync', atMost: 1.3 },
    { of: 'run.action() and the design log', to: 'a bare writeSync loop' },
  ],
});
process.exit(0);
