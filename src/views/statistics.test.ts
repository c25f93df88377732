import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  agentStatistics,
  durationsOf,
  quantile,
  runStatistics,
  toolStatistics,
  wilson,
  type CountedRun,
} from './statistics.js';

const run = (more: Partial<CountedRun>): CountedRun => ({
  status: 'completed',
  group: null,
  seconds: null,
  tokens: null,
  costUsd: null,
  retries: 0,
  ...more,
});

describe('the interval around a success rate', () => {
  it.each([
    // Newcombe (1998), Statistics in Medicine 17, table I: the score method without continuity correction.
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('after %i of %i is what its source says', (succeeded, judged, low, high) => {
    const interval = wilson(succeeded, judged);
    expect(interval?.low).toBeCloseTo(low, 4);
    expect(interval?.high).toBeCloseTo(high, 4);
  });

  it('holds the rate, lies within 0 and 1, and is narrower the more is known', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.double({ min: 0, max: 1, noNaN: true }), (judged, share) => {
        const succeeded = Math.round(judged * share);
        const { low, high } = wilson(succeeded, judged) as { low: number; high: number };
        const rate = succeeded / judged;
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(rate + 1e-12);
        expect(high).toBeGreaterThanOrEqual(rate - 1e-12);
        const more = wilson(10 * succeeded, 10 * judged) as { low: number; high: number };
        expect(more.high - more.low).toBeLessThan(high - low);
      }),
    );
  });

  it('is none of nothing', () => {
    expect(wilson(0, 0)).toBeNull();
  });
});

describe('durations', () => {
  it('have a mean, a median and a 95th percentile between two of them', () => {
    expect(durationsOf([4, 1, 3, 2])).toEqual({ count: 4, mean: 2.5, median: 2.5, p95: 3.8499999999999996 });
    expect(durationsOf([7])).toEqual({ count: 1, mean: 7, median: 7, p95: 7 });
    expect(durationsOf([])).toEqual({ count: 0, mean: null, median: null, p95: null });
  });

  it('have quantiles that rise with the share and are none but between the least and the most', () => {
    const numbers = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 30 });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(numbers, share, share, (all, one, other) => {
        const sorted = all.toSorted((a, b) => a - b);
        const [low, high] = [Math.min(one, other), Math.max(one, other)].map(
          (part) => quantile(sorted, part) as number,
        );
        expect(low).toBeLessThanOrEqual((high as number) + 1e-6);
        expect(low).toBeGreaterThanOrEqual(sorted[0] as number);
        expect(high).toBeLessThanOrEqual(sorted.at(-1) as number);
      }),
    );
  });
});

describe('statistics of runs', () => {
  it('count neither what goes on nor what was cancelled as a failure', () => {
    const statuses = ['completed', 'failed', 'partial', 'interrupted', 'cancelled', 'running', 'stale'];
    const [all] = runStatistics(
      statuses.map((status) => run({ status })),
      false,
    );
    expect(all).toMatchObject({ count: 7, succeeded: 1, judged: 4 });
    expect(all?.latest).toEqual([null, null, null, false, false, false, true]);
  });

  it('keep the unknown apart from 0, and sum what is known', () => {
    const [known, unknown] = runStatistics(
      [run({ group: 'a', tokens: 5, costUsd: 0.5 }), run({ group: 'a' }), run({ group: 'b' })],
      false,
    );
    expect(known).toMatchObject({ group: 'a', tokens: 5, costUsd: 0.5 });
    expect(unknown).toMatchObject({ group: 'b', tokens: null, costUsd: null });
  });

  it('put the larger group first, what has no name last, and days in their order', () => {
    const runs = ['b', 'a', null, 'b'].map((group) => run({ group }));
    expect(runStatistics(runs, false).map(({ group }) => group)).toEqual(['b', 'a', null]);
    expect(runStatistics(runs, true).map(({ group }) => group)).toEqual(['a', 'b', null]);
  });

  it('lose no run', () => {
    const group = fc.option(fc.constantFrom('a', 'b', 'c'));
    fc.assert(
      fc.property(fc.array(group, { maxLength: 60 }), (groups) => {
        const rows = runStatistics(
          groups.map((one) => run({ group: one })),
          false,
        );
        expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(groups.length);
      }),
    );
  });
});

describe('statistics of executions and calls', () => {
  const works = [
    {
      executions: ['coder', false, 10, false, 'coder', true, 20, true, null, null, null, false],
      tools: ['bash', 4, 3, 2000, 2],
    },
    { executions: [], tools: ['bash', 1, 1, null, 0] },
  ];

  it('are of each agent', () => {
    const [coder, unnamed] = agentStatistics(works);
    expect(coder).toMatchObject({
      group: 'coder',
      count: 2,
      succeeded: 1,
      judged: 2,
      retries: 1,
      latest: [false, true],
    });
    expect(coder?.seconds).toMatchObject({ mean: 15 });
    expect(unnamed).toMatchObject({ group: null, count: 1, judged: 0, seconds: { mean: null } });
  });

  it('are of each tool, the mean of the calls that say how long they took', () => {
    expect(toolStatistics(works)).toEqual([
      expect.objectContaining({
        group: 'bash',
        count: 5,
        succeeded: 4,
        seconds: { count: 2, mean: 1, median: null, p95: null },
      }),
    ]);
  });
});
