// How did a run go, judged by what it recorded? Counts of issues and steps, and the status that follows from them. Pure.
import type { RunStatus } from '../events/vocabulary.js';
import type { RunState } from './run.js';
import { executions, type Step } from './steps.js';

export interface Counts {
  steps: number;
  succeededSteps: number;
  failedSteps: number;
  issues: number;
  completedIssues: number;
  failedIssues: number;
  skippedIssues: number;
  errors: number;
}

export function countOutcomes(state: RunState): Counts {
  const steps = executions(state.steps);
  const issues = (status: string): number => state.issues.filter((issue) => issue.status === status).length;
  return {
    steps: steps.length,
    succeededSteps: steps.filter(({ status }) => status === 'SUCCESS').length,
    failedSteps: steps.filter(hasFailed).length,
    issues: state.issues.length,
    completedIssues: issues('completed'),
    failedIssues: issues('failed'),
    skippedIssues: issues('skipped'),
    errors: state.errors.length,
  };
}

/** Failed or blocked; an interrupted step is neither. */
export function hasFailed({ status }: Step): boolean {
  return status === 'FAIL' || status === 'BLOCKED';
}

/** Completed issues in percent of those whose fate is known; null where there was none. */
export function successRate(state: RunState): number | null {
  const known = state.issues.filter(({ status }) => status !== null).length;
  return known === 0 ? null : (countOutcomes(state).completedIssues / known) * 100;
}

/**
 * The status of a run that somebody says is over without saying how: interrupted where something is still open, else by the
 * latest attempt of each agent at each task (an earlier failed attempt is no outcome) and by the issues.
 */
export function statusByRecord(state: RunState): { status: RunStatus; reason: string } {
  const steps = latestAttempts(state.steps);
  const open = steps.find(({ status }) => status === 'STARTED');
  if (open !== undefined)
    return { status: 'interrupted', reason: `it ended inside step ${open.number} (${open.agent})` };
  const openIssue = state.issues.find(({ status, startTime }) => status === 'in_progress' && startTime !== null);
  if (openIssue !== undefined) return { status: 'interrupted', reason: `it ended inside issue ${openIssue.iid}` };
  const failure = failureOf(state);
  if (failure === null)
    return { status: 'completed', reason: 'it was finalized, and no step, issue or last action on record failed' };
  const hasSuccess =
    state.steps.some(({ status }) => status === 'SUCCESS') || state.issues.some(({ status }) => status === 'completed');
  return { status: hasSuccess ? 'partial' : 'failed', reason: failure };
}

/** What on record says that the run failed; an earlier attempt or error that it went on from does not. */
export function failureOf({ steps, issues, actions, errors, lastEventAt }: RunState): string | null {
  const failed = latestAttempts(steps).find(hasFailed);
  if (failed !== undefined)
    return `step ${failed.number} (${failed.agent ?? 'its start is lost'}) ended ${failed.status}`;
  const issue = issues.find(({ status }) => status === 'failed');
  if (issue !== undefined) return `issue ${issue.iid} failed`;
  // A script under `set -e` stops at the command that fails: it is the last thing that it records.
  const action = actions.latest.at(-1);
  if (action?.hasFailed === true && action.at === lastEventAt) return `its last action, ${action.action}, failed`;
  const error = errors.at(-1);
  return error !== undefined && error.resolved !== true && error.at === lastEventAt
    ? `it ended with an error: ${error.type}`
    : null;
}

function latestAttempts(steps: readonly Step[]): Step[] {
  const latest = new Map<string, Step>();
  for (const step of executions(steps)) latest.set(JSON.stringify([step.agent, step.task, step.issue]), step);
  return [...latest.values()];
}
