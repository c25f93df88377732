// What did the pipeline execute, step by step? The execution trace of a run, as the field's trace stores know it. Pure.
import type { Json } from '../events/vocabulary.js';
import { hasFailed, hasSuccess } from './outcome.js';
import { startTime, statusOf, traceId, type RunState } from './run.js';
import { executions, type Step } from './steps.js';

export interface TraceStep {
  stepNumber: number;
  agentName: string;
  agentTask: string | null;
  status: 'STARTED' | 'SUCCESS' | 'FAIL' | 'BLOCKED';
  startedAt: string | null;
  completedAt: string | null;
  success: boolean | null;
  errorMessage: string | null;
  outputSummary: string | null;
  /** What the trace that was imported says beyond all this; null for any other. */
  given: Json;
}

export interface Trace {
  traceId: string | null;
  trigger: {
    source: string | null;
    issueKey: string | null;
    issueStatus: string | null;
    intentType: string | null;
    timestamp: string | null;
  };
  intentType: string | null;
  pipelineStatus: 'RUNNING' | 'SUCCESS' | 'PARTIAL' | 'FAILED';
  startedAt: string | null;
  completedAt: string | null;
  steps: TraceStep[];
  finalError: string | null;
  executionPlanSummary: string | null;
  given: Json;
}

export function traceOf(state: RunState): Trace {
  const { started, ending, plan } = state;
  const isImported = started?.source?.format === 'trace';
  const intentType = started?.intent_type ?? null;
  return {
    traceId: traceId(state),
    trigger: {
      source: started?.trigger?.source ?? null,
      issueKey: started?.trigger?.issue_key ?? null,
      issueStatus: started?.trigger?.issue_status ?? null,
      intentType,
      timestamp: started?.triggered_at ?? startTime(state),
    },
    intentType,
    pipelineStatus: pipelineStatus(state),
    startedAt: startTime(state),
    completedAt: ending?.endedAt ?? null,
    steps: executions(state.steps).map((step) => traceStep(step, isImported)),
    finalError: finalError(state),
    executionPlanSummary: plan === null ? null : (plan.summary ?? [plan.choice, ...plan.backups].join(' -> ')),
    given: isImported ? (started?.given ?? null) : null,
  };
}

/** The format knows four statuses: what the run's end cut off has not succeeded, and says why. */
function traceStep(step: Step, isImported: boolean): TraceStep {
  const isOver = step.isInterrupted || step.status !== 'STARTED';
  return {
    stepNumber: step.number,
    agentName: step.agent ?? '',
    agentTask: step.task,
    status: step.isInterrupted ? 'FAIL' : step.status,
    startedAt: step.startedAt,
    completedAt: step.endedAt,
    success: isOver ? step.status === 'SUCCESS' : null,
    errorMessage: step.error ?? (step.isInterrupted ? 'interrupted: the run ended before this step did' : null),
    outputSummary: step.outputSummary,
    given: isImported ? step.given : null,
  };
}

/** PARTIAL: something succeeded before the failure. FAILED: nothing did. */
function pipelineStatus(state: RunState): Trace['pipelineStatus'] {
  if (state.ending === null) return 'RUNNING';
  if (statusOf(state) === 'completed') return 'SUCCESS';
  return hasSuccess(state) ? 'PARTIAL' : 'FAILED';
}

function finalError(state: RunState): string | null {
  const { ending, steps, correction } = state;
  if (ending === null || statusOf(state) === 'completed') return null;
  if (correction !== null) return correction.evidence;
  if (ending.error !== null) return ending.error;
  const failed = steps.findLast(hasFailed);
  if (ending.status === 'interrupted' || failed === undefined) return ending.reason;
  return `Pipeline stopped at ${failed.task ?? failed.agent}`;
}
