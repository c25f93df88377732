// What holds for any journal: lines, segments, blobs.
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunlogEvent } from '../../src/events/vocabulary.js';
import { encodeFitting, restoreBlobs, writeBlob } from '../../src/journal/blobs.js';
import { nativeCrc32 } from '../../src/journal/crc32.js';
import { decodeLine, encodeLine, LINE_LIMIT_BYTES } from '../../src/journal/line.js';
import { readJournal, readSegment, type JournalItem } from '../../src/journal/read.js';
import { tempFolder } from '../support/runlog.js';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('\n', '\r\n', '\u2028', '","crc":"00000000"}', '\n{"v":1}\n', '\ud83d', '\0', '__proto__', 'é✅'),
);
const instant = fc
  .integer({ min: 0, max: 4e15 })
  .map(
    (micros) =>
      `${new Date(Math.floor(micros / 1000)).toISOString().slice(0, 23)}${String(micros % 1000).padStart(3, '0')}Z`,
  );
const envelope = fc.record({ v: fc.constant(1), id: fc.uuid(), at: instant });
const body = fc.oneof(
  fc.record({
    type: fc.constant('action.logged'),
    action: fc.stringMatching(/^[A-Z][A-Z0-9_]{0,9}$/),
    description: fc.option(text),
    fields: fc.array(fc.tuple(text, text), { maxLength: 3 }),
  }),
  fc.record({ type: fc.constant('error.raised'), error_type: text, message: text, resolved: fc.option(fc.boolean()) }),
  fc.record({
    type: fc.constant('metric.measured'),
    name: text,
    value: fc.double({ noNaN: true, noDefaultInfinity: true }),
  }),
  fc.record({ type: fc.constant('my.own_type'), data: fc.jsonValue({ maxDepth: 3 }) }),
);
const event = fc
  .tuple(envelope, body)
  .map(([head, { type, ...own }]) => JSON.parse(JSON.stringify({ ...head, type, ...own })) as RunlogEvent);

function journalOf(segments: Record<string, Buffer>): string {
  const folder = tempFolder();
  for (const [name, bytes] of Object.entries(segments)) fs.writeFileSync(path.join(folder, `${name}.jsonl`), bytes);
  return folder;
}

const eventsOf = (items: Iterable<JournalItem>): RunlogEvent[] =>
  [...items].flatMap((item) => ('event' in item ? [item.event] : []));
const damageOf = (items: Iterable<JournalItem>): string[] =>
  [...items].flatMap((item) => ('damage' in item ? [item.damage.kind] : []));

test('an event decodes to what was encoded, on one line', () => {
  fc.assert(
    fc.property(event, (original) => {
      const line = encodeLine(original);
      expect(line.indexOf(10)).toBe(0);
      expect(line.indexOf(10, 1)).toBe(line.length - 1);
      expect(decodeLine(line.subarray(1, -1))).toEqual(original);
    }),
    { numRuns: 2000 },
  );
});

test('a line with any one byte changed is damage, or says so by another checksum', () => {
  fc.assert(
    fc.property(event, fc.nat(), fc.integer({ min: 1, max: 255 }), (original, place, flip) => {
      const line = Buffer.from(encodeLine(original).subarray(1, -1));
      // The last 18 bytes are the crc itself; a changed key there makes it an unknown key.
      const at = place % (line.length - 18);
      line[at] = (line[at] as number) ^ flip;
      expect(decodeLine(line)).toHaveProperty('kind');
    }),
    { numRuns: 2000 },
  );
});

test('every byte prefix of a journal yields its whole events and at most one torn tail', () => {
  fc.assert(
    fc.property(fc.uniqueArray(event, { selector: ({ id }) => id, minLength: 1, maxLength: 4 }), (originals) => {
      const lines = originals.map(encodeLine);
      const bytes = Buffer.concat(lines);
      const file = path.join(tempFolder(), 'segment');
      // A line is whole from its last brace on, with or without the line feed after it.
      const ends = lines.map((_, index) => Buffer.concat(lines.slice(0, index + 1)).length - 1);
      for (let length = 0; length <= bytes.length; length += length > 300 ? 7 : 1) {
        fs.writeFileSync(file, bytes.subarray(0, length));
        const items = [...readSegment(file, 'segment')];
        const whole = ends.filter((end) => end <= length).length;
        expect(eventsOf(items)).toEqual(originals.slice(0, whole));
        const damage = damageOf(items);
        expect(damage.length).toBeLessThanOrEqual(1);
        if (damage.length === 1) expect(damage).toEqual(['torn']);
      }
    }),
    { numRuns: 10 },
  );
});

test('fragments of killed writers between events never swallow a neighbour', () => {
  const piece = fc.tuple(event, fc.option(fc.nat()));
  fc.assert(
    fc.property(fc.uniqueArray(piece, { selector: ([{ id }]) => id, maxLength: 8 }), (pieces) => {
      const bytes = pieces.map(([original, cut]) => {
        const line = encodeLine(original);
        // Cut before the last brace: a fragment without its end.
        return cut === null ? line : line.subarray(0, cut % (line.length - 2));
      });
      const folder = journalOf({ host: Buffer.concat(bytes) });
      const expected = pieces.filter(([, cut]) => cut === null).map(([original]) => original);
      expect(eventsOf(readJournal(folder))).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});

test('merging segments keeps each one’s own order, loses nothing and sorts by time where the clocks are right', () => {
  const segment = fc.uniqueArray(event, { selector: ({ id }) => id, maxLength: 8 });
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1, maxLength: 4 }), fc.boolean(), (drawn, areClocksRight) => {
      const seen = new Set<string>();
      const segments = drawn.map((events) => {
        const own = events.filter(({ id }) => !seen.has(id) && seen.add(id));
        return areClocksRight ? own.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)) : own;
      });
      const folder = journalOf(
        Object.fromEntries(segments.map((events, index) => [`host${index}`, Buffer.concat(events.map(encodeLine))])),
      );
      const merged = eventsOf(readJournal(folder));
      expect(merged).toHaveLength(seen.size);
      for (const events of segments) {
        const ids = new Set(events.map(({ id }) => id));
        expect(merged.filter(({ id }) => ids.has(id))).toEqual(events);
      }
      if (areClocksRight) {
        const times = merged.map(({ at }) => at);
        expect(times).toEqual(times.toSorted());
      }
    }),
    { numRuns: 200 },
  );
});

test('an event that occurs twice, in one segment or in two, counts once', () => {
  fc.assert(
    fc.property(fc.uniqueArray(event, { selector: ({ id }) => id, minLength: 1, maxLength: 5 }), (originals) => {
      const bytes = Buffer.concat(originals.map(encodeLine));
      const folder = journalOf({ a: Buffer.concat([bytes, bytes]), b: bytes });
      expect(
        eventsOf(readJournal(folder))
          .map(({ id }) => id)
          .toSorted(),
      ).toEqual(originals.map(({ id }) => id).toSorted());
    }),
    { numRuns: 50 },
  );
});

test('an event over 64 KiB comes back whole, and its line stays under the limit', () => {
  const long = fc
    .tuple(text, fc.integer({ min: 1, max: 40_000 }))
    .map(([unit, times]) => (unit || 'x').repeat(times).slice(0, 200_000));
  const large = fc.record({
    v: fc.constant(1),
    id: fc.uuid(),
    at: instant,
    type: fc.constant('action.logged'),
    action: fc.constant('LARGE'),
    description: long,
    fields: fc.array(fc.tuple(fc.constantFrom('Result', 'a/b~c'), long), { maxLength: 3 }),
    'odd/key~': fc.array(fc.record({ deep: long }), { maxLength: 2 }),
  });
  let moved = 0;
  fc.assert(
    fc.property(large, (drawn) => {
      // Through JSON, as everything comes that is ever recorded.
      const original = JSON.parse(JSON.stringify(drawn)) as typeof drawn;
      const folder = tempFolder();
      const line = encodeFitting(original, (content) => writeBlob(folder, content));
      expect(line.length).toBeLessThan(LINE_LIMIT_BYTES);
      const decoded = decodeLine(line.subarray(1, -1)) as unknown as typeof original & { blobs?: unknown };
      if (decoded.blobs !== undefined) moved += 1;
      const missing = restoreBlobs(decoded, (sha256) => fs.readFileSync(path.join(folder, 'blobs', sha256)));
      const { blobs: _, ...whole } = decoded;
      expect(missing).toEqual([]);
      // Lone surrogates have no UTF-8: a blob holds them as U+FFFD.
      const sound = (value: unknown): string =>
        Buffer.from(
          JSON.stringify(value, (__, part: unknown) =>
            typeof part === 'string' ? Buffer.from(part).toString() : part,
          ),
        ).toString();
      expect(sound(whole) === sound(original)).toBe(true);
    }),
    { numRuns: 60 },
  );
  expect(moved).toBeGreaterThan(10);
});

test('the checksum is no part of the event, whatever stands before it', () => {
  const sealed = (json: string): Buffer => {
    const bytes = Buffer.from(json);
    const crc = nativeCrc32(bytes).toString(16).padStart(8, '0');
    return Buffer.concat([bytes, Buffer.from(`,"crc":"${crc}"}`)]);
  };
  const json = '{"v":1,"id":"a","at":"2025-01-01T00:00:00.000000Z","type":"my.own_type"';
  const event = { v: 1, id: 'a', at: '2025-01-01T00:00:00.000000Z', type: 'my.own_type' };
  expect(decodeLine(sealed(json))).toEqual(event);
  expect(decodeLine(sealed(`${json},"crc":{"own":1}`))).toEqual(event);
  expect(decodeLine(sealed(`${json},"data":{"crc":"own"}`))).toEqual({ ...event, data: { crc: 'own' } });
  for (const broken of ['{', '{ ', `${json},"data":{"a":1`, `[${json}`, `${json},`])
    expect(decodeLine(sealed(broken))).toMatchObject({ kind: 'garbled' });
});
