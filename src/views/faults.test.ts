import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventBody, RunlogEvent } from '../events/vocabulary.js';
import { patternsOf } from './fault-patterns.js';
import { faultsOf, type Fault } from './faults.js';
import { foldRun } from './run.js';

function faults(...bodies: EventBody[]): Fault[] {
  const events = [{ type: 'run.started', run_id: 'run_a' } as EventBody, ...bodies].map((body, index) => {
    const at = `2026-01-02T03:04:${String(index).padStart(2, '0')}.000000Z`;
    return { v: 1, id: `event-${index}`, at, ...body } as RunlogEvent;
  });
  return faultsOf(foldRun(events));
}

const error = (message: string, more: object = {}): EventBody =>
  ({ type: 'error.raised', error_type: 'IOError', message, ...more }) as EventBody;
const start = (step: number, agent = 'coder'): EventBody => ({ type: 'step.started', step, agent, task: 'it' });
const end = (step: number, status: 'SUCCESS' | 'FAIL', text?: string): EventBody =>
  ({ type: 'step.ended', step, status, error: text ?? null }) as EventBody;

describe('the faults of a run', () => {
  it('are one where only numbers and places differ', () => {
    expect(faults(error('no file /a/1', { agent: 'x' }), error('no file /b/2', { agent: 'y' }))).toEqual([
      {
        type: 'IOError',
        signature: 'no file <path>',
        message: 'no file /a/1',
        count: 2,
        agents: ['x', 'y'],
        first: '2026-01-02T03:04:01.000000Z',
        last: '2026-01-02T03:04:02.000000Z',
        resolved: null,
        resolution: null,
      },
    ]);
  });

  it('are resolved where the error says so, or a debugging cycle of its type, by its method', () => {
    expect(faults(error('a', { resolved: true }))).toMatchObject([{ resolved: true, resolution: null }]);
    const cycle: EventBody[] = [
      { type: 'debug.started', agent: 'coder', error_type: 'IOError' },
      { type: 'debug.ended', agent: 'coder', resolved: true, method: 'made the folder' },
    ];
    expect(faults(error('a', { agent: 'coder' }), ...cycle)).toMatchObject([
      { resolved: true, resolution: 'made the folder' },
    ]);
    expect(faults(error('a', { agent: 'other' }), ...cycle)).toMatchObject([{ resolved: null }]);
  });

  it('are overcome once the agent has succeeded with the same task, and are not where it never did', () => {
    const met = [start(1), error('a', { step: 1, agent: 'coder' }), end(1, 'FAIL', 'a')];
    expect(faults(...met)).toMatchObject([{ count: 1, resolved: false }]);
    expect(faults(...met, start(2), end(2, 'SUCCESS'))).toMatchObject([
      { count: 1, resolved: true, resolution: 'attempt 2 succeeded' },
    ]);
    expect(faults(...met, start(2, 'tester'), end(2, 'SUCCESS'))).toMatchObject([{ resolved: false }]);
  });

  it('are told by the text of a failed step where nobody raised an error in it', () => {
    expect(faults(start(1), end(1, 'FAIL', 'AssertionError: 3 != 4'))).toMatchObject([
      { type: 'AssertionError', signature: 'AssertionError: <n> != <n>', agents: ['coder'], resolved: false },
    ]);
    expect(faults(start(1), end(1, 'FAIL', 'it went wrong'))).toMatchObject([{ type: 'FAIL' }]);
    expect(faults(start(1), end(1, 'FAIL'))).toEqual([]);
  });
});

describe('faults that come again', () => {
  it('have the runs that met them, how many overcame them, and how', () => {
    const [fault] = faults(error('x 1')) as [Fault];
    const solved: Fault = { ...fault, resolved: true, resolution: 'waited', last: '2026-03-01T00:00:00.000000Z' };
    const [pattern] = patternsOf([
      { runId: 'c', faults: [{ ...fault, resolved: false }] },
      { runId: 'b', faults: [solved] },
      { runId: 'a', faults: [fault] },
    ]);
    expect(pattern).toMatchObject({
      count: 3,
      runIds: ['c', 'b', 'a'],
      judgedRuns: 2,
      resolvedRuns: 1,
      resolutions: [{ text: 'waited', count: 1, runId: 'b' }],
      last: '2026-03-01T00:00:00.000000Z',
    });
  });

  it('count every fault of every run once', () => {
    const [fault] = faults(error('x')) as [Fault];
    const some = fc.array(
      fc.record({ signature: fc.constantFrom('a', 'b', 'c'), count: fc.integer({ min: 1, max: 5 }) }),
    );
    fc.assert(
      fc.property(fc.array(some, { maxLength: 8 }), (runs) => {
        const own = runs.map((all, index) => ({
          runId: `run_${index}`,

          faults: [...new Map(all.map((one) => [one.signature, { ...fault, ...one }])).values()],
        }));
        const patterns = patternsOf(own);
        const met = own.flatMap(({ faults: all }) => all);
        expect(patterns.reduce((sum, { count }) => sum + count, 0)).toBe(
          met.reduce((sum, { count }) => sum + count, 0),
        );
        expect(patterns.reduce((sum, { runIds }) => sum + runIds.length, 0)).toBe(met.length);
      }),
    );
  });
});
