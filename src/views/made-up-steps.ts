// Do the steps of a run look as work does? Times that advance unevenly, values that differ between attempts, errors in their own
// words, something that comes of success. One such oddity is nothing; the thresholds say from when on it is said. Pure.
import type { Measure } from '../events/vocabulary.js';
import type { Resolution } from './event-times.js';
import { hashOf, isUnended, type Execution, type Executions } from './executions.js';
import { nameText, spanText, stepsText, WHOLE_JOURNAL, type Place, type Suspicions } from './suspicions.js';

/** Three equal things may be chance or a habit; with four or more it is a pattern. */
const LEAST_INTERVALS = 4;

/** Equal intervals count where they agree to so many units of the clock: four digits, one chance in ten thousand for each of them. */
const EQUAL_UNITS = 10_000;

/** A step may take no time where a program only notes that it is done. */
const LEAST_ZERO = 3;

/** Two failures may both be badly told. Of failures without any text it takes more: a script may have left `--error` out. */
const LEAST_VAGUE = 2;
const LEAST_WORDLESS = 3;

/** Quick scripts have three or four steps and say nothing of them. */
const LEAST_SILENT = 5;

/** Digits that two attempts share, all of them together: five are one chance in a hundred thousand. */
const SHARED_DIGITS = 5;

/** A task done again in the same way may measure the same, once. */
const LEAST_OF_ONE_TASK = 3;

export function findMadeUp({ all, resolution }: Executions, isWhole: boolean, found: Suspicions): void {
  findSameMetrics(all, found);
  findEqualIntervals(all, resolution, found);
  findRoundedTimes(all, resolution, found);
  findZeroDurations(all, resolution, found);
  findBackdated(all, found);
  // What is missing may stand in the bytes that were lost.
  if (!isWhole) return;
  findVagueErrors(all, found);
  findSilentSuccess(all, found);
}

function findSameMetrics(all: readonly Execution[], found: Suspicions): void {
  for (const group of sameMeasures(all)) {
    const [first] = group as [Execution, ...Execution[]];
    const isOneTask = group.every(({ task }) => task === first.task);
    if (group.length < (isOneTask ? LEAST_OF_ONE_TASK : 2)) continue;
    const digits = first.metrics.reduce((sum, [, value]) => sum + digitsOf(value), 0);
    if (digits * (group.length - 1) < SHARED_DIGITS) continue;
    const values = first.metrics.map(([name, value]) => `${nameText(name)}=${value}`).join(', ');
    found.add(
      'same_metrics',
      placeOf(group.at(-1)),
      `${stepsText(group.map(numberOf))} report the same ${values}: attempts that differ give values that differ`,
    );
  }
}

/** The executions of an agent and issue that measured the same, group by group. */
function sameMeasures(all: readonly Execution[]): Execution[][] {
  const measured = all.filter(({ agent, metrics }) => agent !== null && metrics.length > 0);
  const keyOf = ({ agent, issue, metrics }: Execution): string =>
    JSON.stringify([agent, issue, metrics.toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))]);
  // Of honest steps no two are alike: their keys are not kept, only a number for each.
  const [once, twice] = [new Set<number>(), new Set<number>()];
  for (const own of measured) {
    const hash = hashOf(keyOf(own));
    (once.has(hash) ? twice : once).add(hash);
  }
  const groups = new Map<string, Execution[]>();
  for (const own of twice.size === 0 ? [] : measured) {
    const key = keyOf(own);
    if (!twice.has(hashOf(key))) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [own]);
    else group.push(own);
  }
  return [...groups.values()];
}

/** The digits of a measured value. Whole numbers are counts, limits and flags, which repeat by nature. */
function digitsOf(value: Measure): number {
  if (typeof value !== 'number' || Number.isInteger(value)) return 0;
  return value.toExponential().replace(/e.*$/, '').replaceAll(/\D/g, '').length;
}

/** How long steps took, how long it was from one to the next, and how often one began: none of these repeats to the last digit. */
function findEqualIntervals(all: readonly Execution[], resolution: Resolution, found: Suspicions): void {
  const started = all
    .filter(({ startMicros }) => startMicros !== null)
    .toSorted((one, other) => startOf(one) - startOf(other));
  const measures: [says: string, intervals: Interval[], least: number][] = [
    ['steps take exactly', durations(all), LEAST_INTERVALS],
    // Between four steps there are three intervals.
    ['pauses between steps are exactly', between(started, ({ endMicros }) => endMicros), LEAST_INTERVALS - 1],
    ['steps begin after the one before by exactly', between(started, startOf), LEAST_INTERVALS - 1],
  ];
  for (const [says, intervals, least] of measures) {
    const long = intervals.filter(({ micros }) => micros >= EQUAL_UNITS * resolution);
    const [micros, count] = mostFrequent(long);
    if (count < least || count * 2 < intervals.length) continue;
    found.add(
      'equal_intervals',
      placeOf(long.findLast((one) => one.micros === micros)?.own),
      `${count} of ${intervals.length} ${says} ${spanText(micros)}, to ${UNIT_NAMES[resolution]}: what is measured differs from time to time`,
    );
    // Equal lengths without pauses begin at equal distances too: that is said once.
    return;
  }
}

const UNIT_NAMES: Record<Resolution, string> = { 1: 'the microsecond', 1e3: 'the millisecond', 1e6: 'the second' };

/** Whole minutes by a clock that counts seconds, whole seconds by one that counts less. */
function findRoundedTimes(all: readonly Execution[], resolution: Resolution, found: Suspicions): void {
  const lasting = durations(all).filter(({ micros }) => micros > 0);
  if (lasting.length < LEAST_INTERVALS) return;
  for (const [unit, name] of [
    [60e6, 'minutes'],
    [1e6, 'seconds'],
  ] as const) {
    if (unit <= resolution || lasting.some(({ micros }) => micros % unit !== 0)) continue;
    found.add(
      'rounded_times',
      placeOf(lasting.at(-1)?.own),
      `all ${lasting.length} steps take whole ${name}, though the run's clock counts ${PLURALS[resolution]}: such times are made by hand`,
    );
    return;
  }
}

const PLURALS: Record<Resolution, string> = { 1: 'microseconds', 1e3: 'milliseconds', 1e6: 'seconds' };

/** By a clock that counts more coarsely a short step takes no time; what an end says itself counts by any clock. */
function findZeroDurations(all: readonly Execution[], resolution: Resolution, found: Suspicions): void {
  const timed = all.filter((own) => own.saidSeconds !== null || (resolution === 1 && secondsOf(own) !== null));
  const zero = timed.filter((own) => (own.saidSeconds ?? secondsOf(own)) === 0);
  if (zero.length < LEAST_ZERO || zero.length * 2 < timed.length) return;
  found.add(
    'zero_durations',
    placeOf(zero.at(-1)),
    `${stepsText(zero.map(numberOf))}, of ${timed.length}, end in the moment in which they begin: work takes time`,
  );
}

function findBackdated(all: readonly Execution[], found: Suspicions): void {
  const backdated = all.filter((own) => own.isBackdated);
  if (backdated.length < LEAST_INTERVALS || backdated.length * 2 < all.length) return;
  found.add(
    'recorded_afterwards',
    placeOf(backdated.at(-1)),
    `${backdated.length} of ${all.length} steps were written down long after the times that they have: those times are somebody's word, no clock's`,
  );
}

function findVagueErrors(all: readonly Execution[], found: Suspicions): void {
  // Failures that are only counted, without a time of their own, have no words by nature.
  const failed = all.filter((own) => own.status === 'FAIL' && (own.hasError || own.endMicros !== null));
  const wordless = failed.filter((own) => !own.hasOwnWords);
  const vague = wordless.filter((own) => own.hasError);
  if (vague.length < LEAST_VAGUE && wordless.length < LEAST_WORDLESS) return;
  if (wordless.length * 2 < failed.length) return;
  found.add(
    'vague_errors',
    placeOf(wordless.at(-1)),
    `${stepsText(wordless.map(numberOf))} failed, but no error says what failed: one that was met has words of its own`,
  );
}

function findSilentSuccess(all: readonly Execution[], found: Suspicions): void {
  const good = all.filter(({ status }) => status === 'SUCCESS');
  if (good.length < LEAST_SILENT || good.some(({ hasOutput }) => hasOutput)) return;
  found.add(
    'no_output',
    WHOLE_JOURNAL,
    `none of the ${good.length} steps that succeeded has a summary, a note, a metric, a tool call, tokens or anything else recorded in it: nothing shows that it was done`,
  );
}

/** How long something took that ended with this execution. */
interface Interval {
  own: Execution;
  micros: number;
}

/** Executions that began and ended at known times, in that order. */
function durations(all: readonly Execution[]): Interval[] {
  return all.flatMap((own) => {
    const micros = microsOf(own);
    return micros === null || micros < 0 ? [] : [{ own, micros }];
  });
}

function microsOf({ startMicros, endMicros }: Execution): number | null {
  return startMicros === null || endMicros === null ? null : endMicros - startMicros;
}

function secondsOf(own: Execution): number | null {
  const micros = microsOf(own);
  return micros === null ? null : micros / 1e6;
}

/** From a time of each execution to the start of the next; only what advances. */
function between(started: readonly Execution[], from: (own: Execution) => number | null): Interval[] {
  return started.slice(1).flatMap((own, index) => {
    const before = from(started[index] as Execution);
    return before === null || startOf(own) <= before ? [] : [{ own, micros: startOf(own) - before }];
  });
}

function mostFrequent(intervals: readonly Interval[]): [value: number, count: number] {
  const counts = new Map<number, number>();
  let most: [number, number] = [0, 0];
  for (const { micros } of intervals) {
    const count = (counts.get(micros) ?? 0) + 1;
    counts.set(micros, count);
    if (count > most[1]) most = [micros, count];
  }
  return most;
}

function startOf({ startMicros }: Execution): number {
  return startMicros ?? 0;
}

function numberOf({ number }: Execution): number {
  return number;
}

/** Where the pattern was complete: its last step's end. */
function placeOf(own: Execution | undefined): Place {
  return own === undefined ? WHOLE_JOURNAL : (own.endPlace ?? own.startPlace);
}

/** Steps that a completed run left open: whoever completes the work has ended them. A run that was cut off leaves steps open by nature. */
export function findUnended({ all }: Executions, endStatus: string | null, found: Suspicions): void {
  if (endStatus !== 'completed') return;
  const open = all.filter(isUnended);
  if (open.length === 0) return;
  found.add(
    'unended_steps',
    open[0]?.startPlace ?? WHOLE_JOURNAL,
    `${stepsText(open.map(numberOf))} never ended, though the run says that it was completed`,
  );
}
