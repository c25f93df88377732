// runlog plan, step, issue, metric, error and beat: each records one event, and says nothing unless it was promised.
import { describe, expect, test } from 'vitest';
import { tempStore, type TempStore } from '../support/runlog.js';

async function started(): Promise<TempStore> {
  const store = tempStore();
  await store.start('--id', 'run');
  return store;
}

const RECORDED: [title: string, args: string[], event: Record<string, unknown>][] = [
  [
    'plan has choice, rationale, backups in their order and parameters',
    [
      'plan',
      '--choice',
      'gc',
      '--rationale',
      'continuous',
      '--backup',
      'ctgan',
      '--backup',
      'tvae',
      '--hyperparams',
      '{"a":[1]}',
    ],
    { type: 'plan.made', choice: 'gc', rationale: 'continuous', backups: ['ctgan', 'tvae'], hyperparams: { a: [1] } },
  ],
  [
    'step note has title, detail and metrics',
    [
      'step',
      'note',
      '1',
      'metrics',
      '--detail',
      'd',
      '--metric',
      'KS=0.320',
      '--metric',
      'MIA=nan',
      '--metric',
      'x=-inf',
    ],
    { type: 'step.noted', step: 1, title: 'metrics', detail: 'd', metrics: { KS: 0.32, MIA: 'NaN', x: '-Infinity' } },
  ],
  [
    'step end by number',
    ['step', 'end', '2', '--status', 'BLOCKED', '--summary', 's', '--error', 'e'],
    { type: 'step.ended', step: 2, agent: null, status: 'BLOCKED', output_summary: 's', error: 'e' },
  ],
  [
    'step end by agent',
    ['step', 'end', 'review', '--status', 'FAIL'],
    { type: 'step.ended', step: null, agent: 'review', status: 'FAIL', output_summary: null, error: null },
  ],
  ['issue start', ['issue', 'start', '3', '--complexity', '5'], { type: 'issue.started', issue: '3', complexity: 5 }],
  [
    'issue end',
    ['issue', 'end', '3', '--status', 'failed', '--error', 'no reviewer'],
    { type: 'issue.ended', issue: '3', status: 'failed', error: 'no reviewer' },
  ],
  [
    'metric with an upper limit',
    ['metric', 'KS', '0.32', '--max', '0.10', '--unit', '%', '--step', '1', '--issue', '3'],
    { type: 'metric.measured', name: 'KS', value: 0.32, limit: 0.1, direction: 'max', unit: '%', step: 1, issue: '3' },
  ],
  [
    'metric with a lower limit and a negative value',
    ['metric', 'gain', '-1.5e3', '--min', '-2'],
    { type: 'metric.measured', name: 'gain', value: -1500, limit: -2, direction: 'min' },
  ],
  [
    'metric that is no number',
    ['metric', 'loss', 'NaN'],
    { type: 'metric.measured', value: 'NaN', limit: null, direction: null },
  ],
  [
    'error',
    ['error', 'Timeout', 'no answer', '--severity', 'high', '--agent', 'coding', '--issue', '3', '--resolved'],
    {
      type: 'error.raised',
      error_type: 'Timeout',
      message: 'no answer',
      severity: 'high',
      agent: 'coding',
      issue: '3',
      resolved: true,
    },
  ],
  ['beat', ['beat'], { type: 'run.beat', due: null }],
];

describe('each command records its event and prints nothing:', () => {
  test.for(RECORDED)('%s', async ([, args, event]) => {
    const store = await started();
    expect(await store.runlog([...args, '--run', 'run'])).toEqual({ stdout: '', stderr: '', exitCode: 0 });
    const events = await store.events('run');
    expect(events).toHaveLength(2);
    expect(events[1]).toMatchObject(event);
    const { stdout } = await store.runlog([...args, '--run', 'run', '--json']);
    expect(JSON.parse(stdout)).toEqual({ run_id: 'run', id: (await store.events('run'))[2]?.id });
  });
});

const REFUSED: [args: string[], says: string][] = [
  [['plan'], 'plan needs --choice'],
  [['plan', '--choice', 'a', '--hyperparams', '{a: 1}'], '--hyperparams takes JSON'],
  [['step', 'start', '7'], 'an agent needs a name that is not a number'],
  [['step', 'start', ''], 'an agent needs a name'],
  [['step', 'start'], "missing required argument 'AGENT'"],
  [['step', 'note', 'one', 'training'], 'the step number takes a whole number'],
  [['step', 'note', '1', 'metrics', '--metric', 'KS=good'], '--metric KS takes a number, not "good"'],
  [['step', 'end', '1'], 'step end needs --status SUCCESS, FAIL or BLOCKED'],
  [['step', 'end', '1', '--status', 'success'], '--status takes SUCCESS, FAIL, BLOCKED; not "success"'],
  [['step', 'end', '', '--status', 'FAIL'], 'which step? The argument is empty'],
  [['issue', 'end', '3', '--status', 'done'], '--status takes completed, failed, skipped; not "done"'],
  [['issue', 'start', '3', '--complexity', 'high'], '--complexity takes a number'],
  [['metric', 'KS', 'fast'], 'KS takes a number, not "fast"'],
  [['metric', 'KS', '1', '--max', '2', '--min', '0'], 'give --max or --min, not both'],
  [['metric', 'KS'], "missing required argument 'VALUE'"],
  [['beat', '--within', 'soon'], '--within takes a duration'],
  [['error', 'Timeout'], "missing required argument 'MESSAGE'"],
];

describe('what is wrong is a usage error, and nothing is recorded:', () => {
  test.for(REFUSED)('runlog %s', async ([args, says]) => {
    const store = await started();
    const { exitCode, stdout, stderr } = await store.runlog([...args, '--run', 'run']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(says);
    expect(await store.events('run')).toHaveLength(1);
  });
});

test('steps are numbered 1, 2, 3…, each number once, whoever starts them at the same time', async () => {
  const store = await started();
  expect(await store.ok('step', 'start', 'first', '--run', 'run')).toBe('1');
  const numbers = await Promise.all(
    Array.from({ length: 10 }, (_, index) => store.ok('step', 'start', `agent${index}`, '--run', 'run')),
  );
  expect(numbers.map(Number).toSorted((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  const { stdout } = await store.runlog(['step', 'start', 'last', '--run', 'run', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ run_id: 'run', step_number: 12 });
});

test('an attempt is counted where it is not given, by agent, task and issue', async () => {
  const store = await started();
  for (const args of [['a', '--task', 't'], ['a', '--task', 't'], ['a', '--task', 'u'], ['b'], ['b', '--attempt', '7']])
    await store.ok('step', 'start', ...args, '--run', 'run');
  expect((await store.runlog(['finalize', 'run'])).exitCode).toBe(0);
  const [header = '', ...rows] = store.read('csv', 'agents.csv').trim().split('\r\n');
  const column = header.split(',').indexOf('attempt_number');
  expect(rows.map((row) => row.split(',')[column])).toEqual(['1', '2', '1', '1', '7']);
});

test('step end by agent ends that agent’s open step', async () => {
  const store = await started();
  for (const agent of ['coding', 'review', 'coding']) await store.ok('step', 'start', agent, '--run', 'run');
  await store.ok('step', 'end', 'coding', '--status', 'SUCCESS', '--run', 'run');
  const { trace } = await store.json('summary', 'run');
  expect(trace.steps.map((step: Record<string, unknown>) => [step['step_number'], step['status']])).toEqual([
    [1, 'STARTED'],
    [2, 'STARTED'],
    [3, 'SUCCESS'],
  ]);
});

test('beat --within says by when the next one is due', async () => {
  const store = await started();
  await store.ok('beat', '--within', '10m', '--run', 'run');
  const beat = (await store.events('run'))[1] as { at: string; due?: string };
  const minutes = (Date.parse(beat.due as string) - Date.parse(beat.at)) / 60_000;
  expect(minutes).toBeGreaterThan(9.9);
  expect(minutes).toBeLessThan(10.1);
});
