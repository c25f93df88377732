// How did many runs go? Counts, rates and durations by whatever one asks for. Pure.
import type { Work } from './work.js';

/** A run as far as statistics go. */
export interface CountedRun {
  status: string;
  /** The value that it is grouped by; null where it has none. */
  group: string | null;
  startTime: string | null;
  seconds: number | null;
  tokens: number | null;
  costUsd: number | null;
  retries: number;
}

export interface Statistics {
  group: string | null;
  /** Runs, executions or calls. */
  count: number;
  succeeded: number;
  /** Of these it is known whether they succeeded: neither what goes on nor what somebody cancelled is among them. */
  judged: number;
  /** Of those that say how long they took. */
  seconds: Durations;
  /** Executions that took up again what their agent had tried. Null where there are no executions. */
  retries: number | null;
  /** Null where nobody told. */
  tokens: number | null;
  costUsd: number | null;
  /** Whether each of the latest succeeded, oldest first; null where that is not known. */
  latest: (boolean | null)[];
}

export interface Durations {
  count: number;
  mean: number | null;
  median: number | null;
  p95: number | null;
}

const LATEST_KEPT = 20;
const NOT_JUDGED = new Set(['running', 'stale', 'cancelled']);

/** Whether a run succeeded; null while it goes on, and where it was cancelled. */
export function hasSucceeded(status: string): boolean | null {
  return NOT_JUDGED.has(status) ? null : status === 'completed';
}

/** Of runs, newest first. The groups with the most runs come first; days in their order. */
export function runStatistics(runs: readonly CountedRun[], isByTime: boolean): Statistics[] {
  const groups = groupBy(runs, ({ group }) => group);
  return ordered(
    [...groups].map(([group, own]) => ofRuns(group, own)),
    isByTime,
  );
}

export function ofRuns(group: string | null, runs: readonly CountedRun[]): Statistics {
  const outcomes = runs.map(({ status }) => hasSucceeded(status));
  return {
    group,
    count: runs.length,
    ...judge(outcomes),
    seconds: durationsOf(runs.map(({ seconds }) => seconds)),
    retries: sumOf(runs.map(({ retries }) => retries)),
    tokens: sumOf(runs.map(({ tokens }) => tokens)),
    costUsd: sumOf(runs.map(({ costUsd }) => costUsd)),
    latest: outcomes.slice(0, LATEST_KEPT).reverse(),
  };
}

/** Of the executions of each agent in runs that are newest first. */
export function agentStatistics(works: readonly Work[]): Statistics[] {
  // The latest execution first, as runs are.
  const all = works.flatMap(({ executions }) => executions.toReversed());
  const groups = groupBy(all, ([agent]) => agent);
  const rows = [...groups].map(([group, own]): Statistics => {
    const outcomes = own.map(([, success]) => success);
    return {
      group,
      count: own.length,
      ...judge(outcomes),
      seconds: durationsOf(own.map(([, , seconds]) => seconds)),
      retries: own.filter(([, , , isRetry]) => isRetry).length,
      tokens: null,
      costUsd: null,
      latest: outcomes.slice(0, LATEST_KEPT).reverse(),
    };
  });
  return ordered(rows, false);
}

/** Of the calls of each tool. How long each call took is not kept, only how long all did. */
export function toolStatistics(works: readonly Work[]): Statistics[] {
  const groups = groupBy(
    works.flatMap(({ tools }) => tools),
    ([tool]) => tool,
  );
  const rows = [...groups].map(([group, own]): Statistics => {
    const count = sumOf(own.map(([, calls]) => calls)) as number;
    const timed = sumOf(own.map(([, , , , timedCalls]) => timedCalls)) as number;
    const milliseconds = sumOf(own.map(([, , , total]) => total));
    const mean = milliseconds === null || timed === 0 ? null : milliseconds / timed / 1000;
    return {
      group,
      count,
      succeeded: sumOf(own.map(([, , successes]) => successes)) as number,
      judged: count,
      seconds: { count: timed, mean, median: null, p95: null },
      retries: null,
      tokens: null,
      costUsd: null,
      latest: [],
    };
  });
  return ordered(rows, false);
}

function judge(outcomes: readonly (boolean | null)[]): Pick<Statistics, 'succeeded' | 'judged'> {
  return {
    succeeded: outcomes.filter((success) => success === true).length,
    judged: outcomes.filter((success) => success !== null).length,
  };
}

/** 1.96: the normal distribution holds 95% within so many standard deviations. */
const Z = 1.959963984540054;

/**
 * The interval that holds the true rate with 95% confidence, after so many successes: Wilson's, which is right for small counts and
 * at 0 and 1, where the usual one has no width. Null of nothing.
 */
export function wilson(succeeded: number, judged: number): { low: number; high: number } | null {
  if (judged === 0) return null;
  const rate = succeeded / judged;
  const spread = Z ** 2 / judged;
  const middle = (rate + spread / 2) / (1 + spread);
  const half = (Z / (1 + spread)) * Math.sqrt((rate * (1 - rate)) / judged + spread / (4 * judged));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

export function durationsOf(all: readonly (number | null)[]): Durations {
  const known = all.filter((seconds) => seconds !== null).sort((one, other) => one - other);
  const total = sumOf(known);
  return {
    count: known.length,
    mean: total === null ? null : total / known.length,
    median: quantile(known, 0.5),
    p95: quantile(known, 0.95),
  };
}

/** Of sorted numbers, between two of them by their distance, as spreadsheets (PERCENTILE.INC) and databases (quantile_cont) have it. */
export function quantile(sorted: readonly number[], share: number): number | null {
  if (sorted.length === 0) return null;
  const place = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(place)] as number, sorted[Math.ceil(place)] as number];
  return low + (high - low) * (place - Math.floor(place));
}

/** Null where none is known: unknown is not 0. */
function sumOf(numbers: readonly (number | null)[]): number | null {
  let sum: number | null = null;
  for (const number of numbers) if (number !== null) sum = (sum ?? 0) + number;
  return sum;
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string | null): Map<string | null, Item[]> {
  const groups = new Map<string | null, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const own = groups.get(key);
    if (own === undefined) groups.set(key, [item]);
    else own.push(item);
  }
  return groups;
}

/** The larger first, then by name; what has no name comes last among its equals. */
function ordered(rows: Statistics[], isByTime: boolean): Statistics[] {
  return rows.sort(
    (one, other) =>
      (isByTime ? 0 : other.count - one.count) || compareText(one.group ?? '\uffff', other.group ?? '\uffff'),
  );
}

function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
