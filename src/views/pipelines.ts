// What did CI say? Folds what was recorded of each pipeline and retry, as it went on, into one; pure.
import { secondsBetween } from '../events/instant.js';
import { timeOf } from '../events/times.js';
import type { RunlogEvent } from '../events/vocabulary.js';
import { keyOfParts, placeOf } from './keyed.js';

export interface Pipeline {
  id: string;
  retryAttempt: number | null;
  issue: string | null;
  /** When it was last heard of. */
  at: string | null;
  status: string;
  commitSha: string | null;
  triggeredBy: string | null;
  failedJobs: string[];
  errorType: string | null;
  errorMessage: string | null;
  queueSeconds: number | null;
  executionSeconds: number | null;
  /** As said; else when it was first seen under way, and when it was first seen to be over. */
  startedAt: string | null;
  endedAt: string | null;
  /** Whether they were said: what is only seen tells when somebody looked. */
  saidStart: boolean;
  saidEnd: boolean;
}

/** What CI systems call a pipeline that is still to end. */
const OPEN = /^(created|pending|queued|waiting|waiting_for_resource|preparing|scheduled|manual|running|in_progress)$/i;

export function isOver(status: string): boolean {
  return !OPEN.test(status);
}

export function applyPipelineEvent(pipelines: Pipeline[], event: RunlogEvent, issue: string | null): void {
  if (event.type !== 'pipeline.recorded') return;
  const retryAttempt = event.retry_attempt ?? null;
  const index = placeOf(pipelines, keyOfParts(event.pipeline_id, retryAttempt), (known) =>
    keyOfParts(known.id, known.retryAttempt),
  );
  const known = index === -1 ? null : (pipelines[index] as Pipeline);
  const hasEnded = isOver(event.status);
  const at = timeOf(event);
  const pipeline: Pipeline = {
    id: event.pipeline_id,
    retryAttempt,
    issue: issue ?? known?.issue ?? null,
    at,
    status: event.status,
    commitSha: event.commit_sha ?? known?.commitSha ?? null,
    triggeredBy: event.triggered_by ?? known?.triggeredBy ?? null,
    failedJobs: event.failed_jobs ?? known?.failedJobs ?? [],
    errorType: event.error_type ?? known?.errorType ?? null,
    errorMessage: event.error_message ?? known?.errorMessage ?? null,
    queueSeconds: event.queue_seconds ?? known?.queueSeconds ?? null,
    executionSeconds: event.execution_seconds ?? known?.executionSeconds ?? null,
    startedAt: event.started_at ?? known?.startedAt ?? (hasEnded ? null : at),
    endedAt: event.ended_at ?? (hasEnded ? (known?.endedAt ?? at) : null),
    saidStart: (event.started_at ?? null) !== null || known?.saidStart === true,
    saidEnd: (event.ended_at ?? null) !== null || known?.saidEnd === true,
  };
  if (index === -1) pipelines.push(pipeline);
  else pipelines[index] = pipeline;
}

export function hasSucceeded({ status }: Pipeline): boolean {
  return /^(success|succeeded|passed)$/i.test(status);
}

export function hasFailed({ status }: Pipeline): boolean {
  return /^(failed|failure|error)$/i.test(status);
}

/** From the start to the end, as said; else as long as CI says that it executed; else as far as it was seen. */
export function pipelineSeconds({ startedAt, endedAt, saidStart, saidEnd, executionSeconds }: Pipeline): number | null {
  const seconds = secondsBetween(startedAt, endedAt);
  return saidStart && saidEnd ? (seconds ?? executionSeconds) : (executionSeconds ?? seconds);
}
