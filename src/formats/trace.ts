// The execution trace, as JSON and as the text that its store prints.
import type { Trace, TraceStep } from '../views/trace.js';
import { withGiven } from './draft.js';
import { asciiJson } from './json.js';
import { toVisibleLine } from './visible-text.js';

const ICONS = { STARTED: '⏳', SUCCESS: '✅', FAIL: '❌', BLOCKED: '🚫' } as const;

/** The object of the format: all keys, in its order. Times are UTC without a zone, as its readers expect. */
export function traceObject(trace: Trace): Record<string, unknown> {
  const { trigger } = trace;
  const steps = trace.steps.map((step) => withGiven(stepObject(step), step.given));
  const object = {
    trace_id: trace.traceId,
    trigger: {
      source: trigger.source,
      issue_key: trigger.issueKey,
      issue_status: trigger.issueStatus,
      intent_type: trigger.intentType,
      timestamp: withoutZone(trigger.timestamp),
    },
    intent_type: trace.intentType,
    pipeline_status: trace.pipelineStatus,
    started_at: withoutZone(trace.startedAt),
    completed_at: withoutZone(trace.completedAt),
    steps,
    final_error: trace.finalError,
    execution_plan_summary: trace.executionPlanSummary,
  };
  return withGiven(object, trace.given);
}

function stepObject(step: TraceStep): Record<string, unknown> {
  return {
    step_number: step.stepNumber,
    agent_name: step.agentName,
    agent_task: step.agentTask,
    status: step.status,
    started_at: withoutZone(step.startedAt),
    completed_at: withoutZone(step.completedAt),
    success: step.success,
    error_message: step.errorMessage,
    output_summary: step.outputSummary,
  };
}

/** The bytes of trace.json. */
export function encodeTrace(trace: Trace): string {
  return asciiJson(traceObject(trace));
}

/** The summary's text, without a newline at the end. */
export function traceText(trace: Trace): string {
  const lines = [
    `Trace ID: ${shown(trace.traceId)}`,
    `Intent: ${shown(trace.intentType)}`,
    `Status: ${trace.pipelineStatus}`,
    `Started: ${shown(withoutZone(trace.startedAt))}`,
  ];
  if (trace.completedAt !== null) lines.push(`Completed: ${shown(withoutZone(trace.completedAt))}`);
  lines.push('', `Execution Steps (${trace.steps.length}):`);
  for (const step of trace.steps) {
    lines.push(`  ${step.stepNumber}. ${ICONS[step.status]} ${shown(step.agentName)}: ${step.status}`);
    if (step.errorMessage !== null) lines.push(`     Error: ${shown(step.errorMessage)}`);
  }
  if (trace.finalError !== null) lines.push('', `Final Error: ${shown(trace.finalError)}`);
  return lines.join('\n');
}

/** `None` is how the field's own store prints what it does not know. */
function shown(text: string | null): string {
  return text === null ? 'None' : toVisibleLine(text);
}

function withoutZone(instant: string | null): string | null {
  return instant === null ? null : instant.replace(/Z$/, '');
}
