// What did CI say? Folds pipeline events, the latest word on each pipeline and retry; pure.
import { secondsBetween } from '../events/instant.js';
import type { RunlogEvent } from '../events/vocabulary.js';

export interface Pipeline {
  id: string;
  retryAttempt: number | null;
  issue: string | null;
  at: string;
  status: string;
  commitSha: string | null;
  triggeredBy: string | null;
  failedJobs: string[];
  errorType: string | null;
  errorMessage: string | null;
  queueSeconds: number | null;
  executionSeconds: number | null;
  startedAt: string | null;
  endedAt: string | null;
}

export function applyPipelineEvent(pipelines: Pipeline[], event: RunlogEvent, issue: string | null): void {
  if (event.type !== 'pipeline.recorded') return;
  const pipeline: Pipeline = {
    id: event.pipeline_id,
    retryAttempt: event.retry_attempt ?? null,
    issue,
    at: event.at,
    status: event.status,
    commitSha: event.commit_sha ?? null,
    triggeredBy: event.triggered_by ?? null,
    failedJobs: event.failed_jobs ?? [],
    errorType: event.error_type ?? null,
    errorMessage: event.error_message ?? null,
    queueSeconds: event.queue_seconds ?? null,
    executionSeconds: event.execution_seconds ?? null,
    startedAt: event.started_at ?? null,
    endedAt: event.ended_at ?? null,
  };
  const known = pipelines.findIndex(
    ({ id, retryAttempt }) => id === pipeline.id && retryAttempt === pipeline.retryAttempt,
  );
  if (known === -1) pipelines.push(pipeline);
  else pipelines[known] = pipeline;
}

export function hasSucceeded({ status }: Pipeline): boolean {
  return /^(success|succeeded|passed)$/i.test(status);
}

export function hasFailed({ status }: Pipeline): boolean {
  return /^(failed|failure|error)$/i.test(status);
}

export function pipelineSeconds({ startedAt, endedAt, executionSeconds }: Pipeline): number | null {
  return secondsBetween(startedAt, endedAt) ?? executionSeconds;
}
