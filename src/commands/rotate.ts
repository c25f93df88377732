// runlog rotate: puts old runs into the archive. A line a run: what happens to it and why; under --quiet only what is done.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { RunlogError } from '../events/errors.js';
import { counted, countText, sizeText } from '../formats/quantities.js';
import { toVisibleLine } from '../formats/visible-text.js';
import { rotateRuns } from '../runs/rotate.js';
import type { Rotated } from '../runs/rotation-plan.js';
import { countLine } from '../terminal/progress.js';
import { answer, remark, warn, type Input } from './input.js';
import { LongWork } from './long-work.js';
import { parseDuration, parseSize } from './values.js';

const DEFAULT_MAX_RUNS = 100;
const DEFAULT_MAX_AGE = '30d';

export async function rotate(input: Input): Promise<void> {
  const maxSize = input.text('max-size');
  const isDryRun = input.has('dry-run');
  const maxRuntime = input.text('max-runtime');
  const work = new LongWork(input.context);
  const { runs, left, problems } = await rotateRuns(input.store, {
    env: input.context.env,
    maxRuns: input.count('max-runs') ?? DEFAULT_MAX_RUNS,
    maxAgeSeconds: parseDuration(input.text('max-age') ?? DEFAULT_MAX_AGE, '--max-age'),
    maxBytes: maxSize === undefined ? null : parseSize(maxSize, '--max-size'),
    keepsFailed: input.has('keep-failed'),
    keepTags: Object.entries(input.pairs('keep-tag')),
    isDelete: input.has('delete'),
    isDryRun,
    lockTimeoutSeconds: input.number('lock-timeout') ?? 0,
    maxRuntimeSeconds: maxRuntime === undefined ? null : parseDuration(maxRuntime, '--max-runtime'),
    startWorker: (workerData) => new Worker(new URL('../bin/rotate-thread.cjs', import.meta.url), { workerData }),
    onProgress: async (what, done, of) => {
      work.show(() => countLine(what === 'look' ? 'looking at' : 'putting away', done, of, 'runs'));
      // Signals come between two turns.
      await nextTurn();
      if (work.isStopped) throw interrupted(what === 'look' ? 0 : done, of);
    },
  }).finally(() => work.end());
  const rows = runs.map(({ runId, action, reason, bytes }) => ({ run_id: runId, action, reason, bytes }));
  const shown = input.context.isQuiet ? runs.filter(({ action }) => action !== 'keep') : runs;
  answer(input.context, { runs: rows, dry_run: isDryRun, left }, shown.map((run) => `${lineOf(run)}\n`).join(''));
  for (const problem of problems) warn(problem);
  if (problems.length > 0) process.exitCode = 3;
  const gone = runs.filter(({ action }) => action !== 'keep');
  const bytes = gone.reduce((sum, run) => sum + run.bytes, 0);
  remark(
    input.context,
    `${gone.length} of ${runs.length} runs, ${sizeText(bytes)}${isDryRun ? ' (dry run: nothing was changed)' : ''}`,
  );
  if (left > 0) remark(input.context, `${left} left for the next time: --max-runtime is over`);
}

function interrupted(done: number, of: number): RunlogError {
  return new RunlogError('interrupted', `interrupted: ${countText(done)} of ${counted(of, 'run')} put away`, {
    hint: 'Those stay away. The same command once more goes on with the rest.',
  });
}

function lineOf({ runId, action, reason, bytes }: Rotated): string {
  return `${action.padEnd(7)}  ${runId}  ${sizeText(bytes)}  ${toVisibleLine(reason)}`;
}
