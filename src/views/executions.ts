// What is there to judge each execution of a step by? Folds the events of a run into a few numbers a step, so that a run of a
// million events stays small: no texts, only whether they say something. Pure.
import type { Measure, RunlogEvent } from '../events/vocabulary.js';
import { happenedAt, isUntimed, resolutionOf, writtenAt, type Resolution } from './event-times.js';
import { TWO_CLOCKS_MICROS, type Moment } from './impossible-times.js';
import { applyStepEvent, executionOf, interruptSteps, noSteps, type Step, type StepIndex } from './steps.js';
import type { Place, PlacedEvent } from './suspicions.js';
import { saysSomething } from './vague-text.js';

/** One execution of a step. */
export interface Execution {
  /** Number, agent, issue and status; its texts are not kept. */
  step: Step;
  /** Where it was first met. */
  place: Place;
  start: Moment | null;
  end: Moment | null;
  /** How long it took, where its end says so. */
  saidSeconds: number | null;
  /** It began or ended at a time that was given long afterwards. */
  isBackdated: boolean;
  /** A hash of the task: whether two tasks differ is all that is asked. */
  task: number;
  /** Something came of it, or was recorded while it went on. */
  hasOutput: boolean;
  /** Its end has a text for the error. */
  hasError: boolean;
  /** What failed is said in words of its own, here or in what was recorded of it. */
  hasOwnWords: boolean;
  /** The latest value of each of the first few metrics. */
  metrics: [name: string, value: Measure][];
}

export interface Executions {
  all: Execution[];
  /** The finest unit of all times in the run: how its clock counts. */
  resolution: Resolution;
  steps: Step[];
  index: StepIndex;
  byStep: Map<Step, Execution>;
  open: Set<Execution>;
  /** How much work was recorded when an open execution began. */
  workBefore: Map<Execution, number>;
  work: number;
  names: Map<string, string>;
  hasEnded: boolean;
}

/** So many tell whether two attempts measured the same; more would make a step as large as its events. */
const METRICS_KEPT = 8;
const NAME_LIMIT = 100;

/** They say how a run goes on, not that anything came of it. */
const NO_WORK = new Set<string>([
  'run.started',
  'run.beat',
  'run.ended',
  'issue.started',
  'issue.ended',
  'step.started',
  'step.ended',
  'stage.entered',
  'tokens.priced',
  'outcome.corrected',
]);

export function noExecutions(): Executions {
  return {
    all: [],
    resolution: 1e6,
    steps: [],
    index: noSteps(),
    byStep: new Map(),
    open: new Set(),
    workBefore: new Map(),
    work: 0,
    names: new Map(),
    hasEnded: false,
  };
}

export function applyExecution(executions: Executions, placed: PlacedEvent): void {
  const { event } = placed;
  if (!isUntimed(event)) executions.resolution = finer(executions.resolution, resolutionOf(event.at));
  switch (event.type) {
    case 'step.started':
      begin(executions, event, placed);
      break;
    case 'step.ended':
      end(executions, event, placed);
      break;
    case 'run.ended':
      // What is open now was cut off; the first end stands.
      if (!executions.hasEnded) interruptSteps(executions.index, event.at);
      executions.hasEnded = true;
      break;
    default:
      if (!NO_WORK.has(event.type)) work(executions, event);
  }
}

/** Began, and never ended by itself. */
export function isUnended({ step }: Execution): boolean {
  return step.status === 'STARTED';
}

function begin(
  executions: Executions,
  event: RunlogEvent<'step.started'>,
  { segment, offsetBytes }: PlacedEvent,
): void {
  const place = { segment, offsetBytes };
  const { v, id, at, type, step = null, agent, issue = null } = event;
  const own = touch(executions, { v, id, at, type, step, agent, issue }, place);
  own.start = momentOf(event, place);
  own.isBackdated ||= isBackdated(event);
  own.task = hashOf(event.task ?? '');
  if (!isUnended(own)) return;
  executions.open.add(own);
  executions.workBefore.set(own, executions.work);
}

function end(executions: Executions, event: RunlogEvent<'step.ended'>, { segment, offsetBytes }: PlacedEvent): void {
  const place = { segment, offsetBytes };
  const { v, id, at, type, step = null, agent = null, status } = event;
  const own = touch(executions, { v, id, at, type, step, agent, status }, place);
  own.end = momentOf(event, place);
  own.isBackdated ||= isBackdated(event);
  const said = (event as { duration_seconds?: unknown }).duration_seconds;
  own.saidSeconds = typeof said === 'number' ? said : null;
  own.hasError = (event.error ?? null) !== null;
  own.hasOwnWords ||= saysSomething(event.error) || saysSomething(event.output_summary);
  own.hasOutput ||= (event.output_summary ?? '').trim() !== '';
  own.hasOutput ||= executions.work > (executions.workBefore.get(own) ?? executions.work);
  executions.open.delete(own);
  executions.workBefore.delete(own);
}

/** Anything else that was recorded: it belongs to the execution that it names, else to the only one that is open. */
function work(executions: Executions, event: RunlogEvent): void {
  executions.work += 1;
  const step = executionOf(executions.index, event);
  const [only] = executions.open.size === 1 ? executions.open : [];
  const own = (step === null ? undefined : executions.byStep.get(step)) ?? only;
  if (own === undefined) return;
  own.hasOutput = true;
  switch (event.type) {
    case 'step.noted':
      own.hasOwnWords ||= saysSomething(event.detail);
      for (const [name, value] of Object.entries(event.metrics ?? {})) keepMetric(executions, own, name, value);
      break;
    case 'metric.measured':
      keepMetric(executions, own, event.name, event.value);
      break;
    case 'error.raised':
      own.hasOwnWords ||= saysSomething(event.error_type) || saysSomething(event.message);
      break;
    case 'tool.called':
      own.hasOwnWords ||= saysSomething(event.error);
      break;
  }
}

/** The execution that a start or an end is about, by the same rules as in every view; its texts are left out. */
function touch(
  { all, steps, index, byStep }: Executions,
  event: RunlogEvent<'step.started' | 'step.ended'>,
  place: Place,
): Execution {
  const step = applyStepEvent(steps, index, event, 'issue' in event ? (event.issue ?? null) : null) as Step;
  const known = byStep.get(step);
  if (known !== undefined) return known;
  const own: Execution = {
    step,
    place,
    start: null,
    end: null,
    saidSeconds: null,
    isBackdated: false,
    task: 0,
    hasOutput: false,
    hasError: false,
    hasOwnWords: false,
    metrics: [],
  };
  byStep.set(step, own);
  all.push(own);
  return own;
}

function keepMetric({ names }: Executions, own: Execution, name: string, value: Measure): void {
  // What fails its limit says itself what went wrong.
  own.hasOwnWords = true;
  const known = own.metrics.find(([own]) => own === name);
  if (known !== undefined) known[1] = value;
  else if (own.metrics.length < METRICS_KEPT && name.length <= NAME_LIMIT) {
    // One text for all steps.
    const kept = names.get(name) ?? name;
    names.set(kept, kept);
    own.metrics.push([kept, value]);
  }
}

function momentOf(event: RunlogEvent, place: Place): Moment | null {
  const micros = happenedAt(event);
  return micros === null ? null : { micros, place };
}

function isBackdated(event: RunlogEvent): boolean {
  const [at, written] = [happenedAt(event), writtenAt(event)];
  return at !== null && written !== null && written - at > TWO_CLOCKS_MICROS;
}

function finer(one: Resolution, other: Resolution): Resolution {
  return one < other ? one : other;
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
