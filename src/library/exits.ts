// How a program ends, and with it the runs that are its own: they are finalized, with the cause, whatever ends it. Only SIGKILL
// and its like leave no time; then the owner is dead, and `runlog finalize` says so.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import os from 'node:os';
import type { Wish } from '../runs/ending.js';
import type { Core } from './core.js';
import { wordsOf } from './recorder.js';

/** What is watched of a run. */
export interface Watched {
  readonly internals: Core;
  end(wish: Wish): unknown;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Signal = (typeof SIGNALS)[number];
/** How long the views may hold up a program that is ending; a later finalize writes them too. */
const VIEWS_TIMEOUT_MS = 5000;

const watched = new Set<Watched>();
const batching = new Set<Core>();
/** Ended by `await using`, which cannot see whether an exception is on its way out of its block. */
let justDisposed: Watched[] = [];
let failure: unknown;
let hasFailed = false;
let lastSignal: Signal | undefined;
let isListening = false;
let isLeaving = false;

/** Ends a run with the program, unless it is ended before. */
export function watch(run: Watched): void {
  // Whoever starts another run has left the block of the last one well.
  justDisposed = [];
  watched.add(run);
  listen();
}

/** What waits for a run that goes on without this program is written when the program ends. */
export function flushAtExit(core: Core): void {
  batching.add(core);
  listen();
}

export function unwatch(run: Watched): void {
  watched.delete(run);
  batching.delete(run.internals);
  relax();
}

/** An exception that leaves the block of an `await using` comes out right after its end: then the run did not go well after all. */
export function disposed(run: Watched): void {
  justDisposed.push(run);
  listen();
  setImmediate(() => {
    justDisposed = justDisposed.filter((other) => other !== run);
    relax();
  });
}

function listen(): void {
  if (isListening) return;
  isListening = true;
  process.on('uncaughtExceptionMonitor', onFailure);
  process.on('beforeExit', onIdle);
  process.on('exit', onExit);
  for (const signal of SIGNALS) process.on(signal, onSignal);
}

function relax(): void {
  if (!isListening || watched.size > 0 || batching.size > 0 || justDisposed.length > 0 || isLeaving) return;
  isListening = false;
  process.off('uncaughtExceptionMonitor', onFailure);
  process.off('beforeExit', onIdle);
  process.off('exit', onExit);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

function onFailure(error: unknown): void {
  // A program that takes its exceptions itself goes on.
  if (process.listenerCount('uncaughtException') > 0) return;
  failure = error;
  hasFailed = true;
}

/** Nothing is left to do: there is time to write the views. */
function onIdle(exitCode: number): void {
  void Promise.all(endAll({ exitCode }).map((run) => run.internals.writeViews()));
}

function onSignal(signal: Signal): void {
  lastSignal = signal;
  // A listener of the program's own: what becomes of the program is its decision.
  if (process.listenerCount(signal) > 1) return;
  const leave = (): void => {
    for (const other of SIGNALS) process.off(other, onSignal).off(other, leave);
    leaveOthers();
    process.kill(process.pid, signal);
  };
  // Whoever sends a second signal does not want to wait for views.
  for (const other of SIGNALS) process.off(other, onSignal).on(other, leave);
  isLeaving = true;
  const views = endAll({ signal }).map((run) => run.internals.writeViews());
  void Promise.all(views).finally(leave);
}

/** The last moment: only what is synchronous is done. */
function onExit(exitCode: number): void {
  const bySignal = lastSignal !== undefined && exitCode === 128 + os.constants.signals[lastSignal];
  const wish: Wish = hasFailed
    ? { exitCode: exitCode === 0 ? 1 : exitCode, error: wordsOf(failure), cause: 'uncaught exception' }
    : bySignal
      ? { signal: lastSignal }
      : { exitCode };
  leaveOthers();
  const ended = endAll(wish);
  if (hasFailed)
    for (const run of justDisposed) {
      const evidence = `uncaught exception: ${wordsOf(failure)}`;
      const name = run.internals.runId;
      run.internals.record(() => ({
        type: 'outcome.corrected',
        subject: 'run',
        name,
        success: false,
        evidence,
        by: 'runlog',
      }));
      ended.push(run);
    }
  writeViewsOf(ended);
}

/** By a command of its own, as nothing asynchronous is done any more: one for all runs of a store. */
function writeViewsOf(runs: readonly Watched[]): void {
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const file = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'bin', 'runlog');
  const stores = new Set(runs.map(({ internals }) => internals.store.dir));
  for (const dir of stores) {
    const runIds = runs.filter(({ internals }) => internals.store.dir === dir).map(({ internals }) => internals.runId);
    spawnSync(process.execPath, [file, 'finalize', ...runIds, '--dir', dir, '--lock-timeout', '3'], {
      stdio: 'ignore',
      timeout: VIEWS_TIMEOUT_MS,
    });
  }
}

function leaveOthers(): void {
  for (const core of batching) core.leave();
}

function endAll(wish: Wish): Watched[] {
  const runs = [...watched];
  for (const run of runs) run.end(wish);
  return runs;
}
