// How did an issue go: which executions, retries, calls, and was it right the first time? Questions to a folded run; pure.
import { issueStatus, type Issue } from './issues.js';
import { hasFailed as pipelineHasFailed, pipelineSeconds } from './pipelines.js';
import type { RunState } from './run.js';
import { executions, type Step } from './steps.js';

export function stepsOf(state: RunState, issue: Issue): Step[] {
  return executions(state.steps).filter((step) => step.issue === issue.iid);
}

/** How many executions took up again what their agent had already tried. */
export function retries(steps: readonly Step[]): number {
  return steps.filter(({ attempt }) => attempt > 1).length;
}

/** Completed, no agent needed a second attempt, no pipeline failed, no debugging cycle was opened; null while it is open. */
export function firstTimeRight(state: RunState, issue: Issue): boolean | null {
  const status = issueStatus(issue);
  if (status === 'in_progress') return null;
  return (
    status === 'completed' &&
    retries(stepsOf(state, issue)) === 0 &&
    !state.pipelines.some((pipeline) => pipeline.issue === issue.iid && pipelineHasFailed(pipeline)) &&
    !state.cycles.some((cycle) => cycle.issue === issue.iid)
  );
}

export function toolCalls(state: RunState, issue: Issue): number {
  return state.tools.filter((usage) => usage.issue === issue.iid).reduce((sum, { calls }) => sum + calls, 0);
}

/** Null where there is nothing to take a part of. */
export function percent(part: number, whole: number): number | null {
  return whole === 0 ? null : (part / whole) * 100;
}

/** Seconds that the pipelines of a run took; null where none tells. */
export function totalPipelineSeconds(state: RunState): number | null {
  const known = state.pipelines.map(pipelineSeconds).filter((seconds) => seconds !== null);
  return known.length === 0 ? null : known.reduce((sum, seconds) => sum + seconds, 0);
}
