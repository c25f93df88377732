// Hundreds of runs in one pass of rotate: two threads come to what one says, and a Ctrl-C leaves whole runs.
import fs from 'node:fs';
import { expect, test } from 'vitest';
import { tempStore, treeOf, until, type TempStore } from '../support/runlog.js';

const COUNT = 200;

/** Finalized runs of one day, of which one is pinned, one was written to after its end, one is damaged and one has a link in it. */
async function manyRuns(): Promise<TempStore> {
  const store = tempStore();
  const ids = Array.from({ length: COUNT }, (_, index) => `run-${String(index).padStart(3, '0')}`);
  for (const [index, runId] of ids.entries()) {
    const at = new Date(Date.UTC(2025, 0, 1, 0, 0, index)).toISOString();
    store.write(runId, [
      { type: 'run.started', run_id: runId, owner: null, host: null, at },
      { type: 'action.logged', action: 'ONE', description: 'x'.repeat(index), at },
      { type: 'run.ended', status: 'completed', at },
    ]);
  }
  const { exitCode, stderr } = await store.runlog(['finalize', '--all', '--quiet']);
  if (exitCode !== 0) throw new Error(stderr);
  await store.ok('pin', 'run-010');
  await store.runlog(['append', 'LATE', '--run', 'run-020', '--at', '2025-01-02']);
  fs.truncateSync(store.segment('run-030'), 100);
  fs.symlinkSync('/', store.path('runs', 'run-040', 'link'));
  return store;
}

test('hundreds of runs go as few do: what is planned is done, the rest is kept, and they come back as they were', async () => {
  const store = await manyRuns();
  const before = treeOf(store.path('runs'));
  const planned = await store.json('rotate', '--max-runs', '0', '--dry-run');
  expect(treeOf(store.path('runs'))).toEqual(before);
  const done = await store.json('rotate', '--max-runs', '0');
  const noAge = ({ reason, ...row }: { reason: string }): object => ({
    ...row,
    reason: reason.replace(/is .* old$/, ''),
  });
  expect(done.runs.map(noAge)).toEqual(planned.runs.map(noAge));
  // Of run-030 not even the start is left, so nobody knows how old it is.
  const ids = done.runs.map(({ run_id }: { run_id: string }) => run_id);
  expect(ids).toEqual([
    ...ids
      .toSorted()
      .reverse()
      .filter((runId: string) => runId !== 'run-030'),
    'run-030',
  ]);
  const kept = ['run-010', 'run-020', 'run-030', 'run-040'];
  expect(fs.readdirSync(store.path('runs')).sort()).toEqual(kept);
  expect(fs.readdirSync(store.path('archive'))).toHaveLength(COUNT - kept.length);
  expect(fs.readdirSync(store.path('.trash'))).toEqual([]);
  for (const runId of ['run-000', 'run-199']) await store.ok('restore', runId, '--quiet');
  const after = treeOf(store.path('runs'));
  for (const [file, content] of Object.entries(after)) expect(content).toBe(before[file]);

  const deleted = await store.json('rotate', '--max-runs', '0', '--delete');
  expect(deleted.runs.filter(({ action }: { action: string }) => action === 'delete')).toHaveLength(2);
  expect(fs.readdirSync(store.path('runs')).sort()).toEqual(kept);
});

test('a Ctrl-C lets the runs in hand come to their end and is 130; the next call does the rest', async () => {
  const store = await manyRuns();
  const running = store.live('runlog', ['rotate', '--max-runs', '0']);
  await until(() => fs.existsSync(store.path('archive')) && fs.readdirSync(store.path('archive')).length > 0);
  expect(await running.kill('SIGINT')).toBe(130);
  const archived = fs.readdirSync(store.path('archive'));
  const runs = fs.readdirSync(store.path('runs'));
  expect(archived.filter((name) => !/^run-\d+\.tar\.gz$/.test(name))).toEqual([]);
  expect(archived.length + runs.length).toBe(COUNT);
  expect(fs.readdirSync(store.path('.trash'))).toEqual([]);
  await store.runlog(['rotate', '--max-runs', '0']);
  expect(fs.readdirSync(store.path('runs'))).toHaveLength(4);
});
