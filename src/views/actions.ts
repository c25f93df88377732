// Which actions were logged? Counts all, keeps the latest: a run of a million actions folds into bounded memory; pure.
import type { RunlogEvent } from '../events/vocabulary.js';

export interface Action {
  at: string;
  action: string;
  description: string | null;
  /** The value of the field Result, else of Status, Decision or Error; its first line. */
  result: string | null;
  hasFailed: boolean;
}

export interface Actions {
  count: number;
  /** As they were recorded: of most nobody ever asks what they say. */
  latest: RunlogEvent<'action.logged'>[];
}

const KEPT = 50;
const RESULT_KEYS = ['Result', 'Status', 'Decision', 'Error'];

export function applyActionEvent(actions: Actions, event: RunlogEvent): void {
  if (event.type !== 'action.logged') return;
  actions.count += 1;
  actions.latest.push(event);
  if (actions.latest.length > 2 * KEPT) actions.latest.splice(0, actions.latest.length - KEPT);
}

/** The last so many actions, in order. */
export function latestActions({ latest }: Actions, count: number): Action[] {
  return latest.slice(-count).map((event) => ({
    at: event.at,
    action: event.action,
    description: event.description ?? null,
    result: resultOf(event),
    hasFailed: failedAction(event),
  }));
}

/** Dialect B says Result: failure; a wrapped command tells by its exit code or signal. */
export function failedAction(event: RunlogEvent<'action.logged'>): boolean {
  if ((event.exit_code ?? 0) !== 0 || (event.signal ?? null) !== null) return true;
  return (event.fields ?? []).some(([key]) => key === 'Error') || resultOf(event) === 'failure';
}

/** A loop that makes nothing: an import asks this of a million entries. Of fields of one name the last counts. */
export function resultOf({ fields }: RunlogEvent<'action.logged'>): string | null {
  let rank = RESULT_KEYS.length;
  let result: string | null = null;
  for (const [key, value] of fields ?? []) {
    const own = RESULT_KEYS.indexOf(key);
    if (own === -1 || own > rank) continue;
    rank = own;
    result = value;
  }
  return result === null ? null : firstLine(result);
}

function firstLine(text: string): string {
  return (text.trim().split('\n', 1)[0] as string).slice(0, 500);
}
