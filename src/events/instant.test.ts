// Times as text and as numbers, whichever was read before.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatInstant, normalizeInstant, parseInstant } from './instant.js';

const two = (max: number) => fc.nat(max).map((number) => String(number).padStart(2, '0'));
/** Few days, so that most are of the day before; not all of them real, nor are all hours. */
const text = fc
  .tuple(
    fc.constantFrom('2025-01-01', '2025-01-02', '2025-02-29', '2024-02-29', '9999-12-31', '0100-01-01', '0099-12-31'),
    fc.tuple(two(25), two(61), two(61)),
    fc.nat(999_999).map((micros) => String(micros).padStart(6, '0')),
  )
  .map(([day, time, micros]) => `${day}T${time.join(':')}.${micros}Z`);

/** By the calendar of Date, which knows nothing of what was read before. */
function plain(stored: string): number | null {
  const [day, time] = [stored.slice(0, 10), stored.slice(11, 19)];
  const millis = Date.parse(`${day}T${time}Z`);
  if (Number.isNaN(millis) || new Date(millis).toISOString().slice(0, 19) !== `${day}T${time}`) return null;
  return stored < '0100' ? null : millis * 1000 + Number(stored.slice(20, 26));
}

test('a time says the same, whatever times were read before it', () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 20 }), (texts) => {
      for (const one of texts) {
        const micros = parseInstant(one);
        expect(micros).toBe(plain(one));
        expect(normalizeInstant(one)).toBe(micros === null ? null : one);
        // Beyond the year 2255 a number no longer holds every microsecond.
        if (Number.isSafeInteger(micros)) expect(formatInstant(micros as number)).toBe(one);
      }
    }),
    { numRuns: 1000 },
  );
});

test('a time before the calendar is none, just written or not', () => {
  for (const text of ['0099-12-31T23:30:00.000000Z', '0001-01-01T00:00:00.000000Z']) {
    expect(parseInstant(text)).toBeNull();
    expect(formatInstant(Date.parse(text) * 1000)).toBe(text);
    expect(parseInstant(text)).toBeNull();
  }
  expect(formatInstant(parseInstant('0100-01-01T00:00:00.000000Z') as number)).toBe('0100-01-01T00:00:00.000000Z');
});
