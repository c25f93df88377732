// runlog run: starts a run, runs CMD in it, finalizes it and exits as CMD did, whatever happens to the recording.
import { RunlogError, messageOf } from '../events/errors.js';
import { recordOwnEnd } from '../runs/finalize.js';
import { readProcess, type Process } from '../runs/processes.js';
import { record } from '../runs/record.js';
import { writeViews } from './finalize.js';
import { runChild, type ChildEnd } from './child.js';
import { asCaller, complain, usage, warn, type Input } from './input.js';
import { startRun } from './start.js';

/** Node's timers go no further. */
const LONGEST_INTERVAL_MS = 2 ** 31 - 1;

export async function run(input: Input): Promise<void> {
  const command = input.command ?? [];
  if (command.length === 0)
    throw usage('nothing stands after --', 'For example: runlog run --name train -- ./train.sh');
  const runId = startOrWarn(input, command);
  const stopBeating = keepBeating(input, runId);
  const env = { ...input.context.env, RUNLOG_RUN: runId ?? '', RUNLOG_DIR: input.store.dir };
  const end = await asCaller(input.context, () => runChild(command, { stdio: 'inherit', env }));
  stopBeating();
  if (end.startError !== null) complain(end.startError);
  process.exitCode = end.exitStatus;
  if (runId === null) return;
  try {
    await finish(input, runId, end);
  } catch (error) {
    warn(
      `the views of ${runId} could not be written: ${messageOf(error)}${error instanceof RunlogError && error.hint ? ` (${error.hint})` : ''}`,
    );
  }
}

/** CMD runs even where nothing can be recorded, spool included: null then. A mistake in the call still stops everything. */
function startOrWarn(input: Input, command: readonly string[]): string | null {
  try {
    return startRun(input, { owner: readProcess(process.pid) ?? ownProcess(), argv: [...command] });
  } catch (error) {
    if (!(error instanceof RunlogError) || error.code === 'usage') throw error;
    warn(messageOf(error));
    return null;
  }
}

async function finish(input: Input, runId: string, end: ChildEnd): Promise<void> {
  const { env } = input.context;
  const wish = {
    exitCode: end.exitCode ?? undefined,
    signal: end.signal ?? undefined,
    error: end.startError ?? undefined,
  };
  // The end is recorded first, for that needs no lock; the views can be written by any later finalize.
  const warning = recordOwnEnd(input.store, runId, wish, env, true)?.warning ?? null;
  if (warning !== null) {
    warn(warning);
    return;
  }
  await writeViews(input, runId);
}

/** Keeps the promise of --beat for as long as CMD runs. */
function keepBeating(input: Input, runId: string | null): () => void {
  const seconds = input.number('beat');
  if (seconds === undefined || runId === null) return () => undefined;
  const timer = setInterval(
    () => {
      try {
        record(input.store, runId, [{ type: 'run.beat' }], { env: input.context.env });
      } catch (error) {
        warn(messageOf(error));
      }
    },
    Math.min(seconds * 1000, LONGEST_INTERVAL_MS),
  );
  return () => clearInterval(timer);
}

function ownProcess(): Process {
  return { pid: process.pid, parentPid: process.ppid, state: 'R', startTime: '', layout: '' };
}
