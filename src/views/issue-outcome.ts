// How did an issue go: which executions, retries, calls, and was it right the first time? Questions to a folded run; pure.
import { issueStatus, type Issue, type IssueCounts } from './issues.js';
import { hasFailed as pipelineHasFailed, hasSucceeded, pipelineSeconds } from './pipelines.js';
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
    totalsOf(state, issue).failedPipelines === 0 &&
    totalsOf(state, issue).debuggingCycles === 0
  );
}

/** How many of each an issue had: those on record, or more where its source counted more than it kept. */
export function totalsOf(state: RunState, { iid, counted }: Issue): { [K in keyof IssueCounts]: number } {
  const pipelines = state.pipelines.filter(({ issue }) => issue === iid);
  const cycles = state.cycles.filter(({ issue }) => issue === iid);
  const tools = state.tools.filter(({ issue }) => issue === iid);
  const most = (key: keyof IssueCounts, onRecord: number): number => Math.max(counted?.[key] ?? 0, onRecord);
  return {
    pipelines: most('pipelines', pipelines.length),
    succeededPipelines: most('succeededPipelines', pipelines.filter(hasSucceeded).length),
    failedPipelines: most('failedPipelines', pipelines.filter(pipelineHasFailed).length),
    debuggingCycles: most('debuggingCycles', cycles.length),
    resolvedCycles: most('resolvedCycles', cycles.filter(({ resolved }) => resolved === true).length),
    errors: most('errors', state.errors.filter(({ issue }) => issue === iid).length),
    toolCalls: most(
      'toolCalls',
      tools.reduce((sum, { calls }) => sum + calls, 0),
    ),
  };
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

/** Errors of a run: those of its issues, and those of none. */
export function totalErrors(state: RunState): number {
  return (
    state.errors.length + uncounted(state, 'errors', (iid) => state.errors.filter(({ issue }) => issue === iid).length)
  );
}

export function totalDebuggingCycles(state: RunState): number {
  const ofIssue = (iid: string): number => state.cycles.filter(({ issue }) => issue === iid).length;
  return state.cycles.length + uncounted(state, 'debuggingCycles', ofIssue);
}

/** What sources counted beyond what they kept. */
function uncounted({ issues }: RunState, key: keyof IssueCounts, onRecord: (iid: string) => number): number {
  return issues.reduce(
    (sum, { iid, counted }) => (counted === null ? sum : sum + Math.max(0, (counted[key] ?? 0) - onRecord(iid))),
    0,
  );
}
