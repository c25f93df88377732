// Which times of a run can no clock have given? Folds its events but the steps: ends before starts, clocks that go back, the future;
// of what repeats (issues, pipelines, cycles) it keeps one number each. Pure.
import { formatInstant } from '../events/instant.js';
import type { RunlogEvent } from '../events/vocabulary.js';
import { happenedAt, writtenAt } from './event-times.js';
import { nameText, spanText, type Place, type PlacedEvent, type Suspicions } from './suspicions.js';

/** Within a segment one clock counts, but a time given by hand is often cut to the second. */
const SAME_CLOCK_MICROS = 1e6;

/** Clocks of two hosts: as far apart as Kerberos (RFC 4120, 1.6) lets them be. */
export const TWO_CLOCKS_MICROS = 300e6;

/** Between looking at the clock and writing, a process may be held up for seconds, and others write meanwhile. */
const SET_BACK_MICROS = 10e6;

/** A zone that was mistaken makes half a day; more than a day ahead is no zone. */
const FUTURE_MICROS = 86_400e6;

/** No process lives that long: one of the times was never measured. */
const LONGEST_RUN_MICROS = 10 * 365.25 * 86_400e6;

/** Lengths that an event states; none can be below zero. */
const LENGTH_KEYS = ['duration_seconds', 'duration_ms', 'queue_seconds', 'execution_seconds'] as const;

/** A time and where it was said. */
export interface Moment {
  micros: number;
  place: Place;
}

interface OpenCycle {
  agent: string;
  issue: string | null;
  start: Moment | null;
}

export interface RunTimes {
  nowMicros: number;
  start: Moment | null;
  hasStart: boolean;
  end: Moment | null;
  hasEnd: boolean;
  /** The status that the first run.ended gives. */
  endStatus: string | null;
  /** Whether the end is finalize's guess after a death: the last sign of life, which a late event may follow. */
  isEndGuessed: boolean;
  /** The latest time that each segment's clock gave. */
  clocks: Map<string, number>;
  issueStarts: Map<string, Moment | null>;
  pipelineStarts: Map<string, number>;
  cycles: OpenCycle[];
}

export function noTimes(nowMicros: number): RunTimes {
  return {
    nowMicros,
    start: null,
    hasStart: false,
    end: null,
    hasEnd: false,
    endStatus: null,
    isEndGuessed: false,
    clocks: new Map(),
    issueStarts: new Map(),
    pipelineStarts: new Map(),
    cycles: [],
  };
}

export function applyTimes(times: RunTimes, { event, segment, offsetBytes }: PlacedEvent, found: Suspicions): void {
  const place = { segment, offsetBytes };
  const at = happenedAt(event);
  const moment = at === null ? null : { micros: at, place };
  const written = writtenAt(event);
  lookAtClock(times, written, at, place, found);
  if (at !== null) lookAhead(times.nowMicros, at, written, place, found);
  lookAtLengths(event, place, found);
  switch (event.type) {
    case 'run.started':
      if (times.hasStart) break;
      times.hasStart = true;
      times.start = moment;
      break;
    case 'run.ended':
      if (!times.hasEnd) endTimes(times, event, moment, found);
      break;
    case 'issue.started':
      times.issueStarts.set(event.issue, moment);
      break;
    case 'issue.ended':
      compare(`issue ${nameText(event.issue)}`, times.issueStarts.get(event.issue) ?? null, moment, found);
      break;
    case 'pipeline.recorded':
      applyPipeline(times.pipelineStarts, event, place, found);
      break;
    case 'debug.started':
      times.cycles.push({ agent: event.agent, issue: event.issue ?? null, start: moment });
      break;
    case 'debug.ended':
      endCycle(times.cycles, event, moment, found);
      break;
  }
}

/** What only all events together tell of the run's own times. */
export function findRunTimes({ start, end }: RunTimes, found: Suspicions): void {
  compare('the run', start, end, found);
  if (start === null || end === null || end.micros - start.micros <= LONGEST_RUN_MICROS) return;
  found.add(
    'impossible_duration',
    end.place,
    `the run took ${spanText(end.micros - start.micros)}, from ${formatInstant(start.micros)} to ${formatInstant(end.micros)}: one of the two times was never measured`,
  );
}

/** How far two moments may contradict each other, as one clock gave them or two did. */
export function toleranceBetween(one: Place, other: Place): number {
  return one.segment === other.segment ? SAME_CLOCK_MICROS : TWO_CLOCKS_MICROS;
}

/** Reports an end that lies before its start. */
export function compare(what: string, start: Moment | null, end: Moment | null, found: Suspicions): void {
  if (start === null || end === null) return;
  const early = start.micros - end.micros;
  if (early <= toleranceBetween(start.place, end.place)) return;
  found.add(
    'end_before_start',
    end.place,
    `${what} ends at ${formatInstant(end.micros)}, ${spanText(early)} before its start at ${formatInstant(start.micros)}`,
  );
}

/** The first end stands, as for every view. */
function endTimes(times: RunTimes, event: RunlogEvent<'run.ended'>, moment: Moment | null, found: Suspicions): void {
  times.hasEnd = true;
  times.endStatus = event.status;
  times.isEndGuessed = event.cause?.decided_by === 'finalize';
  if (moment === null) return;
  const said = event.ended_at ?? null;
  times.end = said === null ? moment : { ...moment, micros: happenedAt({ ...event, at: said }) ?? moment.micros };
  if (times.end.micros !== moment.micros) lookAhead(times.nowMicros, times.end.micros, null, moment.place, found);
}

/**
 * Ids are made from the writer's clock, whatever time the event was given: where they go back, the clock did. Other writers' ids hold
 * no time; of their events the times themselves must do.
 */
function lookAtClock(
  times: RunTimes,
  written: number | null,
  at: number | null,
  place: Place,
  found: Suspicions,
): void {
  const now = written ?? at;
  if (now === null) return;
  const clock = `${written === null ? 'at' : 'id'} ${place.segment}`;
  const latest = times.clocks.get(clock) ?? now;
  if (latest - now > SET_BACK_MICROS) {
    times.clocks.set(clock, now);
    found.add(
      'clock_set_back',
      place,
      `the writer's clock went back by ${spanText(latest - now)}, from ${formatInstant(latest)} to ${formatInstant(now)}: what lies across has no true duration`,
    );
  } else if (now >= latest) times.clocks.set(clock, now);
}

function lookAhead(nowMicros: number, at: number, written: number | null, place: Place, found: Suspicions): void {
  const ahead = at - nowMicros;
  if (ahead > FUTURE_MICROS)
    found.add(
      'in_the_future',
      place,
      `dated ${formatInstant(at)}, ${spanText(ahead)} ahead of this machine's clock`,
      1,
    );
  if (written !== null && at - written > TWO_CLOCKS_MICROS)
    found.add(
      'recorded_early',
      place,
      `written down at ${formatInstant(written)}, but dated ${formatInstant(at)}, ${spanText(at - written)} later: nothing is recorded before it happens`,
      1,
    );
}

function lookAtLengths(event: RunlogEvent, place: Place, found: Suspicions): void {
  const values = event as unknown as Record<string, unknown>;
  for (const key of LENGTH_KEYS) {
    const value = values[key];
    if (typeof value === 'number' && value < 0)
      found.add(
        'impossible_duration',
        place,
        `${nameText(event.type)} says ${key} ${value}: nothing takes less than no time`,
      );
  }
}

/** CI's own times, by CI's own clock. They are compared with each other only. */
function applyPipeline(
  starts: Map<string, number>,
  event: RunlogEvent<'pipeline.recorded'>,
  place: Place,
  found: Suspicions,
): void {
  const key = JSON.stringify([event.pipeline_id, event.retry_attempt ?? null]);
  const started = momentOf(event.started_at, event, place);
  if (started !== null) starts.set(key, started.micros);
  const known = starts.get(key);
  const start = known === undefined ? null : { micros: known, place };
  compare(`pipeline ${nameText(event.pipeline_id)}`, start, momentOf(event.ended_at, event, place), found);
}

function momentOf(said: string | null | undefined, event: RunlogEvent, place: Place): Moment | null {
  const micros = said === null || said === undefined ? null : happenedAt({ ...event, at: said });
  return micros === null ? null : { micros, place };
}

/** The latest open cycle that fits; an agent or an issue that one side leaves out fits any. */
function endCycle(cycles: OpenCycle[], event: RunlogEvent<'debug.ended'>, end: Moment | null, found: Suspicions): void {
  const index = cycles.findLastIndex(
    ({ agent, issue }) => (event.agent ?? agent) === agent && (issue === null || (event.issue ?? issue) === issue),
  );
  if (index === -1) return;
  const [cycle] = cycles.splice(index, 1);
  compare(`the debugging cycle of ${nameText(cycle?.agent ?? '')}`, cycle?.start ?? null, end, found);
}
