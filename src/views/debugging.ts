// Which errors were debugged, in how many attempts, and were they resolved? Folds debugging cycles; pure.
import { timeOf } from '../events/times.js';
import type { RunlogEvent } from '../events/vocabulary.js';

export interface DebuggingCycle {
  agent: string | null;
  issue: string | null;
  errorType: string | null;
  errorMessage: string | null;
  /** Null where only its attempts or its end are on record. */
  startedAt: string | null;
  endedAt: string | null;
  /** Whether its end is not on record yet. */
  isOpen: boolean;
  attempts: number;
  /** Null while nobody has said. */
  resolved: boolean | null;
  resolutionMethod: string | null;
}

export function applyDebugEvent(cycles: DebuggingCycle[], event: RunlogEvent, issue: string | null): void {
  if (event.type !== 'debug.started' && event.type !== 'debug.attempted' && event.type !== 'debug.ended') return;
  if (event.type === 'debug.started') {
    cycles.push({
      ...noCycle(event.agent, issue),
      errorType: event.error_type,
      errorMessage: event.message ?? null,
      startedAt: timeOf(event),
    });
    return;
  }
  let cycle = cycles.findLast(
    (open) => open.isOpen && (event.agent ?? open.agent) === open.agent && (issue ?? open.issue) === open.issue,
  );
  if (cycle === undefined) {
    // Its start was never recorded: what is known of it is kept.
    cycle = noCycle(event.agent ?? null, issue);
    cycles.push(cycle);
  }
  if (event.type === 'debug.attempted') cycle.attempts += 1;
  else {
    const { resolved, method } = event;
    Object.assign(cycle, { endedAt: timeOf(event), isOpen: false, resolved, resolutionMethod: method ?? null });
  }
}

function noCycle(agent: string | null, issue: string | null): DebuggingCycle {
  const unknown = { errorType: null, errorMessage: null, startedAt: null, endedAt: null };
  return { agent, issue, ...unknown, isOpen: true, attempts: 0, resolved: null, resolutionMethod: null };
}

/** Ends the cycles that have not ended, at the time of the run's end; whether they were resolved stays unknown. */
export function interruptCycles(cycles: DebuggingCycle[], endedAt: string | null): void {
  for (const cycle of cycles) {
    if (!cycle.isOpen) continue;
    cycle.isOpen = false;
    cycle.endedAt = endedAt;
  }
}
