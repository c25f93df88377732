// Time zones by name: @date-fns/tz's one home.
import { tzOffset } from '@date-fns/tz/tzOffset';
import { RunlogError } from '../events/errors.js';

/**
 * Which offset from UTC (minutes east) a civil time has in a zone; this machine's zone without one. A time that the clocks
 * skip or show twice gets the offset before the change.
 */
export function offsetFinder(zone: string | undefined): (localMillis: number) => number {
  const name = zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const offsetAt = (utcMillis: number): number => Math.round(tzOffset(name, new Date(utcMillis)));
  if (Number.isNaN(offsetAt(0)))
    throw new RunlogError('usage', `no such time zone: ${name}`, {
      hint: 'Zones are called like Europe/Berlin or UTC.',
    });
  // Clocks change at quarters of an hour, and the next time is mostly in the same one.
  let last = { quarter: Number.NaN, offset: 0 };
  return (localMillis) => {
    const quarter = Math.floor(localMillis / 900_000);
    if (quarter !== last.quarter) last = { quarter, offset: offsetOf(quarter * 900_000) };
    return last.offset;
  };

  function offsetOf(localMillis: number): number {
    const early = offsetAt(localMillis - 86_400_000);
    const guess = offsetAt(localMillis - early * 60_000);
    // The offset is right where the time that it gives has it: else the other side of a change is.
    return offsetAt(localMillis - guess * 60_000) === guess ? guess : early;
  }
}
