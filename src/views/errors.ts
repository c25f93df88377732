// Which errors were raised, and were they resolved? Folds error events; pure.
import { timeOf } from '../events/times.js';
import type { RunlogEvent } from '../events/vocabulary.js';
import { latestActions, type Action, type Actions } from './actions.js';

export interface RaisedError {
  at: string | null;
  type: string;
  message: string;
  severity: string | null;
  agent: string | null;
  issue: string | null;
  step: number | null;
  resolved: boolean | null;
  /** The last actions before it; kept of the first errors and of the last. */
  before: Action[];
}

/** An action may say much, and a run may have many errors: so many of the first, and as many of the last. */
const KEPT = 25;
const ACTIONS_BEFORE = 2;

export function applyErrorEvent(
  errors: RaisedError[],
  event: RunlogEvent,
  issue: string | null,
  actions: Actions,
): void {
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
    before: latestActions(actions, ACTIONS_BEFORE),
  });
  const between = errors.length - KEPT - 1;
  if (between >= KEPT) (errors[between] as RaisedError).before = [];
}
