// Which tools were called, by whom, how often and for how long? Folds tool events by issue, agent and tool; pure.
import { formatInstant, parseInstant } from '../events/instant.js';
import { timeOf } from '../events/times.js';
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
  /** When the first call began and the last one ended, as far as their times are on record: a call is recorded when it is over. */
  firstAt: string | null;
  lastAt: string | null;
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
      firstAt: null,
      lastAt: null,
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
  const at = timeOf(event);
  if (at === null) return;
  const began = event.duration_ms ? beginning(at, event.duration_ms) : at;
  if (usage.firstAt === null || began < usage.firstAt) usage.firstAt = began;
  if (usage.lastAt === null || at > usage.lastAt) usage.lastAt = at;
}

/** A duration that leads out of the calendar, or is less than none, says nothing of when the call began. */
function beginning(at: string, durationMs: number): string {
  const micros = (parseInstant(at) as number) - Math.round(durationMs * 1000);
  return durationMs > 0 && micros >= 0 ? formatInstant(micros) : at;
}
