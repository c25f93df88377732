// What the reading commands share: which run is meant, and the thread that helps with a long one.
import { Worker } from 'node:worker_threads';
import type { ProverWork } from '../journal/proofs.js';
import { resolveRun } from '../runs/resolve.js';
import type { Input } from './input.js';

/** The run named as the first argument; else RUNLOG_RUN; else the latest. */
export function namedRun(input: Input): string {
  const { env } = input.context;
  return resolveRun(input.store, input.args[0] ?? (env['RUNLOG_RUN'] || 'latest'), env);
}

/** See journal/proofs.ts. */
export function startProver(workerData: ProverWork): Worker {
  // From dist/chunks/, where this is.
  return new Worker(new URL('./prove-worker.js', import.meta.url), { workerData });
}
