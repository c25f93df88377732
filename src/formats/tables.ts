// The seven tables: their columns in the field's order, each with the question that fills it. runlog's own columns come last.
import { secondsBetween } from '../events/instant.js';
import type { RunlogEvent } from '../events/vocabulary.js';
import {
  firstTimeRight,
  percent,
  retries,
  stepsOf,
  totalDebuggingCycles,
  totalPipelineSeconds,
  totalsOf,
} from '../views/issue-outcome.js';
import type { DebuggingCycle } from '../views/debugging.js';
import type { RaisedError } from '../views/errors.js';
import { correctionText } from '../views/corrections.js';
import { issueStatus, type Issue } from '../views/issues.js';
import { countOutcomes, successRate } from '../views/outcome.js';
import { pipelineSeconds, type Pipeline } from '../views/pipelines.js';
import { durationSeconds, startTime, statusOf, type RunState } from '../views/run.js';
import { executions, stepSeconds, sumSeconds, type Step } from '../views/steps.js';
import { roundUsd, totalTokens } from '../views/tokens.js';
import type { ToolUsage } from '../views/tools.js';

/** A value of a cell; null is an empty one. */
export type Cell = string | number | boolean | null;

interface Table {
  columns: string[];
  rowsOf: (state: RunState) => Cell[][];
}

interface Definition<Row> {
  rows: (state: RunState) => readonly Row[];
  columns: Record<string, (row: Row, state: RunState) => Cell>;
}

function table<Row>({ rows, columns }: Definition<Row>): Table {
  const fills = Object.values(columns);
  return {
    columns: Object.keys(columns),
    rowsOf: (state) => rows(state).map((row) => fills.map((fill) => fill(row, state))),
  };
}

export const TABLE_NAMES = [
  'runs',
  'issues',
  'agents',
  'pipelines',
  'debugging_cycles',
  'errors',
  'tool_usage',
] as const;
export type TableName = (typeof TABLE_NAMES)[number];

const started = (state: RunState): Partial<RunlogEvent<'run.started'>> => state.started ?? {};
const runId = (_: unknown, state: RunState): Cell => started(state).run_id ?? null;

const RUNS = table<RunState>({
  rows: (state) => [state],
  columns: {
    run_id: runId,
    project_id: (state) => started(state).project ?? null,
    start_time: startTime,
    end_time: ({ ending }) => ending?.endedAt ?? null,
    duration_seconds: durationSeconds,
    llm_provider: (state) => started(state).llm?.provider ?? null,
    llm_model: (state) => started(state).llm?.model ?? null,
    llm_temperature: (state) => started(state).llm?.temperature ?? null,
    execution_mode: (state) => started(state).execution_mode ?? null,
    specific_issue: (state) => started(state).specific_issue ?? null,
    status: statusOf,
    total_issues: ({ issues }) => issues.length,
    successful_issues: (state) => countOutcomes(state).completedIssues,
    failed_issues: (state) => countOutcomes(state).failedIssues,
    success_rate: successRate,
    total_errors: (state) => countOutcomes(state).errors,
    skipped_issues: (state) => countOutcomes(state).skippedIssues,
    total_tokens: ({ tokens }) => totalTokens(tokens),
    input_tokens: ({ tokens }) => tokens.input,
    output_tokens: ({ tokens }) => tokens.output,
    estimated_cost_usd: ({ tokens }) => roundUsd(tokens.costUsd),
    total_agent_duration_seconds: ({ steps }) => sumSeconds(executions(steps).map(stepSeconds)),
    total_pipeline_duration_seconds: totalPipelineSeconds,
    total_debugging_cycles: totalDebuggingCycles,
    intent_type: (state) => started(state).intent_type ?? null,
    trigger_source: (state) => started(state).trigger?.source ?? null,
    issue_key: (state) => started(state).trigger?.issue_key ?? null,
    host: (state) => started(state).host ?? null,
    exit_code: ({ ending }) => ending?.exitCode ?? null,
    cause: ({ ending }) => ending?.reason ?? null,
    git_commit: (state) => started(state).git?.commit ?? null,
    tags: (state) => tagsText(started(state).tags ?? {}),
    correction: ({ correction }) => correctionText(correction),
  },
});

const ISSUES = table<Issue>({
  rows: ({ issues }) => issues,
  columns: {
    run_id: runId,
    issue_iid: ({ iid }) => iid,
    start_time: (issue) => issue.startTime,
    end_time: ({ endTime }) => endTime,
    duration_seconds: (issue) => secondsBetween(issue.startTime, issue.endTime),
    status: issueStatus,
    complexity_score: ({ complexity }) => complexity,
    total_errors: (issue, state) => totalsOf(state, issue).errors,
    total_pipeline_attempts: (issue, state) => totalsOf(state, issue).pipelines,
    succeeded_pipelines: (issue, state) => totalsOf(state, issue).succeededPipelines,
    failed_pipelines: (issue, state) => totalsOf(state, issue).failedPipelines,
    pipeline_success_rate: (issue, state) =>
      percent(totalsOf(state, issue).succeededPipelines, totalsOf(state, issue).pipelines),
    debugging_cycles: (issue, state) => totalsOf(state, issue).debuggingCycles,
    resolved_cycles: (issue, state) => totalsOf(state, issue).resolvedCycles,
    debugging_success_rate: (issue, state) =>
      percent(totalsOf(state, issue).resolvedCycles, totalsOf(state, issue).debuggingCycles),
    first_time_right: (issue, state) => firstTimeRight(state, issue),
    total_agent_retries: (issue, state) => retries(stepsOf(state, issue)),
    total_tool_calls: (issue, state) => totalsOf(state, issue).toolCalls,
    total_tokens: ({ tokens }) => totalTokens(tokens),
    input_tokens: ({ tokens }) => tokens.input,
    output_tokens: ({ tokens }) => tokens.output,
    estimated_cost_usd: ({ tokens }) => roundUsd(tokens.costUsd),
    files_created: ({ code }) => code?.filesCreated ?? null,
    files_modified: ({ code }) => code?.filesModified ?? null,
    lines_added: ({ code }) => code?.linesAdded ?? null,
    lines_deleted: ({ code }) => code?.linesDeleted ?? null,
    commits: ({ code }) => code?.commits ?? null,
    test_coverage: ({ code }) => code?.testCoverage ?? null,
    files_deleted: ({ code }) => code?.filesDeleted ?? null,
    correction: ({ correction }) => correctionText(correction),
  },
});

const AGENTS = table<Step>({
  rows: ({ steps }) => executions(steps),
  columns: {
    run_id: runId,
    issue_iid: ({ issue }) => issue,
    agent_name: ({ agent }) => agent,
    attempt_number: ({ attempt }) => attempt,
    start_time: ({ startedAt }) => startedAt,
    end_time: ({ endedAt }) => endedAt,
    duration_seconds: stepSeconds,
    success: ({ status, isInterrupted }) => (status === 'STARTED' && !isInterrupted ? null : status === 'SUCCESS'),
    retries: ({ attempt }) => attempt - 1,
    tool_calls: ({ toolCalls: calls }) => calls,
    tokens_used: ({ tokens }) => totalTokens(tokens),
    error_message: ({ error }) => error,
    step_number: ({ number }) => number,
    agent_task: ({ task }) => task,
    status: ({ status, isInterrupted }) => (isInterrupted ? 'INTERRUPTED' : status),
    input_tokens: ({ tokens }) => tokens.input,
    output_tokens: ({ tokens }) => tokens.output,
    estimated_cost_usd: ({ tokens }) => roundUsd(tokens.costUsd),
    output_summary: ({ outputSummary }) => outputSummary,
    correction: ({ correction }) => correctionText(correction),
    duration_attempts: ({ durationAttempts }) => durationAttempts,
  },
});

const PIPELINES = table<Pipeline>({
  rows: ({ pipelines }) => pipelines,
  columns: {
    run_id: runId,
    issue_iid: ({ issue }) => issue,
    pipeline_id: ({ id }) => id,
    commit_sha: ({ commitSha }) => commitSha,
    triggered_by: ({ triggeredBy }) => triggeredBy,
    retry_attempt: ({ retryAttempt }) => retryAttempt,
    start_time: ({ startedAt }) => startedAt,
    end_time: ({ endedAt }) => endedAt,
    duration_seconds: pipelineSeconds,
    status: ({ status }) => status,
    failed_jobs: ({ failedJobs }) => failedJobs.join('; ') || null,
    error_type: ({ errorType }) => errorType,
    queue_time: ({ queueSeconds }) => queueSeconds,
    execution_time: ({ executionSeconds }) => executionSeconds,
    error_message: ({ errorMessage }) => errorMessage,
  },
});

const DEBUGGING_CYCLES = table<DebuggingCycle>({
  rows: ({ cycles }) => cycles,
  columns: {
    run_id: runId,
    issue_iid: ({ issue }) => issue,
    agent: ({ agent }) => agent,
    error_type: ({ errorType }) => errorType,
    error_message: ({ errorMessage }) => errorMessage,
    start_time: ({ startedAt }) => startedAt,
    end_time: ({ endedAt }) => endedAt,
    duration_seconds: ({ startedAt, endedAt }) => secondsBetween(startedAt, endedAt),
    attempts: ({ attempts }) => attempts,
    resolved: ({ resolved }) => resolved,
    resolution_method: ({ resolutionMethod }) => resolutionMethod,
  },
});

const ERRORS = table<RaisedError>({
  rows: ({ errors }) => errors,
  columns: {
    run_id: runId,
    issue_iid: ({ issue }) => issue,
    agent: ({ agent }) => agent,
    error_type: ({ type }) => type,
    error_message: ({ message }) => message,
    timestamp: ({ at }) => at,
    severity: ({ severity }) => severity,
    resolved: ({ resolved }) => resolved,
  },
});

const TOOL_USAGE = table<ToolUsage>({
  rows: ({ tools }) => tools,
  columns: {
    run_id: runId,
    issue_iid: ({ issue }) => issue,
    agent: ({ agent }) => agent,
    tool_name: ({ tool }) => tool,
    call_count: ({ calls }) => calls,
    success_count: ({ successes }) => successes,
    failure_count: ({ failures }) => failures,
    avg_duration_ms: ({ totalDurationMs, timedCalls }) =>
      totalDurationMs === null ? null : totalDurationMs / timedCalls,
    total_duration_ms: ({ totalDurationMs }) => totalDurationMs,
  },
});

const TABLES: Record<TableName, Table> = {
  runs: RUNS,
  issues: ISSUES,
  agents: AGENTS,
  pipelines: PIPELINES,
  debugging_cycles: DEBUGGING_CYCLES,
  errors: ERRORS,
  tool_usage: TOOL_USAGE,
};

/** The names of a table's columns, in order. The first is always run_id. */
export function columnsOf(name: TableName): string[] {
  return TABLES[name].columns;
}

/** The rows that a run has in a table. */
export function rowsOf(name: TableName, state: RunState): Cell[][] {
  return TABLES[name].rowsOf(state);
}

/** `key=value` joined by `; `, keys sorted: the same tags give the same text. */
function tagsText(tags: Record<string, string>): string | null {
  const pairs = Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1));
  return pairs.map(([key, value]) => `${key}=${value}`).join('; ') || null;
}
