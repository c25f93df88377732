// startRun, openRun and recordRun: how a program comes by a run.
import { RunlogError } from '../events/errors.js';
import { findStore, type Store } from '../runs/paths.js';
import { readProcess } from '../runs/processes.js';
import { currentRun } from '../runs/resolve.js';
import { beginRun } from '../runs/start.js';
import { readHead } from '../sources/git.js';
import { Core } from './core.js';
import { flushAtExit, watch } from './exits.js';
import { tell, type OnError } from './problems.js';
import { Run } from './run.js';

export interface RunOptions {
  /** The store; else RUNLOG_DIR, else runlog.config.json, else ./logs. */
  dir?: string;
  /** Told what goes wrong; else it becomes a line on stderr. Recording itself never throws. */
  onError?: OnError;
  /** Wait for the disk at every event, not only at the start, the end and errors. */
  durable?: boolean;
  /** False keeps secrets as they are. */
  redact?: boolean;
  /**
   * Write many events at once: those of a tenth of a second, or 256 KiB of them. Twice as quick, for programs that record tens of
   * thousands a second. What `flush` has not written yet is lost where the program is killed.
   */
  batch?: boolean;
}

export interface StartOptions extends RunOptions {
  project?: string | number;
  /** For runs without a project. */
  name?: string;
  /** implement_all, single_issue, analyze, or any other. */
  mode?: string;
  /** The one issue that the run is about. */
  issue?: string | number;
  /** The model that the run works with; else LLM_PROVIDER, LLM_MODEL and LLM_TEMPERATURE. */
  provider?: string;
  model?: string;
  temperature?: number;
  intent?: string;
  trigger?: string;
  triggerIssue?: string;
  triggerStatus?: string;
  tags?: Readonly<Record<string, string>>;
  id?: string;
  /** Seconds: a sign of life at least this often, given by itself while the program's event loop turns. */
  beat?: number;
}

/**
 * Starts a run that belongs to this process, and ends with it: at `finalize`, else when the program ends, by an exception, by
 * `process.exit`, SIGINT, SIGTERM or SIGHUP too. Never throws: what cannot be started records nothing, and `onError` is told.
 */
export function startRun(options: StartOptions = {}): Run {
  const { env } = process;
  const beat = options.beat ?? null;
  const run = guarded(options, (store) => {
    if (beat !== null && !(beat > 0)) throw new RunlogError('usage', 'beat takes seconds, more than 0');
    const cwd = process.cwd();
    const facts = {
      id: options.id ?? null,
      project: textOf(options.project),
      name: options.name ?? null,
      execution_mode: options.mode ?? null,
      specific_issue: textOf(options.issue),
      llm: {
        provider: options.provider ?? null,
        model: options.model ?? null,
        temperature: options.temperature ?? null,
      },
      trigger: {
        source: options.trigger ?? null,
        issue_key: options.triggerIssue ?? null,
        issue_status: options.triggerStatus ?? null,
      },
      intent_type: options.intent ?? null,
      beat_seconds: beat,
      cwd,
      argv: process.argv,
      git: readHead(cwd),
      tags: { ...options.tags },
      owner: readProcess(process.pid),
    };
    const { runId, spooled } = beginRun(store, facts, { env, isUnredacted: options.redact === false });
    if (spooled?.warning) tell(options.onError, new RunlogError('io', spooled.warning));
    return new Run(coreOf(store, runId, options, true), beat);
  });
  if (run.isRecording) watch(run);
  return run;
}

/**
 * Opens a run that somebody else started: by its id, else RUNLOG_RUN, else the run of the script that started this program. It
 * goes on when this program ends. Never throws, as `startRun`.
 */
export function openRun(run?: string, options: RunOptions = {}): Run {
  return guarded(options, (store) => {
    const core = coreOf(store, currentRun(store, run, process.env), options, false);
    if (options.batch === true) flushAtExit(core);
    return new Run(core, null);
  });
}

/**
 * Starts a run, does work in it, and finalizes it: failed, with the error, where the work throws. Gives what the work gives, and
 * throws what it throws.
 */
export async function recordRun<T>(options: StartOptions, work: (run: Run) => T | Promise<T>): Promise<T> {
  const run = startRun(options);
  try {
    const result = await work(run);
    await run.finalize();
    return result;
  } catch (error) {
    await run.finalize({ error });
    throw error;
  }
}

function guarded(options: RunOptions, make: (store: Store) => Run): Run {
  try {
    return make(findStore(options.dir, process.env, process.cwd()));
  } catch (error) {
    tell(options.onError, error);
    return new Run(coreOf({ dir: '' }, '', options, true), null);
  }
}

function coreOf(store: Store, runId: string, options: RunOptions, isOwn: boolean): Core {
  return new Core(store, runId, {
    env: process.env,
    onError: options.onError,
    isDurable: options.durable === true,
    isUnredacted: options.redact === false,
    isOwn,
    isBatched: options.batch === true,
  });
}

function textOf(value: string | number | undefined): string | null {
  return value === undefined ? null : String(value);
}
