// The one clock: microseconds since the epoch, never backwards within a process, and the machine's offset from UTC.

let anchorMicros = performance.timeOrigin * 1000;
let lastMicros = 0;

/** More than this apart, the monotonic clock and the wall clock disagree (suspend, NTP step): the wall clock is right. */
const DRIFT_MICROS = 5000;

/** Now, in microseconds since the epoch; each call gives a later time than the one before. */
export function nowMicros(): number {
  let now = Math.floor(anchorMicros + performance.now() * 1000);
  const wall = Date.now() * 1000;
  if (Math.abs(now - wall) > DRIFT_MICROS) {
    anchorMicros += wall - now;
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
