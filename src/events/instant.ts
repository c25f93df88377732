// Times as runlog stores them: microseconds since the epoch in code, RFC 3339 UTC with six decimals on disk. No clock here.

const CANONICAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9})\d*)?(?:([Zz])|([+-])(\d\d):(\d\d))$/;
const FIRST_MICROS = Date.UTC(100, 0, 1) * 1000;
const LAST_MICROS = Date.UTC(9999, 11, 31, 23, 59, 59, 999) * 1000 + 999;

/** `YYYY-MM-DDTHH:MM:SS.ffffffZ`. These strings sort as their times do. */
export function formatInstant(micros: number): string {
  const second = Math.floor(micros / 1e6);
  // Most times are of the same second as the one before, or of the same day.
  if (second !== lastSecond.number) {
    const day = Math.floor(second / 86_400);
    if (day !== lastDay.number)
      lastDay = { number: day, text: new Date(second * 1000).toISOString().slice(0, 'YYYY-MM-DDT'.length) };
    const ofDay = second - day * 86_400;
    const [hours, minutes] = [Math.floor(ofDay / 3600), Math.floor(ofDay / 60) % 60];
    lastSecond = { number: second, text: `${lastDay.text}${two(hours)}:${two(minutes)}:${two(ofDay % 60)}.` };
  }
  const ofSecond = Math.floor(micros - second * 1e6);
  const thousands = Math.floor(ofSecond / 1000);
  return lastSecond.text + (three(thousands) + three(ofSecond - thousands * 1000) + 'Z');
}

/** Digits that were asked for: to make them takes longer than all else of a time. */
const digits: string[] = [];

function three(number: number): string {
  return (digits[number] ??= String(number).padStart(3, '0'));
}

function two(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}

let lastDay: { number: number; text: string } = { number: Number.NaN, text: '' };
/** The second's text ends in its point. */
let lastSecond: { number: number; text: string } = { number: Number.NaN, text: '-' };

/** Microseconds since the epoch of an RFC 3339 time with zone, or null where the text is none (or names a day that never was). */
export function parseInstant(text: string): number | null {
  // Most times are of the same second as one that was just written.
  if (text.startsWith(lastSecond.text) && lastSecond.number >= FIRST_MICROS / 1e6 && CANONICAL.test(text))
    return lastSecond.number * 1e6 + Number(text.slice(lastSecond.text.length, -1));
  // Or of the same day as the one that was read before.
  if (text.startsWith(readDay.text) && CANONICAL.test(text)) {
    const [hours, minutes, seconds] = [digitsAt(text, 11, 2), digitsAt(text, 14, 2), digitsAt(text, 17, 2)];
    if (hours > 23 || minutes > 59 || seconds > 59) return null;
    return readDay.micros + (hours * 3600 + minutes * 60 + seconds) * 1e6 + digitsAt(text, 20, 6);
  }
  const match = RFC3339.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, fraction = '', , sign, zoneHour = '0', zoneMinute = '0'] = match;
  const local = civilMillis(Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second));
  if (local === null || Number(zoneHour) > 23 || Number(zoneMinute) > 59) return null;
  const offset = (Number(zoneHour) * 60 + Number(zoneMinute)) * 60_000 * (sign === '-' ? -1 : 1);
  const micros = (local - offset) * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6));
  if (micros < FIRST_MICROS || micros > LAST_MICROS) return null;
  if (CANONICAL.test(text)) readDay = { text: text.slice(0, 11), micros: Math.floor(micros / DAY_MICROS) * DAY_MICROS };
  return micros;
}

/** A time moved by an offset from UTC; where that leads out of the calendar, the offset says nothing, and the time stays. */
export function movedBy(micros: number, offsetMinutes: number): number {
  const moved = micros + offsetMinutes * 60e6;
  return moved >= FIRST_MICROS && moved <= LAST_MICROS ? moved : micros;
}

function digitsAt(text: string, from: number, count: number): number {
  let number = 0;
  for (let index = from; index < from + count; index += 1) number = number * 10 + text.charCodeAt(index) - 48;
  return number;
}

const DAY_MICROS = 86_400e6;
/** With its T. */
let readDay: { text: string; micros: number } = { text: '-', micros: Number.NaN };

/** Milliseconds since the epoch of a civil time taken as UTC; null for month 13, 30 February, 25 o'clock. */
export function civilMillis(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number | null {
  const isReal = month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour <= 23 && minute <= 59 && second <= 59;
  // Two digits would mean a year of the last century.
  if (isReal && year >= 100) return Date.UTC(year, month - 1, day, hour, minute, second);
  const millis = Date.UTC(year, month - 1, day, hour, minute, second);
  const back = new Date(millis);
  const same =
    back.getUTCFullYear() === year &&
    back.getUTCMonth() === month - 1 &&
    back.getUTCDate() === day &&
    back.getUTCHours() === hour &&
    back.getUTCMinutes() === minute &&
    back.getUTCSeconds() === second;
  return same ? millis : null;
}

/** The stored form of any RFC 3339 time, or null. */
export function normalizeInstant(text: string): string | null {
  const micros = parseInstant(text);
  if (micros === null) return null;
  return CANONICAL.test(text) ? text : formatInstant(micros);
}

/**
 * Seconds from one stored time to another; null where one of them is unknown, or where the clock was set back in between: what it
 * then says of how long something took is not so.
 */
export function secondsBetween(from: string | null, to: string | null): number | null {
  if (from === null || to === null) return null;
  const start = parseInstant(from);
  const end = parseInstant(to);
  return start === null || end === null || end < start ? null : (end - start) / 1e6;
}
