// What the reading commands share: which run is meant.
import { resolveRun } from '../runs/resolve.js';
import type { Input } from './input.js';

/** The run named as the first argument; else RUNLOG_RUN; else the latest. */
export function namedRun(input: Input): string {
  const { env } = input.context;
  return resolveRun(input.store, input.args[0] ?? (env['RUNLOG_RUN'] || 'latest'), env);
}
