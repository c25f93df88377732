// What `runlog errors` shows of faults: as JSON, and as text.
import type { FaultPattern } from '../views/fault-patterns.js';
import type { Fault } from '../views/faults.js';
import { counted } from './quantities.js';
import { toVisibleLine } from './visible-text.js';

/** How many runs of a pattern are named. */
const RUNS_NAMED = 20;

export function patternObject(pattern: FaultPattern): Record<string, unknown> {
  return {
    error_type: pattern.type,
    signature: pattern.signature,
    message: pattern.message,
    count: pattern.count,
    first_time: pattern.first,
    last_time: pattern.last,
    agents: pattern.agents,
    run_count: pattern.runIds.length,
    run_ids: pattern.runIds.slice(0, RUNS_NAMED),
    judged_runs: pattern.judgedRuns,
    resolved_runs: pattern.resolvedRuns,
    resolutions: pattern.resolutions.map(({ text, count, runId }) => ({
      resolution: text,
      run_count: count,
      run_id: runId,
    })),
  };
}

export function faultObject(fault: Fault): Record<string, unknown> {
  return {
    error_type: fault.type,
    signature: fault.signature,
    message: fault.message,
    count: fault.count,
    first_time: fault.first,
    last_time: fault.last,
    agents: fault.agents,
    resolved: fault.resolved,
    resolution: fault.resolution,
  };
}

/** `AssertionError  <n> != <n>`: the type is not said twice. */
export function faultTitle({ type, signature }: Pick<Fault, 'type' | 'signature'>): string {
  const rest = signature.startsWith(`${type}: `) ? signature.slice(type.length + 2) : signature;
  return toVisibleLine(`${type}  ${rest}`.trimEnd());
}

/** `resolved in 3 of 4 runs: raised the limit (2), attempt 2 succeeded`. */
export function resolutionText({ judgedRuns, resolvedRuns, resolutions }: FaultPattern): string {
  if (judgedRuns === 0) return 'nobody says whether it was resolved';
  const said = resolutions.filter(({ text }) => text !== null);
  const how = said
    .slice(0, 3)
    .map(({ text, count }) => `${toVisibleLine(text as string)}${count === 1 ? '' : ` (${count})`}`);
  const where = `in ${resolvedRuns} of ${counted(judgedRuns, 'run')}`;
  if (resolvedRuns === 0) return `resolved in none of ${counted(judgedRuns, 'run')}`;
  return `resolved ${where}${how.length === 0 ? '' : `: ${how.join(', ')}`}`;
}
