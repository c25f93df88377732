// Which faults come again across runs, and what became of them? From the faults of each run; pure.
import { earliest, faultKey, latest, type Fault } from './faults.js';

export interface FaultyRun {
  runId: string;
  faults: readonly Fault[];
}

export interface FaultPattern {
  type: string;
  signature: string;
  /** As the run that met it last has it. */
  message: string;
  count: number;
  first: string | null;
  last: string | null;
  agents: string[];
  /** The runs that met it, newest first. */
  runIds: string[];
  /** How many runs say whether it was overcome, and how many of them overcame it. */
  judgedRuns: number;
  resolvedRuns: number;
  /** How it was overcome, the most frequent first, and by which run last. */
  resolutions: { text: string | null; count: number; runId: string }[];
}

/** Of runs that are newest first: what most runs met comes first, then what was met last. */
export function patternsOf(runs: readonly FaultyRun[]): FaultPattern[] {
  const patterns = new Map<string, FaultPattern>();
  for (const { runId, faults } of runs)
    for (const fault of faults) {
      const key = faultKey(fault.type, fault.signature);
      const known = patterns.get(key);
      if (known === undefined) patterns.set(key, begin(runId, fault));
      else add(known, runId, fault);
    }
  const all = [...patterns.values()];
  for (const { resolutions, agents } of all) {
    resolutions.sort((one, other) => other.count - one.count);
    agents.sort();
  }
  return all.sort(
    (one, other) =>
      other.runIds.length - one.runIds.length ||
      other.count - one.count ||
      compare(other.last, one.last) ||
      compare(one.signature, other.signature),
  );
}

function begin(runId: string, fault: Fault): FaultPattern {
  const { type, signature, message } = fault;
  const none = { count: 0, first: null, last: null, judgedRuns: 0, resolvedRuns: 0 };
  const pattern: FaultPattern = { type, signature, message, ...none, agents: [], runIds: [], resolutions: [] };
  add(pattern, runId, fault);
  return pattern;
}

function add(pattern: FaultPattern, runId: string, { count, first, last, agents, resolved, resolution }: Fault): void {
  pattern.count += count;
  pattern.first = earliest(pattern.first, first);
  pattern.last = latest(pattern.last, last);
  for (const agent of agents) if (!pattern.agents.includes(agent)) pattern.agents.push(agent);
  pattern.runIds.push(runId);
  if (resolved === null) return;
  pattern.judgedRuns += 1;
  if (!resolved) return;
  pattern.resolvedRuns += 1;
  const known = pattern.resolutions.find(({ text }) => text === resolution);
  if (known === undefined) pattern.resolutions.push({ text: resolution, count: 1, runId });
  else known.count += 1;
}

function compare(one: string | null, other: string | null): number {
  return (one ?? '') < (other ?? '') ? -1 : (one ?? '') > (other ?? '') ? 1 : 0;
}
