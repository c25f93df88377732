// Can it have been as the run says? Folds its events, each with its place, into what no clock and no work gives: impossible times,
// steps that never ended, steps that look made up. It proves nothing; docs/verify.md says what each suspicion means. Pure.
import { formatInstant } from '../events/instant.js';
import { applyExecution, noExecutions, type Execution, type Executions } from './executions.js';
import {
  applyTimes,
  compare,
  findRunTimes,
  noTimes,
  toleranceBetween,
  type Moment,
  type RunTimes,
} from './impossible-times.js';
import { findMadeUp, findUnended } from './made-up-steps.js';
import { spanText, Suspicions, type PlacedEvent, type Suspicion } from './suspicions.js';

export interface Plausibility {
  times: RunTimes;
  executions: Executions;
  found: Suspicions;
}

/** `nowMicros`: the clock of whoever looks; what lies far ahead of it has not happened. */
export function noPlausibility(nowMicros: number): Plausibility {
  return { times: noTimes(nowMicros), executions: noExecutions(), found: new Suspicions() };
}

export function applyPlausibility({ times, executions, found }: Plausibility, placed: PlacedEvent): void {
  applyTimes(times, placed, found);
  applyExecution(executions, placed);
}

/** To be asked once all was read. Of a run that is not whole nobody can say that something is missing from it. */
export function suspicionsOf({ times, executions, found }: Plausibility, isWhole: boolean): Suspicion[] {
  findRunTimes(times, found);
  for (const own of executions.all) findStepTimes(own, times, found);
  if (isWhole) findUnended(executions, times.endStatus, found);
  findMadeUp(executions, isWhole, found);
  return found.list();
}

function findStepTimes(own: Execution, times: RunTimes, found: Suspicions): void {
  const start = own.startMicros === null ? null : { micros: own.startMicros, place: own.startPlace };
  const end = own.endMicros === null || own.endPlace === null ? null : { micros: own.endMicros, place: own.endPlace };
  compare(`step ${own.number}`, start, end, found);
  const early = beyond(times.start, start, -1);
  const runEnd = times.isEndGuessed ? null : times.end;
  const [late, isEnd] = beyond(runEnd, start, 1) === null ? [beyond(runEnd, end, 1), true] : [start, false];
  if (early !== null && times.start !== null)
    found.add(
      'outside_run',
      early.place,
      `step ${own.number} begins at ${formatInstant(early.micros)}, ${spanText(times.start.micros - early.micros)} before the run`,
    );
  if (late !== null && runEnd !== null)
    found.add(
      'outside_run',
      late.place,
      `step ${own.number} ${isEnd ? 'ends' : 'begins'} at ${formatInstant(late.micros)}, ${spanText(late.micros - runEnd.micros)} after the end of the run`,
    );
}

/** A moment that lies before (-1) or after (1) an edge of the run by more than clocks may differ; else null. */
function beyond(edge: Moment | null, moment: Moment | null, side: 1 | -1): Moment | null {
  if (edge === null || moment === null) return null;
  return (moment.micros - edge.micros) * side > toleranceBetween(edge.place, moment.place) ? moment : null;
}
