// A journal of format version 1 as it was once written: whatever comes later must still read it, and name what is wrong with others.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkEvent } from '../../src/events/check.js';
import { ALLOWED, VOCABULARY, type Kind, type KindTable } from '../../src/events/vocabulary.js';
import { decodeLine, encodeLine, isDamage } from '../../src/journal/line.js';
import { foldRun } from '../../src/views/run.js';
import { ROOT } from '../support/runlog.js';

const GOLDEN = path.join(ROOT, 'fixtures', 'journal-v1.jsonl');
const lines = fs.readFileSync(GOLDEN, 'utf8').split('\n').filter(Boolean);
const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>);

test('the golden journal has every event type of the vocabulary', () => {
  const types = new Set(events.map(({ type }) => type));
  expect(Object.keys(VOCABULARY).filter((type) => !types.has(type))).toEqual([]);
});

test('every line still decodes, checksum and all, to what it says', () => {
  for (const [index, line] of lines.entries()) {
    const { crc: _, ...expected } = events[index] as Record<string, unknown>;
    expect(decodeLine(Buffer.from(line))).toEqual(expected);
    expect(checkEvent(expected)).toEqual([]);
  }
});

test('every line is written again as it was: LF, object, LF, crc last', () => {
  for (const [index, line] of lines.entries()) {
    const { crc: _, ...event } = events[index] as Record<string, unknown>;
    expect(encodeLine(event).toString()).toBe(`\n${line}\n`);
  }
  expect(fs.readFileSync(GOLDEN, 'utf8')).toBe(lines.map((line) => `\n${line}\n`).join(''));
});

test('unknown types and unknown keys survive', () => {
  const unknown = lines.find((line) => line.includes('lunar.eclipsed')) as string;
  expect(decodeLine(Buffer.from(unknown))).toMatchObject({ from_a_later: 'version', kept: [1, null, { deep: true }] });
  const known = lines.find((line) => line.includes('from_a_later_version')) as string;
  expect(decodeLine(Buffer.from(known))).toMatchObject({ name: 'KS', from_a_later_version: 'kept' });
});

test('a line without crc, with other spacing, zone or key order reads as well: any language may write one', () => {
  const line =
    '{ "type":"metric.measured","value": 1,"name":"é\\u00e9", "at":"2025-10-03T20:19:52.5+02:00","id":"1","v":1 }';
  expect(decodeLine(Buffer.from(line))).toEqual({
    ...{ v: 1, id: '1', at: '2025-10-03T18:19:52.500000Z', type: 'metric.measured', name: 'éé', value: 1 },
  });
});

test('it folds into the state that it tells of', () => {
  const state = foldRun(lines.map((line) => decodeLine(Buffer.from(line)) as never));
  expect(state).toMatchObject({
    eventCount: lines.length,
    ending: { status: 'partial', exitCode: 1, reason: 'exit status 1', decidedBy: 'owner' },
    plan: { choice: 'gc', backups: ['ctgan', 'tvae'] },
    issues: [{ iid: '3', status: 'failed', complexity: 5, tokens: { input: 1000, output: 200, costUsd: 0.0125 } }],
    tokens: { input: 1000, output: 200, costUsd: 0.0125 },
    tools: [{ tool: 'bash', calls: 2, successes: 1, failures: 1 }],
    pipelines: [{ id: '9001', status: 'failed', failedJobs: ['lint', 'test'] }],
    cycles: [{ agent: 'development_agent', attempts: 1, resolved: true }],
    errors: [{ type: 'ReviewError', resolved: false }],
    actions: { count: 1 },
  });
  expect(state.steps.map(({ number, agent, status }) => [number, agent, status])).toEqual([
    [0, null, 'STARTED'],
    [1, 'development_agent', 'SUCCESS'],
    [2, 'code_review_agent', 'BLOCKED'],
  ]);
});

/** For each kind, a value that is not of it. */
const WRONG: Record<string, unknown> = {
  text: 7,
  texts: ['a', 7],
  map: { key: 7 },
  pairs: [['only a key']],
  number: 'seven',
  count: -1,
  measure: 'fast',
  measures: { KS: 'fast' },
  flag: 'yes',
  time: 'yesterday',
};

interface Case {
  type: string;
  key: string;
  path: string[];
  kind: string;
}

function casesOf(type: string, table: KindTable, path: string[] = []): Case[] {
  return Object.entries(table).flatMap(([name, kind]: [string, Kind]): Case[] =>
    typeof kind === 'string'
      ? [{ type, key: [...path, name].join('.'), path: [...path, name], kind }]
      : casesOf(type, kind, [...path, name]),
  );
}

function withValue(type: string, keys: readonly string[], value: unknown): Record<string, unknown> {
  const event = structuredClone(events.find((known) => known['type'] === type)) as Record<string, any>;
  let parent: Record<string, any> = event;
  for (const name of keys.slice(0, -1)) parent = parent[name] ??= { format: 'log' };
  parent[keys.at(-1) as string] = value;
  return event;
}

describe('checkEvent names the offending key of', () => {
  test.for(Object.entries(VOCABULARY))('%s', ([type, table]) => {
    for (const { key, path: keys, kind } of casesOf(type, table as KindTable)) {
      const wrong = WRONG[kind.replace('!', '')];
      if (wrong === undefined) continue;
      const [problem, ...others] = checkEvent(withValue(type, keys, wrong));
      expect({ key: problem?.key, others }).toEqual({ key, others: [] });
      expect(problem?.message).toMatch(`${type}: ${key} must be `);
      const missing = checkEvent(withValue(type, keys, null)).map((found) => found.message);
      expect(missing).toEqual(kind.endsWith('!') ? [`${type}: ${key} is missing`] : []);
    }
    for (const [key, allowed] of Object.entries(ALLOWED[type] ?? {}))
      expect(checkEvent(withValue(type, [key], 'something else'))).toEqual([
        { key, message: `${type}: ${key} must be one of ${allowed.join(', ')}, not "something else"` },
      ]);
  });
});

test('the envelope is checked too, and what is no object at all', () => {
  const sound = events[0] as Record<string, unknown>;
  const keysOf = (event: unknown): string[] => checkEvent(event).map(({ key }) => key);
  for (const key of ['v', 'id', 'at', 'type']) expect(keysOf({ ...sound, [key]: undefined })).toContain(key);
  expect(keysOf({ ...sound, at: '2025-10-03T18:19:52' })).toEqual(['at']);
  expect(keysOf({ ...sound, at: '2025-02-30T18:19:52Z' })).toEqual(['at']);
  expect(keysOf({ ...sound, type: 'Run started' })).toContain('type');
  for (const value of [null, 1, 'text', [], undefined]) expect(keysOf(value)).toEqual(['']);
  expect(isDamage(decodeLine(Buffer.from('null')))).toBe(true);
});
