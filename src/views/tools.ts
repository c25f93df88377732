// Which tools were called, by whom, how often and for how long? Folds tool events by issue, agent and tool; pure.
import type { RunlogEvent } from '../events/vocabulary.js';
import { keyOfParts, placeOf } from './keyed.js';

export interface ToolUsage {
  tool: string;
  agent: string | null;
  issue: string | null;
  calls: number;
  successes: number;
  failures: number;
  totalDurationMs: number | null;
  timedCalls: number;
}

const keyOf = ({ tool, agent, issue }: ToolUsage): string => keyOfParts(tool, agent, issue);

export function applyToolEvent(tools: ToolUsage[], event: RunlogEvent, issue: string | null): void {
  if (event.type !== 'tool.called') return;
  const agent = event.agent ?? null;
  let usage = tools[placeOf(tools, keyOfParts(event.tool, agent, issue), keyOf)];
  if (usage === undefined) {
    usage = {
      tool: event.tool,
      agent,
      issue,
      calls: 0,
      successes: 0,
      failures: 0,
      totalDurationMs: null,
      timedCalls: 0,
    };
    tools.push(usage);
  }
  usage.calls += 1;
  if (event.success) usage.successes += 1;
  else usage.failures += 1;
  if (typeof event.duration_ms === 'number') {
    usage.totalDurationMs = (usage.totalDurationMs ?? 0) + event.duration_ms;
    usage.timedCalls += 1;
  }
}
