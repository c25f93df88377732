// Which agent executed which task, how often, and how did it end? Folds step events; pure.
import { secondsBetween } from '../events/instant.js';
import { timeOf } from '../events/times.js';
import type { Json, Measure, RunlogEvent } from '../events/vocabulary.js';
import type { Correction } from './corrections.js';
import { noTokens, type TokenSums } from './tokens.js';

export interface StepNote {
  at: string | null;
  title: string;
  detail: string | null;
  metrics: Record<string, Measure>;
}

/** One agent's execution of one task. Notes about a number that no execution has (step 0, the plan) make one without agent. */
export interface Step {
  number: number;
  agent: string | null;
  task: string | null;
  /** 1 for the first time this agent takes up this task of this issue. */
  attempt: number;
  issue: string | null;
  status: 'STARTED' | 'SUCCESS' | 'FAIL' | 'BLOCKED';
  /** Whether its start is on record; with a time or without. */
  hasStarted: boolean;
  startedAt: string | null;
  endedAt: string | null;
  /** As its source measured it; null where its times tell. */
  durationSeconds: number | null;
  /** How many executions, up to this one, that duration covers together; null where it is this one's alone. */
  durationAttempts: number | null;
  /** It never ended by itself: the run's end cut it off. */
  isInterrupted: boolean;
  outputSummary: string | null;
  error: string | null;
  notes: StepNote[];
  toolCalls: number;
  tokens: TokenSums;
  /** What an outside truth says of the agent's outcome, at its latest execution; the attempts stay as they were. */
  correction: Correction | null;
  /** What the source of an imported execution says beyond all this. */
  given: Json;
}

/** The ways to find a step: a run may have a hundred thousand of them. */
export interface StepIndex {
  byNumber: Map<number, Step[]>;
  openByAgent: Map<string, Step[]>;
  /** The most attempts of an agent at a task of an issue. */
  attempts: Map<string, number>;
  lastNumber: number;
}

export function noSteps(): StepIndex {
  return { byNumber: new Map(), openByAgent: new Map(), attempts: new Map(), lastNumber: 0 };
}

export function applyStepEvent(steps: Step[], index: StepIndex, event: RunlogEvent, issue: string | null): void {
  switch (event.type) {
    case 'step.started': {
      const number = event.step ?? index.lastNumber + 1;
      const step = unstarted(index, number, event.agent) ?? addStep(steps, index, number);
      const task = event.task ?? null;
      const attemptKey = JSON.stringify([event.agent, task, issue]);
      const known = index.attempts.get(attemptKey) ?? 0;
      const attempt = event.attempt ?? known + 1;
      index.attempts.set(attemptKey, Math.max(known, attempt));
      Object.assign(step, { agent: event.agent, task, issue, hasStarted: true, startedAt: timeOf(event), attempt });
      step.given = event.given ?? null;
      if (isOpen(step)) listAt(index.openByAgent, event.agent).push(step);
      break;
    }
    case 'step.noted': {
      const step = stepByNumber(index, event.step) ?? addStep(steps, index, event.step);
      step.notes.push({
        at: timeOf(event),
        title: event.title,
        detail: event.detail ?? null,
        metrics: event.metrics ?? {},
      });
      break;
    }
    case 'step.ended': {
      const step =
        findStep(index, event.step ?? null, event.agent ?? null) ??
        addStep(steps, index, event.step ?? index.lastNumber + 1, event.agent ?? null);
      close(index, step);
      step.status = event.status as Step['status'];
      step.endedAt = timeOf(event);
      step.durationSeconds = event.duration_seconds ?? null;
      step.durationAttempts = event.duration_attempts ?? null;
      step.isInterrupted = false;
      step.outputSummary = event.output_summary ?? step.outputSummary;
      step.error = event.error ?? null;
      break;
    }
  }
}

/** The execution that an event names: by number; without one, the agent's latest that is open. */
export function executionOf(index: StepIndex, event: RunlogEvent): Step | null {
  const number = ('step' in event ? (event.step as number | null | undefined) : null) ?? null;
  const agent = ('agent' in event ? (event.agent as string | null | undefined) : null) ?? null;
  return findStep(index, number, agent) ?? null;
}

/** Corrects the outcome of an agent: of its latest execution of each task so far, or of one issue's. */
export function correctAgent(
  steps: readonly Step[],
  agent: string,
  issue: string | null,
  correction: Correction,
): void {
  const own = steps.filter((step) => step.agent === agent && (issue === null || step.issue === issue));
  for (const step of latestAttempts(own)) step.correction = correction;
}

/** Of each agent, task and issue the latest execution: earlier attempts are no outcome. */
export function latestAttempts(steps: readonly Step[]): Step[] {
  const latest = new Map<string, Step>();
  for (const step of executions(steps)) latest.set(JSON.stringify([step.agent, step.task, step.issue]), step);
  return [...latest.values()];
}

/** Ends what has not ended, at the time of the run's end. */
export function interruptSteps(index: StepIndex, endedAt: string | null): void {
  for (const open of index.openByAgent.values())
    for (const step of open) {
      step.endedAt = endedAt;
      step.isInterrupted = true;
    }
  index.openByAgent.clear();
}

/** Whether an execution began and has not ended. */
export function isOpen(step: Step): boolean {
  return step.status === 'STARTED' && step.agent !== null && !step.isInterrupted;
}

/** Seconds that an execution took, as measured, else by its times; null where neither is on record. */
export function stepSeconds({ durationSeconds, startedAt, endedAt }: Step): number | null {
  return durationSeconds ?? secondsBetween(startedAt, endedAt);
}

/** Seconds of several executions together; null where none is known. Without the noise of sums of fractions. */
export function sumSeconds(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.round(known.reduce((sum, value) => sum + value, 0) * 1e6) / 1e6;
}

/** The steps that are executions, not only notes: an end whose start was lost is one too, and may be a failure. */
export function executions(steps: readonly Step[]): Step[] {
  return steps.filter(({ agent, status }) => agent !== null || status !== 'STARTED');
}

function newStep(number: number, agent: string | null): Step {
  return {
    number,
    agent,
    task: null,
    attempt: 1,
    issue: null,
    status: 'STARTED',
    hasStarted: false,
    startedAt: null,
    endedAt: null,
    durationSeconds: null,
    durationAttempts: null,
    isInterrupted: false,
    outputSummary: null,
    error: null,
    notes: [],
    toolCalls: 0,
    tokens: noTokens(),
    correction: null,
    given: null,
  };
}

function addStep(steps: Step[], index: StepIndex, number: number, agent: string | null = null): Step {
  const step = newStep(number, agent);
  steps.push(step);
  listAt(index.byNumber, number).push(step);
  index.lastNumber = Math.max(index.lastNumber, number);
  return step;
}

/** What is known of a step before its start is: notes, or an end that a host with a slower clock wrote. */
function unstarted(index: StepIndex, number: number, agent: string): Step | undefined {
  return index.byNumber.get(number)?.find((step) => !step.hasStarted && (step.agent === null || step.agent === agent));
}

/** By number the open one, else the latest; without a number, the agent's latest open execution. */
function findStep(index: StepIndex, number: number | null, agent: string | null): Step | undefined {
  if (number !== null) return stepByNumber(index, number);
  return agent === null ? undefined : index.openByAgent.get(agent)?.at(-1);
}

function stepByNumber(index: StepIndex, number: number): Step | undefined {
  const known = index.byNumber.get(number);
  return known?.findLast(isOpen) ?? known?.at(-1);
}

function close(index: StepIndex, step: Step): void {
  const open = step.agent === null ? undefined : index.openByAgent.get(step.agent);
  const at = open?.lastIndexOf(step) ?? -1;
  if (at !== -1) open?.splice(at, 1);
}

function listAt<Key, Value>(map: Map<Key, Value[]>, key: Key): Value[] {
  let list = map.get(key);
  if (list === undefined) map.set(key, (list = []));
  return list;
}
