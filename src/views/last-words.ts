// What did a run say last, or before something went wrong? The latest of what its state keeps, of whatever kind; pure.
import { latestActions, type Action } from './actions.js';
import type { RaisedError } from './errors.js';
import type { RunState } from './run.js';

export interface Word {
  at: string;
  /** What it is of: an action's type, `step 2`, `pipeline 9001`. */
  subject: string;
  text: string;
  hasFailed: boolean;
}

/** The last so many words in order of time; what has no time is none of them. */
export function lastWords(state: RunState, count: number): Word[] {
  return latest(state, latestActions(state.actions, count), state.errors, null, count);
}

/** The last so many words before an error. */
export function wordsBefore(state: RunState, error: RaisedError, count: number): Word[] {
  return error.at === null ? [] : latest(state, error.before, [], error.at, count);
}

function latest(
  state: RunState,
  actions: readonly Action[],
  errors: readonly RaisedError[],
  until: string | null,
  count: number,
): Word[] {
  const words: Word[] = [];
  // A run may have a hundred thousand steps: of what is too early no text is made.
  const add = (at: string | null, subject: string, hasFailed: boolean, parts: () => (string | null)[]): void => {
    if (at === null || (until !== null && at > until)) return;
    if (words.length === count && at < (words[0] as Word).at) return;
    const after = words.findLastIndex((word) => word.at <= at) + 1;
    words.splice(after, 0, { at, subject, text: parts().filter(Boolean).join(' -> '), hasFailed });
    if (words.length > count) words.shift();
  };
  for (const {
    number,
    agent,
    task,
    startedAt,
    endedAt,
    notes,
    status,
    isInterrupted,
    error,
    outputSummary,
  } of state.steps) {
    const subject = `step ${number}`;
    add(startedAt, subject, false, () => [`started ${[agent, task].filter(Boolean).join(': ')}`]);
    for (const { at, title, detail } of notes.slice(-count))
      add(at, subject, false, () => [[title, detail].filter(Boolean).join(': ')]);
    if (status !== 'STARTED' && !isInterrupted)
      add(endedAt, subject, status !== 'SUCCESS', () => [status, error ?? outputSummary]);
  }
  for (const { id, at, status, failedJobs, errorMessage } of state.pipelines)
    add(at, `pipeline ${id}`, false, () => [status, errorMessage ?? failedJobs.join(', ')]);
  for (const { startedAt, agent, errorType, errorMessage } of state.cycles)
    add(startedAt, 'debugging', false, () => [[agent, errorType].filter(Boolean).join(': '), errorMessage]);
  for (const { at, name, value, passed } of state.metrics)
    // One without a time of its own may have been written long after the run.
    if (state.lastEventAt !== null && at <= state.lastEventAt)
      add(at, 'metric', passed === false, () => [`${name}=${value}`]);
  for (const { at, number, itemType, file, content } of state.items.latest)
    add(at, `item ${number}`, false, () => [itemType, file ?? content]);
  for (const { at, action, description, result, hasFailed } of actions)
    add(at, action, hasFailed, () => [description, result]);
  for (const { at, type, message } of errors) add(at, type, true, () => [message]);
  return words;
}
