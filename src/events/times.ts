// Which keys of an event are times, and their stored form: it sorts as times do, whatever form and zone a writer gave them.
import { normalizeInstant } from './instant.js';
import { VOCABULARY, type RunlogEvent } from './vocabulary.js';

const keysOf = new Map<string, string[]>();

/** When an event happened; null where that is not on record. */
export function timeOf({ at, untimed }: Pick<RunlogEvent, 'at' | 'untimed'>): string | null {
  return untimed === true ? null : at;
}

/** Brings every time of a checked event into the stored form. */
export function normalizeTimes(event: RunlogEvent): void {
  const values = event as unknown as Record<string, unknown>;
  for (const key of timeKeys(event.type)) {
    const value = values[key];
    if (typeof value === 'string') values[key] = normalizeInstant(value);
  }
}

function timeKeys(type: string): string[] {
  const known = keysOf.get(type);
  if (known !== undefined) return known;
  const table = Object.hasOwn(VOCABULARY, type) ? VOCABULARY[type as keyof typeof VOCABULARY] : {};
  const keys = Object.entries(table).filter(([, kind]) => kind === 'time' || kind === 'time!');
  const all = ['at', ...keys.map(([key]) => key)];
  keysOf.set(type, all);
  return all;
}
