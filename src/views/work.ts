// What statistics want to know of a run beyond its row: each execution, each tool. Pure.
import type { RunState } from './run.js';
import { executions, stepSeconds } from './steps.js';

/** How an execution ended; null while it is open. An interrupted one did not succeed. */
export type ExecutionFact = [agent: string | null, success: boolean | null, seconds: number | null, isRetry: boolean];

export type ToolFact = [
  tool: string,
  calls: number,
  successes: number,
  /** Of the calls that say how long they took. */
  milliseconds: number | null,
  timedCalls: number,
];

export interface Work {
  executions: ExecutionFact[];
  tools: ToolFact[];
}

export function workOf(state: RunState): Work {
  const steps = executions(state.steps);
  return {
    executions: steps.map((step) => [
      step.agent,
      step.status === 'STARTED' && !step.isInterrupted ? null : step.status === 'SUCCESS',
      stepSeconds(step),
      step.attempt > 1,
    ]),
    tools: state.tools.map((tool) => [tool.tool, tool.calls, tool.successes, tool.totalDurationMs, tool.timedCalls]),
  };
}
