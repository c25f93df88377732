// What did models cost, by whatever one asks for? Sums over the calls of many runs; pure.
import { issueStatus } from './issues.js';
import type { RunState } from './run.js';
import { addSums, noTokens, type TokenGroup, type TokenSums } from './tokens.js';

export const COST_KEYS = ['model', 'agent', 'issue', 'day', 'project'] as const;
export type CostKey = (typeof COST_KEYS)[number];

/** What a row of each kind is told by: an issue's number says nothing without its project. */
export const COST_COLUMNS: Readonly<Record<CostKey, readonly string[]>> = {
  model: ['provider', 'model'],
  agent: ['agent'],
  issue: ['project', 'issue'],
  day: ['day'],
  project: ['project'],
};

export interface CostRow {
  /** Values of the columns of its kind; null where the calls did not say. */
  names: (string | null)[];
  sums: TokenSums;
}

export interface CostTotal {
  sums: TokenSums;
  runs: number;
  completedIssues: number;
  /** All that was spent, on whatever, by the issues that were completed; null where either is not known. */
  usdPerCompletedIssue: number | null;
}

/** The rows of some runs: the dearest first, days in their order; what has no known cost comes last. */
export function costRows(states: readonly RunState[], by: CostKey): CostRow[] {
  const rows = new Map<string, CostRow>();
  for (const state of states)
    for (const group of state.usage.groups.values()) {
      const names = namesOf(group, state, by);
      const key = JSON.stringify(names);
      const row = rows.get(key) ?? { names, sums: noTokens() };
      addSums(row.sums, group.sums);
      rows.set(key, row);
    }
  return [...rows.values()].sort((a, b) => (by === 'day' ? 0 : dearer(a.sums, b.sums)) || compareNames(a, b));
}

export function costTotal(states: readonly RunState[]): CostTotal {
  const sums = noTokens();
  const completed = new Set<string>();
  for (const state of states) {
    addSums(sums, state.tokens);
    for (const issue of state.issues)
      // Two runs that worked on the same issue completed one.
      if (issueStatus(issue) === 'completed') completed.add(JSON.stringify([projectOf(state), issue.iid]));
  }
  const { size } = completed;
  const usdPerCompletedIssue = size === 0 || sums.costUsd === null ? null : sums.costUsd / size;
  return { sums, runs: states.length, completedIssues: size, usdPerCompletedIssue };
}

function namesOf(group: TokenGroup, state: RunState, by: CostKey): (string | null)[] {
  switch (by) {
    case 'model':
      return [group.provider, group.model];
    case 'agent':
      return [group.agent];
    case 'issue':
      return [projectOf(state), group.issue];
    case 'day':
      return [group.day];
    case 'project':
      return [projectOf(state)];
  }
}

function projectOf({ started }: RunState): string | null {
  return started?.project ?? null;
}

function dearer(a: TokenSums, b: TokenSums): number {
  return (b.costUsd ?? -1) - (a.costUsd ?? -1) || (b.input ?? 0) - (a.input ?? 0);
}

function compareNames(a: CostRow, b: CostRow): number {
  const [one, other] = [JSON.stringify(a.names), JSON.stringify(b.names)];
  return one < other ? -1 : one > other ? 1 : 0;
}
