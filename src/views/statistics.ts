// How did many runs go? Counts, rates and durations by whatever one asks for. Pure.
import { EXECUTION_PARTS, TOOL_PARTS, type Work } from './work.js';

/** A run as far as statistics go. */
export interface CountedRun {
  status: string;
  /** The value that it is grouped by; null where it has none. */
  group: string | null;
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
  const tallies = new Tallies();
  for (const run of runs) countRun(tallies.of(run.group), run);
  return ordered(tallies.all(), isByTime);
}

export function ofRuns(group: string | null, runs: readonly CountedRun[]): Statistics {
  const tally = new Tally();
  for (const run of runs) countRun(tally, run);
  return tally.statistics(group);
}

function countRun(tally: Tally, run: CountedRun): void {
  tally.add(hasSucceeded(run.status), run.seconds);
  tally.retries = (tally.retries ?? 0) + run.retries;
  if (run.tokens !== null) tally.tokens = (tally.tokens ?? 0) + run.tokens;
  if (run.costUsd !== null) tally.costUsd = (tally.costUsd ?? 0) + run.costUsd;
}

/** Of the executions of each agent, or of all together, in runs that are newest first. */
export function agentStatistics(works: readonly Work[], isAll: boolean = false): Statistics[] {
  const tallies = new Tallies();
  // The latest execution first, as runs are.
  for (const { executions } of works)
    for (let at = executions.length - EXECUTION_PARTS; at >= 0; at -= EXECUTION_PARTS) {
      const tally = tallies.of(isAll ? '' : (executions[at] as string | null));
      tally.add(executions[at + 1] as boolean | null, executions[at + 2] as number | null);
      tally.retries = (tally.retries ?? 0) + Number(executions[at + 3]);
    }
  return ordered(tallies.all(), false);
}

/** Of the calls of each tool, or of all together. How long each call took is not kept, only how long all did. */
export function toolStatistics(works: readonly Work[], isAll: boolean = false): Statistics[] {
  const groups = new Map<string, { count: number; succeeded: number; milliseconds: number | null; timed: number }>();
  for (const { tools } of works)
    for (let at = 0; at < tools.length; at += TOOL_PARTS) {
      const [tool, calls, successes, milliseconds, timed] = tools.slice(at, at + TOOL_PARTS) as [string, ...number[]];
      const name = isAll ? '' : tool;
      const known = groups.get(name) ?? { count: 0, succeeded: 0, milliseconds: null, timed: 0 };
      known.count += calls as number;
      known.succeeded += successes as number;
      known.timed += timed as number;
      if (typeof milliseconds === 'number') known.milliseconds = (known.milliseconds ?? 0) + milliseconds;
      groups.set(name, known);
    }
  const rows = [...groups].map(([group, { count, succeeded, milliseconds, timed }]): Statistics => {
    const mean = milliseconds === null || timed === 0 ? null : milliseconds / timed / 1000;
    const seconds = { count: timed, mean, median: null, p95: null };
    return { group, count, succeeded, judged: count, seconds, retries: null, tokens: null, costUsd: null, latest: [] };
  });
  return ordered(rows, false);
}

/** What is counted of a group. */
class Tally {
  #count = 0;
  #succeeded = 0;
  #judged = 0;
  readonly #seconds: number[] = [];
  /** Of the latest, these first. */
  readonly #latest: (boolean | null)[] = [];
  retries: number | null = null;
  tokens: number | null = null;
  costUsd: number | null = null;

  add(success: boolean | null, seconds: number | null): void {
    this.#count += 1;
    if (success === true) this.#succeeded += 1;
    if (success !== null) this.#judged += 1;
    if (seconds !== null) this.#seconds.push(seconds);
    if (this.#latest.length < LATEST_KEPT) this.#latest.push(success);
  }

  statistics(group: string | null): Statistics {
    return {
      group,
      count: this.#count,
      succeeded: this.#succeeded,
      judged: this.#judged,
      seconds: durationsOf(this.#seconds),
      retries: this.retries,
      tokens: this.tokens,
      costUsd: this.costUsd,
      latest: this.#latest.toReversed(),
    };
  }
}

class Tallies {
  readonly #groups = new Map<string | null, Tally>();

  of(group: string | null): Tally {
    let tally = this.#groups.get(group);
    if (tally === undefined) {
      tally = new Tally();
      this.#groups.set(group, tally);
    }
    return tally;
  }

  all(): Statistics[] {
    return [...this.#groups].map(([group, tally]) => tally.statistics(group));
  }
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

export function durationsOf(all: readonly number[]): Durations {
  const known = Float64Array.from(all).sort();
  const total = known.reduce((sum, seconds) => sum + seconds, 0);
  return {
    count: known.length,
    mean: known.length === 0 ? null : total / known.length,
    median: quantile(known, 0.5),
    p95: quantile(known, 0.95),
  };
}

/** Of sorted numbers, between two of them by their distance, as spreadsheets (PERCENTILE.INC) and databases (quantile_cont) have it. */
export function quantile(sorted: ArrayLike<number>, share: number): number | null {
  if (sorted.length === 0) return null;
  const place = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(place)] as number, sorted[Math.ceil(place)] as number];
  return low + (high - low) * (place - Math.floor(place));
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
