// What is known of a run? The fold of all its events into one state; every other view and format starts from it. Pure.
import { formatInstant, parseInstant, secondsBetween } from '../events/instant.js';
import { timeOf } from '../events/times.js';
import type { RunStatus, RunlogEvent } from '../events/vocabulary.js';
import { applyActionEvent, type Actions } from './actions.js';
import { correctionOf, type Correction, type CorrectionEntry } from './corrections.js';
import { applyDebugEvent, interruptCycles, type DebuggingCycle } from './debugging.js';
import { applyErrorEvent, type RaisedError } from './errors.js';
import { applyIssueEvent, codeOf, interruptIssues, type CodeChanges, type Issue } from './issues.js';
import { applyItemEvent, noItems, type Items } from './items.js';
import { applyMetricEvent, type Metric } from './metrics.js';
import { applyPipelineEvent, type Pipeline } from './pipelines.js';
import { planOf, type Plan } from './plan.js';
import {
  applyStepEvent,
  correctAgent,
  executionOf,
  interruptSteps,
  noSteps,
  type Step,
  type StepIndex,
} from './steps.js';
import { applyCall, applyPrices, noTokens, noUsage, type TokenSums, type TokenUsage } from './tokens.js';
import { applyToolEvent, type ToolUsage } from './tools.js';

/** How a run ended, as its run.ended event says it or would say it. */
export interface Ending {
  status: RunStatus;
  endedAt: string | null;
  error: string | null;
  exitCode: number | null;
  signal: string | null;
  reason: string | null;
  decidedBy: string | null;
}

export interface RunState {
  /** What the first event says; null where the journal lost it. */
  started: RunlogEvent<'run.started'> | null;
  ending: Ending | null;
  /** What it is while it has no end; whoever can see its owner or its silence says `stale`. */
  openStatus: 'running' | 'stale';
  firstEventAt: string | null;
  /** The latest time of any event but the end: the last sign of life. */
  lastEventAt: string | null;
  /** By when the next beat is due. */
  due: string | null;
  eventCount: number;
  steps: Step[];
  stepIndex: StepIndex;
  plan: Plan | null;
  issues: Issue[];
  metrics: Metric[];
  errors: RaisedError[];
  actions: Actions;
  tokens: TokenSums;
  usage: TokenUsage;
  tools: ToolUsage[];
  pipelines: Pipeline[];
  cycles: DebuggingCycle[];
  /** What was measured of the code for no issue in particular. */
  code: CodeChanges | null;
  items: Items;
  /** What an outside truth says of the run as a whole. */
  correction: Correction | null;
  /** Every correction, of whatever. */
  corrections: CorrectionEntry[];
}

export function emptyRun(): RunState {
  return {
    started: null,
    ending: null,
    openStatus: 'running',
    firstEventAt: null,
    lastEventAt: null,
    due: null,
    eventCount: 0,
    steps: [],
    stepIndex: noSteps(),
    plan: null,
    issues: [],
    metrics: [],
    errors: [],
    actions: { count: 0, latest: [] },
    tokens: noTokens(),
    usage: noUsage(),
    tools: [],
    pipelines: [],
    cycles: [],
    code: null,
    items: noItems(),
    correction: null,
    corrections: [],
  };
}

export function foldRun(events: Iterable<RunlogEvent>): RunState {
  const state = emptyRun();
  for (const event of events) applyEvent(state, event);
  return state;
}

/** Extends a state by one event. Folding all at once and extending one by one give the same. */
export function applyEvent(state: RunState, event: RunlogEvent): void {
  state.eventCount += 1;
  const at = timeOf(event);
  if (at !== null && (state.firstEventAt === null || at < state.firstEventAt)) state.firstEventAt = at;
  if (event.type === 'run.ended') {
    endRun(state, endingOf(event));
    return;
  }
  // No sign of life either: prices are put on record when the run is over.
  if (event.type === 'tokens.priced') {
    applyPrices(state.usage, event);
    return;
  }
  if (at !== null && (state.lastEventAt === null || at > state.lastEventAt)) state.lastEventAt = at;
  if (event.type === 'run.started') state.started ??= event;
  state.due = nextDue(state, event);
  // Of a long run most events are these, and one that names no issue changes nothing else.
  if (event.type === 'action.logged' && !('issue' in event)) applyActionEvent(state.actions, event);
  else applyOther(state, event);
  // What begins after the end of its run is cut off at once: an ended run has nothing open.
  if (state.ending !== null) interruptAll(state, at);
}

function applyOther(state: RunState, event: RunlogEvent): void {
  const execution = executionOf(state.stepIndex, event);
  const issue = issueOf(state, event, execution);
  applyActionEvent(state.actions, event);
  applyStepEvent(state.steps, state.stepIndex, event, issue);
  const touched = issue === null ? null : applyIssueEvent(state.issues, event, issue);
  applyMetricEvent(state.metrics, event, issue);
  applyErrorEvent(state.errors, event, issue, state.actions);
  applyToolEvent(state.tools, event, issue);
  applyPipelineEvent(state.pipelines, event, issue);
  applyDebugEvent(state.cycles, event, issue);
  applyItemEvent(state.items, event);
  switch (event.type) {
    case 'plan.made':
      state.plan = planOf(event);
      break;
    case 'tool.called':
      if (execution !== null) execution.toolCalls += 1;
      break;
    case 'tokens.used': {
      const sums = [state.tokens, touched?.tokens, execution?.tokens].filter((part) => part !== undefined);
      applyCall(state.usage, event, issue, state.started?.utc_offset_minutes ?? 0, sums);
      break;
    }
    case 'code.measured':
      if (issue === null) state.code = codeOf(event, state.code);
      break;
    case 'outcome.corrected':
      correct(state, correctionOf(event));
      break;
  }
}

function correct(state: RunState, entry: CorrectionEntry): void {
  state.corrections.push(entry);
  const { subject, name, issue, ...correction } = entry;
  if (subject === 'run') state.correction = correction;
  else if (subject === 'agent' && name !== null) correctAgent(state.steps, name, issue, correction);
  else if (subject === 'issue') {
    const found = state.issues.find(({ iid }) => iid === (name ?? state.started?.specific_issue));
    if (found !== undefined) found.correction = correction;
  }
}

/** Ends a run: what is still open in it was interrupted, at the time of the end. */
export function endRun(state: RunState, ending: Ending): void {
  const endedAt = ending.endedAt ?? state.lastEventAt;
  // The first end stands: finalizing twice, or by two processes, gives the same.
  if (state.ending !== null) return;
  state.ending = { ...ending, endedAt };
  interruptAll(state, endedAt);
}

function interruptAll(state: RunState, at: string | null): void {
  interruptSteps(state.stepIndex, at);
  interruptIssues(state.issues, at);
  interruptCycles(state.cycles, at);
}

/** A correction counts once there is an end to correct. */
export function statusOf({ ending, openStatus, correction }: RunState): RunStatus | 'running' | 'stale' {
  if (ending !== null && correction !== null) return correction.success ? 'completed' : 'failed';
  return ending?.status ?? openStatus;
}

export function startTime(state: RunState): string | null {
  return state.started === null || state.started.untimed === true ? state.firstEventAt : state.started.at;
}

export function durationSeconds(state: RunState): number | null {
  return secondsBetween(startTime(state), state.ending?.endedAt ?? null);
}

/** What stands for the run in traces: as given by its source, else the id of its first event. */
export function traceId(state: RunState): string | null {
  return state.started?.trace_id ?? state.started?.id ?? null;
}

function endingOf(event: RunlogEvent<'run.ended'>): Ending {
  const { cause } = event;
  return {
    status: event.status as RunStatus,
    endedAt: event.ended_at ?? timeOf(event),
    error: event.error ?? null,
    exitCode: cause?.exit_code ?? null,
    signal: cause?.signal ?? null,
    reason: cause?.reason ?? null,
    decidedBy: cause?.decided_by ?? null,
  };
}

/** The issue that an event belongs to: its own word, else its execution's, else the one issue that the run is about. */
export function issueOf(
  state: RunState,
  event: RunlogEvent,
  execution: Step | null = executionOf(state.stepIndex, event),
): string | null {
  // A correction makes no issue of a name that nothing else mentions.
  if (event.type === 'outcome.corrected') return null;
  const own = 'issue' in event ? event.issue : undefined;
  if (own !== undefined && own !== null) return own;
  if (!ABOUT_ISSUES.has(event.type)) return null;
  const ofExecution = event.type === 'step.started' ? null : (execution?.issue ?? null);
  return ofExecution ?? state.started?.specific_issue ?? null;
}

const ABOUT_ISSUES = new Set<string>([
  'step.started',
  'metric.measured',
  'tokens.used',
  'tool.called',
  'pipeline.recorded',
  'debug.started',
  'debug.attempted',
  'debug.ended',
  'error.raised',
  'code.measured',
]);

/** Any event is a sign of life. A promised beat may be missed once: two intervals after the last sign it is overdue. */
function nextDue(state: RunState, event: RunlogEvent): string | null {
  const seconds = state.started?.beat_seconds ?? null;
  const own = event.type === 'run.beat' ? (event.due ?? null) : null;
  // Less than none is no promise, and would lead out of the calendar.
  const promised = seconds === null || seconds < 0 ? null : laterBy(event.at, 2 * seconds);
  const latest = own !== null && (promised === null || own > promised) ? own : promised;
  return latest !== null && (state.due === null || latest > state.due) ? latest : state.due;
}

/** A time so many seconds later, at the most the last one that can be written. */
function laterBy(at: string, seconds: number): string {
  const LAST_SECONDS = Date.UTC(9999, 11, 31) / 1000;
  return formatInstant(Math.min((parseInstant(at) as number) + seconds * 1e6, LAST_SECONDS * 1e6));
}
