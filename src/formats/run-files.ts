// The JSON files of a run's folder, in the keys of the field: metadata, final report, issue metrics and issue reports.
import { secondsBetween } from '../events/instant.js';
import { firstTimeRight, percent, retries, stepsOf, toolCalls } from '../views/issue-outcome.js';
import { hasFailed as pipelineHasFailed, hasSucceeded } from '../views/pipelines.js';
import { countOutcomes, hasFailed, successRate } from '../views/outcome.js';
import { durationSeconds, startTime, statusOf, traceId, type RunState } from '../views/run.js';
import { executions, type Step } from '../views/steps.js';
import { totalTokens } from '../views/tokens.js';
import type { Issue } from '../views/issues.js';
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
  return prettyJson(metadata(runId, state));
}

/** `_final.json`: the metadata, how it ended, and the seal over the journal as it then was. */
export function encodeFinal(runId: string, state: RunState, seal: Seal): string {
  const { ending } = state;
  return prettyJson({
    ...metadata(runId, state),
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
    total_steps: executions(state.steps).length,
    total_tokens: totalTokens(state.tokens),
    input_tokens: state.tokens.input,
    output_tokens: state.tokens.output,
    estimated_cost_usd: state.tokens.costUsd,
    seal,
  });
}

/** `issues/issue_<iid>_metrics.json` while it is under way, `issue_<iid>_report.json` once it has ended; never both. */
export function encodeIssueFile(
  runId: string,
  state: RunState,
  issue: Issue,
): { name: string; otherName: string; text: string } {
  const hasEnded = issue.status !== 'in_progress';
  const file = safeName(issue.iid);
  const [name, otherName] = [`issue_${file}_report.json`, `issue_${file}_metrics.json`];
  return {
    name: hasEnded ? name : otherName,
    otherName: hasEnded ? otherName : name,
    text: prettyJson({ ...issueMetrics(runId, state, issue), ...(hasEnded ? issueReport(state, issue) : {}) }),
  };
}

function metadata(runId: string, state: RunState): Record<string, unknown> {
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
    trace_id: traceId(state),
    tags: started?.tags ?? {},
  };
}

function issueMetrics(runId: string, state: RunState, issue: Issue): Record<string, unknown> {
  const pipelines = state.pipelines.filter((pipeline) => pipeline.issue === issue.iid);
  return {
    run_id: runId,
    issue_iid: issue.iid,
    start_time: issue.startTime,
    agent_metrics: agentMetrics(stepsOf(state, issue)),
    pipeline_attempts: pipelines.length,
    succeeded_pipelines: pipelines.filter(hasSucceeded).length,
    failed_pipelines: pipelines.filter(pipelineHasFailed).length,
    debugging_cycles: state.cycles.filter((cycle) => cycle.issue === issue.iid).length,
    errors: state.errors.filter((error) => error.issue === issue.iid).length,
    status: issue.status,
  };
}

function issueReport(state: RunState, issue: Issue): Record<string, unknown> {
  const steps = stepsOf(state, issue);
  const pipelines = state.pipelines.filter((pipeline) => pipeline.issue === issue.iid);
  const cycles = state.cycles.filter((cycle) => cycle.issue === issue.iid);
  const errors = state.errors.filter((error) => error.issue === issue.iid);
  return {
    end_time: issue.endTime,
    duration_seconds: secondsBetween(issue.startTime, issue.endTime),
    total_agent_retries: retries(steps),
    pipeline_success_rate: percent(pipelines.filter(hasSucceeded).length, pipelines.length),
    pipeline_details: pipelines.map((pipeline) => ({
      pipeline_id: pipeline.id,
      status: pipeline.status,
      commit_sha: pipeline.commitSha,
      timestamp: pipeline.at,
    })),
    total_errors: errors.length,
    resolved_cycles: cycles.filter(({ resolved }) => resolved === true).length,
    debugging_success_rate: percent(cycles.filter(({ resolved }) => resolved === true).length, cycles.length),
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
    cost_metrics: {
      total_tokens: totalTokens(issue.tokens),
      input_tokens: issue.tokens.input,
      output_tokens: issue.tokens.output,
      estimated_cost_usd: issue.tokens.costUsd,
    },
    code_metrics: {
      files_created: issue.code?.filesCreated ?? null,
      files_modified: issue.code?.filesModified ?? null,
      files_deleted: issue.code?.filesDeleted ?? null,
      lines_added: issue.code?.linesAdded ?? null,
      lines_deleted: issue.code?.linesDeleted ?? null,
      commits: issue.code?.commits ?? null,
      test_coverage: issue.code?.testCoverage ?? null,
    },
    complexity_score: issue.complexity,
    first_time_right: firstTimeRight(state, issue),
    total_tool_calls: toolCalls(state, issue),
  };
}

/** What each agent did for an issue: executions by how they ended, and the seconds of those that have. */
function agentMetrics(steps: readonly Step[]): Record<string, unknown> {
  const agents = [...new Set(steps.map(({ agent }) => agent ?? ''))];
  return Object.fromEntries(
    agents.map((agent) => {
      const own = steps.filter((step) => step.agent === agent);
      const seconds = own.map((step) => secondsBetween(step.startedAt, step.endedAt)).filter((known) => known !== null);
      return [
        agent,
        {
          attempts: own.length,
          successes: own.filter(({ status }) => status === 'SUCCESS').length,
          failures: own.filter(hasFailed).length,
          duration: seconds.length === 0 ? null : seconds.reduce((sum, known) => sum + known, 0),
          retries: retries(own),
        },
      ];
    }),
  );
}

function safeName(iid: string): string {
  return iid.replaceAll(/[^A-Za-z0-9_-]/g, (character) => `%${character.codePointAt(0)?.toString(16)}`).slice(0, 150);
}
