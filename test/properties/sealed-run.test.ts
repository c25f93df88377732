// A glance at a sealed journal, and its fold by one checksum, say what a reading of all of it says, or say nothing.
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SegmentSeal } from '../../src/formats/run-files.js';
import { encodeLine } from '../../src/journal/line.js';
import { foldSealed, glanceAtSealed } from '../../src/runs/sealed-run.js';
import { sealJournal } from '../../src/runs/seal.js';
import { runRows } from '../../src/runs/tables.js';
import { readRun, vantage } from '../../src/runs/verdict.js';
import { startTime, statusOf } from '../../src/views/run.js';
import { tempFolder } from '../support/runlog.js';

const at = fc
  .date({ min: new Date('2024-01-01'), max: new Date('2026-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString().replace('Z', '000Z'));

const event = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.record({
      type: fc.constant('action.logged'),
      at,
      action: fc.constant('ONE'),
      description: fc.string(),
    }),
  },
  {
    weight: 20,
    arbitrary: fc.record({
      type: fc.constant('metric.measured'),
      at,
      name: fc.constant('loss'),
      value: fc.double({ noNaN: true, noDefaultInfinity: true }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('run.ended'),
      at,
      status: fc.constantFrom('completed', 'failed'),
      ended_at: at,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('outcome.corrected'),
      at,
      subject: fc.constant('run'),
      success: fc.boolean(),
      evidence: fc.constant('so'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('action.logged'),
      at,
      action: fc.constant('X'),
      untimed: fc.constant(true),
    }),
  },
);

/** What a writer may make of a line: runlog's own form, other orders and blanks, a repetition, damage. */
const writing = fc.oneof(
  { weight: 30, arbitrary: fc.constant('own') },
  { weight: 1, arbitrary: fc.constantFrom('spaced', 'turned', 'twice', 'damaged') },
);

function written(number: number, how: string, { type, at: time, ...more }: Record<string, unknown>): Buffer {
  const id = `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;
  const whole = { v: 1, id, at: time, type, ...more };
  const own = encodeLine(whole);
  if (how === 'spaced') return Buffer.from(`\n${JSON.stringify(whole, null, 1).replaceAll('\n', ' ')}\n`);
  if (how === 'turned') return Buffer.from(`\n${JSON.stringify({ type, ...more, at: time, id, v: 1 })}\n`);
  if (how === 'twice') return Buffer.concat([own, own]);
  if (how === 'damaged') own[own.length >> 1] = (own[own.length >> 1] as number) ^ 1;
  return own;
}

const segment = fc.array(fc.tuple(event, writing), { minLength: 1, maxLength: 6 });

test('a glance at a finalized run is the whole reading as far as it goes, the fold in all; of what was changed since there is neither', () => {
  let glances = 0;
  let folds = 0;
  fc.assert(
    fc.property(
      fc.array(segment, { minLength: 1, maxLength: 2 }),
      at,
      fc.oneof(
        { weight: 3, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.record({ at: fc.nat(), grows: fc.boolean() }) },
      ),
      (segments, begin, change) => {
        const store = { dir: tempFolder() };
        const run = path.join(store.dir, 'runs', 'a');
        fs.mkdirSync(path.join(run, 'journal'), { recursive: true });
        const start = { type: 'run.started', run_id: 'a', owner: null, host: null, at: begin };
        const end = { type: 'run.ended', status: 'completed', at: begin };
        segments.forEach((lines, number) => {
          const all = [
            ...(number === 0 ? [[start, 'own'] as const] : []),
            ...lines,
            ...(number === 0 ? [[end, 'own'] as const] : []),
          ];
          const bytes = all.map(([body, how], index) =>
            written(number * 100 + index, how, body as Record<string, unknown>),
          );
          fs.writeFileSync(path.join(run, 'journal', `host-${number}.jsonl`), Buffer.concat(bytes));
        });
        const seal = sealJournal(store, 'a');
        fs.writeFileSync(path.join(run, '_final.json'), JSON.stringify({ seal }));
        const file = path.join(run, 'journal', 'host-0.jsonl');
        const sealed = fs.readFileSync(file);
        if (change?.grows === true) fs.appendFileSync(file, 'x');
        else if (change !== null) {
          sealed[change.at % sealed.length] = (sealed[change.at % sealed.length] as number) ^ 4;
          fs.writeFileSync(file, sealed);
        }
        const glance = glanceAtSealed(store, 'a');
        const fold = foldSealed(store, 'a', seal);
        if (change !== null) expect([glance, fold]).toEqual([null, null]);
        const { state, damage } = readRun(store, 'a', vantage());
        if (fold !== null) {
          folds += 1;
          expect({ damage, text: JSON.stringify(fold) }).toEqual({ damage: [], text: JSON.stringify(state) });
          expect(runRows('a', fold)).toEqual(runRows('a', state));
        }
        if (glance === null) return;
        glances += 1;
        const told = (one: typeof state): unknown => [
          one.started,
          one.ending,
          one.lastEventAt,
          startTime(one),
          statusOf(one),
        ];
        expect(told(glance)).toEqual(told(state));
      },
    ),
    { numRuns: 300 },
  );
  expect(glances).toBeGreaterThan(10);
  expect(folds).toBeGreaterThan(10);
});

test('a seal that counts a line twice that is there twice is not believed: the fold leaves the run to the whole reading', () => {
  const store = { dir: tempFolder() };
  const run = path.join(store.dir, 'runs', 'a');
  fs.mkdirSync(path.join(run, 'journal'), { recursive: true });
  const time = '2025-10-03T10:00:00.000000Z';
  const bodies = [
    { type: 'run.started', run_id: 'a', at: time },
    { type: 'error.raised', error_type: 'E', message: 'm', at: time },
    { type: 'run.ended', status: 'completed', at: time },
  ];
  const file = path.join(run, 'journal', 'host.jsonl');
  const sealOf = (hows: string[]): ReturnType<typeof sealJournal> => {
    fs.writeFileSync(file, Buffer.concat(bodies.map((body, index) => written(index, hows[index] as string, body))));
    return sealJournal(store, 'a');
  };
  expect(foldSealed(store, 'a', sealOf(['own', 'own', 'own']))?.errors).toHaveLength(1);
  const [segment, sealed] = Object.entries(sealOf(['own', 'twice', 'own']))[0] as [string, SegmentSeal];
  expect(foldSealed(store, 'a', { [segment]: { ...sealed, events: 4 } })).toBeNull();
});
