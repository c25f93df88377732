import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pythonFloat, pythonJson } from '../../src/formats/python-json.js';
import { exportRecord, importRecord, roundTrip } from '../support/record.js';

const numRuns = 500;

/** A number as Python may write it, which JavaScript may have no number for. */
class Written {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const number = fc
  .oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(pythonFloat),
    fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map(String),
    fc.integer().map(String),
    fc.constantFrom('NaN', 'Infinity', '-Infinity', '0', '-0.0', '1e+400', '12.0'),
  )
  .map((text) => new Written(text));
// A lone surrogate has no bytes in UTF-8: no file holds one.
const text = fc.string({ unit: 'binary', maxLength: 12 });
const key = fc.oneof(text, fc.constantFrom('items', '__proto__', 'a/b', '~', '\uffee', '\u{1f600}', 'x"items', ''));
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    text,
    number,
    fc.constantFrom(null, true, false),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 3 }).map((pairs) => Object.fromEntries(pairs)),
  ),
}));
const time = fc
  .tuple(
    fc.date({ min: new Date('0101-01-01'), max: new Date('9998-12-31'), noInvalidDate: true }),
    fc.integer({ min: 0, max: 999 }),
  )
  .map(([date, micros]) => `${date.toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}`);
const usual = {
  timestamp: time,
  stage: fc
    .nat(5)
    .map(String)
    .map((digits) => new Written(digits)),
  item_type: fc.constantFrom(
    'pipeline_start',
    'pipeline_complete',
    'pipeline_error',
    'stage1_blocked',
    'output_image',
    'other',
  ),
  execution_time: fc
    .double({ noNaN: true, noDefaultInfinity: true, min: 0 })
    .map((seconds) => new Written(pythonFloat(seconds))),
};
const KEYS = {
  sequence_number: value,
  timestamp: fc.oneof(time, value),
  stage: fc.oneof(usual.stage, value),
  stage_iteration: value,
  loop_iteration: value,
  media_type: value,
  item_type: fc.oneof(usual.item_type, value),
  content: value,
  file_path: value,
  config_used: value,
  model_used: value,
  backend_type: value,
  execution_time: fc.oneof(usual.execution_time, value),
  metadata: value,
};
const others = fc.dictionary(
  key.filter((name) => name !== 'items'),
  value,
  { maxKeys: 2 },
);
const item = fc.tuple(fc.record(KEYS, { requiredKeys: [] }), others).map(([known, other]) => ({ ...other, ...known }));
const record = fc
  .tuple(
    fc.record(
      {
        config_name: value,
        timestamp: fc.oneof(time, value),
        user_id: value,
        session_id: value,
        execution_mode: value,
        safety_level: value,
        used_seed: value,
        total_execution_time: value,
        taxonomy_version: value,
      },
      { requiredKeys: [] },
    ),
    others,
    fc.oneof(text, value),
    fc.array(item, { maxLength: 4 }),
  )
  .map(([known, other, execution_id, items]) => ({ ...other, ...known, execution_id, items }));

/** What Python's json.dumps gives, numbers as they are written in it. */
function written(document: unknown, space?: { newline: string; indent: string; shuffled: boolean }, depth = 0): string {
  const { newline, indent, shuffled } = space ?? { newline: '\n', indent: '  ', shuffled: false };
  const own = newline + indent.repeat(depth);
  const inner = own + indent;
  if (document instanceof Written) return document.text;
  if (Array.isArray(document))
    return document.length === 0
      ? '[]'
      : `[${inner}${document.map((part) => written(part, space, depth + 1)).join(`,${inner}`)}${own}]`;
  if (typeof document !== 'object' || document === null) return JSON.stringify(document);
  // UTF-8 sorts as code points do.
  const keys = Object.keys(document).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  if (shuffled) keys.reverse();
  const members = keys.map((name) => {
    const member = written((document as Record<string, unknown>)[name], space, depth + 1);
    return `${JSON.stringify(name)}: ${member}`;
  });
  return members.length === 0 ? '{}' : `{${inner}${members.join(`,${inner}`)}${own}}`;
}

test('any record that Python wrote comes back byte for byte, whatever stands in it', () => {
  fc.assert(
    fc.property(record, fc.integer({ min: 1, max: 200 }), (document, pieceLength) => {
      const original = written(document);
      expect(roundTrip(original, pieceLength)).toBe(original);
    }),
    { numRuns },
  );
});

test('written with other white space and another order of keys, it is the same record', () => {
  fc.assert(
    fc.property(record, fc.constantFrom('\n', '', '\r\n\t'), fc.boolean(), (document, newline, shuffled) => {
      const other = written(document, { newline, indent: ' ', shuffled });
      expect(roundTrip(other)).toBe(written(document));
    }),
    { numRuns },
  );
});

test('a record that comes in again gives the same events', () => {
  fc.assert(
    fc.property(record, (document) => {
      const { events } = importRecord(written(document));
      expect(importRecord(exportRecord(events)).events).toEqual(events);
    }),
    { numRuns },
  );
});

test('what runs without a source recorded comes in again as it went out', () => {
  const optional = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(of);
  const count = fc.nat({ max: 5 });
  const recorded = fc.oneof(
    fc.record({
      type: fc.constant('stage.entered'),
      stage: count,
      stage_iteration: optional(count),
      loop_iteration: optional(count),
    }),
    fc.record({
      type: fc.constant('item.recorded'),
      item_type: text,
      media_type: optional(text),
      content: optional(text),
      file: optional(text),
      execution_seconds: optional(fc.double({ noNaN: true, noDefaultInfinity: true }).map((seconds) => seconds || 0)),
      metadata: fc.dictionary(text, text),
      stage: optional(count),
    }),
  );
  fc.assert(
    fc.property(fc.array(recorded, { maxLength: 6 }), fc.constantFrom(0, 60, -330), (bodies, offset) => {
      const at = '2025-10-03T18:19:52.551874Z';
      const start = { type: 'run.started', run_id: 'r', utc_offset_minutes: offset };
      const events = [start, ...bodies].map((body, index) => ({ v: 1, id: `a-${index}`, at, ...body }));
      const out = exportRecord(events as never);
      expect(roundTrip(out)).toBe(out);
      expect(out).toBe(pythonJson(JSON.parse(out), 0, { floats: floatsOf(bodies), texts: new Map() }));
    }),
    { numRuns },
  );
});

function floatsOf(bodies: readonly { type: string }[]): Set<string> {
  const items = bodies.filter(({ type }) => type === 'item.recorded');
  return new Set(items.map((_, index) => `/items/${index}/execution_time`));
}
