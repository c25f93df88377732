import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { importRecord, roundTrip } from '../../test/support/record.js';
import { ROOT } from '../../test/support/runlog.js';
import type { RunlogEvent } from '../events/vocabulary.js';
import { pythonJson } from './python-json.js';

const SAMPLE = fs.readFileSync(path.join(ROOT, 'fixtures', 'execution-record.json'), 'utf8');

const HEAD = { execution_id: 'exec_1', config_name: 'c', timestamp: '2025-11-05T09:15:00.000017' };
const record = (items: unknown, head: object = HEAD): string => pythonJson({ ...head, items }, 0);
const item = (item_type: unknown, more: object = {}): object => ({ item_type, ...more });

const lastOf = (events: readonly RunlogEvent[]): RunlogEvent => events.at(-1) as RunlogEvent;
const saidOf = (text: string): string[] =>
  importRecord(text).remarks.map(({ where, message, isLoss }) => `${isLoss ? 'lost ' : ''}${where}: ${message}`);

test('a record comes back byte for byte, in whatever pieces it is read', () => {
  for (const pieceLength of [1, 7, 4096, SAMPLE.length]) expect(roundTrip(SAMPLE, pieceLength)).toBe(SAMPLE);
});

test('its head is in the start of the run: id, mode, tags, times of the zone given', () => {
  const { run, remarks } = importRecord(SAMPLE);
  expect(run).toMatchObject({
    localTime: '2025-11-05 09:15:00',
    name: 'bauhaus',
    start: {
      at: '2025-11-05T08:15:00.000017Z',
      utc_offset_minutes: 60,
      trace_id: 'exec_20251105_091500_3fa91c07',
      execution_mode: 'eco',
      tags: {
        config_name: 'bauhaus',
        user_id: 'anonymous',
        session_id: 'default',
        safety_level: 'kids',
        used_seed: '2718281828',
      },
    },
  });
  expect(remarks).toEqual([]);
});

test('every item is an event, with what of it an event has no place for', () => {
  const { events } = importRecord(SAMPLE);
  expect(events.filter(({ type }) => type === 'item.recorded')).toHaveLength(20);
  expect(events[1]).toEqual({
    v: 1,
    id: 'id-1',
    at: '2025-11-05T08:15:00.000017Z',
    type: 'item.recorded',
    item_type: 'pipeline_start',
    media_type: 'metadata',
    content: null,
    file: null,
    config: null,
    model: null,
    backend: null,
    execution_seconds: 12,
    metadata: {
      cfg: 7,
      nested: { 'a/b~c': 0, größe: [[], {}, null, true] },
      scores: [0.5, 1, 1e-7, 3],
      seed: 123456789012345680000,
    },
    stage: 0,
    stage_iteration: null,
    loop_iteration: null,
    given: {
      numbers: {
        '/metadata/cfg': '7.0',
        '/metadata/nested/a~1b~0c': '-0.0',
        '/metadata/scores/1': '1.0',
        '/metadata/seed': '123456789012345678901',
      },
    },
  });
});

test('the last item that decides is the end of the run', () => {
  const cases: [object[], object | null][] = [
    [[item('pipeline_complete')], { status: 'completed', error: null }],
    [
      [item('pipeline_start'), item('pipeline_error', { content: 'no memory' })],
      { status: 'failed', error: 'no memory', cause: { reason: 'no memory', decided_by: 'import' } },
    ],
    [[item('pipeline_error')], { status: 'failed', error: null, cause: { reason: 'the record says pipeline_error' } }],
    [[item('stage1_blocked', { stage: 4 }), item('a')], { status: 'failed', cause: { reason: 'blocked at stage 1' } }],
    [[item('stage3_blocked')], { status: 'failed', cause: { reason: 'blocked at stage 3' } }],
    [[item('upload_blocked', { stage: 2 })], { status: 'failed', cause: { reason: 'blocked at stage 2' } }],
    [[item('stage3_blocked'), item('pipeline_complete')], { status: 'completed' }],
    [[item('output_image')], null],
    [[], null],
  ];
  for (const [items, end] of cases) {
    const last = lastOf(importRecord(record(items)).events);
    if (end === null) expect(last.type).not.toBe('run.ended');
    else expect(last).toMatchObject({ type: 'run.ended', untimed: true, ...end });
  }
  const timed = importRecord(record([item('pipeline_complete', { timestamp: '2025-11-05 09:16:00' })]));
  expect(lastOf(timed.events)).toMatchObject({ ended_at: '2025-11-05T08:16:00.000000Z' });
});

test('values of the wrong kind and unknown keys are kept, and named by their place', () => {
  const text = record(
    [
      item('a', { sequence_number: 1, stage: 1 }),
      item(7, {
        stage: '2',
        content: ['x'],
        execution_time: 'fast',
        metadata: null,
        timestamp: 'noon',
        extra: { a: 1.5 },
      }),
      item(null, { sequence_number: 9, stage_iteration: -1, timestamp: '2025-11-05T09:15:01+05:00', stage: 1.5 }),
    ],
    { ...HEAD, user_id: 5, used_seed: 1.5, taxonomy_version: '2.0', total_execution_time: '3 s', note: true },
  );
  expect(roundTrip(text)).toBe(text);
  expect(saidOf(text)).toEqual([
    '/items/1/content: text is wanted, not ["x"]',
    '/items/1/execution_time: a number is wanted, not "fast"',
    '/items/1/extra: a key that items do not have; its value is kept',
    '/items/1/item_type: text is wanted, not 7 (and 1 more like it)',
    '/items/1/stage: a whole number, 0 or more, is wanted, not "2" (and 1 more like it)',
    '/items/1/timestamp: no time: "noon"',
    "/items/2/sequence_number: not the item's place in the list: 9",
    '/items/2/stage_iteration: a whole number, 0 or more, is wanted, not -1',
    '/note: a key that records do not have; its value is kept',
    '/taxonomy_version: taxonomy version "2.0"; 1.0 is known',
    '/total_execution_time: a number is wanted, not "3 s"',
    '/user_id: text is wanted, not 5',
  ]);
});

test('an item without a time stands where it stood, and one without a place in an event is kept as text', () => {
  const text = record([item('a', { timestamp: '2025-11-05T09:15:01' }), item('b'), 'no object', item('c')]);
  const { events } = importRecord(text);
  expect(events.slice(1)).toMatchObject([
    { at: '2025-11-05T08:15:01.000000Z' },
    { at: '2025-11-05T08:15:01.000000Z', untimed: true, item_type: 'b' },
    { type: 'text.kept', text: '"no object"', untimed: true },
    { item_type: 'c' },
  ]);
  expect(saidOf(text)).toEqual(['lost /items/2: an item must be an object; it was kept as text']);
  const deep = `{"execution_id": "e", "x": ${'['.repeat(200)}${']'.repeat(200)}, "items": [{"metadata": ${'['.repeat(200)}${']'.repeat(200)}}, {"a" 1}]}`;
  expect(saidOf(deep)).toEqual([
    'lost /items/0: nested too deep for an event; it was kept as text (and 1 more like it)',
    'lost /x: nested too deep for an event; it was not read',
  ]);
});

test('a record that is cut off anywhere gives the items that were whole, or is refused', () => {
  const whole = importRecord(SAMPLE).events;
  const lines = SAMPLE.split('\n');
  for (let count = 1; count < lines.length; count += 3) {
    const text = lines.slice(0, count).join('\n');
    const items = text.split('\n    }').length - 1;
    if (items === 0 && !text.includes('execution_id')) {
      expect(() => importRecord(text)).toThrow('it ends in the middle');
      continue;
    }
    const { events, remarks } = importRecord(text);
    const found = events.filter(({ type }) => type === 'item.recorded');
    expect(found).toEqual(whole.filter(({ type }) => type === 'item.recorded').slice(0, items));
    expect(remarks[0]).toMatchObject({ where: `line ${count}`, isLoss: true });
    expect(events[0]).toMatchObject({ trace_id: 'exec_20251105_091500_3fa91c07', execution_mode: 'eco' });
  }
});

test('what follows a record, or is broken around its items, is a loss and takes nothing else with it', () => {
  const text = record([item('a')]);
  for (const broken of [`${text} and more`, text.replace('"items"', '"note": oops, "items"')]) {
    const { events, remarks } = importRecord(broken);
    expect(events[0]).toMatchObject({ trace_id: 'exec_1' });
    expect(events[1]).toMatchObject({ item_type: 'a' });
    expect(remarks.some(({ isLoss }) => isLoss)).toBe(true);
  }
});

test('what is no record is refused', () => {
  for (const text of ['', '[]', '[1]', '"items"', '{}', '{"items": []}', '{"items": {}}', '{"execution_id', 'null'])
    expect(() => importRecord(text)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
});

test('without a head, the times of the items are those of the run', () => {
  const { run, events } = importRecord('{"items": [{"a": 1}, {"timestamp": "2025-11-05T09:15:01"}, {"item_');
  expect(run).toMatchObject({ name: 'record', localTime: '2025-11-05 09:15:01', start: { untimed: true } });
  expect(events).toHaveLength(3);
});

test('a key that another format would have made of it does not come from nowhere', () => {
  for (const text of ['{\n  "execution_id": null\n}', record(null), record({ a: [1] }), record([{}]), record([], {})])
    if (!text.includes('"items": []')) expect(roundTrip(text)).toBe(text);
});
