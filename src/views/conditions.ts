// Does a run keep what is demanded of it beside another one? Conditions such as "fail where the cost is 20% above", judged on a
// comparison. What is not known is never taken for kept. Pure.
import type { Key } from './alignment.js';
import { ALL_MODELS } from './comparison-parts.js';
import { thingsIn, type ComparedFact, type Comparison } from './comparison.js';

export const SUBJECTS = ['cost', 'duration', 'tokens', 'errors', 'failed_steps'] as const;

/** The run fails where what is measured lies beyond the limit. */
export interface Condition {
  /** As it was written. */
  text: string;
  subject: (typeof SUBJECTS)[number] | 'metric';
  /** The name of the metric. */
  metric: string | null;
  isAbove: boolean;
  /** A value; or, relative, percent above (or, below 0, under) the first run's value. */
  limit: number;
  isRelative: boolean;
}

export interface Judgement {
  condition: Condition;
  /** Which run, counted from 0: the first is what the others are held against. */
  run: number;
  /** Which issue's metric, where it is one of an issue that all runs have. */
  issue: string | null;
  baseline: number | null;
  value: number | null;
  verdict: 'kept' | 'broken' | 'unknown';
  /** What is not known, in words; null where it was judged. */
  unknown: string | null;
}

/** Judges every run but the first by every condition. */
export function judgeConditions(comparison: Comparison, conditions: readonly Condition[], runs: number): Judgement[] {
  return conditions.flatMap((condition) => {
    const found = factsFor(comparison, condition);
    return Array.from({ length: runs - 1 }, (_, index) => index + 1).flatMap((run) =>
      found.length === 0
        ? [judge(condition, run, { issue: null, fact: null })]
        : found.map((subject) => judge(condition, run, subject)),
    );
  });
}

interface Subject {
  issue: string | null;
  /** Null where no run says it. */
  fact: ComparedFact | null;
}

function factsFor(comparison: Comparison, { subject, metric }: Condition): Subject[] {
  const named = (section: Parameters<typeof thingsIn>[1], name: string, fact: string): Subject[] =>
    thingsIn(comparison, section)
      .filter(({ key }) => key['name'] === name)
      .map(({ key, facts }) => ({ issue: issueOf(key), fact: facts.find((one) => one.name === fact) ?? null }));
  switch (subject) {
    case 'cost':
    case 'tokens':
      return named('cost', ALL_MODELS, subject);
    case 'duration':
    case 'errors':
      return named('outcome', subject, 'value');
    case 'failed_steps':
      return named('outcome', 'failed steps', 'value');
    case 'metric':
      return named('metrics', metric ?? '', 'value');
  }
}

function issueOf(key: Key): string | null {
  const issue = key['issue_iid'] ?? null;
  return issue === null ? null : String(issue);
}

function judge(condition: Condition, run: number, { issue, fact }: Subject): Judgement {
  const { limit, isRelative, isAbove } = condition;
  const value = valueAt(fact, run);
  const baseline = valueAt(fact, 0);
  const isBeyond = (allowed: number): boolean => (isAbove ? (value as number) > allowed : (value as number) < allowed);
  const judgement = { condition, run, issue, baseline, value, unknown: null };
  const unknown = whatIsUnknown(fact, run) ?? (isRelative ? whatIsUnknown(fact, 0) : null);
  if (unknown !== null) return { ...judgement, verdict: 'unknown', unknown };
  const base = baseline ?? 0;
  const allowed = isRelative ? base + (Math.abs(base) * limit) / 100 : limit;
  return { ...judgement, verdict: isBeyond(allowed) ? 'broken' : 'kept' };
}

function valueAt(fact: ComparedFact | null, run: number): number | null {
  const value = fact?.values[run];
  return typeof value === 'number' ? value : null;
}

/** A sum that may be more is no number to judge by, nor is NaN. */
function whatIsUnknown(fact: ComparedFact | null, run: number): Judgement['unknown'] {
  const value = fact?.values[run] ?? null;
  const where = run === 0 ? 'in the first run' : 'in this run';
  if (value === null) return `not on record ${where}`;
  if (typeof value !== 'number') return `${String(value)} ${where}`;
  return fact?.isLeast[run] === true ? `known only in part ${where}` : null;
}
