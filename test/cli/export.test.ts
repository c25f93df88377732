// runlog export csv and log: the seven tables as the field has them, and the log that finalize writes.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { GOLDEN_RUN, hasProgram, placeGoldenRun, tempStore, treeOf, type TempStore } from '../support/runlog.js';

const words = (text: string): string[] => text.split(/[,\s]+/).filter(Boolean);
/** FORMATS.md 2: the field's columns first, in this order, then runlog's own. */
const COLUMNS: Record<string, string[]> = {
  runs: words(`run_id, project_id, start_time, end_time, duration_seconds, llm_provider, llm_model, llm_temperature,
    execution_mode, specific_issue, status, total_issues, successful_issues, failed_issues, success_rate, total_errors
    skipped_issues, total_tokens, input_tokens, output_tokens, estimated_cost_usd, total_agent_duration_seconds,
    total_pipeline_duration_seconds, total_debugging_cycles, intent_type, trigger_source, issue_key, host, exit_code, cause,
    git_commit, tags, correction`),
  issues: words(`run_id, issue_iid, start_time, end_time, duration_seconds, status, complexity_score, total_errors,
    total_pipeline_attempts, succeeded_pipelines, failed_pipelines, pipeline_success_rate, debugging_cycles, resolved_cycles,
    debugging_success_rate, first_time_right, total_agent_retries, total_tool_calls, total_tokens, input_tokens, output_tokens,
    estimated_cost_usd, files_created, files_modified, lines_added, lines_deleted, commits, test_coverage files_deleted, correction`),
  agents:
    words(`run_id, issue_iid, agent_name, attempt_number, start_time, end_time, duration_seconds, success, retries,
    tool_calls, tokens_used, error_message step_number, agent_task, status, input_tokens, output_tokens, estimated_cost_usd,
    output_summary, correction, duration_attempts`),
  pipelines: words(`run_id, issue_iid, pipeline_id, commit_sha, triggered_by, retry_attempt, start_time, end_time,
    duration_seconds, status, failed_jobs, error_type, queue_time, execution_time error_message`),
  debugging_cycles:
    words(`run_id, issue_iid, agent, error_type, error_message, start_time, end_time, duration_seconds, attempts,
    resolved, resolution_method`),
  errors: words('run_id, issue_iid, agent, error_type, error_message, timestamp, severity, resolved'),
  tool_usage: words(`run_id, issue_iid, agent, tool_name, call_count, success_count, failure_count, avg_duration_ms,
    total_duration_ms`),
};
const TABLES = Object.keys(COLUMNS);

function cells(folder: string, table: string): string[][] {
  return parse(fs.readFileSync(path.join(folder, `${table}.csv`), 'utf8'));
}

/** The rows of a table as objects. */
function rows(store: TempStore, table: string): Record<string, string>[] {
  const [header = [], ...data] = cells(store.path('csv'), table);
  return data.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] as string])));
}

const NASTY = [
  '=1+1',
  '+cmd',
  '-2+3',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  ' =1+1',
  "'=1",
  '＝1',
  'a "quoted", text',
  'two\r\nlines',
  'two\nlines',
  'forged\nrun,row,',
  '-5',
  '1e9',
  'ünï ✅',
  ' space ',
];

function nastyRun(store: TempStore): void {
  store.write('nasty', [
    {
      type: 'run.started',
      run_id: 'nasty',
      project: '=HYPERLINK("http://x")',
      owner: null,
      host: null,
      llm: { temperature: -1.5 },
    },
    ...NASTY.map((message) => ({ type: 'error.raised', error_type: 'T', message })),
    { type: 'run.ended', status: 'failed', error: '=1+1', cause: { reason: '@reason' } },
  ]);
}

test('an empty store gives seven tables with headers alone, the columns in their order', async () => {
  const store = tempStore();
  fs.mkdirSync(store.dir);
  expect((await store.runlog(['export', 'csv'])).exitCode).toBe(0);
  expect(fs.readdirSync(store.path('csv')).sort()).toEqual(TABLES.map((name) => `${name}.csv`).sort());
  for (const table of TABLES) {
    expect(store.read('csv', `${table}.csv`)).toBe(`${COLUMNS[table]?.join(',')}\r\n`);
  }
});

test('every table has the rows of what was recorded', async () => {
  const store = tempStore();
  placeGoldenRun(store);
  const { stdout } = await store.runlog(['export', 'csv', '--json']);
  expect(JSON.parse(stdout)).toEqual({
    dir: store.path('csv'),
    rows: { runs: 1, issues: 1, agents: 2, pipelines: 1, debugging_cycles: 1, errors: 1, tool_usage: 1 },
  });
  expect(rows(store, 'runs')).toMatchObject([
    {
      run_id: GOLDEN_RUN,
      project_id: '171',
      duration_seconds: '35.000033',
      llm_temperature: '0.2',
      status: 'partial',
      total_issues: '1',
      failed_issues: '0',
      success_rate: '100',
      total_tokens: '1200',
      estimated_cost_usd: '0.0125',
      total_pipeline_duration_seconds: '90',
      exit_code: '1',
      tags: 'stage=größe; team=ml',
    },
  ]);
  expect(rows(store, 'issues')).toMatchObject([
    {
      issue_iid: '3',
      complexity_score: '5',
      first_time_right: 'false',
      debugging_success_rate: '100',
      test_coverage: '87.5',
      files_deleted: '0',
    },
  ]);
  expect(rows(store, 'agents')).toMatchObject([
    {
      agent_name: 'development_agent',
      success: 'true',
      tool_calls: '2',
      tokens_used: '1200',
      output_summary: '12 tests pass',
    },
    {
      agent_name: 'code_review_agent',
      success: 'false',
      tokens_used: '',
      error_message: 'Code review blocked',
      status: 'BLOCKED',
    },
  ]);
  expect(rows(store, 'pipelines')).toMatchObject([
    {
      pipeline_id: '9001',
      failed_jobs: 'lint; test',
      duration_seconds: '90',
      queue_time: '3',
      error_message: "'=1+1 is no formula",
    },
  ]);
  expect(rows(store, 'debugging_cycles')).toMatchObject([
    { attempts: '1', resolved: 'true', resolution_method: 'retry' },
  ]);
  expect(rows(store, 'errors')).toMatchObject([
    { error_message: 'not "fit", says the reviewer', severity: 'high', resolved: 'false' },
  ]);
  expect(rows(store, 'tool_usage')).toMatchObject([
    {
      tool_name: 'bash',
      call_count: '2',
      success_count: '1',
      failure_count: '1',
      avg_duration_ms: '50',
      total_duration_ms: '100',
    },
  ]);
});

test('times are in UTC with microseconds, in whatever zone and form a writer gave them', async () => {
  const store = tempStore();
  const pipeline = { type: 'pipeline.recorded', pipeline_id: '1', status: 'success' };
  store.write('zoned', [
    { type: 'run.started', run_id: 'zoned', owner: null },
    { ...pipeline, started_at: '2025-10-03T20:00:00+02:00', ended_at: '2025-10-03 18:01:30.5Z' },
    { type: 'run.ended', status: 'completed', ended_at: '2025-10-03T14:30:00-04:00' },
  ]);
  await store.runlog(['export', 'csv']);
  expect(rows(store, 'pipelines')).toMatchObject([
    {
      start_time: '2025-10-03T18:00:00.000000Z',
      end_time: '2025-10-03T18:01:30.500000Z',
      duration_seconds: '90.5',
    },
  ]);
  expect(rows(store, 'runs')).toMatchObject([{ end_time: '2025-10-03T18:30:00.000000Z' }]);
});

test('text that a spreadsheet would run is made harmless, and numbers are left alone', async () => {
  const store = tempStore();
  nastyRun(store);
  await store.runlog(['export', 'csv']);
  const messages = rows(store, 'errors').map(({ error_message }) => error_message as string);
  expect(messages).toEqual([
    "'=1+1",
    "'+cmd",
    "'-2+3",
    "'@SUM(A1)",
    "'\t=1",
    "'\r=1",
    "' =1+1",
    "''=1",
    "'＝1",
    ...NASTY.slice(9),
  ]);
  expect(rows(store, 'runs')).toMatchObject([
    { project_id: `'=HYPERLINK("http://x")`, llm_temperature: '-1.5', cause: "'@reason" },
  ]);
});

test.skipIf(!hasProgram('python3'))(
  "all seven parse the same with csv-parse and with Python's csv module",
  async () => {
    const store = tempStore();
    placeGoldenRun(store);
    nastyRun(store);
    await store.runlog(['export', 'csv']);
    const script =
      'import csv, json, sys\nprint(json.dumps([list(csv.reader(open(f, newline="", encoding="utf-8"), strict=True)) for f in sys.argv[1:]]))';
    const files = TABLES.map((table) => store.path('csv', `${table}.csv`));
    const byPython = JSON.parse(
      execFileSync('python3', ['-c', script, ...files], { encoding: 'utf8' }),
    ) as string[][][];
    for (const [index, table] of TABLES.entries()) {
      expect(byPython[index]).toEqual(cells(store.path('csv'), table));
      expect(byPython[index]?.[0]).toEqual(COLUMNS[table]);
      expect(byPython[index]?.every((row) => row.length === COLUMNS[table]?.length)).toBe(true);
    }
  },
);

test('finalize writes the rows, and neither finalize nor export writes one twice', async () => {
  const store = tempStore();
  const script = store.liveShell(
    'bash',
    'export RUNLOG_RUN=$(runlog start --id crashed)\nrunlog step start a\nrunlog error T m\necho up\nread -r _\n',
  );
  await script.line();
  await script.line();
  await script.kill('SIGKILL');
  placeGoldenRun(store);
  await store.runlog(['finalize']);
  const first = treeOf(store.path('csv'));
  expect(rows(store, 'runs').map(({ run_id, status }) => [run_id, status])).toEqual([
    ['crashed', 'interrupted'],
    [GOLDEN_RUN, 'partial'],
  ]);
  await store.runlog(['export', 'csv']);
  await store.runlog(['export', 'csv', '--run', 'crashed']);
  await store.runlog(['finalize', 'crashed']);
  await store.runlog(['export', 'csv', '--rebuild']);
  expect(treeOf(store.path('csv'))).toEqual(first);
});

test('an open run has rows too, with an empty end_time, which finalize replaces', async () => {
  const store = tempStore();
  const runId = await store.start('--id', 'open');
  await store.ok('step', 'start', 'a', '--run', runId);
  await store.runlog(['export', 'csv']);
  expect(rows(store, 'runs')).toMatchObject([
    { run_id: 'open', status: 'running', end_time: '', duration_seconds: '' },
  ]);
  expect(rows(store, 'agents')).toMatchObject([{ status: 'STARTED', end_time: '', success: '' }]);
  await store.runlog(['finalize', runId, '--status', 'completed']);
  expect(rows(store, 'runs')).toMatchObject([{ run_id: 'open', status: 'completed' }]);
});

test('--out writes elsewhere, --run only those runs; the store’s own tables stay as they are', async () => {
  const store = tempStore();
  placeGoldenRun(store);
  nastyRun(store);
  await store.runlog(['export', 'csv']);
  const own = treeOf(store.path('csv'));
  await store.runlog(['export', 'csv', '--out', 'tables', '--run', 'nasty']);
  expect(cells(path.join(store.cwd, 'tables'), 'runs').map(([id]) => id)).toEqual(['run_id', 'nasty']);
  expect(treeOf(store.path('csv'))).toEqual(own);
});

test('a table that somebody broke is made anew from the journals', async () => {
  const store = tempStore();
  placeGoldenRun(store);
  nastyRun(store);
  await store.runlog(['export', 'csv']);
  const whole = treeOf(store.path('csv'));
  fs.writeFileSync(store.path('csv', 'errors.csv'), 'run_id,"open quote\n');
  fs.rmSync(store.path('csv', 'agents.csv'));
  await store.runlog(['export', 'csv']);
  expect(treeOf(store.path('csv'))).toEqual(whole);
});

test('rows of runs that rotate has put away stay, and --rebuild takes them from the archive', async () => {
  const store = tempStore();
  placeGoldenRun(store);
  nastyRun(store);
  await store.runlog(['finalize', GOLDEN_RUN, 'nasty']);
  const whole = treeOf(store.path('csv'));
  await store.runlog(['rotate', '--max-age', '1d']);
  expect(fs.readdirSync(store.path('runs'))).toEqual([]);
  await store.runlog(['export', 'csv']);
  expect(treeOf(store.path('csv'))).toEqual(whole);
  fs.rmSync(store.path('csv'), { recursive: true });
  await store.runlog(['export', 'csv', '--rebuild']);
  expect(treeOf(store.path('csv'))).toEqual(whole);
});

test('export log gives what finalize writes, from the journal', async () => {
  const store = tempStore();
  placeGoldenRun(store);
  await store.runlog(['finalize', GOLDEN_RUN]);
  const { stdout } = await store.runlog(['export', 'log', GOLDEN_RUN]);
  expect(stdout).toBe(store.read('runs', GOLDEN_RUN, 'design-experiment.log'));
  expect(stdout).toBe(
    '[2025-10-03 20:20:00] VERIFY_MODEL: Checking Llama-3.2-1B\nCommand: ls models\nResult: two\n  lines\n\na note between entries\n',
  );
  const elsewhere = await store.runlog(['export', 'log', GOLDEN_RUN], { env: { TZ: 'Asia/Tokyo' } });
  expect(elsewhere.stdout).toBe(stdout);
});
