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

/** Completed issues in percent of all; null where there was none. */
export function successRate(state: RunState): number | null {
  const { issues, completedIssues } = countOutcomes(state);
  return issues === 0 ? null : (completedIssues / issues) * 100;
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
  const failed = steps.find(hasFailed);
  const failedIssue = state.issues.find(({ status }) => status === 'failed');
  if (failed === undefined && failedIssue === undefined) return { status: 'completed', reason: wordsOfSuccess(state) };
  const what =
    failed !== undefined
      ? `step ${failed.number} (${failed.agent}) ended ${failed.status}`
      : `issue ${failedIssue?.iid} failed`;
  const hasSuccess =
    state.steps.some(({ status }) => status === 'SUCCESS') || state.issues.some(({ status }) => status === 'completed');
  return { status: hasSuccess ? 'partial' : 'failed', reason: what };
}

/** An error on record is no outcome: it may have been dealt with. But it is said. */
function wordsOfSuccess({ errors }: RunState): string {
  const unresolved = errors.filter(({ resolved }) => resolved !== true).length;
  const words = 'it was finalized, and no step or issue on record failed';
  return unresolved === 0
    ? words
    : `${words}; ${unresolved} ${unresolved === 1 ? 'error is' : 'errors are'} unresolved`;
}

function latestAttempts(steps: readonly Step[]): Step[] {
  const latest = new Map<string, Step>();
  for (const step of executions(steps)) latest.set(JSON.stringify([step.agent, step.task, step.issue]), step);
  return [...latest.values()];
}
