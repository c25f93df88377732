// Which errors were raised, and were they resolved? Folds error events; pure.
import { timeOf } from '../events/times.js';
import type { RunlogEvent } from '../events/vocabulary.js';

export interface RaisedError {
  at: string | null;
  type: string;
  message: string;
  severity: string | null;
  agent: string | null;
  issue: string | null;
  step: number | null;
  resolved: boolean | null;
}

export function applyErrorEvent(errors: RaisedError[], event: RunlogEvent, issue: string | null): void {
  if (event.type !== 'error.raised') return;
  errors.push({
    at: timeOf(event),
    type: event.error_type,
    message: event.message,
    severity: event.severity ?? null,
    agent: event.agent ?? null,
    issue,
    step: event.step ?? null,
    resolved: event.resolved ?? null,
  });
}
