// JSON that is put together by hand must be the JSON of the event, or nobody may use it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BEYOND_ASCII, scanJson } from '../events/redact.js';
import type { RunlogEvent } from '../events/vocabulary.js';
import { eventJson, quotesOfTexts, textStart, unescapedJson } from './event-json.js';

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom('"', '\\', '\n', '\ud800', '\udc00', '\ufffd', '😀', 'ä', 'a', '","', '"],["', ' '), {
      maxLength: 6,
    })
    .map((all) => all.join('')),
);
const entries = fc
  .record({
    description: fc.option(text),
    fields: fc.array(fc.tuple(text, text), { maxLength: 4 }),
    utc_offset_minutes: fc.constantFrom(0, 60, -210),
  })
  .map((own): RunlogEvent<'action.logged'> => ({
    v: 1,
    id: '0192f3a4-5b6c-7d8e-9f00-112233445566',
    at: '2026-01-02T03:04:05.678901Z',
    type: 'action.logged',
    action: 'CHECK',
    ...own,
  }));
const runs = { numRuns: 10_000 };

describe('the JSON of an entry', () => {
  it('is what JSON.stringify gives', () => {
    fc.assert(
      fc.property(entries, (event) => eventJson(event) === JSON.stringify(event)),
      runs,
    );
  });

  it('is that without a look at its texts too, where the bytes say that nothing needed an escape', () => {
    let used = 0;
    fc.assert(
      fc.property(entries, (event) => {
        const bytes = Buffer.from(`\n${unescapedJson(event)}`);
        const found = scanJson(bytes, textStart(event), bytes.length);
        const quotes = quotesOfTexts(event);
        if (found !== quotes && found !== quotes + BEYOND_ASCII) return;
        used += 1;
        expect(bytes.toString('utf8', 1)).toBe(JSON.stringify(event));
      }),
      runs,
    );
    expect(used).toBeGreaterThan(1000);
  });

  it('is not put together of an event with other keys, or in another order', () => {
    const [event] = fc.sample(entries, 1) as [RunlogEvent<'action.logged'>];
    const { utc_offset_minutes: offset, ...rest } = event;
    expect(unescapedJson({ ...event, exit_code: 0 })).toBeNull();
    expect(unescapedJson({ utc_offset_minutes: offset ?? 0, ...rest })).toBeNull();
    expect(unescapedJson({ v: 1, id: 'a', at: event.at, type: 'run.beat' })).toBeNull();
  });
});
