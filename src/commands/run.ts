// runlog run: starts a run, runs CMD in it, finalizes it and exits as CMD did, whatever happens to the recording.
import { RunlogError, messageOf } from '../events/errors.js';
import { finalizeRuns } from '../runs/finalize.js';
import { DEFAULT_STALE_AFTER_SECONDS } from '../runs/liveness.js';
import { readProcess, type Process } from '../runs/processes.js';
import { record } from '../runs/record.js';
import { runChild, type ChildEnd } from './child.js';
import { usage, warn, writeAll, type Input } from './input.js';
import { startRun } from './start.js';

export async function run(input: Input): Promise<void> {
  const command = input.command ?? [];
  if (command.length === 0)
    throw usage('nothing stands after --', 'For example: runlog run --name train -- ./train.sh');
  const runId = startRun(input, { owner: readProcess(process.pid) ?? ownProcess(), argv: [...command] });
  const stopBeating = keepBeating(input, runId);
  const env = { ...input.context.env, RUNLOG_RUN: runId, RUNLOG_DIR: input.store.dir };
  const end = await runChild(command, { stdio: 'inherit', env });
  stopBeating();
  if (end.startError !== null) writeAll(2, Buffer.from(`runlog: ${end.startError}\n`));
  process.exitCode = end.exitStatus;
  try {
    await finish(input, runId, end);
  } catch (error) {
    warn(
      `${runId} could not be finalized: ${messageOf(error)}${error instanceof RunlogError && error.hint ? ` (${error.hint})` : ''}`,
    );
  }
}

async function finish(input: Input, runId: string, end: ChildEnd): Promise<void> {
  const wish = {
    exitCode: end.exitCode ?? undefined,
    signal: end.signal ?? undefined,
    error: end.startError ?? undefined,
  };
  const { errors } = await finalizeRuns(input.store, {
    env: input.context.env,
    runIds: [runId],
    wish,
    isForced: false,
    isDryRun: false,
    staleAfterSeconds: DEFAULT_STALE_AFTER_SECONDS,
    // Another finalize is soon done; giving up at once would leave this run to be found dead.
    lockTimeoutSeconds: 30,
  });
  if (errors[0] !== undefined) throw errors[0];
}

/** Keeps the promise of --beat for as long as CMD runs. */
function keepBeating(input: Input, runId: string): () => void {
  const seconds = input.number('beat');
  if (seconds === undefined) return () => undefined;
  const timer = setInterval(() => {
    try {
      record(input.store, runId, [{ type: 'run.beat' }], { env: input.context.env });
    } catch (error) {
      warn(messageOf(error));
    }
  }, seconds * 1000);
  return () => clearInterval(timer);
}

function ownProcess(): Process {
  return { pid: process.pid, parentPid: process.ppid, state: 'R', startTime: '', layout: '' };
}
