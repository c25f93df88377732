// runlog restore, pin and unpin: what is kept from the archive, and what comes back from it.
import { pinRun, unpinRun } from '../runs/pin.js';
import { restoreRun } from '../runs/restore.js';
import { answer, remark, warn, type Input } from './input.js';
import { namedRun } from './reading.js';

export async function restore(input: Input): Promise<void> {
  const { runId, problems } = await restoreRun(input.store, input.args[0] ?? '', input.number('lock-timeout') ?? 0);
  answer(input.context, { run_id: runId }, `${runId}\n`);
  for (const problem of problems) warn(problem);
  if (problems.length > 0) process.exitCode = 3;
  remark(input.context, `the next rotate may put it away again; keep it with: runlog pin ${runId}`);
}

export function pin(input: Input): void {
  const runId = namedRun(input);
  pinRun(input.store, runId);
  answer(input.context, { run_id: runId, pinned: true }, `${runId}  pinned\n`);
}

export function unpin(input: Input): void {
  const runId = namedRun(input);
  unpinRun(input.store, runId);
  answer(input.context, { run_id: runId, pinned: false }, `${runId}  not pinned\n`);
}
