// Times as other tools write them: with a zone, or as a clock on some wall showed them.
import { civilMillis, formatInstant, movedBy, parseInstant } from '../events/instant.js';

const CIVIL = /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?$/;

/**
 * The stored form of a time; where it has no zone, it is the civil time of the zone given. Null where it is no time, or one that
 * never was.
 */
export function parseTime(text: unknown, offsetMinutesAt: (localMillis: number) => number): string | null {
  if (typeof text !== 'string') return null;
  const zoned = parseInstant(text);
  if (zoned !== null) return formatInstant(zoned);
  const match = CIVIL.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = ''] = match;
  const local = civilMillis(Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second));
  if (local === null || Number(year) < 100) return null;
  const micros = (local - offsetMinutesAt(local) * 60_000) * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6));
  // Near the year 10000 the microseconds of a number run out.
  const instant = formatInstant(micros);
  return parseInstant(instant) === null ? null : instant;
}

/** `YYYY-MM-DDTHH:MM:SS.ffffff` of a stored time, so many minutes east of UTC. */
export function formatCivil(instant: string, offsetMinutes: number): string {
  if (offsetMinutes === 0) return instant.slice(0, -1);
  const micros = parseInstant(instant);
  return micros === null ? instant : formatInstant(movedBy(micros, offsetMinutes)).slice(0, -1);
}

/** The offset that a stored time has in a zone of civil times. */
export function offsetOf(instant: string, offsetMinutesAt: (localMillis: number) => number): number {
  const millis = Math.floor((parseInstant(instant) as number) / 1000);
  // The civil time is not known yet: what the offset of the neighbouring hours says decides.
  const guess = offsetMinutesAt(millis);
  return offsetMinutesAt(millis + guess * 60_000);
}
