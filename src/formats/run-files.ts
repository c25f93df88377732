// The JSON files of a run's folder, in the keys of the field: metadata, final report, issue metrics and issue reports.
import { secondsBetween } from '../events/instant.js';
import { firstTimeRight, percent, retries, stepsOf, totalDebuggingCycles, totalsOf } from '../views/issue-outcome.js';
import { countOutcomes, hasFailed, successRate } from '../views/outcome.js';
import { durationSeconds, startTime, statusOf, traceId, type RunState } from '../views/run.js';
import { stepSeconds, sumSeconds, type Step } from '../views/steps.js';
import { roundUsd, totalTokens, unpricedModels, type TokenSums } from '../views/tokens.js';
import type { Correction } from '../views/corrections.js';
import { issueStatus, type CodeChanges, type Issue } from '../views/issues.js';
import { prettyJson } from './json.js';

/** How a sealed segment looked: any changed byte shows. */
export interface SegmentSeal {
  bytes: number;
  events: number;
  sha256: string;
  /** Of a segment that no longer keeps its seal: how long it was when finalize last looked. */
  bytes_seen?: number;
}

export type Seal = Record<string, SegmentSeal>;

export function encodeMetadata(runId: string, state: RunState): string {
  return prettyJson(metadataObject(runId, state));
}

/**
 * `_final.json`: the metadata, how it ended, what `list` tells beyond that, and the seal over the journal as it then was.
 * `damageCount`: how many places of the journal could not be read.
 */
export function encodeFinal(runId: string, state: RunState, seal: Seal, damageCount: number): string {
  return prettyJson({
    ...finalObject(runId, state),
    intent_type: state.started?.intent_type ?? null,
    failed_steps: countOutcomes(state).failedSteps,
    damage_count: damageCount,
    seal,
  });
}

/** The final report but for its seal. */
export function finalObject(runId: string, state: RunState): Record<string, unknown> {
  const { ending } = state;
  return {
    ...metadataObject(runId, state),
    end_time: ending?.endedAt ?? null,
    duration_seconds: durationSeconds(state),
    total_issues: state.issues.length,
    success_rate: successRate(state),
    error: ending?.error ?? null,
    cause: {
      reason: ending?.reason ?? null,
      exit_code: ending?.exitCode ?? null,
      signal: ending?.signal ?? null,
      decided_by: ending?.decidedBy ?? null,
    },
    successful_issues: countOutcomes(state).completedIssues,
    failed_issues: countOutcomes(state).failedIssues,
    skipped_issues: countOutcomes(state).skippedIssues,
  };
}

/** `issues/issue_<iid>_metrics.json` while it is under way, `issue_<iid>_report.json` once it has ended; never both. */
export function encodeIssueFile(
  runId: string,
  state: RunState,
  issue: Issue,
): { name: string; otherName: string; text: string } {
  const hasEnded = issueStatus(issue) !== 'in_progress';
  const file = safeName(issue.iid);
  const [name, otherName] = [`issue_${file}_report.json`, `issue_${file}_metrics.json`];
  return {
    name: hasEnded ? name : otherName,
    otherName: hasEnded ? otherName : name,
    text: prettyJson({ ...issueMetrics(runId, state, issue), ...(hasEnded ? issueReport(state, issue) : {}) }),
  };
}

export function metadataObject(runId: string, state: RunState): Record<string, unknown> {
  const { started } = state;
  const counts = countOutcomes(state);
  return {
    run_id: runId,
    project_id: started?.project ?? null,
    start_time: startTime(state),
    llm_configuration: {
      provider: started?.llm?.provider ?? null,
      model: started?.llm?.model ?? null,
      temperature: started?.llm?.temperature ?? null,
    },
    execution_mode: started?.execution_mode ?? null,
    specific_issue: started?.specific_issue ?? null,
    status: statusOf(state),
    issues_processed: state.issues.map(({ iid }) => iid),
    total_errors: counts.errors,
    total_successes: counts.completedIssues,
    total_steps: counts.steps,
    total_tool_calls: state.tools.reduce((sum, { calls }) => sum + calls, 0),
    total_pipelines: state.pipelines.length,
    total_debugging_cycles: totalDebuggingCycles(state),
    cost_metrics: {
      ...costMetrics(state.tokens),
      price_sources: state.usage.sources,
      unpriced_models: unpricedModels(state.usage).map(({ provider, model, calls, tokens }) => ({
        provider,
        model,
        calls,
        tokens,
      })),
    },
    code_metrics: codeMetrics(state.code),
    corrections: state.corrections.map(({ subject, name, issue, ...correction }) => ({
      subject,
      name,
      issue_iid: issue,
      ...correctionObject(correction),
    })),
    trace_id: traceId(state),
    tags: started?.tags ?? {},
  };
}

export function issueMetrics(runId: string, state: RunState, issue: Issue): Record<string, unknown> {
  const totals = totalsOf(state, issue);
  return {
    run_id: runId,
    issue_iid: issue.iid,
    start_time: issue.startTime,
    agent_metrics: agentMetrics(stepsOf(state, issue)),
    pipeline_attempts: totals.pipelines,
    succeeded_pipelines: totals.succeededPipelines,
    failed_pipelines: totals.failedPipelines,
    debugging_cycles: totals.debuggingCycles,
    errors: totals.errors,
    status: issueStatus(issue),
    recorded_status: issue.status,
    correction: issue.correction === null ? null : correctionObject(issue.correction),
  };
}

/** What a report has beyond the metrics. */
export function issueReport(state: RunState, issue: Issue): Record<string, unknown> {
  const steps = stepsOf(state, issue);
  const pipelines = state.pipelines.filter((pipeline) => pipeline.issue === issue.iid);
  const cycles = state.cycles.filter((cycle) => cycle.issue === issue.iid);
  const errors = state.errors.filter((error) => error.issue === issue.iid);
  const totals = totalsOf(state, issue);
  return {
    end_time: issue.endTime,
    duration_seconds: secondsBetween(issue.startTime, issue.endTime),
    total_agent_retries: retries(steps),
    pipeline_success_rate: percent(totals.succeededPipelines, totals.pipelines),
    pipeline_details: pipelines.map((pipeline) => ({
      pipeline_id: pipeline.id,
      status: pipeline.status,
      commit_sha: pipeline.commitSha,
      timestamp: pipeline.at,
    })),
    total_errors: totals.errors,
    resolved_cycles: totals.resolvedCycles,
    debugging_success_rate: percent(totals.resolvedCycles, totals.debuggingCycles),
    debugging_details: cycles.map((cycle) => ({
      agent: cycle.agent,
      error_type: cycle.errorType,
      error_message: cycle.errorMessage,
      start_time: cycle.startedAt,
      end_time: cycle.endedAt,
      duration_seconds: secondsBetween(cycle.startedAt, cycle.endedAt),
      attempts: cycle.attempts,
      resolved: cycle.resolved,
    })),
    errors: errors.map(({ type, message, agent, at }) => ({ type, message, agent, timestamp: at })),
    cost_metrics: costMetrics(issue.tokens),
    code_metrics: codeMetrics(issue.code),
    complexity_score: issue.complexity,
    first_time_right: firstTimeRight(state, issue),
    total_tool_calls: totals.toolCalls,
  };
}

function costMetrics(tokens: TokenSums): Record<string, number | null> {
  return {
    total_tokens: totalTokens(tokens),
    input_tokens: tokens.input,
    output_tokens: tokens.output,
    cached_read_tokens: tokens.cachedRead,
    cached_write_tokens: tokens.cachedWrite,
    reasoning_tokens: tokens.reasoning,
    estimated_cost_usd: roundUsd(tokens.costUsd),
    reported_cost_usd: roundUsd(tokens.reportedUsd),
    computed_cost_usd: roundUsd(tokens.computedUsd),
    model_calls: tokens.calls,
    unpriced_calls: tokens.unpricedCalls,
  };
}

function codeMetrics(code: CodeChanges | null): Record<string, number | null> {
  return {
    files_created: code?.filesCreated ?? null,
    files_modified: code?.filesModified ?? null,
    files_deleted: code?.filesDeleted ?? null,
    lines_added: code?.linesAdded ?? null,
    lines_deleted: code?.linesDeleted ?? null,
    commits: code?.commits ?? null,
    test_coverage: code?.testCoverage ?? null,
  };
}

function correctionObject({ success, evidence, by, at }: Correction): Record<string, unknown> {
  return { success, evidence, by, timestamp: at };
}

/** What each agent did for an issue: executions by how they ended, and the seconds of those that have. */
function agentMetrics(steps: readonly Step[]): Record<string, unknown> {
  const agents = [...new Set(steps.map(({ agent }) => agent ?? ''))];
  return Object.fromEntries(
    agents.map((agent) => {
      const own = steps.filter((step) => step.agent === agent);
      const lastCorrection = own.at(-1)?.correction ?? null;
      return [
        agent,
        {
          attempts: own.length,
          successes: own.filter(({ status }) => status === 'SUCCESS').length,
          failures: own.filter(hasFailed).length,
          duration: sumSeconds(own.map(stepSeconds)),
          retries: retries(own),
          outcome: agentOutcome(own),
          correction: lastCorrection === null ? null : correctionObject(lastCorrection),
        },
      ];
    }),
  );
}

/** How an agent did in the end: as corrected, else as its latest execution ended; null where that is not known. */
function agentOutcome(own: readonly Step[]): 'success' | 'failure' | null {
  const last = own.at(-1);
  if (last === undefined) return null;
  if (last.correction !== null) return last.correction.success ? 'success' : 'failure';
  if (last.status === 'SUCCESS') return 'success';
  return hasFailed(last) ? 'failure' : null;
}

function safeName(iid: string): string {
  return iid.replaceAll(/[^A-Za-z0-9_-]/g, (character) => `%${character.codePointAt(0)?.toString(16)}`).slice(0, 150);
}
