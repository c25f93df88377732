// The index: what list tells of finalized runs without opening them.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { tempStore, type TempStore } from '../support/runlog.js';

const RUNS = 70;

/** A store with enough finalized runs for an index. */
async function manyRuns(): Promise<TempStore> {
  const store = tempStore();
  for (let index = 0; index < RUNS; index += 1) {
    const runId = `run_${String(index).padStart(3, '0')}`;
    store.write(runId, [
      {
        type: 'run.started',
        run_id: runId,
        project: String(index % 3),
        trace_id: `trace-${index}`,
        at: startOf(index),
      },
      { type: 'run.ended', status: index % 10 === 0 ? 'failed' : 'completed' },
    ]);
  }
  await store.runlog(['finalize', '--all']);
  return store;
}

const startOf = (index: number): string =>
  `2025-10-03T10:${String(index % 60).padStart(2, '0')}:${index < 60 ? '00' : '30'}.000000Z`;
const ids = async (store: TempStore, ...args: string[]): Promise<string[]> =>
  (await store.json<{ runs: { run_id: string }[] }>('list', ...args)).runs.map((run) => run.run_id);
/** Longer than a change is too fresh to be told from a later one. */
const pause = (ms = 2100): Promise<unknown> => wait(ms);
const everyId = async (store: TempStore): Promise<string[]> => ids(store);

it('a list of many finalized runs leaves an index, and says the same with it, without it and after damage to it', async () => {
  const store = await manyRuns();
  const before = await store.runlog(['list', '--json']);
  expect(JSON.parse(before.stdout).runs).toHaveLength(RUNS);
  expect(statSync(store.path('index')).mode & 0o777).toBe(0o600);
  const whole = readFileSync(store.path('index'));
  expect(await store.runlog(['list', '--json'])).toEqual(before);
  for (const damaged of [whole.subarray(0, 100), whole.subarray(0, -1), Buffer.from('{}\n'), Buffer.alloc(0)]) {
    writeFileSync(store.path('index'), damaged);
    expect(await store.runlog(['list', '--json'])).toEqual(before);
  }
  rmSync(store.path('index'));
  expect(await store.runlog(['list', '--json'])).toEqual(before);
});

it('few runs need no index, and looking at them leaves nothing behind', async () => {
  const store = tempStore();
  await store.start('--id', 'run');
  await store.ok('finalize', 'run', '--status', 'completed');
  await store.ok('list', '--json');
  await store.ok('summary', 'latest', '--json');
  expect(existsSync(store.path('index'))).toBe(false);
});

it('runs that are started, removed or copied in by hand are noticed, and so are late events and corrections', async () => {
  const store = await manyRuns();
  const [newest = ''] = await everyId(store);
  rmSync(store.path('runs', newest), { recursive: true });
  expect(await everyId(store)).toHaveLength(RUNS - 1);
  expect(await everyId(store)).not.toContain(newest);
  await store.start('--id', 'fresh', '--owner-pid', 'none');
  expect((await everyId(store))[0]).toBe('fresh');
  expect(await store.status('fresh')).toBe('running');
  await store.ok('finalize', 'fresh', '--status', 'partial');
  expect(await ids(store, '--status', 'partial')).toEqual(['fresh']);
  const failed = await ids(store, '--failed');
  await store.runlog(['correct', 'run', 'run_001', '--failure', '--evidence', 'looked']);
  expect((await ids(store, '--failed')).sort()).toEqual([...failed, 'run_001'].sort());
  expect(await ids(store, '--failed', '--limit', '1')).toEqual(failed.slice(0, 1));
});

it('latest and trace ids are found with the index as without it', async () => {
  const store = await manyRuns();
  for (const text of ['latest', 'latest~3', 'trace-7']) {
    const found = await store.ok('summary', text, '--json');
    rmSync(store.path('index'), { force: true });
    expect(await store.ok('summary', text, '--json')).toBe(found);
  }
  expect((await store.json('summary', 'trace-7')).run.run_id).toBe('run_007');
  expect((await store.runlog(['summary', `latest~${RUNS}`])).stderr).toContain(`has ${RUNS} runs`);
});

it('a file of a run that was changed by hand is noticed when the run is shown', async () => {
  const store = await manyRuns();
  await everyId(store);
  const file = store.path('runs', 'run_005', 'journal', 'here.jsonl');
  const bytes = readFileSync(file);
  bytes[30] = 0x7e;
  writeFileSync(file, bytes);
  utimesSync(file, new Date(), new Date());
  const { exitCode, stderr } = await store.runlog(['list', '--json']);
  expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: expect.stringContaining('run_005') });
});

it('a store that cannot be written is listed without an index, and without a word', async () => {
  const store = await manyRuns();
  chmodSync(store.dir, 0o500);
  try {
    const { exitCode, stderr } = await store.runlog(['list', '--json']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  } finally {
    chmodSync(store.dir, 0o700);
  }
});

it('several that write the index at once leave a whole one or none, and say the same', async () => {
  const store = await manyRuns();
  const answers = await Promise.all(Array.from({ length: 6 }, () => store.runlog(['list', '--json'])));
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(await store.runlog(['list', '--json'])).toEqual(answers[0]);
});

it('what _final.json says in another way than finalize writes it is not shown: the journal says it', async () => {
  const store = tempStore();
  store.write('run', [
    { type: 'run.started', run_id: 'run', project: 'p' },
    { type: 'run.ended', status: 'failed' },
  ]);
  await store.runlog(['finalize', '--all']);
  const [before, table] = [await store.json('list'), await store.ok('list')];
  const file = store.path('runs', 'run', '_final.json');
  const final = JSON.parse(readFileSync(file, 'utf8'));
  for (const other of [
    { status: '\u001b]0;title\u0007' },
    { status: 'well' },
    { start_time: 'x' },
    { start_time: {} },
    { end_time: 5 },
    { duration_seconds: 'x' },
    { total_steps: '\u001b[31m' },
    { project_id: 7 },
    { tags: { key: {} } },
    { tags: [] },
    { cost_metrics: { ...final.cost_metrics, estimated_cost_usd: 'much' } },
    { llm_configuration: { ...final.llm_configuration, model: [] } },
  ]) {
    writeFileSync(file, JSON.stringify({ ...final, ...other }));
    expect(await store.json('list')).toEqual(before);
    expect(await store.ok('list')).toBe(table);
  }
});

it('a segment that came after the seal counts, whatever the times of files say', async () => {
  const store = await manyRuns();
  expect(await store.status('run_001')).toBe('completed');
  const journal = store.path('runs', 'run_001', 'journal');
  const { mtime } = statSync(journal);
  store.write('other', [
    { type: 'outcome.corrected', subject: 'run', name: 'run_001', success: false, evidence: 'looked', at: startOf(2) },
  ]);
  renameSync(store.segment('other'), `${journal}/there.jsonl`);
  rmSync(store.path('runs', 'other'), { recursive: true });
  // As a copy that keeps times leaves it.
  utimesSync(`${journal}/there.jsonl`, 1e9, 1e9);
  utimesSync(journal, mtime, mtime);
  expect(await store.status('run_001')).toBe('failed');
  rmSync(store.path('index'));
  utimesSync(journal, 1e9, 1e9);
  expect(await store.status('run_001')).toBe('failed');
});

it('a correction is noticed though the views could not be written for another who holds the lock', async () => {
  const store = await manyRuns();
  await pause();
  const failed = await ids(store, '--failed');
  const holder = spawn('flock', ['-x', store.path('.lock'), 'sleep', '60']);
  try {
    while (spawnSync('flock', ['-x', '-n', store.path('.lock'), 'true']).status === 0) await pause(20);
    const { stderr } = await store.runlog(['correct', 'run', 'run_001', '--failure', '--evidence', 'looked']);
    expect(stderr).toContain('the views of run_001 could not be written');
    expect((await ids(store, '--failed')).sort()).toEqual([...failed, 'run_001'].sort());
  } finally {
    holder.kill();
  }
});

it('latest is the first run of the list where a start is lost or has no time', async () => {
  const store = tempStore();
  const events = [{ type: 'action.logged', action: 'NOTE', description: 'late', fields: [], at: startOf(30) }];
  store.write('lost', events);
  store.write('early', [{ type: 'run.started', run_id: 'early', at: startOf(20) }]);
  store.write('old', [
    { type: 'run.started', run_id: 'old', at: startOf(40), untimed: true },
    { ...events[0], at: startOf(5) },
  ]);
  expect(await ids(store)).toEqual(['lost', 'early', 'old']);
  for (const [back, id] of ['lost', 'early', 'old'].entries())
    expect((await store.runlog(['show', `latest~${back}`, '--json'])).stdout).toContain(id);
});
