// Values as people write them on a command line: durations, times, sizes.
import { civilMillis, parseInstant } from '../events/instant.js';
import { nowMicros, utcOffsetMinutes } from '../journal/clock.js';
import { quote, usage } from './input.js';

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
const UNIT_BYTES: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

/** `90s`, `5m`, `2h`, `30d` in seconds. */
export function parseDuration(text: string, what: string): number {
  const match = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(text.trim());
  if (match === null) throw usage(`${what} takes a duration such as 90s, 5m, 2h or 30d; not ${quote(text)}`);
  return Number(match[1]) * (UNIT_SECONDS[match[2] as string] as number);
}

/** `500M`, `2G` in bytes; units of 1024. */
export function parseSize(text: string, what: string): number {
  const match = /^(\d+(?:\.\d+)?)([KMGT]?)i?B?$/i.exec(text.trim());
  if (match === null) throw usage(`${what} takes a size such as 500M or 2G; not ${quote(text)}`);
  return Number(match[1]) * (UNIT_BYTES[(match[2] as string).toUpperCase()] as number);
}

/** RFC 3339, a local `YYYY-MM-DD[ HH:MM[:SS]]`, or an age (`2h`, `3d`); in microseconds since the epoch. */
export function parseTime(text: string, what: string): number {
  const instant = parseInstant(text);
  if (instant !== null) return instant;
  if (/^\d+(\.\d+)?[smhdw]$/.test(text)) return nowMicros() - parseDuration(text, what) * 1e6;
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?)?$/.exec(text);
  const [year, month, day, hour, minute, second] = (match ?? []).slice(1, 7).map((part) => Number(part ?? 0));
  const local =
    match === null
      ? null
      : civilMillis(year as number, month as number, day as number, hour as number, minute as number, second as number);
  if (local === null)
    throw usage(
      `${what} takes a time such as 2025-10-03T18:19:52Z, "2025-10-03 18:19" or an age such as 2h; not ${quote(text)}`,
    );
  const micros = local * 1000 + Number((match?.[7] ?? '').padEnd(6, '0'));
  // Twice: near a change of the clocks the first guess may stand on its other side.
  const guess = micros - utcOffsetMinutes(micros) * 60e6;
  return micros - utcOffsetMinutes(guess) * 60e6;
}
