// The one clock: microseconds since the epoch, never backwards within a process, and the machine's offset from UTC.

/** What the wall clock said when the monotonic one stood at 0. */
let anchorMicros = Number.NaN;
let lastMicros = 0;

/** More than this apart, the monotonic clock and the wall clock disagree (suspend, NTP step): the wall clock is right. */
const DRIFT_MICROS = 5000;

/**
 * Now, in microseconds since the epoch; each call gives a later time than the one before. The first is exact to a millisecond, and
 * those after it to microseconds from there: `performance` would know the first better, but takes a recording command a millisecond to load.
 */
export function nowMicros(): number {
  const [seconds, nanoseconds] = process.hrtime();
  const monotonic = seconds * 1e6 + Math.floor(nanoseconds / 1000);
  const wall = Date.now() * 1000;
  let now = anchorMicros + monotonic;
  if (!(Math.abs(now - wall) <= DRIFT_MICROS)) {
    anchorMicros = wall - monotonic;
    now = wall;
  }
  lastMicros = now > lastMicros ? now : lastMicros + 1;
  return lastMicros;
}

let lastOffset: { quarter: number; minutes: number } = { quarter: Number.NaN, minutes: 0 };

/** Minutes east of UTC of this machine's zone at that time. Clocks change at quarters of an hour. */
export function utcOffsetMinutes(micros: number): number {
  const quarter = Math.floor(micros / 900e6);
  // 0 - x, not -x: JSON and equality checks should never meet a negative zero.
  if (quarter !== lastOffset.quarter)
    lastOffset = { quarter, minutes: 0 - new Date(micros / 1000).getTimezoneOffset() };
  return lastOffset.minutes;
}
