// runlog import and export steps: what a worker printed becomes a run, and comes out as it was printed.
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, tempStore } from '../support/runlog.js';

const WORKER = path.join(ROOT, 'fixtures', 'worker.log');

test('a plan, its attempts, their metrics and errors are read from lines without a single time', async () => {
  const store = tempStore();
  const { stdout, stderr } = await store.runlog(['import', WORKER]);
  expect({ stdout, stderr }).toEqual({ stdout: 'run_abc123\n', stderr: '' });
  const { runs } = (await store.json('list')) as { runs: Record<string, unknown>[] };
  expect(runs).toMatchObject([
    { run_id: 'run_abc123', start_time: null, end_time: null, duration_seconds: null, total_steps: 2, failed_steps: 2 },
  ]);
  const text = (await store.runlog(['summary', 'abc123'])).stdout;
  for (const said of ['gc, else ctgan, tvae', 'ctgan (backup)', 'AssertionError: discrete columns', 'KS mean  0.32'])
    expect(text).toContain(said);
  expect((await store.runlog(['finalize'])).stdout).toContain('stale -> interrupted');
  expect((await store.runlog(['verify'])).exitCode).toBe(0);
});

test('the lines come out byte for byte, blank ones left out; also after finalize', async () => {
  const store = tempStore();
  const lines = fs.readFileSync(WORKER, 'utf8').replaceAll(/^\n/gm, '');
  const { stdout: runId } = await store.runlog(['import', WORKER]);
  expect((await store.runlog(['export', 'steps', runId.trim()])).stdout).toBe(lines);
  await store.runlog(['finalize']);
  expect((await store.runlog(['export', 'steps', runId.trim()])).stdout).toBe(lines);
});

test('the rows say of each step what the API of its system says', async () => {
  const store = tempStore();
  await store.runlog(['import', WORKER]);
  const { stdout } = await store.runlog(['export', 'steps', 'run_abc123', '--json']);
  const { run, steps } = JSON.parse(stdout) as { run: Record<string, unknown>; steps: Record<string, unknown>[] };
  expect(run).toMatchObject({
    id: 'abc123',
    method: 'gc',
    config_json: { plan: { choice: { method: 'gc' }, backup: [{ method: 'ctgan' }, { method: 'tvae' }] } },
  });
  expect(steps.map(({ step_no: step, title, method }) => [step, title, method])).toEqual([
    [0, 'planned', 'gc'],
    [1, 'training', 'gc'],
    [1, 'metrics', 'gc'],
    [2, 'training', 'ctgan'],
    [2, 'error', 'ctgan'],
  ]);
  expect(steps.map((step) => step['is_backup_attempt'])).toEqual([false, false, false, true, false]);
  expect(steps[2]).toMatchObject({ metrics_json: { 'KS mean': 0.32 }, is_metrics: true, created_at: null });
});

test('two runs in two containers, with times of two zones and a traceback between them, are two runs', async () => {
  const store = tempStore();
  const input = `a-1  | 2026-02-03T04:05:06.100000Z [worker][agent] EXECUTING agent plan for run one
b-1  | 2026-02-03T05:05:06.200000+01:00 [worker][agent] EXECUTING agent plan for run two
a-1  | 2026-02-03T04:05:07Z [worker][step] INSERTING step 1: training - attempt 1: method=gc
b-1  | 2026-02-03T05:05:07+01:00 [worker][step] INSERTING step 1: training - attempt 1: method=tvae
b-1  | Traceback (most recent call last):
a-1  | 2026-02-03T04:05:09Z [worker][step] INSERTING step 1: metrics - KS mean 0.050 ≤ 0.10 (ok)
b-1  | 2026-02-03T05:05:10+01:00 [worker][step] ERROR inserting error step 1: ConnectionError: refused
`;
  const { stdout, stderr, exitCode } = await store.runlog(['import', '-'], { input });
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(stdout).toBe('run_20260203_040506_one\nrun_20260203_040506_two\n');
  const text = (await store.runlog(['export', 'steps', 'run_20260203_040506_two'])).stdout;
  expect(text).toBe(
    `${input
      .split('\n')
      .filter((line) => line.startsWith('b-1'))
      .join('\n')}\n`,
  );
  const { runs } = (await store.json('list')) as { runs: Record<string, unknown>[] };
  expect(runs.map(({ run_id: id, start_time: start }) => [id, start]).toSorted()).toEqual([
    ['run_20260203_040506_one', '2026-02-03T04:05:06.100000Z'],
    ['run_20260203_040506_two', '2026-02-03T04:05:06.200000Z'],
  ]);
  const events = await store.events('run_20260203_040506_two');
  expect(events.filter(({ type }) => type === 'error.raised')).toMatchObject([
    { error_type: 'ConnectionError', message: 'refused', severity: 'warning', step: 1 },
  ]);
  await store.runlog(['finalize']);
  const { runs: ended } = (await store.json('list', '--status', 'interrupted')) as { runs: { end_time: string }[] };
  expect(ended.map((run) => run.end_time).toSorted()).toEqual([
    '2026-02-03T04:05:09.000000Z',
    '2026-02-03T04:05:10.000000Z',
  ]);
});

test('lines that are none are kept where they stood; with --skip-other they are counted', async () => {
  const store = tempStore();
  const input = `starting up\n[worker][step] INSERTING step 1: error - ValueError: x\n  File "a.py", line 3\n`;
  const { stdout } = await store.runlog(['import', '-'], { input });
  expect((await store.runlog(['export', 'steps', stdout.trim()])).stdout).toBe(input);
  expect((await store.runlog(['show', stdout.trim()])).stdout).toContain('File "a.py", line 3');
  const skipped = await tempStore().runlog(['import', '-', '--skip-other', '--json'], { input });
  expect(skipped.exitCode).toBe(0);
  expect((JSON.parse(skipped.stdout) as { runs: unknown[] }).runs).toMatchObject([
    { warnings: ['2 other lines were skipped'] },
  ]);
});

test('a run that was recorded here comes out as such lines, which make the same steps again', async () => {
  const store = tempStore();
  const runId = await store.start('--name', 'synth');
  await store.ok('plan', '--choice', 'gc', '--backup', "it's", '--rationale', 'two\nlines', '--run', runId);
  await store.ok('step', 'start', 'gc', '--task', 'fit', '--run', runId);
  await store.ok('metric', 'KS', '0.32', '--max', '0.1', '--step', '1', '--run', runId);
  await store.ok('metric', 'MIA', '0.5', '--max', '0.6', '--step', '1', '--run', runId);
  await store.ok(
    'step',
    'end',
    '1',
    '--status',
    'FAIL',
    '--error',
    'ValueError: a\n[worker][step] INSERTING step 9: x',
    '--run',
    runId,
  );
  const { stdout } = await store.runlog(['export', 'steps', runId]);
  expect(stdout).toBe(`[worker][agent] EXECUTING agent plan for run ${runId}
[worker][agent] Plan choice: {'method': 'gc'}
[worker][agent] Plan rationale: two\\u000alines
[worker][agent] Plan backups: 1 backup methods
[worker][agent] Will attempt 2 methods: ['gc', "it's"]
[worker][step] INSERTING step 1: training - attempt 1: method=gc, fit
[worker][step] INSERTING step 1: metrics - KS 0.32 > 0.1 (fail); MIA 0.5 ≤ 0.6 (ok)
[worker][step] INSERTING step 1: error - ValueError: a\\u000a[worker][step] INSERTING step 9: x
`);
  const again = tempStore();
  const { stdout: copy } = await again.runlog(['import', '-'], { input: stdout });
  expect(copy).toBe(`run_${runId}\n`);
  expect((await again.runlog(['export', 'steps', copy.trim()])).stdout).toBe(stdout);
  expect((await again.json('summary', copy.trim())) as object).toMatchObject({
    run: { total_steps: 1, failed_steps: 1 },
    trace: { steps: [{ step_number: 1, agent_name: 'gc', status: 'FAIL' }] },
    metrics: [
      { name: 'KS', value: 0.32, limit: 0.1, passed: false },
      { name: 'MIA', value: 0.5, limit: 0.6, passed: true },
    ],
  });
});

test('export json is everything in one document: the summary and every event', async () => {
  const store = tempStore();
  const runId = await store.start('--name', 'all');
  await store.ok('append', 'HELLO', 'there', '--result', '\u001b[2J', '--run', runId);
  const { stdout } = await store.runlog(['export', 'json', runId]);
  expect(stdout).not.toContain('\u001b');
  expect(JSON.parse(stdout)).toMatchObject({
    run: { run_id: runId, status: 'running' },
    actions: 1,
    damage: [],
    events: [{ type: 'run.started' }, { type: 'action.logged', fields: [['Result', '\u001b[2J']] }],
  });
});
