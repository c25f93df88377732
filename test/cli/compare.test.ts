// runlog compare: in what runs differ, what is demanded of a run beside another one, and the last good run to hold it against.
import fs from 'node:fs';
import { expect, test } from 'vitest';
import { stable, tempStore, treeOf, type TempStore } from '../support/runlog.js';

type Event = Record<string, unknown>;
interface Fact {
  name: string;
  values: unknown[];
  change_percent: (number | null)[];
}
interface Thing {
  key: Record<string, unknown>;
  present: boolean[];
  facts: Fact[];
}
interface Answer {
  runs: { run_id: string }[];
  sections: { name: string; different: Thing[]; same: Thing[] }[];
  fail_on: { condition: string; run_id: string; verdict: string; unknown: string | null }[];
  ok: boolean;
  damage: unknown[];
}

interface Training {
  loss: number;
  seconds: number;
  error?: string;
  start?: Event;
}

/** A run on fixed times: two steps, a metric with its limit, a call of a model. */
function training(store: TempStore, runId: string, at: string, { loss, seconds, error, start = {} }: Training): void {
  const time = (after: number): string => new Date(Date.parse(at) + after * 1000).toISOString().replace('Z', '000Z');
  const llm = { provider: 'openai', model: 'gpt-4o', temperature: 0.2 };
  const failed = error === undefined ? [] : [{ type: 'error.raised', error_type: 'OutOfMemory', message: error }];
  const events: Event[] = [
    { type: 'run.started', run_id: runId, owner: null, host: 'worker-1', intent_type: 'train', llm, ...start },
    { type: 'plan.made', choice: 'xgboost', backups: ['linear'], hyperparams: { lr: loss / 10, net: { depth: 3 } } },
    { type: 'step.started', step: 1, agent: 'data', task: 'load the tables' },
    { type: 'step.ended', step: 1, status: 'SUCCESS', output_summary: '1,200 rows' },
    { type: 'step.started', step: 2, agent: 'training', task: 'fit' },
    { type: 'tokens.used', agent: 'training', step: 2, input: 1200, output: Math.round(loss * 1000), cost_usd: loss },
    { type: 'metric.measured', name: 'loss', value: loss, limit: 0.5, unit: 'nats', step: 2 },
    ...failed,
    {
      ...{ type: 'step.ended', step: 2, status: error === undefined ? 'SUCCESS' : 'FAIL', at: time(seconds) },
      ...(error === undefined ? {} : { error }),
    },
    { type: 'run.ended', status: error === undefined ? 'completed' : 'failed', at: time(seconds + 1) },
  ];
  store.write(
    runId,
    events.map((event, index) => ({ at: time(index), ...event })),
  );
}

/** A good run, one like it, and one with a regression. */
function threeRuns(): TempStore {
  const store = tempStore();
  training(store, 'monday', '2025-10-06T08:00:00Z', { loss: 0.25, seconds: 100 });
  training(store, 'tuesday', '2025-10-07T08:00:00Z', { loss: 0.25, seconds: 104 });
  training(store, 'wednesday', '2025-10-08T08:00:00Z', {
    loss: 0.61,
    seconds: 312,
    error:
      'CUDA out of memory: tried to allocate 2.00 GiB (GPU 0; 8.00 GiB total capacity; 7.10 GiB already allocated)',
    start: { llm: { provider: 'openai', model: 'gpt-5', temperature: 0.2 }, tags: { team: 'ml' } },
  });
  return store;
}

/** The keys of what differs in a section, in its order. */
const different = ({ sections }: Answer, name: string): Record<string, unknown>[] =>
  sections.find((section) => section.name === name)?.different.map(({ key }) => key) ?? [];

const factsOf = ({ sections }: Answer, name: string, what: Record<string, unknown>): Record<string, unknown[]> => {
  const { different = [], same = [] } = sections.find((section) => section.name === name) ?? {};
  const found = [...different, ...same].find(({ key }) => Object.entries(what).every(([part, is]) => key[part] === is));
  return Object.fromEntries(found?.facts.map((fact) => [fact.name, fact.values]) ?? []);
};

test('on a store with one regression, --last-good names the step, the metric and the error that changed', async () => {
  const store = tempStore();
  const record = async (id: string, intent: string, loss: number, error?: string): Promise<void> => {
    await store.start('--id', id, '--intent', intent, '--project', '171', '--model', 'gpt-4o', '--owner-pid', 'none');
    const events: Event[] = [
      { type: 'step.started', agent: 'data', task: 'load' },
      { type: 'step.ended', agent: 'data', status: 'SUCCESS' },
      { type: 'step.started', agent: 'training', task: 'fit' },
      { type: 'metric.measured', name: 'loss', value: loss },
      { type: 'metric.measured', name: 'rows', value: 1200 },
      ...(error === undefined
        ? [{ type: 'step.ended', agent: 'training', status: 'SUCCESS' }]
        : [
            { type: 'step.ended', agent: 'training', status: 'FAIL', error },
            { type: 'error.raised', error_type: 'OutOfMemory', message: error, agent: 'training' },
          ]),
    ];
    await store.runlog(['append', '--stdin', '--run', id], {
      input: events.map((one) => JSON.stringify(one)).join('\n'),
    });
    await store.runlog(['finalize', id, '--status', error === undefined ? 'completed' : 'failed']);
  };
  await record('oldest', 'train', 0.3);
  await record('good', 'train', 0.25);
  await record('broken', 'train', 0.9, 'another one');
  await record('other', 'review', 0.1);
  await record('bad', 'train', 0.61, 'no room for the batch');
  await record('later', 'train', 0.2);
  const { stdout, stderr, exitCode } = await store.runlog(['compare', '--last-good', 'bad']);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(stdout).toMatch(/^A {2}completed .* good$/m);
  expect(stdout).toMatch(/^ {2}training: fit +SUCCESS +FAIL$/m);
  expect(stdout).toMatch(/^ {2}loss +0\.25 +0\.61 \(\+144%\)$/m);
  expect(stdout).toMatch(/^ {2}OutOfMemory: no room for the batch +none +1$/m);
  const answer = await store.json<Answer>('compare', '--last-good', 'bad');
  expect(answer.runs.map(({ run_id }) => run_id)).toEqual(['good', 'bad']);
  expect(different(answer, 'steps')).toEqual([{ agent: 'training', task: 'fit', attempt: 1, issue_iid: null }]);
  expect(different(answer, 'metrics')).toEqual([{ name: 'loss', issue_iid: null }]);
  expect(different(answer, 'errors')).toMatchObject([
    { error_type: 'OutOfMemory', signature: 'no room for the batch', issue_iid: null },
  ]);
  expect(factsOf(answer, 'errors', {})).toMatchObject({ count: [null, 1], 'met by': [null, 'training'] });
  expect(different(answer, 'configuration')).toEqual([]);
});

test('what differs comes first, at 80 columns', async () => {
  const { stdout, stderr, exitCode } = await threeRuns().runlog(['compare', 'monday', 'wednesday']);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(stdout).toMatchInlineSnapshot(`
    "A  completed  2025-10-06 08:00  1m41s  monday
    B  failed     2025-10-08 08:00  5m13s  wednesday

    Outcome                                         A           B
      status                                        completed   failed
      duration                                      1 min 41 s  5 min 13 s (+210%)
      failed steps                                  0           1
      errors                                        0           1

    Configuration                                   A           B
      model                                         gpt-4o      gpt-5
      tag team                                      none        ml

    Plan                                            A           B
      lr                                            0.025       0.061 (+144%)

    Steps                                           A           B
      training: fit                                 SUCCESS     FAIL
        duration                                    1 min 36 s  5 min 8 s (+221%)
        error
          A  -
          B  CUDA out of memory: tried to allocate 2.00 GiB (GPU 0; 8.00 GiB total
             capacity; 7.10 GiB already allocated)

    Metrics                                         A           B
      loss in nats                                  0.25        0.61 (+144%)
        kept its limit                              ok          fail

    Errors                                          A           B
      OutOfMemory: CUDA out of memory: tried to     none        1
          allocate 2.00 GiB (GPU 0; 8.00 GiB total
          capacity; 7.10 GiB already allocated)

    Cost                                            A           B
      all models                                    $0.25       $0.61 (+144%)
        tokens                                      1,450       1,810 (+25%)
        output                                      250         610 (+144%)

    The same: outcome 5, configuration 4, plan 3, steps 1
    "
  `);
});

test('at 200 columns long values have room, with a column for each of three runs', async () => {
  const { stdout } = await threeRuns().runlog(['compare', 'monday', 'tuesday', 'wednesday', '--fail-on', 'cost>+20%'], {
    env: { COLUMNS: '200' },
  });
  expect(stdout).toMatchInlineSnapshot(`
    "A  completed  2025-10-06 08:00  1m41s  monday
    B  completed  2025-10-07 08:00  1m45s  tuesday
    C  failed     2025-10-08 08:00  5m13s  wednesday

    Outcome                                                   A           B                   C
      status                                                  completed   completed           failed
      duration                                                1 min 41 s  1 min 45 s (+4%)    5 min 13 s (+210%)
      failed steps                                            0           0                   1
      errors                                                  0           0                   1

    Configuration                                             A           B                   C
      model                                                   gpt-4o      gpt-4o              gpt-5
      tag team                                                none        none                ml

    Plan                                                      A           B                   C
      lr                                                      0.025       0.025               0.061 (+144%)

    Steps                                                     A           B                   C
      training: fit                                           SUCCESS     SUCCESS             FAIL
        duration                                              1 min 36 s  1 min 40 s (+4.2%)  5 min 8 s (+221%)
        error
          A  -
          B  -
          C  CUDA out of memory: tried to allocate 2.00 GiB (GPU 0; 8.00 GiB total capacity; 7.10 GiB already allocated)

    Metrics                                                   A           B                   C
      loss in nats                                            0.25        0.25                0.61 (+144%)
        kept its limit                                        ok          ok                  fail

    Errors                                                    A           B                   C
      OutOfMemory: CUDA out of memory: tried to allocate      none        none                1
          2.00 GiB (GPU 0; 8.00 GiB total capacity; 7.10 GiB
          already allocated)

    Cost                                                      A           B                   C
      all models                                              $0.25       $0.25               $0.61 (+144%)
        tokens                                                1,450       1,450               1,810 (+25%)
        output                                                250         250                 610 (+144%)

    The same: outcome 5, configuration 4, plan 3, steps 1

    Conditions
      ok    cost>+20%  B: $0.25 -> $0.25
      FAIL  cost>+20%  C: $0.25 -> $0.61 (+144%)
    "
  `);
});

test('colours say which run went wrong, and change no word', async () => {
  const store = threeRuns();
  const args = ['compare', 'monday', 'wednesday', '--fail-on', 'duration>+5%'];
  const env = { FORCE_COLOR: '1', NO_COLOR: '' };
  const { stdout: coloured } = await store.runlog(args, { env });
  const { stdout: plain } = await store.runlog([...args, '--no-color'], { env });
  expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).toBe(plain);
  const lines = coloured.replaceAll('\u001b', '').split('\n');
  const painted = lines.filter((line) => line.startsWith('['));
  expect(painted.map((line) => line.replace(/ {3,}/g, ' .. '))).toMatchInlineSnapshot(`
    [
      "[32mA  completed  2025-10-06 08:00  1m41s  monday[39m",
      "[31mB  failed .. 2025-10-08 08:00  5m13s  wednesday[39m",
      "[1mOutcome .. A .. B[22m",
      "[31m  status .. completed .. failed[39m",
      "[1mConfiguration .. A .. B[22m",
      "[1mPlan .. A .. B[22m",
      "[1mSteps .. A .. B[22m",
      "[31m  training: fit .. SUCCESS .. FAIL[39m",
      "[1mMetrics .. A .. B[22m",
      "[31m  loss in nats .. 0.25 .. 0.61 (+144%)[39m",
      "[31m .. kept its limit .. ok .. fail[39m",
      "[1mErrors .. A .. B[22m",
      "[31m  OutOfMemory: CUDA out of memory: tried to .. none .. 1[39m",
      "[31m .. allocate 2.00 GiB (GPU 0; 8.00 GiB total[39m",
      "[31m .. capacity; 7.10 GiB already allocated)[39m",
      "[1mCost .. A .. B[22m",
      "[2mThe same: outcome 5, configuration 4, plan 3, steps 1[22m",
      "[1mConditions[22m",
    ]
  `);
  const wide = await store.runlog(args, { env: { ...env, COLUMNS: '200' } });
  expect(wide.stdout.replaceAll(/\u001b\[\d+m/g, '')).toBe(
    (await store.runlog(args, { env: { COLUMNS: '200' } })).stdout,
  );
});

test('a run compared with itself has no difference', async () => {
  const { stdout, exitCode } = await threeRuns().runlog(['compare', 'monday', 'monday']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatchInlineSnapshot(`
    "A  completed  2025-10-06 08:00  1m41s  monday
    B  completed  2025-10-06 08:00  1m41s  monday

    No differences.

    The same: outcome 9, configuration 5, plan 4, steps 2, metrics 1, cost 2
    "
  `);
});

test('steps stand beside each other by agent, task and attempt, also where runs work on another issue each', async () => {
  const store = tempStore();
  const run = (runId: string, issue: string, steps: [agent: string, status: string][]): void =>
    store.write(runId, [
      { type: 'run.started', run_id: runId, owner: null, host: null, specific_issue: issue },
      ...steps.flatMap(([agent, status], index) => [
        { type: 'step.started', step: index + 1, agent, task: 't' },
        { type: 'step.ended', step: index + 1, status },
      ]),
      { type: 'run.ended', status: 'completed' },
    ]);
  run('one', '3', [
    ['coding', 'FAIL'],
    ['coding', 'SUCCESS'],
    ['review', 'SUCCESS'],
  ]);
  run('two', '4', [
    ['plan', 'SUCCESS'],
    ['coding', 'SUCCESS'],
    ['test', 'SUCCESS'],
    ['review', 'SUCCESS'],
  ]);
  const { sections } = await store.json<Answer>('compare', 'one', 'two');
  const { different = [], same = [] } = sections.find(({ name }) => name === 'steps') ?? {};
  const shown = (things: Thing[]): unknown[] =>
    things.map(({ key, present, facts }) => [key['agent'], key['attempt'], present, facts[0]?.values]);
  expect(shown(different)).toEqual([
    ['plan', 1, [false, true], [null, 'SUCCESS']],
    ['coding', 1, [true, true], ['FAIL', 'SUCCESS']],
    ['test', 1, [false, true], [null, 'SUCCESS']],
    ['coding', 2, [true, false], ['SUCCESS', null]],
  ]);
  expect(shown(same)).toEqual([['review', 1, [true, true], ['SUCCESS', 'SUCCESS']]]);
});

test('an error is the same whatever numbers and paths are in its words; how often it came is compared', async () => {
  const store = tempStore();
  const run = (runId: string, ...messages: string[]): void =>
    store.write(runId, [
      { type: 'run.started', run_id: runId, owner: null, host: null },
      ...messages.map((message) => ({ type: 'error.raised', error_type: 'E', message })),
    ]);
  run('one', 'no /tmp/a1 after 5 s', 'twice at line 7');
  run('two', 'no /tmp/b2 after 6 s', 'twice at line 7', 'twice at line 8');
  const answer = await store.json<Answer>('compare', 'one', 'two');
  expect(different(answer, 'errors')).toMatchObject([{ signature: 'twice at line <line>' }]);
  expect(factsOf(answer, 'errors', { signature: 'twice at line <line>' })).toMatchObject({ count: [1, 2] });
  expect((await store.runlog(['compare', 'one', 'two'])).stdout).toMatch(/^ {2}E: twice at line 7 +1 +2 \(\+100%\)$/m);
});

test('plan, parameters, code, tools and models are compared too, and a metric that was only noted', async () => {
  const store = tempStore();
  const run = (runId: string, by: number): void =>
    store.write(runId, [
      {
        type: 'run.started',
        run_id: runId,
        owner: null,
        host: null,
        git: { commit: `${by}`.repeat(40), dirty: false },
      },
      { type: 'plan.made', choice: `method${by}`, backups: ['linear'], hyperparams: { net: { depth: by } } },
      { type: 'step.started', step: 1, agent: 'a', task: `method=method${by}` },
      { type: 'step.noted', step: 1, title: 'metrics', metrics: { KS: by / 10 } },
      { type: 'tool.called', tool: 'grep', agent: 'a', success: by === 1, duration_ms: 1000 * by },
      { type: 'tokens.used', provider: 'p', model: `model-${by}`, input: 100 * by, cost_usd: by },
      { type: 'code.measured', lines_added: 10 * by, commits: 1 },
    ]);
  run('one', 1);
  run('two', 2);
  const answer = await store.json<Answer>('compare', 'one', 'two');
  expect(factsOf(answer, 'code', { name: 'lines added' })).toEqual({ value: [10, 20] });
  expect(factsOf(answer, 'code', { name: 'commits' })).toEqual({ value: [1, 1] });
  expect(factsOf(answer, 'plan', { name: 'choice' })).toEqual({ value: ['method1', 'method2'] });
  expect(factsOf(answer, 'plan', { name: 'tried' })).toEqual({ value: ['method1', 'method2'] });
  expect(factsOf(answer, 'plan', { name: 'net.depth' })).toEqual({ value: [1, 2] });
  expect(factsOf(answer, 'metrics', { name: 'KS' })).toEqual({ value: [0.1, 0.2] });
  expect(factsOf(answer, 'tools', { tool: 'grep' })).toEqual({ calls: [1, 1], failed: [0, 1], each: [1, 2] });
  expect(factsOf(answer, 'cost', { name: 'all models' })).toMatchObject({ cost: [1, 2], tokens: [100, 200] });
  expect(factsOf(answer, 'cost', { model: 'model-1' })).toMatchObject({ cost: [1, null] });
  const { stdout } = await store.runlog(['compare', 'one', 'two']);
  expect(stdout).toMatch(/^ {2}commit +111111111111 +222222222222$/m);
});

test.each([
  ['cost>+20%', 'broken'],
  ['cost>+200%', 'kept'],
  ['cost>0.6', 'broken'],
  ['cost<0.6', 'kept'],
  ['cost<-10%', 'kept'],
  ['duration>5m', 'broken'],
  ['duration>400', 'kept'],
  ['duration>+1000%', 'kept'],
  ['tokens>+20%', 'broken'],
  ['errors>0', 'broken'],
  ['errors>1', 'kept'],
  ['failed_steps>+0%', 'broken'],
  ['metric:loss>+100%', 'broken'],
  ['metric:loss>0.61', 'kept'],
  ['metric:loss < 1e2', 'broken'],
  ['metric:accuracy<-5%', 'unknown'],
])('--fail-on %s is %s', async (condition, verdict) => {
  const store = threeRuns();
  const args = ['compare', 'monday', 'wednesday', '--fail-on', condition];
  const { stdout, exitCode } = await store.runlog([...args, '--json']);
  const { fail_on: judged, ok } = JSON.parse(stdout) as Answer;
  expect(judged).toMatchObject([{ condition, run_id: 'wednesday', verdict }]);
  expect({ exitCode, ok }).toEqual({ exitCode: verdict === 'kept' ? 0 : 1, ok: verdict === 'kept' });
});

test('every run but the first is judged, and one that breaks a condition is enough', async () => {
  const store = threeRuns();
  const args = ['compare', 'monday', 'tuesday', 'wednesday', '--fail-on', 'errors>0', '--fail-on', 'cost>+500%'];
  const { fail_on: judged, ok } = await store.json<Answer>(...args);
  expect(judged.map(({ condition, run_id, verdict }) => [condition, run_id, verdict])).toEqual([
    ['errors>0', 'tuesday', 'kept'],
    ['errors>0', 'wednesday', 'broken'],
    ['cost>+500%', 'tuesday', 'kept'],
    ['cost>+500%', 'wednesday', 'kept'],
  ]);
  expect(ok).toBe(false);
});

test('what is not known on a side does not pass: no such metric, no end, calls without a price, no number', async () => {
  const store = tempStore();
  const start = { type: 'run.started', owner: null, host: null };
  const now = { at: new Date().toISOString() };
  const call = { type: 'tokens.used', input: 5 };
  const loss = { type: 'metric.measured', name: 'loss', value: 1 };
  const rest = [{ ...call, cost_usd: 1 }, loss, { type: 'run.ended', status: 'completed' }];
  store.write('known', [{ ...start, run_id: 'known' }, ...rest]);
  store.write('vague', [
    { ...start, ...now, run_id: 'vague' },
    { ...call, ...now, cost_usd: 1 },
    { ...call, ...now, model: 'acme-7b' },
    { ...loss, ...now, value: 'NaN' },
  ]);
  store.write('bare', [{ ...start, run_id: 'bare' }]);
  const judged = async (runs: string[], ...conditions: string[]): Promise<[string | null, string][]> => {
    const { fail_on, ok } = await store.json<Answer>(
      'compare',
      ...runs,
      ...conditions.flatMap((one) => ['--fail-on', one]),
    );
    expect(ok).toBe(fail_on.every(({ verdict }) => verdict === 'kept'));
    return fail_on.map(({ verdict, unknown }) => [unknown, verdict]);
  };
  const conditions = ['cost>+20%', 'duration>5m', 'metric:loss>2', 'tokens>+50%'];
  expect(await judged(['known', 'vague'], ...conditions)).toEqual([
    ['known only in part in this run', 'unknown'],
    ['not on record in this run', 'unknown'],
    ['NaN in this run', 'unknown'],
    [null, 'broken'],
  ]);
  expect(await judged(['bare', 'known'], ...conditions)).toEqual([
    ['not on record in the first run', 'unknown'],
    [null, 'kept'],
    [null, 'kept'],
    ['not on record in the first run', 'unknown'],
  ]);
  const { stdout, exitCode } = await store.runlog(['compare', 'known', 'vague', '--fail-on', 'cost>+20%']);
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/^ {2}all models +\$1\.00 +>= \$1\.00$/m);
  expect(stdout).toContain('unknown  cost>+20%  B: known only in part in this run');
});

test.each([
  ...['cost', 'cost>', '>5', 'price>5', 'cost>20%', 'cost>+5', 'cost>=5', 'cost>$5', 'duration>5y', 'errors>5m', ''],
  ...['metric:>5', 'metric>5', 'cost==5', 'cost>+20%,errors>0', 'cost>Infinity', 'cost>0x5', 'metric:loss>high'],
])('--fail-on %j is a usage error that says what there is', async (condition) => {
  const { stdout, stderr, exitCode } = await threeRuns().runlog([
    ...['compare', 'monday', 'tuesday', '--fail-on', condition],
  ]);
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
  expect(stderr).toMatch(/^error: --fail-on: .*\nhint: .*failed_steps or metric:NAME/);
});

test('a metric of several issues that all runs have is judged for each of them', async () => {
  const store = tempStore();
  const run = (runId: string, values: [issue: string, value: number][]): void =>
    store.write(runId, [
      { type: 'run.started', run_id: runId, owner: null, host: null },
      ...values.map(([issue, value]) => ({ type: 'metric.measured', name: 'F1', value, issue })),
    ]);
  run('one', [
    ['1', 0.9],
    ['2', 0.8],
  ]);
  run('two', [
    ['1', 0.9],
    ['2', 0.5],
  ]);
  const { fail_on: judged } = await store.json<Answer>('compare', 'one', 'two', '--fail-on', 'metric:F1<-10%');
  expect(judged).toMatchObject([
    { issue_iid: '1', verdict: 'kept' },
    { issue_iid: '2', verdict: 'broken', baseline: 0.8, value: 0.5 },
  ]);
});

test('--last-good takes the project where the run has no intent, and says so where there is none', async () => {
  const store = tempStore();
  const run = (runId: string, day: number, status: string, start: Event): void => {
    const at = new Date(Date.UTC(2025, 9, day)).toISOString();
    const ended = { type: 'run.ended', status, at };
    store.write(runId, [{ type: 'run.started', run_id: runId, owner: null, host: null, at, ...start }, ended]);
  };
  run('a', 1, 'completed', { project: '171', intent_type: 'train' });
  run('b', 2, 'completed', { project: '172' });
  run('c', 3, 'partial', { project: '171' });
  run('d', 4, 'failed', { project: '171' });
  run('e', 5, 'completed', { project: '171' });
  run('nobody', 6, 'completed', { name: 'x' });
  run('alone', 7, 'failed', { intent_type: 'alone' });
  const compared = async (...args: string[]): Promise<string[]> =>
    (await store.json<Answer>('compare', '--last-good', ...args)).runs.map(({ run_id }) => run_id);
  expect(await compared('d')).toEqual(['a', 'd']);
  expect(await compared('e')).toEqual(['a', 'e']);
  for (const [runId, why] of [
    ['a', 'no completed run of intent train started before a'],
    ['alone', 'no completed run of intent alone started before alone'],
    ['b', 'no completed run of project 172 started before b'],
    ['nobody', 'nobody has neither an intent nor a project'],
  ] as const) {
    const { stdout, stderr, exitCode } = await store.runlog(['compare', '--last-good', runId]);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 66 });
    expect(stderr).toContain(`error: ${why}`);
    expect(stderr).toContain('hint: Name both runs: runlog compare GOOD_RUN RUN');
  }
  const { stderr, exitCode } = await store.runlog(['compare', '--last-good'], { env: { RUNLOG_RUN: 'd' } });
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
});

test('one run alone, or two beside --last-good, is a usage error; a run that is not there is missing', async () => {
  const store = threeRuns();
  const outcome = async (...args: string[]): Promise<number> => (await store.runlog(['compare', ...args])).exitCode;
  expect(await outcome()).toBe(2);
  expect(await outcome('monday')).toBe(2);
  expect(await outcome('--last-good', 'monday', 'tuesday')).toBe(2);
  expect(await outcome('monday', 'sunday')).toBe(66);
});

test('--json has the same shape where there is nothing to compare', async () => {
  const store = tempStore();
  for (const runId of ['one', 'two'])
    store.write(runId, [{ type: 'run.started', run_id: runId, owner: null, host: null }]);
  const empty = await store.json<Answer>('compare', 'one', 'two');
  const full = await threeRuns().json<Answer>('compare', 'monday', 'wednesday');
  expect(Object.keys(empty)).toEqual(Object.keys(full));
  expect(empty.sections.map(({ name }) => name)).toEqual(full.sections.map(({ name }) => name));
  expect(empty).toMatchObject({ fail_on: [], ok: true, damage: [] });
  for (const section of empty.sections) expect(section).toMatchObject({ different: [], same: expect.any(Array) });
});

test('damage is said, and the exit status is 3 unless a condition is broken', async () => {
  const store = threeRuns();
  const segment = store.segment('tuesday');
  fs.writeFileSync(segment, fs.readFileSync(segment, 'utf8').replace('"plan.made"', '"plan.mode"'));
  const { stderr, exitCode } = await store.runlog(['compare', 'monday', 'tuesday']);
  expect({ stderr, exitCode }).toEqual({
    stderr: 'warning: damaged, compared as far as they can be read: tuesday; runlog verify says where\n',
    exitCode: 3,
  });
  const { damage } = await store.json<Answer>('compare', 'monday', 'tuesday');
  expect(damage).toMatchObject([{ run_id: 'tuesday', kind: expect.any(String), offset: expect.any(Number) }]);
  expect((await store.runlog(['compare', 'monday', 'tuesday', '--fail-on', 'cost>0'])).exitCode).toBe(1);
});

test('comparing changes nothing of the runs', async () => {
  const store = threeRuns();
  const before = treeOf(store.path('runs'));
  await store.runlog(['compare', '--last-good', 'wednesday', '--fail-on', 'cost>+20%']);
  expect(treeOf(store.path('runs'))).toEqual(before);
});

test('text of a run can make no row of its own and speak to no terminal', async () => {
  const store = tempStore();
  const text = 'x\u001b[2J\u202e\n  FORGED: row  ok\r\n\u0007';
  const run = (runId: string, by: string): void =>
    store.write(runId, [
      { type: 'run.started', run_id: runId, owner: null, host: by, project: by, argv: [by], tags: { [by]: by } },
      { type: 'plan.made', choice: by, rationale: by, hyperparams: { [by]: by } },
      { type: 'step.started', step: 1, agent: by, task: by },
      { type: 'step.ended', step: 1, status: 'FAIL', error: by, output_summary: by },
      { type: 'metric.measured', name: by, value: 1, unit: by },
      { type: 'metric.measured', name: 'same', value: 1, unit: by },
      { type: 'error.raised', error_type: by, message: by, agent: by, issue: by },
      { type: 'tool.called', tool: by, agent: by, success: true },
      { type: 'tokens.used', provider: by, model: by, input: 1 },
      { type: 'run.ended', status: 'failed', error: by },
    ]);
  run('hostile', text);
  run('plain', 'y');
  const args = ['compare', 'plain', 'hostile', '--fail-on', `metric:${text}>5`];
  const { stdout } = await store.runlog(args);
  expect(stdout).toContain('FORGED');
  expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f\u202e]|^ {0,5}FORGED/m);
  const { sections } = await store.json<Answer>(...args);
  expect(sections.find(({ name }) => name === 'plan')?.different[0]?.facts[0]?.values).toEqual(['y', text]);
});

test('help says what there is', async () => {
  const { stdout } = await tempStore().runlog(['compare', '--help']);
  expect(stable(stdout)).toContain("runlog compare --last-good latest --fail-on 'cost>+20%'");
});
