// When did an event happen, when was it written down, and how finely does the run's clock count? Pure.
import { parseInstant } from '../events/instant.js';
import type { RunlogEvent } from '../events/vocabulary.js';

/** How finely times are counted, in microseconds. */
export type Resolution = 1 | 1e3 | 1e6;

/** When it happened, in microseconds; null where that is not on record and `at` only keeps the order. */
export function happenedAt(event: RunlogEvent): number | null {
  return isUntimed(event) ? null : microsOf(event.at);
}

/** Of a stored time. Most events are of the same second as the one before: a journal of a million must not parse each anew. */
export function microsOf(at: string): number | null {
  const second = at.slice(0, 19);
  if (second !== lastSecond.text) lastSecond = { text: second, micros: parseInstant(`${second}Z`) };
  return lastSecond.micros === null ? null : lastSecond.micros + Number(at.slice(20, 26));
}

let lastSecond: { text: string; micros: number | null } = { text: '', micros: null };

export function isUntimed(event: RunlogEvent): boolean {
  return (event as { untimed?: unknown }).untimed === true;
}

const UUID_7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** When its writer's clock made its id, to the millisecond; null for ids that hold no time. */
export function writtenAt({ id }: RunlogEvent): number | null {
  const match = UUID_7.exec(id);
  return match === null ? null : Number.parseInt(`${match[1]}${match[2]}`, 16) * 1000;
}

/** The finest unit that a stored time needs. A run whose every time is a whole second has a clock that counts seconds. */
export function resolutionOf(at: string): Resolution {
  const fraction = at.slice(20, 26);
  if (fraction === '000000') return 1e6;
  return fraction.endsWith('000') ? 1e3 : 1;
}
