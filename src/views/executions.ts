// What is there to judge each execution of a step by? Folds the events of a run into a few numbers a step, so that a run of a
// million events stays small: no texts, only whether they say something. Pure.
import type { Measure, RunlogEvent } from '../events/vocabulary.js';
import { happenedAt, isUntimed, resolutionOf, writtenAt, type Resolution } from './event-times.js';
import { TWO_CLOCKS_MICROS } from './impossible-times.js';
import type { Place, PlacedEvent } from './suspicions.js';
import { saysSomething } from './vague-text.js';

/** One execution of a step. Flat, as a run may have hundreds of thousands. */
export interface Execution {
  number: number;
  agent: string | null;
  issue: string | null;
  status: string;
  /** Microseconds; null where it is not on record, or not when. */
  startMicros: number | null;
  endMicros: number | null;
  /** Where its start stands, else where it was first met; where its end stands. */
  startPlace: Place;
  endPlace: Place | null;
  /** How long it took, where its end says so. */
  saidSeconds: number | null;
  /** It began or ended at a time that was given long afterwards. */
  isBackdated: boolean;
  /** A hash of the task: whether two tasks differ is all that is asked. */
  task: number;
  /** How much work was on record when it began. */
  workBefore: number;
  /** Something came of it, or was recorded while it went on. */
  hasOutput: boolean;
  /** Its end has a text for the error. */
  hasError: boolean;
  /** What failed is said in words of its own, here or in what was recorded of it. */
  hasOwnWords: boolean;
  /** The latest value of each of the first few metrics. */
  metrics: readonly (readonly [name: string, value: Measure])[];
}

export interface Executions {
  all: Execution[];
  /** The finest unit of all times in the run: how its clock counts. */
  resolution: Resolution;
  /** The latest of each number; where a number was given again while one of it was open, that one is in `earlier`. */
  byNumber: Map<number, Execution>;
  earlier: Map<number, Execution[]>;
  open: Set<Execution>;
  openByAgent: Map<string, Execution[]>;
  lastNumber: number;
  work: number;
  /** One text for all steps that have it. */
  texts: Map<string, string>;
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
    byNumber: new Map(),
    earlier: new Map(),
    open: new Set(),
    openByAgent: new Map(),
    lastNumber: 0,
    work: 0,
    texts: new Map(),
  };
}

export function applyExecution(executions: Executions, placed: PlacedEvent): void {
  const { event } = placed;
  if (!isUntimed(event)) executions.resolution = finer(executions.resolution, resolutionOf(event.at));
  if (event.type === 'step.started') begin(executions, event, placed);
  else if (event.type === 'step.ended') end(executions, event, placed);
  else if (!NO_WORK.has(event.type)) work(executions, event);
}

/** Began, and never ended by itself. */
export function isUnended({ status }: Execution): boolean {
  return status === 'STARTED';
}

/** An end may come before its start: a host with a slower clock wrote it. */
function begin(executions: Executions, event: RunlogEvent<'step.started'>, placed: PlacedEvent): void {
  const number = event.step ?? executions.lastNumber + 1;
  const latest = executions.byNumber.get(number);
  const isLate =
    latest?.status !== 'STARTED' && latest?.startMicros === null && (latest.agent ?? event.agent) === event.agent;
  const own = isLate ? latest : add(executions, number, placed);
  own.agent = oneText(executions, event.agent);
  own.issue = event.issue === null || event.issue === undefined ? null : oneText(executions, event.issue);
  own.startPlace = placeIn(placed);
  own.startMicros = happenedAt(event);
  own.isBackdated ||= isBackdated(event);
  own.task = hashOf(event.task ?? '');
  own.workBefore = executions.work;
  if (!isUnended(own)) return;
  executions.open.add(own);
  const others = executions.openByAgent.get(event.agent);
  if (others === undefined) executions.openByAgent.set(event.agent, [own]);
  else others.push(own);
}

function end(executions: Executions, event: RunlogEvent<'step.ended'>, placed: PlacedEvent): void {
  const own =
    find(executions, event.step, event.agent) ?? add(executions, event.step ?? executions.lastNumber + 1, placed);
  own.agent ??= event.agent ?? null;
  own.status = oneText(executions, event.status);
  own.endPlace = placeIn(placed);
  own.endMicros = happenedAt(event);
  own.isBackdated ||= isBackdated(event);
  const said = (event as { duration_seconds?: unknown }).duration_seconds;
  own.saidSeconds = typeof said === 'number' ? said : null;
  own.hasError = (event.error ?? null) !== null;
  own.hasOwnWords ||= saysSomething(event.error) || saysSomething(event.output_summary);
  own.hasOutput ||= (event.output_summary ?? '').trim() !== '' || executions.work > own.workBefore;
  executions.open.delete(own);
  const others = own.agent === null ? undefined : executions.openByAgent.get(own.agent);
  const index = others?.lastIndexOf(own) ?? -1;
  if (index !== -1) others?.splice(index, 1);
}

/** As in every view: by number the open one, else the latest; without a number, the agent's latest that is open. */
function find(
  executions: Executions,
  number: number | null | undefined,
  agent: string | null | undefined,
): Execution | undefined {
  if (number === null || number === undefined)
    return agent === null || agent === undefined ? undefined : executions.openByAgent.get(agent)?.at(-1);
  const latest = executions.byNumber.get(number);
  if (latest === undefined || isUnended(latest)) return latest;
  const earlier = executions.earlier.get(number) ?? [];
  // What has ended meanwhile is let go, so that nobody passes by it again.
  for (let before = earlier.at(-1); before !== undefined; before = earlier.at(-1)) {
    if (isUnended(before)) return before;
    earlier.pop();
  }
  return latest;
}

function add(executions: Executions, number: number, placed: PlacedEvent): Execution {
  const own: Execution = {
    number,
    agent: null,
    issue: null,
    status: 'STARTED',
    startMicros: null,
    endMicros: null,
    startPlace: placeIn(placed),
    endPlace: null,
    saidSeconds: null,
    isBackdated: false,
    task: 0,
    workBefore: executions.work,
    hasOutput: false,
    hasError: false,
    hasOwnWords: false,
    metrics: [],
  };
  executions.all.push(own);
  const before = executions.byNumber.get(number);
  if (before !== undefined && isUnended(before)) {
    const earlier = executions.earlier.get(number);
    if (earlier === undefined) executions.earlier.set(number, [before]);
    else earlier.push(before);
  }
  executions.byNumber.set(number, own);
  executions.lastNumber = Math.max(executions.lastNumber, number);
  return own;
}

/** Anything else that was recorded: it belongs to the execution that it names, else to the only one that is open. */
function work(executions: Executions, event: RunlogEvent): void {
  executions.work += 1;
  const { step, agent } = event as { step?: number | null; agent?: string | null };
  const [only] = executions.open.size === 1 ? executions.open : [];
  const own = find(executions, step, agent) ?? only;
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

function keepMetric(executions: Executions, own: Execution, name: string, value: Measure): void {
  // What fails its limit says itself what went wrong.
  own.hasOwnWords = true;
  const others = own.metrics.filter(([known]) => known !== name);
  if (others.length >= METRICS_KEPT || name.length > NAME_LIMIT) return;
  own.metrics = [...others, [oneText(executions, name), value]];
}

function oneText({ texts }: Executions, text: string): string {
  const known = texts.get(text);
  if (known === undefined) texts.set(text, text);
  return known ?? text;
}

function placeIn({ segment, offsetBytes }: PlacedEvent): Place {
  return { segment, offsetBytes };
}

function isBackdated(event: RunlogEvent): boolean {
  const [at, written] = [happenedAt(event), writtenAt(event)];
  return at !== null && written !== null && written - at > TWO_CLOCKS_MICROS;
}

function finer(one: Resolution, other: Resolution): Resolution {
  return one < other ? one : other;
}

/** FNV-1a, 32 bits. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
