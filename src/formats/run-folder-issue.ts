// What the files of one issue in an agent run's folder say, as events: agents, pipelines, debugging cycles, errors, tokens, code.
import { secondsBetween } from '../events/instant.js';
import type { EventBody, Json } from '../events/vocabulary.js';
import { isOver } from '../views/pipelines.js';
import { isRecord, type DraftEvent } from './draft.js';
import { restOf, shown, type LooseContext, type LooseObject } from './loose-values.js';

/** No agent tries as often as this: a larger number is a fault of the file, and would fill the disk. */
const MOST_ATTEMPTS = 10_000;
const ENDS: ReadonlySet<string> = new Set(['completed', 'failed', 'skipped']);
/** Lists whose entries become events, and keep with those what is left of them. */
export const EVENT_LISTS = ['pipeline_details', 'debugging_details', 'errors'] as const;

export interface IssueSource {
  iid: string;
  /** All that its files say. */
  file: LooseObject;
  /** The last time that is known before it: what of it has no time stands there. */
  before: string;
}

/** What the issues of a run share. */
export interface IssueContext extends LooseContext {
  /** The number that the last execution got. */
  lastStep: number;
  /** How often a pipeline that was over was named so far, by its id. */
  retries: Map<string, number>;
}

export type IssueCounts = Omit<EventBody<'issue.counted'>, 'type' | 'issue' | 'untimed' | 'given'>;

export interface IssueDraft {
  start: DraftEvent & { type: 'issue.started' };
  events: DraftEvent[];
  /** Null while it is in progress. */
  end: DraftEvent | null;
  /** What the files count, which may be more than they tell of. */
  counts: IssueCounts;
}

export function draftIssue({ iid, file, before }: IssueSource, context: IssueContext): IssueDraft {
  const startedAt = file.time('start_time');
  const at = startedAt ?? before;
  const start = {
    type: 'issue.started' as const,
    ...placed(startedAt, at),
    issue: iid,
    complexity: file.number('complexity_score'),
  };
  const events = [...executionsOf(iid, file.object('agent_metrics'), at, context)];
  const told = [
    ...pipelinesOf(iid, file, at, context),
    ...cyclesOf(iid, file, at, context),
    ...errorsOf(iid, file, at, context),
  ];
  events.push(...told.toSorted(byFirstTime).flat());
  const last = [start, ...events].reduce((latest, event) => (event.at > latest ? event.at : latest), at);
  const endedAt = file.time('end_time');
  events.push(...tokensOf(iid, file, endedAt ?? last), ...codeOf(iid, file, endedAt ?? last));
  return { start, events, end: endOf(iid, file, endedAt, last), counts: countsOf(file) };
}

/** When it happened, else when to put it: only where it happened is a time. */
function placed(time: string | null, otherwise: string): { at: string; untimed?: true } {
  return time === null ? { at: otherwise, untimed: true } : { at: time };
}

function byFirstTime([one]: DraftEvent[], [other]: DraftEvent[]): number {
  const [a, b] = [one?.at ?? '', other?.at ?? ''];
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * As many executions of each agent as it made attempts: failures, successes, the rest without end. In which order they happened, and
 * when, nobody wrote down; nor how long each of them took, only all together.
 */
function* executionsOf(
  iid: string,
  agents: LooseObject,
  at: string,
  context: IssueContext,
): Generator<DraftEvent, void> {
  for (const [agent, metrics] of agents.entries()) {
    const failures = capped(metrics, 'failures');
    const successes = capped(metrics, 'successes');
    const said = capped(metrics, 'attempts');
    const ended = failures + successes;
    if (said < ended && metrics.get('attempts') !== null)
      metrics.say('attempts', `${said} attempts, but ${ended} outcomes; ${ended} attempts were read`);
    const seconds = metrics.number('duration');
    if (seconds !== null && seconds < 0) metrics.say('duration', `no duration: ${seconds}`);
    for (let attempt = 1; attempt <= Math.max(said, ended); attempt += 1) {
      context.lastStep += 1;
      const step = context.lastStep;
      yield { type: 'step.started', at, untimed: true, step, agent, attempt, issue: iid };
      if (attempt > ended) continue;
      yield {
        type: 'step.ended',
        at,
        untimed: true,
        step,
        status: attempt <= failures ? 'FAIL' : 'SUCCESS',
        ...(attempt < ended || seconds === null || seconds < 0 ? {} : durationOf(seconds, ended)),
      };
    }
  }
}

function capped(metrics: LooseObject, key: string): number {
  const count = metrics.count(key) ?? 0;
  if (count > MOST_ATTEMPTS) metrics.say(key, `${count} are too many; ${MOST_ATTEMPTS} were read`);
  return Math.min(count, MOST_ATTEMPTS);
}

function durationOf(seconds: number, attempts: number): { duration_seconds: number; duration_attempts?: number } {
  return { duration_seconds: seconds, ...(attempts > 1 ? { duration_attempts: attempts } : {}) };
}

function pipelinesOf(iid: string, file: LooseObject, before: string, context: IssueContext): DraftEvent[][] {
  let at = before;
  return file.objects('pipeline_details').map((detail) => {
    const id = detail.id('pipeline_id') ?? '';
    const status = detail.text('status') ?? '';
    const time = detail.time('timestamp');
    at = time ?? at;
    const retry = context.retries.get(id);
    if (isOver(status)) context.retries.set(id, (retry ?? 0) + 1);
    const sha = detail.text('commit_sha');
    const derived = { pipeline_id: id, status, commit_sha: sha, timestamp: time };
    const event = { pipeline_id: id, status, commit_sha: sha, issue: iid };
    return [
      withRest(
        {
          type: 'pipeline.recorded',
          ...placed(time, at),
          ...event,
          ...(retry === undefined ? {} : { retry_attempt: retry }),
        },
        detail,
        derived,
        context,
      ),
    ];
  });
}

function cyclesOf(iid: string, file: LooseObject, before: string, context: IssueContext): DraftEvent[][] {
  let at = before;
  return file.objects('debugging_details').map((detail) => {
    const agent = detail.text('agent') ?? '';
    const errorType = detail.text('error_type') ?? '';
    const message = detail.text('error_message');
    const [startedAt, endedAt] = [detail.time('start_time'), detail.time('end_time')];
    const [attempts, resolved] = [capped(detail, 'attempts'), detail.flag('resolved')];
    at = startedAt ?? at;
    const of = { agent, issue: iid };
    const derived = {
      agent,
      error_type: errorType,
      error_message: message,
      start_time: startedAt,
      end_time: resolved === null ? null : endedAt,
      attempts,
      resolved,
      duration_seconds: resolved === null ? null : secondsBetween(startedAt, endedAt),
    };
    const start = { type: 'debug.started' as const, ...placed(startedAt, at), error_type: errorType, message, ...of };
    const events: DraftEvent[] = [withRest(start, detail, derived, context)];
    for (let attempt = 0; attempt < attempts; attempt += 1)
      events.push({ type: 'debug.attempted', at, untimed: true, ...of });
    if (resolved !== null) events.push({ type: 'debug.ended', ...placed(endedAt, at), resolved, ...of });
    at = endedAt ?? at;
    return events;
  });
}

function errorsOf(iid: string, file: LooseObject, before: string, context: IssueContext): DraftEvent[][] {
  // Of an issue under way they are only counted.
  if (!Array.isArray(file.get('errors'))) return [];
  let at = before;
  return file.objects('errors').map((detail) => {
    const [type, message] = [detail.text('type') ?? '', detail.text('message') ?? ''];
    const [agent, time] = [detail.text('agent'), detail.time('timestamp')];
    at = time ?? at;
    const event = { type: 'error.raised' as const, ...placed(time, at), error_type: type, message, agent, issue: iid };
    return [withRest(event, detail, { type, message, agent, timestamp: time }, context)];
  });
}

function withRest(
  event: DraftEvent,
  detail: LooseObject,
  derived: Record<string, unknown>,
  context: LooseContext,
): DraftEvent {
  const given = restOf(detail.values, derived, context);
  return given === null ? event : { ...event, given };
}

/** Zeros all over are what that system writes where nobody counted. */
function tokensOf(iid: string, file: LooseObject, at: string): DraftEvent[] {
  const costs = file.object('cost_metrics');
  const [input, output] = [costs.count('input_tokens'), costs.count('output_tokens')];
  const usd = costs.number('estimated_cost_usd');
  if (![input, output, usd].some((known) => known !== null && known > 0)) return [];
  return [{ type: 'tokens.used', at, untimed: true, issue: iid, input, output, cost_usd: usd }];
}

function codeOf(iid: string, file: LooseObject, at: string): DraftEvent[] {
  const code = file.object('code_metrics');
  const measures = {
    files_created: code.count('files_created'),
    files_modified: code.count('files_modified'),
    files_deleted: code.count('files_deleted'),
    lines_added: code.count('lines_added'),
    lines_deleted: code.count('lines_deleted'),
    commits: code.count('commits'),
    test_coverage: code.number('test_coverage'),
  };
  if (!Object.values(measures).some((known) => known !== null && known > 0)) return [];
  return [{ type: 'code.measured', at, untimed: true, issue: iid, ...measures }];
}

function endOf(iid: string, file: LooseObject, endedAt: string | null, last: string): DraftEvent | null {
  const status = file.text('status');
  if (status !== null && ENDS.has(status))
    return { type: 'issue.ended', ...placed(endedAt, last), issue: iid, status, error: null };
  if (status !== null && status !== 'in_progress') file.say('status', `no status of an issue: ${shown(status)}`);
  return null;
}

function countsOf(file: LooseObject): IssueCounts {
  const counted = Array.isArray(file.get('errors')) ? null : file.count('errors');
  const total = file.count('total_errors');
  return {
    pipelines: file.count('pipeline_attempts'),
    succeeded_pipelines: file.count('succeeded_pipelines'),
    failed_pipelines: file.count('failed_pipelines'),
    debugging_cycles: file.count('debugging_cycles'),
    resolved_cycles: file.count('resolved_cycles'),
    errors: counted === null || total === null ? (counted ?? total) : Math.max(counted, total),
    tool_calls: file.count('total_tool_calls'),
  };
}

/** The values of a file but for lists whose entries all became events. */
export function besidesEvents(values: Record<string, Json>): Record<string, Json> {
  const isTold = (key: string, value: Json): boolean =>
    EVENT_LISTS.some((list) => list === key) && Array.isArray(value) && value.every(isRecord);
  return Object.fromEntries(Object.entries(values).filter(([key, value]) => !isTold(key, value)));
}
