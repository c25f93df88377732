// What agents record folds into something true, in whatever order and with whatever missing.
import { describe, expect, it } from 'vitest';
import type { EventBody, RunlogEvent } from '../events/vocabulary.js';
import { correctionText } from './corrections.js';
import { firstTimeRight, retries } from './issue-outcome.js';
import { issueStatus } from './issues.js';
import { countOutcomes, failureOf, statusByRecord } from './outcome.js';
import { pipelineSeconds } from './pipelines.js';
import { foldRun, statusOf, type RunState } from './run.js';
import { unpricedModels } from './tokens.js';

/** Events a second apart, in the order given. */
function fold(...bodies: (EventBody & { id?: string })[]): RunState {
  const events = bodies.map((body, index) => {
    const at = `2026-01-02T03:04:${String(index).padStart(2, '0')}.000000Z`;
    return { v: 1, id: `event-${index}`, at, ...body } as RunlogEvent;
  });
  return foldRun(events);
}

const STARTED: EventBody = { type: 'run.started', run_id: 'run_a' };
const start = (step: number, agent: string, issue: string | null = null, task: string | null = null): EventBody => ({
  type: 'step.started',
  step,
  agent,
  issue,
  task,
});
const end = (step: number, status: 'SUCCESS' | 'FAIL' | 'BLOCKED'): EventBody => ({ type: 'step.ended', step, status });

describe('attempts and outcomes', () => {
  it('an agent that failed twice and then succeeded is a success with two retries', () => {
    const state = fold(
      STARTED,
      { type: 'issue.started', issue: '3' },
      ...[1, 2, 3].flatMap((step) => [start(step, 'coding', '3'), end(step, step === 3 ? 'SUCCESS' : 'FAIL')]),
      { type: 'issue.ended', issue: '3', status: 'completed' },
    );
    expect(state.steps.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(retries(state.steps)).toBe(2);
    expect(statusByRecord(state).status).toBe('completed');
    expect(countOutcomes(state)).toMatchObject({ steps: 3, succeededSteps: 1, failedSteps: 2, completedIssues: 1 });
    expect(firstTimeRight(state, state.issues[0] as RunState['issues'][number])).toBe(false);
  });

  it('a correction of an agent changes its outcome, not its attempts, and says who knows it from where', () => {
    const bodies = [STARTED, start(1, 'review', '3'), end(1, 'FAIL'), start(2, 'review', '3'), end(2, 'FAIL')];
    const correction: EventBody = {
      type: 'outcome.corrected',
      subject: 'agent',
      name: 'review',
      success: true,
      evidence: '!12 was merged',
      by: 'gitlab',
    };
    expect(failureOf(fold(...bodies))).toBe('step 2 (review) ended FAIL');
    const state = fold(...bodies, correction);
    expect(failureOf(state)).toBeNull();
    expect(state.steps.map(({ status }) => status)).toEqual(['FAIL', 'FAIL']);
    expect(state.steps.map(({ correction: one }) => correctionText(one))).toEqual([
      null,
      'success: !12 was merged (gitlab)',
    ]);
  });

  it('an execution that begins after the correction is not covered by it', () => {
    const correction: EventBody = {
      type: 'outcome.corrected',
      subject: 'agent',
      name: 'review',
      success: true,
      evidence: 'merged',
    };
    const state = fold(STARTED, start(1, 'review'), end(1, 'FAIL'), correction, start(2, 'review'), end(2, 'FAIL'));
    expect(failureOf(state)).toBe('step 2 (review) ended FAIL');
  });

  it('a correction of an agent within one issue leaves the others', () => {
    const correction: EventBody = {
      type: 'outcome.corrected',
      subject: 'agent',
      name: 'review',
      issue: '1',
      success: true,
      evidence: 'merged',
    };
    const state = fold(
      STARTED,
      start(1, 'review', '1'),
      end(1, 'FAIL'),
      start(2, 'review', '2'),
      end(2, 'FAIL'),
      correction,
    );
    expect(state.steps.map(({ correction: one }) => one?.success ?? null)).toEqual([true, null]);
  });

  it('a corrected issue has the outcome of the outside truth, and failures of its steps no longer count', () => {
    const state = fold(
      STARTED,
      { type: 'issue.started', issue: '3' },
      start(1, 'review', '3'),
      end(1, 'FAIL'),
      { type: 'issue.ended', issue: '3', status: 'failed' },
      { type: 'outcome.corrected', subject: 'issue', name: '3', success: true, evidence: '!12 was merged' },
    );
    const [issue] = state.issues;
    expect(issue?.status).toBe('failed');
    expect(issue === undefined ? null : issueStatus(issue)).toBe('completed');
    expect(countOutcomes(state)).toMatchObject({ completedIssues: 1, failedIssues: 0, failedSteps: 1 });
    expect(statusByRecord(state).status).toBe('completed');
  });

  it('an issue that is taken up again is open again, whatever was said of it before', () => {
    const state = fold(
      STARTED,
      { type: 'issue.started', issue: '3' },
      { type: 'issue.ended', issue: '3', status: 'failed' },
      { type: 'outcome.corrected', subject: 'issue', name: '3', success: true, evidence: 'closed' },
      { type: 'issue.started', issue: '3' },
    );
    expect(state.issues.map(issueStatus)).toEqual(['in_progress']);
  });

  it('a correction of something that is not on record makes nothing up', () => {
    const correction: EventBody = {
      type: 'outcome.corrected',
      subject: 'issue',
      name: '99',
      success: true,
      evidence: 'closed',
    };
    const state = fold(STARTED, correction);
    expect(state.corrections).toHaveLength(1);
    expect(state.issues).toEqual([]);
  });

  it('a corrected run has that outcome once it has ended', () => {
    const correction: EventBody = { type: 'outcome.corrected', subject: 'run', success: true, evidence: 'deployed' };
    expect(statusOf(fold(STARTED, correction))).toBe('running');
    expect(statusOf(fold(STARTED, { type: 'run.ended', status: 'failed' }, correction))).toBe('completed');
  });
});

describe('events that are missing or out of order', () => {
  it('an end that comes before its start, from a host with a slower clock, is the end of that step', () => {
    const state = fold(
      STARTED,
      { type: 'step.ended', step: 1, agent: 'coding', status: 'SUCCESS' },
      start(1, 'coding', '3'),
    );
    expect(state.steps).toMatchObject([{ number: 1, agent: 'coding', issue: '3', status: 'SUCCESS' }]);
  });

  it('an end of an issue that comes before its start leaves it ended', () => {
    const state = fold(
      STARTED,
      { type: 'issue.ended', issue: '3', status: 'completed' },
      { type: 'issue.started', issue: '3' },
    );
    expect(state.issues).toMatchObject([{ status: 'completed', startTime: '2026-01-02T03:04:02.000000Z' }]);
  });

  it('a debugging cycle whose start is lost is kept with what is known of it', () => {
    const state = fold(STARTED, { type: 'debug.attempted', agent: 'coding' }, { type: 'debug.ended', resolved: true });
    expect(state.cycles).toMatchObject([
      { agent: 'coding', errorType: null, startedAt: null, attempts: 1, resolved: true },
    ]);
  });

  it('executions that overlap each get their own calls: by number, else by the agent that is at work', () => {
    const state = fold(
      STARTED,
      start(1, 'coding', '1'),
      start(2, 'coding', '2'),
      start(3, 'review', '2'),
      { type: 'tool.called', tool: 'grep', success: true, step: 1 },
      { type: 'tool.called', tool: 'grep', success: true, agent: 'review' },
      { type: 'tokens.used', model: 'm', input: 10, output: 1, agent: 'coding' },
      end(2, 'SUCCESS'),
      { type: 'tokens.used', model: 'm', input: 5, output: 1, agent: 'coding' },
      { type: 'tokens.used', model: 'm', input: 7, output: 1, agent: 'planning' },
    );
    expect(state.steps.map(({ toolCalls, tokens }) => [toolCalls, tokens.input])).toEqual([
      [1, 5],
      [0, 10],
      [1, null],
    ]);
    expect(state.tokens.input).toBe(22);
    // To the issue of the execution that they belong to; what belongs to none, to no issue.
    expect(state.issues.map(({ iid, tokens }) => [iid, tokens.input])).toEqual([
      ['1', 5],
      ['2', 10],
    ]);
  });

  it('a pipeline that is recorded as it goes on is one pipeline, and loses nothing that was said before', () => {
    const state = fold(
      STARTED,
      { type: 'pipeline.recorded', pipeline_id: '7', status: 'running', commit_sha: 'abc' },
      { type: 'pipeline.recorded', pipeline_id: '7', status: 'failed', failed_jobs: ['unit', 'lint'] },
      { type: 'pipeline.recorded', pipeline_id: '7', status: 'failed', error_type: 'test' },
    );
    expect(state.pipelines).toMatchObject([
      {
        status: 'failed',
        commitSha: 'abc',
        failedJobs: ['unit', 'lint'],
        errorType: 'test',
        startedAt: '2026-01-02T03:04:01.000000Z',
        endedAt: '2026-01-02T03:04:02.000000Z',
      },
    ]);
  });
});

describe('how long a pipeline took', () => {
  const seen = { type: 'pipeline.recorded', pipeline_id: '7', status: 'running' } as const;
  const over = { ...seen, status: 'success' } as const;
  const said = { started_at: '2026-01-02T03:00:00.000000Z', ended_at: '2026-01-02T03:00:10.000000Z' };
  const secondsOf = (...bodies: EventBody[]): (number | null)[] =>
    fold(STARTED, ...bodies).pipelines.map(pipelineSeconds);
  it('is from its start to its end where both were given', () => {
    expect(secondsOf({ ...over, ...said, execution_seconds: 8 })).toEqual([10]);
  });
  it('is as long as CI says that it executed where it was only seen to begin or to end', () => {
    expect(secondsOf(seen, { ...over, execution_seconds: 88.25 })).toEqual([88.25]);
    expect(secondsOf(seen, { ...over, ended_at: said.ended_at, execution_seconds: 8 })).toEqual([8]);
  });
  it('is as it was seen where nobody says more, and unknown while it is open', () => {
    expect(secondsOf(seen, over)).toEqual([1]);
    expect(secondsOf(seen)).toEqual([null]);
    expect(secondsOf(over)).toEqual([null]);
  });
});

describe('tokens', () => {
  const call = (provider: string | null, model: string, more: object = {}): EventBody => ({
    type: 'tokens.used',
    provider,
    model,
    input: 100,
    output: 10,
    cached_read: 1000,
    cached_write: 50,
    ...more,
  });
  it.each([
    ['anthropic', 'claude-sonnet-4-5', {}, 1150],
    [null, 'claude-sonnet-4-5', {}, 1150],
    ['Vertex AI', 'claude-opus-4', {}, 1150],
    ['bedrock', 'amazon.nova-pro-v1:0', {}, 1150],
    ['openrouter', 'anthropic/claude-sonnet-4.5', {}, 100],
    ['openai', 'gpt-5', {}, 100],
    [null, 'gemini-2.5-pro', {}, 100],
    ['anthropic', 'claude-sonnet-4-5', { input_includes_cached: true }, 100],
    ['openai', 'gpt-5', { input_includes_cached: false }, 1150],
  ])('%s %s %j: all tokens read, whichever way they are reported', (provider, model, more, input) => {
    const { tokens } = fold(STARTED, call(provider, model, more));
    expect(tokens).toMatchObject({ calls: 1, input, output: 10, cachedRead: 1000, cachedWrite: 50 });
  });

  it('a cost as reported beats the price of a list, and both are kept; the first price stands', () => {
    const state = fold(
      STARTED,
      { type: 'tokens.used', model: 'a', input: 1, output: 1, cost_usd: 0.5, issue: '3' },
      { type: 'tokens.used', model: 'b', input: 1, output: 1, issue: '3' },
      { type: 'tokens.priced', source: 'list 1', costs_usd: { 'event-1': 0.4, 'event-2': 0.25, 'event-9': 7 } },
      { type: 'tokens.priced', source: 'list 2', costs_usd: { 'event-2': 99 } },
    );
    const sums = { reportedUsd: 0.5, computedUsd: 0.65, costUsd: 0.75, unpricedCalls: 0 };
    expect(state.tokens).toMatchObject(sums);
    expect(state.issues[0]?.tokens).toMatchObject(sums);
    expect(state.usage.sources).toEqual(['list 1', 'list 2']);
  });

  it('a price that comes before its call, from a host with a slower clock, is the price of that call', () => {
    const state = fold(
      STARTED,
      { type: 'tokens.priced', source: 'list 1', costs_usd: { late: 0.25 } },
      { type: 'tokens.used', id: 'late', model: 'b', input: 1, output: 1 },
    );
    expect(state.tokens).toMatchObject({ costUsd: 0.25, unpricedCalls: 0 });
  });

  it('a model of unknown price has no cost, and is named', () => {
    const state = fold(
      STARTED,
      { type: 'tokens.used', model: 'acme-7b', provider: 'acme', input: 100, output: 5 },
      { type: 'tokens.used', model: 'acme-7b', provider: 'acme', input: 100, output: 5 },
      { type: 'tokens.used', model: 'acme-8b', input: 1, output: 1, cost_usd: 0.1 },
    );
    expect(state.tokens).toMatchObject({ costUsd: 0.1, unpricedCalls: 2 });
    expect(unpricedModels(state.usage)).toEqual([{ provider: 'acme', model: 'acme-7b', calls: 2, tokens: 210 }]);
  });

  it('days are those of the place where the run was', () => {
    const state = fold({ ...STARTED, utc_offset_minutes: -300 } as EventBody, {
      type: 'tokens.used',
      model: 'm',
      input: 1,
      output: 1,
    });
    expect([...state.usage.groups.values()].map(({ day }) => day)).toEqual(['2026-01-01']);
  });
});

describe('items', () => {
  it('carry stage, stage iteration and loop iteration until they are changed', () => {
    const state = fold(
      STARTED,
      { type: 'item.recorded', item_type: 'pipeline_start' },
      { type: 'stage.entered', stage: 2, stage_iteration: 1, loop_iteration: 3 },
      { type: 'item.recorded', item_type: 'a' },
      { type: 'item.recorded', item_type: 'b', loop_iteration: 4 },
      { type: 'item.recorded', item_type: 'c', stage: 5 },
      { type: 'stage.entered', stage: 3 },
      { type: 'item.recorded', item_type: 'd' },
    );
    const stages = state.items.latest.map((item) => [item.number, item.stage, item.stageIteration, item.loopIteration]);
    expect(stages).toEqual([
      [1, null, null, null],
      [2, 2, 1, 3],
      [3, 2, 1, 4],
      [4, 5, null, null],
      [5, 3, null, null],
    ]);
  });
});
