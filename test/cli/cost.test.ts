// What calls of models cost: on record once a run is finalized, worked out in memory before, unknown where nobody can tell.
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { tempStore, until, type TempStore } from '../support/runlog.js';

const SONNET = ['--provider', 'anthropic', '--model', 'claude-sonnet-4-5'];
/** 90 x 3 + 8,000 x 0.30 + 400 x 15 dollars a million = 270 + 2,400 + 6,000; Anthropic's input is without cached tokens. */
const SONNET_CALL = [...SONNET, '--input', '90', '--cached-read', '8000', '--output', '400'];
const SONNET_USD = 0.00867;
const UNKNOWN_CALL = ['--provider', 'ollama', '--model', 'acme-7b', '--input', '1200', '--output', '300'];

async function used(store: TempStore, runId: string, ...args: string[]): Promise<void> {
  await store.ok('usage', '--run', runId, ...args);
}

/** One row of a CSV table, by its column; the tables here have no quotes. */
function cells(text: string, column: string): string[] {
  const [header = '', ...rows] = text.trimEnd().split('\n');
  const index = header.split(',').indexOf(column);
  return rows.map((row) => row.split(',')[index] as string);
}

function configure(store: TempStore, config: unknown): void {
  fs.writeFileSync(path.join(store.cwd, 'runlog.config.json'), JSON.stringify(config));
}

async function priced(store: TempStore, runId: string): Promise<Record<string, unknown>[]> {
  return (await store.events(runId)).filter(({ type }) => type === 'tokens.priced') as Record<string, any>[];
}

async function finalize(store: TempStore, runId: string): Promise<void> {
  const { exitCode, stderr } = await store.runlog(['finalize', runId, '--force']);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
}

test('a run that is finalized has its prices on record, with their source, and every view has the cost', async () => {
  const store = tempStore();
  const runId = await store.start('--project', '171');
  await store.ok('issue', 'start', '3', '--run', runId);
  await used(store, runId, ...SONNET_CALL, '--issue', '3');
  await store.ok('issue', 'end', '3', '--status', 'completed', '--run', runId);
  await finalize(store, runId);
  const call = (await store.events(runId)).find(({ type }) => type === 'tokens.used');
  expect(await priced(store, runId)).toMatchObject([
    { source: expect.stringMatching(/^genai-prices \d/), costs_usd: { [call?.id as string]: SONNET_USD } },
  ]);
  const final = store.readJson('runs', runId, '_final.json');
  expect(final.cost_metrics).toMatchObject({
    estimated_cost_usd: SONNET_USD,
    computed_cost_usd: SONNET_USD,
    reported_cost_usd: null,
    unpriced_models: [],
    price_sources: [expect.stringMatching(/^genai-prices/)],
  });
  expect(cells(store.read('csv', 'runs.csv'), 'estimated_cost_usd')).toEqual([String(SONNET_USD)]);
  expect(cells(store.read('csv', 'issues.csv'), 'estimated_cost_usd')).toEqual([String(SONNET_USD)]);
  const { runs } = await store.json('list');
  expect(runs[0].estimated_cost_usd).toBe(SONNET_USD);
  expect((await store.runlog(['summary', runId])).stdout).toContain('$0.00867');
});

test('a model without a price is unknown in text, empty in CSV, null in JSON, and named', async () => {
  const store = tempStore();
  const runId = await store.start();
  await used(store, runId, ...UNKNOWN_CALL);
  await finalize(store, runId);
  expect(await priced(store, runId)).toEqual([]);
  expect(cells(store.read('csv', 'runs.csv'), 'estimated_cost_usd')).toEqual(['']);
  expect(cells(store.read('csv', 'runs.csv'), 'total_tokens')).toEqual(['1500']);
  const { cost_metrics: final } = store.readJson('runs', runId, '_final.json');
  expect(final).toMatchObject({ estimated_cost_usd: null, computed_cost_usd: null, unpriced_calls: 1 });
  expect(final.unpriced_models).toEqual([{ provider: 'ollama', model: 'acme-7b', calls: 1, tokens: 1500 }]);
  const cost = await store.json('cost');
  expect(cost.rows[0]).toMatchObject({ provider: 'ollama', model: 'acme-7b', cost_usd: null, unpriced_calls: 1 });
  expect(cost.total).toMatchObject({ cost_usd: null, cost_per_completed_issue_usd: null });
  expect(cost.total.unpriced_models).toEqual(final.unpriced_models);
  const { stdout: text } = await store.runlog(['cost']);
  expect(text).toMatch(/^ollama \/ acme-7b .* unknown$/m);
  expect(text).toContain('no price for ollama / acme-7b (1 call, 1,500 tokens)');
  const { stdout: summary } = await store.runlog(['summary', runId]);
  expect(summary).toMatch(/^ +Cost +unknown$/m);
  expect(summary).toMatch(/^ +Unpriced +acme-7b \(ollama\)$/m);
});

test('an open run is priced where it is read, and nothing is written', async () => {
  const store = tempStore();
  const runId = await store.start();
  await used(store, runId, ...SONNET_CALL);
  const before = fs.readFileSync(store.segment(runId));
  expect((await store.json('cost')).total.cost_usd).toBe(SONNET_USD);
  expect((await store.json('list')).runs[0].estimated_cost_usd).toBe(SONNET_USD);
  expect((await store.json('summary', runId)).run.estimated_cost_usd).toBe(SONNET_USD);
  await store.ok('export', 'csv', '--quiet');
  expect(cells(store.read('csv', 'runs.csv'), 'estimated_cost_usd')).toEqual([String(SONNET_USD)]);
  expect(fs.readFileSync(store.segment(runId))).toEqual(before);
});

test('a cost that was reported beats what the list computes, and both are kept', async () => {
  const store = tempStore();
  const runId = await store.start();
  await used(store, runId, ...SONNET_CALL, '--cost', '0.02');
  await finalize(store, runId);
  const expected = { reported_cost_usd: 0.02, computed_cost_usd: SONNET_USD };
  expect((await store.json('cost')).total).toMatchObject({ ...expected, cost_usd: 0.02 });
  expect(store.readJson('runs', runId, '_final.json').cost_metrics).toMatchObject({
    ...expected,
    estimated_cost_usd: 0.02,
  });
});

test('finalized twice, and by two at once, a call is priced once', async () => {
  const store = tempStore();
  const runId = await store.start();
  for (let call = 0; call < 3; call += 1) await used(store, runId, ...SONNET_CALL);
  await Promise.all([1, 2].map(() => store.runlog(['finalize', runId, '--force', '--lock-timeout', '30'])));
  const journal = fs.readFileSync(store.segment(runId));
  await finalize(store, runId);
  expect(fs.readFileSync(store.segment(runId))).toEqual(journal);
  expect((await priced(store, runId)).length).toBe(1);
  expect((await store.json('cost')).total.cost_usd).toBeCloseTo(3 * SONNET_USD, 10);
});

test('prices that are on record twice count once', async () => {
  const store = tempStore();
  const call = { id: 'call', type: 'tokens.used', provider: 'openai', model: 'gpt-5', input: 10, output: 10 };
  const price = { type: 'tokens.priced', source: 'genai-prices 0.0.1', costs_usd: { call: 0.5 } };
  store.write('r', [{ type: 'run.started', run_id: 'r' }, price, call, price]);
  expect((await store.json('cost', 'r')).total).toMatchObject({ cost_usd: 0.5, price_sources: ['genai-prices 0.0.1'] });
});

test('killed after the end was recorded and before the prices were, the next finalize adds them', async () => {
  const store = tempStore();
  const call = { id: 'call', type: 'tokens.used', provider: 'openai', model: 'gpt-5', input: 1000, output: 100 };
  store.write('r', [{ type: 'run.started', run_id: 'r' }, call, { type: 'run.ended', status: 'completed' }]);
  await finalize(store, 'r');
  // 1,000 x 1.25 + 100 x 10 dollars a million
  const usd = 0.00225;
  expect(store.readJson('runs', 'r', '_final.json').cost_metrics.estimated_cost_usd).toBe(usd);
  const [prices] = (await priced(store, 'r')) as { costs_usd: Record<string, number> }[];
  expect(prices?.costs_usd['call']).toBeCloseTo(usd, 15);
});

test('a killed run, and calls that came by append --stdin, are priced when it is finalized', async () => {
  const store = tempStore();
  const lines = [
    { type: 'tokens.used', provider: 'OpenAI', model: 'GPT-5', input: 1000, output: 100 },
    { type: 'tokens.used', model: 'gpt-5', output: 100 },
  ];
  const shell = store.liveShell(
    'bash',
    `export RUNLOG_RUN=$(runlog start)
     printf '%s\\n' '${lines.map((line) => JSON.stringify(line)).join("' '")}' | runlog append --stdin
     runlog step start coding > /dev/null
     echo "$RUNLOG_RUN"; read -r _`,
  );
  const runId = await shell.line();
  const last = (await store.events(runId)).at(-1)?.at;
  await shell.kill('SIGKILL');
  await until(async () => (await store.status(runId)) === 'interrupted');
  expect((await store.runlog(['finalize'])).exitCode).toBe(0);
  const final = store.readJson('runs', runId, '_final.json');
  // The prices came later than the death; they are no sign of life.
  expect(final).toMatchObject({ status: 'interrupted', end_time: last });
  expect(final.cost_metrics).toMatchObject({ estimated_cost_usd: 0.00225, unpriced_calls: 1 });
  expect(cells(store.read('csv', 'runs.csv'), 'estimated_cost_usd')).toEqual(['0.00225']);
});

test('a call that comes after the end is priced by the next finalize', async () => {
  const store = tempStore();
  const runId = await store.start();
  await used(store, runId, ...SONNET_CALL);
  await finalize(store, runId);
  const late = await store.runlog(['usage', '--run', runId, ...SONNET_CALL]);
  expect(late.stderr).toContain('has been finalized');
  await finalize(store, runId);
  expect((await priced(store, runId)).length).toBe(2);
  const { cost_metrics: cost, end_time: end } = store.readJson('runs', runId, '_final.json');
  expect(cost).toMatchObject({ estimated_cost_usd: 2 * SONNET_USD, model_calls: 2, unpriced_calls: 0 });
  expect(end).toBe((await store.json('list')).runs[0].end_time);
});

test('thousands of calls are priced in lines that stay short', async () => {
  const store = tempStore();
  const calls = Array.from({ length: 1_000 }, () => ({
    type: 'tokens.used',
    provider: 'openai',
    model: 'gpt-5',
    input: 1000,
    output: 100,
  }));
  const runId = await store.start();
  const { exitCode } = await store.runlog(['append', '--stdin', '--run', runId], {
    input: calls.map((call) => `${JSON.stringify(call)}\n`).join(''),
  });
  expect(exitCode).toBe(0);
  await finalize(store, runId);
  expect((await priced(store, runId)).length).toBe(3);
  const longest = Math.max(
    ...fs
      .readFileSync(store.segment(runId), 'utf8')
      .split('\n')
      .map((line) => line.length),
  );
  expect(longest).toBeLessThan(64 * 1024);
  expect((await store.json('cost')).total).toMatchObject({ calls: 1_000, cost_usd: 2.25, unpriced_calls: 0 });
});

test('own prices that come later show wherever the run is read', async () => {
  const store = tempStore();
  const runId = await store.start();
  await used(store, runId, ...UNKNOWN_CALL);
  await finalize(store, runId);
  configure(store, { prices: { 'acme-7b': { input: 0.5, output: 1.5 } } });
  // 1,200 x 0.5 + 300 x 1.5 dollars a million
  const usd = 0.00105;
  const { total } = await store.json('cost');
  expect(total).toMatchObject({ cost_usd: usd, price_sources: ['runlog.config.json'], unpriced_models: [] });
  expect((await store.json('list')).runs[0].estimated_cost_usd).toBe(usd);
  await store.ok('export', 'csv', '--quiet');
  expect(cells(store.read('csv', 'runs.csv'), 'estimated_cost_usd')).toEqual([String(usd)]);
});

test('a price that is none is a usage error naming file and key; recording and finalizing go on', async () => {
  for (const [prices, message] of [
    [{ 'acme-7b': { input: 0.5 } }, 'prices["acme-7b"] needs output'],
    [{ 'acme-7b': { input: '1', output: 1 } }, 'prices["acme-7b"].input must be a number, 0 or more; not "1"'],
    [{ 'acme-7b': { input: -1, output: 1 } }, 'prices["acme-7b"].input must be a number, 0 or more; not -1'],
    [{ 'acme-7b': { input: 1, output: 1, cache: 1 } }, 'prices["acme-7b"] has "cache", which is no price'],
    [{ 'acme-7b': 1 }, 'prices["acme-7b"] must be an object'],
    [[], 'prices must be an object of models and their prices'],
  ] as const) {
    const store = tempStore();
    configure(store, { prices });
    const runId = await store.start();
    await used(store, runId, ...SONNET_CALL);
    const { exitCode, stderr } = await store.runlog(['cost']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`${path.join(store.cwd, 'runlog.config.json')}: ${message}`);
    const ended = await store.runlog(['finalize', runId, '--force']);
    expect(ended.exitCode).toBe(0);
    expect(ended.stderr).toContain(message);
    expect(cells(store.read('csv', 'runs.csv'), 'estimated_cost_usd')).toEqual(['']);
    // Once they are mended, whoever reads the run has its cost.
    configure(store, {});
    expect((await store.json('cost')).total.cost_usd).toBe(SONNET_USD);
  }
});

/** Two projects, two agents, three days: of the runs' own clocks, one of which is 14 hours ahead of the other. */
function variousRuns(): TempStore {
  const store = tempStore();
  const call = (at: string, agent: string, issue: string, input: number): Record<string, unknown> => ({
    ...{ type: 'tokens.used', at, provider: 'openai', model: 'gpt-5', agent, issue, input, output: 0 },
  });
  store.write('a', [
    { type: 'run.started', run_id: 'a', project: '171', utc_offset_minutes: 0 },
    { type: 'issue.started', issue: '3' },
    call('2025-10-03T23:30:00.000000Z', 'coding', '3', 1_000_000),
    call('2025-10-04T00:30:00.000000Z', 'review', '3', 2_000_000),
    { type: 'issue.ended', issue: '3', status: 'completed' },
    { type: 'run.ended', status: 'completed' },
  ]);
  store.write('b', [
    { type: 'run.started', run_id: 'b', project: '172', utc_offset_minutes: 840, at: '2025-10-05T10:00:00.000000Z' },
    { type: 'issue.started', issue: '3' },
    call('2025-10-05T10:30:00.000000Z', 'coding', '3', 4_000_000),
    { type: 'issue.ended', issue: '3', status: 'failed' },
    { type: 'run.ended', status: 'failed' },
  ]);
  return store;
}

test('rows by model, agent, issue, day and project have the same total', async () => {
  const store = variousRuns();
  const rowsBy = async (by: string): Promise<unknown[][]> => {
    const { rows, total } = await store.json('cost', '--by', by);
    expect(total).toMatchObject({ calls: 3, input_tokens: 7_000_000, cost_usd: 8.75, runs: 2 });
    expect(total).toMatchObject({ completed_issues: 1, cost_per_completed_issue_usd: 8.75 });
    return rows.map(({ cost_usd: usd, calls, ...row }: Record<string, unknown>) => [
      ...Object.values(row).slice(0, by === 'model' || by === 'issue' ? 2 : 1),
      calls,
      usd,
    ]);
  };
  expect(await rowsBy('model')).toEqual([['openai', 'gpt-5', 3, 8.75]]);
  expect(await rowsBy('agent')).toEqual([
    ['coding', 2, 6.25],
    ['review', 1, 2.5],
  ]);
  expect(await rowsBy('issue')).toEqual([
    ['172', '3', 1, 5],
    ['171', '3', 2, 3.75],
  ]);
  expect(await rowsBy('day')).toEqual([
    ['2025-10-03', 1, 1.25],
    ['2025-10-04', 1, 2.5],
    ['2025-10-06', 1, 5],
  ]);
  expect(await rowsBy('project')).toEqual([
    ['172', 1, 5],
    ['171', 2, 3.75],
  ]);
});

test('runs are chosen by name, project and start', async () => {
  const store = variousRuns();
  const usd = async (...args: string[]): Promise<number> => (await store.json('cost', ...args)).total.cost_usd;
  expect(await usd('a')).toBe(3.75);
  expect(await usd('a', 'a', 'b')).toBe(8.75);
  expect(await usd('--project', '172')).toBe(5);
  expect(await usd('--since', '2025-10-05')).toBe(5);
  expect(await usd('--until', '2025-10-05')).toBe(3.75);
  const none = await store.runlog(['cost', '--project', 'none']);
  expect(none).toMatchObject({ stdout: '', stderr: 'no calls of models, for no run fits\n', exitCode: 0 });
  expect((await store.runlog(['cost', '--by', 'colour'])).exitCode).toBe(2);
  expect((await store.runlog(['cost', 'nobody'])).exitCode).toBe(66);
});

test('--json has one shape, empty or not', async () => {
  const full = await variousRuns().json('cost');
  const empty = await tempStore().json('cost');
  expect(Object.keys(empty)).toEqual(['by', 'rows', 'total']);
  expect(empty.rows).toEqual([]);
  expect(Object.keys(empty.total)).toEqual(Object.keys(full.total));
  expect(empty.total).toMatchObject({ calls: 0, cost_usd: null, cost_per_completed_issue_usd: null, runs: 0 });
});

test('the text stands in columns, numbers below each other', async () => {
  const store = variousRuns();
  const { stdout, stderr } = await store.runlog(['cost', '--by', 'agent']);
  expect(stderr).toBe('');
  expect(stdout.replace(/genai-prices \d\S*/, 'genai-prices VERSION')).toMatchInlineSnapshot(`
    "AGENT   CALLS      INPUT  CACHED  OUTPUT   COST
    coding      2  5,000,000       -       0  $6.25
    review      1  2,000,000       -       0  $2.50
    total       3  7,000,000       -       0  $8.75

    1 issue completed: $8.75 each
    prices of genai-prices VERSION
    "
  `);
});

test('names from a journal cannot forge a row of the table', async () => {
  const store = tempStore();
  const model = 'evil\nopenai / gpt-5  1  1  -  1  $0.01\u001b[31m';
  store.write('r', [
    { type: 'run.started', run_id: 'r' },
    { type: 'tokens.used', model, agent: model, input: 1, output: 1 },
  ]);
  for (const by of ['model', 'agent']) {
    const { stdout } = await store.runlog(['cost', '--by', by]);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).not.toMatch(/^openai/m);
  }
});
