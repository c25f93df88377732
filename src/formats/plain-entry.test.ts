// There are two ways to an entry of the live log: both must give the same bytes, or the log would depend on who writes it.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RunlogEvent } from '../events/vocabulary.js';
import { encodeLogEvent } from './log-events.js';
import { putPlainEntry } from './plain-entry.js';

const plain = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) }),
  fc
    .array(fc.constantFrom(':', ': ', ' ', '[', ']', ',', 'a', 'Note', '[2025-10-22 14:23:15] X'), { maxLength: 4 })
    .map((all) => all.join('')),
);
const text = plain.map((said) => said.replaceAll(/["\\]/g, ''));
const events = fc.record({
  at: fc.constantFrom('2026-01-02T03:04:05.678901Z', '2026-01-02T03:04:06.000000Z', '2026-01-02T03:04:05Z'),
  action: fc.stringMatching(/^[A-Z][A-Z0-9_]{0,20}$/),
  description: fc.option(text),
  fields: fc.array(fc.tuple(text, text), { maxLength: 5 }),
  utc_offset_minutes: fc.constantFrom(0, 60, -210),
});

it('the entry that is made of a line is the one that is made of its event', () => {
  fc.assert(
    fc.property(events, fc.nat(9), ({ at, ...own }, start) => {
      const id = '0192f3a4-5b6c-7d8e-9f00-112233445566';
      const event: RunlogEvent<'action.logged'> = { v: 1, id, at, type: 'action.logged', ...own };
      const line = Buffer.from(`\n${JSON.stringify(event)}`);
      const out = Buffer.alloc(start + line.length);
      const view = ({ buffer, byteOffset, byteLength }: Buffer): DataView =>
        new DataView(buffer, byteOffset, byteLength);
      const end = putPlainEntry(event, view(line), view(out), start);
      if (end === -1) expect(own.fields.some(([key]) => key === '' || /^[ []|: /.test(key))).toBe(true);
      else expect(out.toString('latin1', start, end)).toBe(encodeLogEvent([event]));
    }),
    { numRuns: 5000 },
  );
});
