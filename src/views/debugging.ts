// Which errors were debugged, in how many attempts, and were they resolved? Folds debugging cycles; pure.
import type { RunlogEvent } from '../events/vocabulary.js';

export interface DebuggingCycle {
  agent: string;
  issue: string | null;
  errorType: string;
  errorMessage: string | null;
  startedAt: string;
  endedAt: string | null;
  attempts: number;
  /** Null while nobody has said. */
  resolved: boolean | null;
  resolutionMethod: string | null;
}

export function applyDebugEvent(cycles: DebuggingCycle[], event: RunlogEvent, issue: string | null): void {
  if (event.type === 'debug.started') {
    cycles.push({
      agent: event.agent,
      issue,
      errorType: event.error_type,
      errorMessage: event.message ?? null,
      startedAt: event.at,
      endedAt: null,
      attempts: 0,
      resolved: null,
      resolutionMethod: null,
    });
    return;
  }
  if (event.type !== 'debug.attempted' && event.type !== 'debug.ended') return;
  const cycle = cycles.findLast(
    (open) =>
      open.endedAt === null && (event.agent ?? open.agent) === open.agent && (issue ?? open.issue) === open.issue,
  );
  if (cycle === undefined) return;
  if (event.type === 'debug.attempted') cycle.attempts += 1;
  else Object.assign(cycle, { endedAt: event.at, resolved: event.resolved, resolutionMethod: event.method ?? null });
}

/** Ends the cycles that have not ended, at the time of the run's end; whether they were resolved stays unknown. */
export function interruptCycles(cycles: DebuggingCycle[], endedAt: string | null): void {
  for (const cycle of cycles) cycle.endedAt ??= endedAt;
}
