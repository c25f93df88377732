// What was under way in a run: its issues with what belongs to each, in the order in which they began.
import { parseInstant, secondsBetween } from '../../events/instant.js';
import { issueStatus, type Issue } from '../../views/issues.js';
import { hasFailed, hasSucceeded, isOver, pipelineSeconds, type Pipeline } from '../../views/pipelines.js';
import type { RunState } from '../../views/run.js';
import { executions, isOpen, stepSeconds, type Step } from '../../views/steps.js';
import type { DebuggingCycle } from '../../views/debugging.js';
import type { ToolUsage } from '../../views/tools.js';
import { counted } from '../quantities.js';
import type { Stretch } from './geometry.js';

/** How it ended: cut off by the end of its run, still open, or nobody has said. */
export type SpanOutcome = 'good' | 'bad' | 'cut' | 'open' | 'unknown';

export interface Span extends Stretch {
  kind: 'issue' | 'step' | 'pipeline' | 'debugging' | 'tool';
  label: string;
  /** 1 for what belongs to an issue, which stands before it. */
  depth: 0 | 1;
  outcome: SpanOutcome;
  seconds: number | null;
}

export function spansOf(state: RunState): Span[] {
  const byIssue = new Map<string, Span[]>(state.issues.map(({ iid }) => [iid, []]));
  const ofNone: Span[] = [];
  const place = (span: Span, issue: string | null): void => {
    ((issue === null ? undefined : byIssue.get(issue)) ?? ofNone).push(span);
  };
  for (const step of executions(state.steps)) place(stepSpan(step), step.issue);
  for (const pipeline of state.pipelines) place(pipelineSpan(pipeline), pipeline.issue);
  for (const cycle of state.cycles) place(cycleSpan(cycle), cycle.issue);
  for (const tool of state.tools) place(toolSpan(tool), tool.issue);
  const groups = state.issues.map((issue) => {
    const parts = inOrder((byIssue.get(issue.iid) ?? []).map((span) => [span])).flat();
    return [issueSpan(issue), ...parts.map((part) => ({ ...part, depth: 1 as const }))];
  });
  return inOrder([...groups, ...ofNone.map((span) => [span])])
    .flat()
    .filter(({ kind, from, to }, index, all) => hasTime(from, to) || (kind === 'issue' && all[index + 1]?.depth === 1));
}

/** By the first time on record; what has none comes last. */
function inOrder(groups: Span[][]): Span[][] {
  const beginOf = (spans: Span[]): number =>
    spans.reduce((first, { from, to }) => Math.min(first, from ?? to ?? Infinity), Infinity);
  return groups
    .map((spans) => ({ spans, begin: beginOf(spans) }))
    .sort((a, b) => (a.begin === b.begin ? 0 : a.begin - b.begin))
    .map(({ spans }) => spans);
}

function hasTime(from: number | null, to: number | null): boolean {
  return from !== null || to !== null;
}

function issueSpan(issue: Issue): Span {
  const status = issueStatus(issue);
  return {
    kind: 'issue',
    label: `issue ${issue.iid}`,
    depth: 0,
    ...stretchOf(issue.startTime, issue.endTime, null, status === 'in_progress'),
    outcome: outcomeOf(status === 'completed', status === 'failed', status === 'interrupted', status === 'in_progress'),
    seconds: secondsBetween(issue.startTime, issue.endTime),
  };
}

function stepSpan(step: Step): Span {
  const { number, agent, task, attempt, isInterrupted, status } = step;
  const who = `${agent ?? ''}${attempt > 1 ? ` (attempt ${attempt})` : ''}`;
  const isShared = step.durationAttempts !== null;
  return {
    kind: 'step',
    label: `${number} ${[who, task].filter(Boolean).join(': ')}`,
    depth: 0,
    ...stretchOf(step.startedAt, step.endedAt, isShared ? null : step.durationSeconds, isOpen(step)),
    outcome: outcomeOf(status === 'SUCCESS', status === 'FAIL' || status === 'BLOCKED', isInterrupted, isOpen(step)),
    seconds: isShared ? null : stepSeconds(step),
  };
}

/** One that is not over when its run is goes on without it. */
function pipelineSpan(pipeline: Pipeline): Span {
  const { id, retryAttempt, status, startedAt, endedAt } = pipeline;
  const seconds = pipelineSeconds(pipeline);
  return {
    kind: 'pipeline',
    label: `pipeline ${id}${retryAttempt === null || retryAttempt === 0 ? '' : ` (retry ${retryAttempt})`}`,
    depth: 0,
    ...stretchOf(startedAt, endedAt, seconds, !isOver(status)),
    outcome: outcomeOf(hasSucceeded(pipeline), hasFailed(pipeline), false, !isOver(status)),
    seconds,
  };
}

function cycleSpan(cycle: DebuggingCycle): Span {
  const { agent, errorType, resolved, startedAt, endedAt } = cycle;
  return {
    kind: 'debugging',
    label: `debugging ${errorType ?? agent ?? ''}`.trimEnd(),
    depth: 0,
    ...stretchOf(startedAt, endedAt, null, cycle.isOpen),
    outcome: outcomeOf(resolved === true, resolved === false, false, cycle.isOpen),
    seconds: secondsBetween(startedAt, endedAt),
  };
}

/** All its calls: from the first to the last, and how long they took together. */
function toolSpan({ tool, calls, failures, firstAt, lastAt, totalDurationMs }: ToolUsage): Span {
  return {
    kind: 'tool',
    label: `${tool}, ${counted(calls, 'call')}${failures === 0 ? '' : `, ${failures} failed`}`,
    depth: 0,
    ...stretchOf(firstAt, lastAt, null, false),
    outcome: 'unknown',
    seconds: totalDurationMs === null ? null : totalDurationMs / 1000,
  };
}

/** Where one side is not on record, what was measured tells it from the other. */
function stretchOf(startedAt: string | null, endedAt: string | null, seconds: number | null, isOpen: boolean): Stretch {
  const from = startedAt === null ? null : parseInstant(startedAt);
  const to = endedAt === null ? null : parseInstant(endedAt);
  const length = seconds === null || seconds < 0 ? null : seconds * 1e6;
  return {
    from: from ?? (to === null || length === null ? null : to - length),
    to: isOpen ? null : (to ?? (from === null || length === null ? null : from + length)),
    isOpen,
  };
}

function outcomeOf(isGood: boolean, isBad: boolean, isCut: boolean, isOpen: boolean): SpanOutcome {
  if (isCut) return 'cut';
  if (isOpen) return 'open';
  return isGood ? 'good' : isBad ? 'bad' : 'unknown';
}
