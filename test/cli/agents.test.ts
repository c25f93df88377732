// runlog usage, tool, pipeline, debug, stage, item and correct; and the files of issues under way, which follow what ends.
import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tempStore, type TempStore } from '../support/runlog.js';

async function started(...args: string[]): Promise<TempStore> {
  const store = tempStore();
  await store.start('--id', 'run', ...args);
  return store;
}

const RECORDED: [args: string[], event: Record<string, unknown>][] = [
  [
    'usage --model gpt-5 --provider openai --input 1200 --output 300 --cached-read 800 --reasoning 90 --agent coding'.split(
      ' ',
    ),
    {
      type: 'tokens.used',
      model: 'gpt-5',
      provider: 'openai',
      input: 1200,
      input_includes_cached: null,
      output: 300,
      cached_read: 800,
      cached_write: null,
      reasoning: 90,
      agent: 'coding',
      cost_usd: null,
    },
  ],
  [
    'usage --model m --input 1 --output 0 --input-excludes-cached --cost 0.0125 --issue 3 --step 2'.split(' '),
    { type: 'tokens.used', input_includes_cached: false, cost_usd: 0.0125, issue: '3', step: 2 },
  ],
  [
    'tool read_file --agent coding --duration-ms 12.5'.split(' '),
    { type: 'tool.called', tool: 'read_file', agent: 'coding', success: true, duration_ms: 12.5 },
  ],
  [['tool', 'grep', '--error', 'no such file'], { type: 'tool.called', success: false, error: 'no such file' }],
  [
    'pipeline 4711 --status failed --sha abc --triggered-by push --retry 1 --failed-job unit --failed-job lint --queue-time 3.5'
      .split(' ')
      .concat('--error', '3 tests failed', '--started-at', '2026-01-02T03:04:05Z'),
    {
      type: 'pipeline.recorded',
      pipeline_id: '4711',
      status: 'failed',
      commit_sha: 'abc',
      triggered_by: 'push',
      retry_attempt: 1,
      failed_jobs: ['unit', 'lint'],
      error_message: '3 tests failed',
      queue_seconds: 3.5,
      execution_seconds: null,
      started_at: '2026-01-02T03:04:05.000000Z',
    },
  ],
  [
    ['debug', 'start', '--agent', 'coding', '--type', 'ImportError', '--message', 'no module yaml'],
    { type: 'debug.started', agent: 'coding', error_type: 'ImportError', message: 'no module yaml' },
  ],
  [['debug', 'attempt', '--issue', '3'], { type: 'debug.attempted', issue: '3', agent: null }],
  [
    ['debug', 'end', '--resolved', '--method', 'pinned it'],
    { type: 'debug.ended', resolved: true, method: 'pinned it' },
  ],
  [['debug', 'end', '--unresolved'], { type: 'debug.ended', resolved: false }],
  [
    ['stage', '2', '--iteration', '1', '--loop', '3'],
    { type: 'stage.entered', stage: 2, stage_iteration: 1, loop_iteration: 3 },
  ],
  [
    'item output_image --media image --file a.png --config fast --model sdxl --backend comfy --seconds 4.2 --meta seed=7'.split(
      ' ',
    ),
    {
      type: 'item.recorded',
      item_type: 'output_image',
      media_type: 'image',
      file: 'a.png',
      content: null,
      config: 'fast',
      model: 'sdxl',
      backend: 'comfy',
      execution_seconds: 4.2,
      metadata: { seed: '7' },
    },
  ],
];

it.each(RECORDED)('runlog %j records one event, silently', async (args, event) => {
  const store = await started();
  expect(await store.ok(...args)).toBe('');
  expect((await store.events('run')).at(-1)).toMatchObject(event);
});

it('an item takes its content from the standard input', async () => {
  const store = await started();
  await store.runlog(['item', 'user_input_text', '--content', '-'], { input: 'a red\nhouse\n' });
  expect((await store.events('run')).at(-1)).toMatchObject({ content: 'a red\nhouse' });
});

it.each([
  [['usage', '--input', '1', '--output', '1'], '--model'],
  [['usage', '--model', 'm', '--output', '1'], '--input'],
  [['usage', '--model', 'm', '--input', '1', '--output', '1.5'], 'whole number'],
  [['usage', '--model', 'm', '--input', '1', '--output', '1', '--cost', '-1'], '--cost'],
  [
    ['usage', '--model', 'm', '--input', '1', '--output', '1', '--input-includes-cached', '--input-excludes-cached'],
    'not both',
  ],
  [['tool', ''], 'empty'],
  [['tool', 'x', '--duration-ms', '-5'], '--duration-ms'],
  [['tool', 'x', '--failed', '--', 'true'], 'measured'],
  [['pipeline', '7'], '--status'],
  [['pipeline', '7', '--status', 'failed', '--queue-time', '-1'], '--queue-time'],
  [['debug', 'start', '--agent', 'a'], '--type'],
  [['debug', 'end'], '--resolved or --unresolved'],
  [['debug', 'end', '--resolved', '--unresolved'], 'one of them'],
  [['stage', 'two'], 'the stage'],
  [['item', 'x', '--content', 'a', '--file', 'b'], 'not both'],
  [['correct', 'pipeline', '7', '--success', '--evidence', 'e'], 'issue, agent, run'],
  [['correct', 'issue', '3', '--evidence', 'e'], '--success or --failure'],
  [['correct', 'issue', '3', '--success'], '--evidence'],
  [['correct', 'issue', '3', '--success', '--evidence', 'e', '--issue', '4'], '--issue'],
])('runlog %j is a mistake in the call, and costs nothing', async (args, word) => {
  const store = await started();
  const before = fs.readFileSync(store.segment('run'));
  const { exitCode, stderr } = await store.runlog(args);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 2 });
  expect(stderr).toContain(word);
  expect(fs.readFileSync(store.segment('run'))).toEqual(before);
});

describe('tool NAME -- CMD', () => {
  it('lets input and output through, times CMD and exits as it does', async () => {
    const store = await started();
    const script = 'read line; echo "got $line"; echo oops >&2; exit 3';
    const { stdout, stderr, exitCode } = await store.runlog(
      ['tool', 'sh', '--agent', 'coding', '--', 'sh', '-c', script],
      {
        input: 'hello\n',
      },
    );
    expect({ stdout, stderr, exitCode }).toEqual({ stdout: 'got hello\n', stderr: 'oops\n', exitCode: 3 });
    const event = (await store.events('run')).at(-1);
    expect(event).toMatchObject({ tool: 'sh', agent: 'coding', success: false, error: 'exit status 3' });
    expect(event).toHaveProperty('duration_ms', expect.any(Number));
  });

  it.each([
    [['sh', '-c', 'kill -9 $$'], 137, 'killed by SIGKILL'],
    [['/no/such/command'], 127, '/no/such/command: command not found'],
    [['true'], 0, null],
  ])('%j: says how it ended', async (command, status, error) => {
    const store = await started();
    const { exitCode } = await store.runlog(['tool', 'x', '--', ...command]);
    expect(exitCode).toBe(status);
    expect((await store.events('run')).at(-1)).toMatchObject({ success: error === null, error });
  });

  it('exits as CMD does even where nothing can be recorded', async () => {
    const store = await started();
    const { exitCode, stderr } = await store.runlog(['tool', 'x', '--', 'sh', '-c', 'rm -rf logs; exit 4']);
    expect(exitCode).toBe(4);
    expect(stderr).toContain('the call was NOT recorded');
  });
});

describe('correct', () => {
  async function reviewed(): Promise<TempStore> {
    const store = await started('--issue', '3');
    await store.ok('issue', 'start', '3');
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await store.ok('step', 'start', 'review');
      await store.ok('step', 'end', 'review', '--status', 'FAIL', '--error', 'needs a second reader');
    }
    return store;
  }

  it('before the end: a run whose review was corrected is completed, its failed attempts stay on record', async () => {
    const store = await reviewed();
    await store.ok('correct', 'agent', 'review', '--success', '--evidence', '!12 was merged', '--by', 'gitlab');
    await store.ok('issue', 'end', '3', '--status', 'completed');
    await store.ok('finalize', 'run', '--exit-code', '0');
    expect(await store.status('run')).toBe('completed');
    expect(store.readJson('runs', 'run', 'issues', 'issue_3_report.json').agent_metrics.review).toMatchObject({
      attempts: 2,
      successes: 0,
      failures: 2,
      retries: 1,
      outcome: 'success',
      correction: { success: true, evidence: '!12 was merged', by: 'gitlab' },
    });
    const agents = store.read('csv', 'agents.csv').trim().split('\r\n').slice(1);
    expect(agents.map((row) => row.split(',').at(-2))).toEqual(['', 'success: !12 was merged (gitlab)']);
    expect((await store.runlog(['summary', 'run'])).stdout).toContain('agent review  success  !12 was merged (gitlab)');
  });

  it('after the end: the views are written anew, and the journal verifies', async () => {
    const store = await reviewed();
    await store.ok('issue', 'end', '3', '--status', 'failed');
    await store.ok('finalize', 'run', '--exit-code', '1');
    await store.ok('correct', 'issue', '3', '--success', '--evidence', '!12 was merged', '--run', 'run');
    await store.ok('correct', 'run', 'run', '--success', '--evidence', 'it is deployed');
    expect(await store.status('run')).toBe('completed');
    expect(store.readJson('runs', 'run', '_final.json')).toMatchObject({
      status: 'completed',
      successful_issues: 1,
      failed_issues: 0,
      corrections: [{ subject: 'issue' }, { subject: 'run', name: 'run' }],
    });
    expect(store.readJson('runs', 'run', 'issues', 'issue_3_report.json')).toMatchObject({
      status: 'completed',
      recorded_status: 'failed',
      correction: { evidence: '!12 was merged', by: null },
    });
    expect((await store.json('verify', 'run', '--strict')).ok).toBe(true);
    expect((await store.runlog(['summary', 'run'])).stdout).toMatch(/corrected: it is deployed; it was failed/);
  });

  it('says so where there is nobody of that name', async () => {
    const store = await reviewed();
    const { exitCode, stderr } = await store.runlog(['correct', 'agent', 'reveiw', '--success', '--evidence', 'e']);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('has no agent reveiw: on record are review');
  });

  it('a run is named by its argument; another --run is refused', async () => {
    const store = await reviewed();
    await store.start('--id', 'other');
    const { exitCode } = await store.runlog('correct run run --run other --success --evidence e'.split(' '));
    expect(exitCode).toBe(2);
  });
});

describe('the files of issues under way', () => {
  it('follow each end of something of the issue, and give way to the report at its end', async () => {
    const store = await started();
    const file = (name: string): string => store.path('runs', 'run', 'issues', name);
    await store.ok('issue', 'start', '3');
    await store.ok('step', 'start', 'coding', '--issue', '3');
    await store.ok('step', 'end', 'coding', '--status', 'SUCCESS');
    expect(store.readJson('runs', 'run', 'issues', 'issue_3_metrics.json')).toMatchObject({
      status: 'in_progress',
      agent_metrics: { coding: { attempts: 1, successes: 1 } },
      pipeline_attempts: 0,
    });
    await store.ok('pipeline', '7', '--status', 'failed', '--issue', '3');
    await store.ok('debug', 'start', '--agent', 'coding', '--type', 'E', '--issue', '3');
    await store.ok('debug', 'end', '--resolved');
    expect(store.readJson('runs', 'run', 'issues', 'issue_3_metrics.json')).toMatchObject({
      failed_pipelines: 1,
      debugging_cycles: 1,
    });
    expect(store.readJson('runs', 'run', '_metadata.json')).toMatchObject({ status: 'running', total_pipelines: 1 });
    await store.ok('issue', 'end', '3', '--status', 'completed');
    expect(fs.existsSync(file('issue_3_metrics.json'))).toBe(false);
    const live = store.readJson('runs', 'run', 'issues', 'issue_3_report.json');
    expect(live).toMatchObject({ status: 'completed', debugging_details: [{ resolved: true }] });
    await store.ok('finalize', 'run');
    expect(store.readJson('runs', 'run', 'issues', 'issue_3_report.json')).toEqual(live);
  });

  it('follow a stream of events at its end', async () => {
    const store = await started();
    const lines = [
      { type: 'issue.started', issue: '3' },
      { type: 'step.started', agent: 'coding', step: 1, issue: '3' },
      { type: 'step.ended', step: 1, status: 'FAIL' },
    ];
    await store.runlog(['append', '--stdin'], { input: lines.map((line) => JSON.stringify(line)).join('\n') });
    expect(store.readJson('runs', 'run', 'issues', 'issue_3_metrics.json').agent_metrics.coding.failures).toBe(1);
  });

  it('are left to finalize where the journal is long: recording stays quick', async () => {
    const store = await started();
    await store.ok('issue', 'start', '3');
    const text = 'x'.repeat(60_000);
    const lines = Array.from({ length: 40 }, () => JSON.stringify({ action: 'NOTE', description: text }));
    await store.runlog(['append', '--stdin'], { input: lines.join('\n') });
    await store.ok('issue', 'end', '3', '--status', 'completed');
    expect(fs.existsSync(store.path('runs', 'run', 'issues'))).toBe(false);
    await store.ok('finalize', 'run');
    expect(store.readJson('runs', 'run', 'issues', 'issue_3_report.json')).toMatchObject({ status: 'completed' });
  });

  it('a folder that cannot be written costs nothing but the files', async () => {
    const store = await started();
    fs.writeFileSync(store.path('runs', 'run', 'issues'), 'in the way');
    await store.ok('issue', 'start', '3');
    await store.ok('issue', 'end', '3', '--status', 'completed');
    expect((await store.events('run')).map(({ type }) => type)).toEqual([
      'run.started',
      'issue.started',
      'issue.ended',
    ]);
  });
});
