// What statistics want to know of a run beyond its row: each execution, each tool. Pure.
import type { RunState } from './run.js';
import { executions, stepSeconds } from './steps.js';

/** Lists in which each execution and each tool has so many places: there may be tens of thousands of them in what is kept. */
export interface Work {
  executions: ExecutionPart[];
  tools: ToolPart[];
}

/** Agent, whether it succeeded, seconds, whether it was a retry. Open ones have not succeeded yet; interrupted ones did not. */
export const EXECUTION_PARTS = 4;
type ExecutionPart = string | number | boolean | null;

/** Tool, calls, successes, milliseconds of the calls that say how long they took, and how many these are. */
export const TOOL_PARTS = 5;
type ToolPart = string | number | null;

export function workOf(state: RunState): Work {
  const steps = executions(state.steps);
  return {
    executions: steps.flatMap((step): ExecutionPart[] => [
      step.agent,
      step.status === 'STARTED' && !step.isInterrupted ? null : step.status === 'SUCCESS',
      stepSeconds(step),
      step.attempt > 1,
    ]),
    tools: state.tools.flatMap((tool): ToolPart[] => [
      tool.tool,
      tool.calls,
      tool.successes,
      tool.totalDurationMs,
      tool.timedCalls,
    ]),
  };
}
