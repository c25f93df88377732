// The JSON shapes that list and summary promise.
import { countOutcomes } from '../views/outcome.js';
import { durationSeconds, startTime, type RunState } from '../views/run.js';
import { issueStatus } from '../views/issues.js';
import { roundUsd, totalTokens } from '../views/tokens.js';
import { toVisibleLine } from './visible-text.js';

/** What `list` tells of a run. */
export interface RunRow {
  run_id: string;
  status: string;
  start_time: string | null;
  end_time: string | null;
  duration_seconds: number | null;
  project_id: string | null;
  execution_mode: string | null;
  intent_type: string | null;
  llm: { provider: string | null; model: string | null; temperature: number | null };
  total_steps: number;
  failed_steps: number;
  total_errors: number;
  total_tokens: number | null;
  estimated_cost_usd: number | null;
  tags: Record<string, string>;
}

export function runRow(runId: string, status: string, state: RunState): RunRow {
  const { started, ending, tokens } = state;
  const counts = countOutcomes(state);
  return {
    run_id: runId,
    status,
    start_time: startTime(state),
    end_time: ending?.endedAt ?? null,
    duration_seconds: durationSeconds(state),
    project_id: started?.project ?? null,
    execution_mode: started?.execution_mode ?? null,
    intent_type: started?.intent_type ?? null,
    llm: {
      provider: started?.llm?.provider ?? null,
      model: started?.llm?.model ?? null,
      temperature: started?.llm?.temperature ?? null,
    },
    total_steps: counts.steps,
    failed_steps: counts.failedSteps,
    total_errors: counts.errors,
    total_tokens: totalTokens(tokens),
    estimated_cost_usd: roundUsd(tokens.costUsd),
    tags: started?.tags ?? {},
  };
}

/** A row of `list --json`; the same shape in `summary --json` as `run`. */
export function runObject(row: RunRow, isPinned: boolean): Record<string, unknown> {
  return { ...row, pinned: isPinned };
}

export function issueObjects({ issues }: RunState): Record<string, unknown>[] {
  return issues.map((issue) => ({
    issue_iid: issue.iid,
    status: issueStatus(issue),
    start_time: issue.startTime,
    end_time: issue.endTime,
    complexity_score: issue.complexity,
    error: issue.error,
    correction: issue.correction,
  }));
}

export function metricObjects({ metrics }: RunState): Record<string, unknown>[] {
  return metrics.map(({ name, value, unit, limit, direction, passed, issue, step, at, count, failures, min, max }) => ({
    name,
    value,
    unit,
    limit,
    direction,
    passed,
    issue_iid: issue,
    step_number: step,
    timestamp: at,
    count,
    failures,
    min,
    max,
  }));
}

export function errorObjects({ errors }: RunState): Record<string, unknown>[] {
  return errors.map(({ type, message, severity, agent, issue, step, resolved, at }) => ({
    error_type: type,
    message,
    severity,
    agent,
    issue_iid: issue,
    step_number: step,
    resolved,
    timestamp: at,
  }));
}

/** Damage as data: where, what, how much. */
export interface DamageRow {
  kind: string;
  segment: string;
  offset: number;
  message: string;
}

export function damageRow(damage: { kind: string; segment: string; offsetBytes: number; message: string }): DamageRow {
  const { kind, segment, offsetBytes, message } = damage;
  return { kind, segment, offset: offsetBytes, message };
}

/** Where and what, in one line for people. */
export function damageText(damage: Parameters<typeof damageRow>[0]): string {
  const { kind, segment, offset, message } = damageRow(damage);
  return toVisibleLine(`${segment} at byte ${offset}: ${kind}: ${message}`);
}

/** One thing that verify found. */
export interface FindingRow extends DamageRow {
  severity: 'damage' | 'suspicion';
}

export interface VerifiedRow {
  run_id: string;
  ok: boolean;
  findings: FindingRow[];
}

export function findingRow(finding: Parameters<typeof damageRow>[0] & Pick<FindingRow, 'severity'>): FindingRow {
  return { ...damageRow(finding), severity: finding.severity };
}
