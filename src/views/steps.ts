// Which agent executed which task, how often, and how did it end? Folds step events; pure.
import type { Measure, RunlogEvent } from '../events/vocabulary.js';
import { addTokens, noTokens, type TokenSums } from './tokens.js';

export interface StepNote {
  at: string;
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
  startedAt: string | null;
  endedAt: string | null;
  /** It never ended by itself: the run's end cut it off. */
  isInterrupted: boolean;
  outputSummary: string | null;
  error: string | null;
  notes: StepNote[];
  toolCalls: number;
  tokens: TokenSums;
}

export function applyStepEvent(steps: Step[], event: RunlogEvent, issue: string | null): void {
  switch (event.type) {
    case 'step.started': {
      const step = newStep(event.step ?? nextNumber(steps), event.agent);
      const earlier = steps.filter(
        (other) => other.agent === event.agent && other.task === (event.task ?? null) && other.issue === issue,
      );
      const previous = earlier.reduce((most, { attempt }) => Math.max(most, attempt), 0);
      Object.assign(step, {
        task: event.task ?? null,
        issue,
        startedAt: event.at,
        attempt: event.attempt ?? previous + 1,
      });
      steps.push(step);
      break;
    }
    case 'step.noted': {
      const step = findStep(steps, event.step, null) ?? addStep(steps, event.step, null);
      step.notes.push({ at: event.at, title: event.title, detail: event.detail ?? null, metrics: event.metrics ?? {} });
      break;
    }
    case 'step.ended': {
      const step =
        findStep(steps, event.step ?? null, event.agent ?? null) ??
        addStep(steps, event.step ?? nextNumber(steps), event.agent ?? null);
      step.status = event.status as Step['status'];
      step.endedAt = event.at;
      step.isInterrupted = false;
      step.outputSummary = event.output_summary ?? step.outputSummary;
      step.error = event.error ?? null;
      break;
    }
    case 'tool.called':
      forExecution(steps, event.step ?? null, event.agent ?? null, (step) => (step.toolCalls += 1));
      break;
    case 'tokens.used':
      forExecution(steps, event.step ?? null, event.agent ?? null, (step) => addTokens(step.tokens, event));
      break;
  }
}

/** Ends what has not ended, at the time of the run's end. */
export function interruptSteps(steps: Step[], endedAt: string | null): void {
  for (const step of steps)
    if (isOpen(step)) {
      step.endedAt = endedAt;
      step.isInterrupted = true;
    }
}

/** Whether an execution began and has not ended. */
export function isOpen(step: Step): boolean {
  return step.status === 'STARTED' && step.agent !== null && step.endedAt === null;
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
    startedAt: null,
    endedAt: null,
    isInterrupted: false,
    outputSummary: null,
    error: null,
    notes: [],
    toolCalls: 0,
    tokens: noTokens(),
  };
}

function addStep(steps: Step[], number: number, agent: string | null): Step {
  const step = newStep(number, agent);
  steps.push(step);
  return step;
}

function nextNumber(steps: readonly Step[]): number {
  return steps.reduce((most, { number }) => Math.max(most, number), 0) + 1;
}

/** By number; without one, the agent's latest open execution. */
function findStep(steps: readonly Step[], number: number | null, agent: string | null): Step | undefined {
  if (number !== null)
    return (
      steps.findLast((step) => step.number === number && isOpen(step)) ??
      steps.findLast((step) => step.number === number)
    );
  return steps.findLast((step) => step.agent === agent && isOpen(step));
}

function forExecution(
  steps: readonly Step[],
  number: number | null,
  agent: string | null,
  change: (step: Step) => void,
): void {
  if (number === null && agent === null) return;
  const step = findStep(steps, number, agent);
  if (step !== undefined) change(step);
}
