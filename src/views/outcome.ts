// How did a run go, judged by what it recorded? Counts of issues and steps, and the status that follows from them. Pure.
import type { RunStatus } from '../events/vocabulary.js';
import type { RunState } from './run.js';
import { latestActions } from './actions.js';
import { totalErrors } from './issue-outcome.js';
import { issueStatus, type Issue } from './issues.js';
import { executions, latestAttempts, type Step } from './steps.js';

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

/** Steps by their attempts, as recorded; issues by their outcomes, corrected ones as they were corrected. */
export function countOutcomes(state: RunState): Counts {
  const steps = executions(state.steps);
  const issues = (status: string): number => state.issues.filter((issue) => issueStatus(issue) === status).length;
  return {
    steps: steps.length,
    succeededSteps: steps.filter(({ status }) => status === 'SUCCESS').length,
    failedSteps: steps.filter(hasFailed).length,
    issues: state.issues.length,
    completedIssues: issues('completed'),
    failedIssues: issues('failed'),
    skippedIssues: issues('skipped'),
    errors: totalErrors(state),
  };
}

/** Failed or blocked as an attempt; an interrupted step is neither. */
export function hasFailed({ status }: Step): boolean {
  return status === 'FAIL' || status === 'BLOCKED';
}

/** Completed issues in percent of those whose fate is known; null where there was none. */
export function successRate(state: RunState): number | null {
  const known = state.issues.filter((issue) => issueStatus(issue) !== null).length;
  return known === 0 ? null : (countOutcomes(state).completedIssues / known) * 100;
}

/**
 * The status of a run that somebody says is over without saying how: interrupted where something is still open, else by the
 * latest attempt of each agent at each task (an earlier failed attempt is no outcome) and by the issues.
 */
export function statusByRecord(state: RunState): { status: RunStatus; reason: string } {
  const open = latestAttempts(state.steps).find(
    ({ status, correction }) => status === 'STARTED' && correction === null,
  );
  if (open !== undefined)
    return { status: 'interrupted', reason: `it ended inside step ${open.number} (${open.agent})` };
  const openIssue = state.issues.find((issue) => issueStatus(issue) === 'in_progress' && issue.hasStarted);
  if (openIssue !== undefined) return { status: 'interrupted', reason: `it ended inside issue ${openIssue.iid}` };
  const failure = failureOf(state);
  if (failure === null)
    return { status: 'completed', reason: 'it was finalized, and no step, issue or last action on record failed' };
  return { status: hasSuccess(state) ? 'partial' : 'failed', reason: failure };
}

/** Whether something succeeded, as an attempt or by a correction. */
export function hasSuccess({ steps, issues }: RunState): boolean {
  return (
    steps.some(({ status, correction }) => status === 'SUCCESS' || correction?.success === true) ||
    issues.some((issue) => issueStatus(issue) === 'completed')
  );
}

/** What on record says that the run failed; an earlier attempt or error that it went on from does not. */
export function failureOf({ steps, issues, actions, errors, lastEventAt }: RunState): string | null {
  const failed = latestAttempts(steps).find((step) => isFailure(step, issues));
  if (failed !== undefined)
    return failed.correction === null
      ? `step ${failed.number} (${failed.agent ?? 'its start is lost'}) ended ${failed.status}`
      : `${failed.agent} failed after all: ${failed.correction.evidence}`;
  const issue = issues.find((one) => issueStatus(one) === 'failed');
  if (issue !== undefined) return `issue ${issue.iid} failed`;
  // A script under `set -e` stops at the command that fails: it is the last thing that it records.
  const [action] = latestActions(actions, 1);
  if (action?.hasFailed === true && action.at === lastEventAt) return `its last action, ${action.action}, failed`;
  const error = errors.at(-1);
  return error !== undefined && error.resolved !== true && error.at === lastEventAt
    ? `it ended with an error: ${error.type}`
    : null;
}

/** Of a latest attempt: an outside truth of its agent counts first, then one of its issue, then how it ended. */
function isFailure(step: Step, issues: readonly Issue[]): boolean {
  if (step.correction !== null) return !step.correction.success;
  const issue = issues.find(({ iid }) => iid === step.issue);
  return hasFailed(step) && issue?.correction?.success !== true;
}
