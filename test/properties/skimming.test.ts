// The quick way to read for a fold, and the plain one: whatever a journal holds, they say the same.
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunlogEvent } from '../../src/events/vocabulary.js';
import { decodeLine, encodeLine, fragmentId, isDamage } from '../../src/journal/line.js';
import { readJournal, readSegment, type JournalItem, type SegmentOptions } from '../../src/journal/read.js';
import { latestActions } from '../../src/views/actions.js';
import { foldRun } from '../../src/views/run.js';
import { tempFolder } from '../support/runlog.js';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('\n', '\\', '"', '\u2028', '","crc":"00000000"}', '\ud83d', '\0', 'é✅', '],["', 'x'.repeat(300)),
);
/** Few, so that ids come again; not all of them UUIDs. */
const id = fc.oneof(
  { weight: 6, arbitrary: fc.nat(60).map((n) => `01941f29-7c${String(n).padStart(2, '0')}-7000-8000-000000000000`) },
  { weight: 1, arbitrary: fc.constantFrom('1759515592551874000-4711', '01941F29-7C00-7000-8000-000000000000', 'é') },
);
const at = fc.oneof(
  { weight: 8, arbitrary: fc.nat(59).map((n) => `2025-01-01T00:00:${String(n).padStart(2, '0')}.000001Z`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '2025-02-29T00:00:00.000000Z',
      '2025-01-01T24:00:00.000000Z',
      '2025-13-01T00:00:00.000000Z',
      '2024-02-29T00:00:00.000000Z',
      '1969-01-01T00:00:00.000000Z',
      '2025-01-01t01:00:00+01:00',
    ),
  },
);
const envelope = fc.record({ v: fc.constantFrom(1, 1, 1, 1, 1, 2), id, at });
const action = fc.record(
  {
    type: fc.constant('action.logged'),
    action: fc.oneof(fc.constant('CHECK'), fc.constantFrom('', 'lower', 'A_9', 'É')),
    description: fc.option(text),
    fields: fc.oneof(
      fc.array(fc.tuple(text, text), { maxLength: 3 }),
      fc.constantFrom([['Result', 'failure']], [['odd']], 'none', [[]]),
    ),
    exit_code: fc.constantFrom(0, 1),
    utc_offset_minutes: fc.constantFrom(0, 60, -570, 5.5, 1e21),
    issue: fc.constantFrom('1', '2'),
    step: fc.constantFrom(1, 2),
    untimed: fc.boolean(),
    given: fc.jsonValue(),
    blobs: fc.constant({ '/description': { sha256: 'ab'.repeat(32), bytes: 9 } }),
    crc: text,
  },
  { requiredKeys: ['type', 'action'] },
);
/** As most writers write it. */
const plainAction = fc.record(
  {
    type: fc.constant('action.logged'),
    action: fc.constant('CHECK'),
    description: text,
    fields: fc.array(fc.tuple(text, text), { maxLength: 3 }),
    utc_offset_minutes: fc.constantFrom(0, 60, -570),
  },
  { requiredKeys: ['type', 'action'] },
);
const body = fc.oneof(
  { weight: 6, arbitrary: plainAction },
  { weight: 2, arbitrary: action },
  {
    weight: 1,
    arbitrary: fc.constantFrom({ type: 'run.started', run_id: 'run', beat_seconds: 60 }, { type: 'run.beat' }),
  },
  { weight: 1, arbitrary: fc.constantFrom({ type: 'my.own_type', data: 1 }, { type: 'action.logged' }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom({ type: 'step.started', agent: 'a', step: 1 }, { type: 'step.ended', status: 'FAIL' }),
  },
);

/** The bytes of a line, well written or not. */
const line = fc
  .tuple(
    envelope,
    body,
    fc.nat(),
    fc.constantFrom('', '', '', '', '', '', 'plain', 'cut', 'flip', 'resealed', 'crlf', 'twice', 'spaced'),
  )
  .map(([head, { type, ...own }, place, fault]) => {
    const event = { ...head, type, ...own };
    const bytes = encodeLine(event);
    const json = bytes.subarray(1, -1);
    const within = place % json.length;
    switch (fault) {
      case 'plain':
        return Buffer.from(`\n${JSON.stringify(event)}\n`);
      case 'cut':
        return bytes.subarray(0, within);
      case 'flip':
        bytes[1 + within] = place & 255;
        return bytes;
      // Damage that its writer put a right checksum on: nothing but the JSON tells.
      case 'resealed': {
        const broken = Buffer.from(JSON.stringify(event));
        broken[place % broken.length] = '"\\,[]{}x\0\n\t\xff'.charCodeAt(place % 12);
        return reseal(broken);
      }
      case 'crlf':
        return Buffer.concat([bytes.subarray(0, -1), Buffer.from('\r\n')]);
      case 'twice':
        return Buffer.concat([bytes, bytes]);
      case 'spaced':
        return Buffer.from(`\n  ${JSON.stringify(event, null, 1).replaceAll('\n', ' ')}\n \r\n\t\n`);
      default:
        return bytes;
    }
  });

function reseal(json: Buffer): Buffer {
  const end = json.length - 1;
  // The checksum of bytes that are no JSON: encodeLine's own of any object has its form.
  const tail = encodeLine({}).subarray(1);
  const crc = crc32(json.subarray(0, end)).toString(16).padStart(8, '0');
  return Buffer.concat([Buffer.from('\n'), json.subarray(0, end), Buffer.from(`,"crc":"${crc}"}`), tail.subarray(-1)]);
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** What a reading shows, with every key that a fold asks for. */
function shown(items: Iterable<JournalItem>): unknown[] {
  return [...items].map((item) => {
    if (!('event' in item)) return item;
    const { event, ...place } = item;
    const { id: own, at: time, type } = event;
    const logged = event as RunlogEvent<'action.logged'> & { issue?: unknown };
    const says = ['issue', 'step', 'blobs', 'untimed', 'given'].map((key) =>
      key in event ? logged[key as 'issue'] : null,
    );
    const words = [logged.action, logged.description ?? null, logged.fields ?? null, logged.exit_code ?? null];
    return { ...place, own, time, type, words: type === 'action.logged' ? words : [], says };
  });
}

const read = (folder: string, options: SegmentOptions): Generator<JournalItem, void, undefined> =>
  readJournal(folder, (file, segment) => readSegment(file, segment, options));

function folded(folder: string, options: SegmentOptions): unknown {
  const state = foldRun([...read(folder, options)].flatMap((item) => ('event' in item ? [item.event] : [])));
  return { ...state, actions: { count: state.actions.count, latest: latestActions(state.actions, 50) } };
}

test('read for a fold, a journal gives the same events, damage, offsets and state, however much is read at a time', () => {
  let skimmed = 0;
  fc.assert(
    fc.property(
      fc.array(fc.array(line, { maxLength: 12 }), { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 900 }),
      (segments, chunkBytes) => {
        const folder = tempFolder();
        for (const [index, lines] of segments.entries())
          fs.writeFileSync(path.join(folder, `host${index}.jsonl`), Buffer.concat(lines));
        const plain = shown(read(folder, {}));
        expect(shown(read(folder, { skims: true, chunkBytes }))).toEqual(plain);
        expect(shown(read(folder, { skims: true }))).toEqual(plain);
        expect(shown(read(folder, { chunkBytes }))).toEqual(plain);
        expect(folded(folder, { skims: true })).toEqual(folded(folder, {}));
        for (const item of read(folder, { skims: true }))
          if ('event' in item && Object.getPrototypeOf(item.event) !== Object.prototype) skimmed += 1;
      },
    ),
    { numRuns: 600 },
  );
  expect(skimmed).toBeGreaterThan(300);
});

test('the lines of a segment are those between its line feeds, each where it stands, and all its bytes are seen once', () => {
  const piece = fc.oneof(
    line,
    fc.constantFrom('\n', '\r\n', '       \n', '        \n', '{', '\xff').map((bytes) => Buffer.from(bytes, 'latin1')),
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 8 }),
      fc.integer({ min: 1, max: 200 }),
      fc.option(fc.nat(2000)),
      (pieces, chunkBytes, end) => {
        const bytes = Buffer.concat(pieces).subarray(0, end ?? undefined);
        const file = path.join(tempFolder(), 'segment');
        fs.writeFileSync(file, Buffer.concat(pieces));
        const seen: Buffer[] = [];
        const options = {
          chunkBytes,
          endBytes: end ?? Infinity,
          watch: (part: Buffer) => void seen.push(Buffer.from(part)),
        };
        expect([...readSegment(file, 'segment', options)]).toEqual(itemsOf(bytes));
        expect(Buffer.concat(seen)).toEqual(bytes);
      },
    ),
    { numRuns: 300 },
  );
});

/** The same as plainly as it can be said. */
function itemsOf(bytes: Buffer): unknown[] {
  const items: unknown[] = [];
  for (let from = 0; from < bytes.length;) {
    const found = bytes.indexOf(10, from);
    const line = bytes.subarray(from, found === -1 ? bytes.length : found);
    const place = { segment: 'segment', offsetBytes: from, lengthBytes: line.length };
    from += line.length + 1;
    if (line.length < 8 && line.toString('latin1').trim() === '') continue;
    const decoded = decodeLine(line);
    if (!isDamage(decoded)) items.push({ event: decoded, ...place });
    else {
      const kind = found === -1 ? 'torn' : decoded.kind;
      const message = found === -1 ? `the segment ends inside a line: ${decoded.message}` : decoded.message;
      const fragmentOf = kind === 'garbled' || kind === 'torn' ? fragmentId(line) : undefined;
      items.push({ damage: { kind, ...place, message, ...(fragmentOf === undefined ? {} : { fragmentOf }) } });
    }
  }
  return items;
}

test('a line of more than a chunk is read whole, and of more than a MiB is one damage between its neighbours', () => {
  const event = (id: string, length: number) =>
    encodeLine({
      v: 1,
      id,
      at: '2025-01-01T00:00:00.000000Z',
      type: 'action.logged',
      action: 'LONG',
      description: 'x'.repeat(length),
    });
  for (const length of [60_000, 65_300, 65_400, 70_000, 131_000, 262_000, 1_048_400, 1_048_600, 2_097_100, 5_000_000])
    for (const isEnded of [true, false]) {
      const lines = [event('a', 10), event('b', length), event('c', 20)];
      const bytes = Buffer.concat(isEnded ? lines : lines.slice(0, 2)).subarray(0, isEnded ? undefined : -1);
      const file = path.join(tempFolder(), 'segment');
      fs.writeFileSync(file, bytes);
      const [before, own, after] = [...readSegment(file, 'segment', { skims: true })];
      const lengthBytes = (lines[1] as Buffer).length - 2;
      expect(before).toMatchObject({ event: { id: 'a' }, offsetBytes: 1 });
      const place = { segment: 'segment', offsetBytes: (lines[0] as Buffer).length + 1, lengthBytes };
      if (lengthBytes <= 1024 * 1024) expect(own).toMatchObject({ event: { id: 'b' }, ...place });
      else expect(own).toEqual({ damage: { kind: 'oversized', ...place, message: `a line of ${lengthBytes} bytes` } });
      if (isEnded)
        expect(after).toMatchObject({ event: { id: 'c' }, offsetBytes: place.offsetBytes + lengthBytes + 2 });
      else expect(after).toBeUndefined();
    }
});
