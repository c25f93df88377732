// runlog rotate, restore, pin and unpin: what is put away, what is kept, and that it comes back the same.
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { GOLDEN_RUN, placeGoldenRun, tempStore, treeOf, type TempStore } from '../support/runlog.js';

interface Planned {
  runs: { run_id: string; action: string; reason: string; bytes: number }[];
  dry_run: boolean;
}

/** Finalized runs `run-1` (the oldest) to `run-N`, a day apart, the newest `newestDays` old. */
async function finalizedRuns(
  store: TempStore,
  count: number,
  newestDays = 2,
  more: Record<string, unknown> = {},
): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    const at = new Date(Date.now() - (newestDays + count - number) * 86_400_000).toISOString();
    const runId = `run-${number}`;
    store.write(runId, [
      { type: 'run.started', run_id: runId, owner: null, host: null, at, ...more },
      { type: 'action.logged', action: 'ONE', description: 'x'.repeat(number * 10), at },
      { type: 'run.ended', status: number % 2 === 0 ? 'failed' : 'completed', at },
    ]);
  }
  const { exitCode, stderr } = await store.runlog([
    'finalize',
    ...Array.from({ length: count }, (_, index) => `run-${index + 1}`),
  ]);
  if (exitCode !== 0) throw new Error(stderr);
}

const runsOf = (store: TempStore): string[] => fs.readdirSync(store.path('runs')).sort();
const actions = ({ runs }: Planned): string[] => runs.map(({ run_id, action }) => `${action} ${run_id}`);

test('--dry-run writes nothing, and rotate then does what it planned', async () => {
  const store = tempStore();
  await finalizedRuns(store, 4);
  const before = treeOf(store.dir);
  const planned = await store.json<Planned>('rotate', '--max-runs', '2', '--dry-run');
  expect(treeOf(store.dir)).toEqual(before);
  expect(planned.dry_run).toBe(true);
  expect(actions(planned)).toEqual(['keep run-4', 'keep run-3', 'archive run-2', 'archive run-1']);
  for (const run of planned.runs) expect(Object.keys(run)).toEqual(['run_id', 'action', 'reason', 'bytes']);

  const done = await store.json<Planned>('rotate', '--max-runs', '2');
  expect(done).toEqual({ ...planned, dry_run: false });
  expect(runsOf(store)).toEqual(['run-3', 'run-4']);
  expect(fs.readdirSync(store.path('archive')).sort()).toEqual(['run-1.tar.gz', 'run-2.tar.gz']);
  expect(fs.statSync(store.path('archive', 'run-1.tar.gz')).mode & 0o777).toBe(0o600);
});

test('it prints a line a run: what happens to it and why', async () => {
  const store = tempStore();
  await finalizedRuns(store, 3);
  const { stdout, stderr } = await store.runlog(['rotate', '--max-runs', '2', '--dry-run']);
  expect(stdout.replaceAll(/\d+(\.\d)? (Ki)?B/g, 'SIZE')).toMatchInlineSnapshot(`
    "keep     run-3  SIZE  young and few enough
    keep     run-2  SIZE  young and few enough
    archive  run-1  SIZE  there are 2 newer runs
    "
  `);
  expect(stderr.replaceAll(/\d+(\.\d)? (Ki)?B/g, 'SIZE')).toMatchInlineSnapshot(`
    "1 of 3 runs, SIZE (dry run: nothing was changed)
    "
  `);
});

test('a run that was archived and restored is the same, byte for byte', async () => {
  const store = tempStore();
  placeGoldenRun(store);
  // As runlog makes it: other rights an archive does not bring back.
  fs.chmodSync(store.segment(GOLDEN_RUN), 0o600);
  const large = 'é'.repeat(200_000);
  await store.runlog(['append', 'LARGE', '--run', GOLDEN_RUN, '--at', '2025-10-03 18:20:00', '--result', '-'], {
    input: large,
  });
  await store.runlog(['finalize', GOLDEN_RUN]);
  const before = treeOf(store.path('runs'));
  expect(Object.keys(before).some((name) => name.includes('blobs/'))).toBe(true);

  expect((await store.runlog(['rotate'])).exitCode).toBe(0);
  expect(runsOf(store)).toEqual([]);
  const gone = await store.runlog(['summary', GOLDEN_RUN]);
  expect(gone.exitCode).toBe(66);
  expect(gone.stderr).toContain(`hint: Bring it back with: runlog restore ${GOLDEN_RUN}`);
  expect((await store.runlog(['append', 'X', '--run', GOLDEN_RUN])).exitCode).toBe(66);

  const { stdout, exitCode } = await store.runlog(['restore', 'run_20251003']);
  expect({ stdout, exitCode }).toEqual({ stdout: `${GOLDEN_RUN}\n`, exitCode: 0 });
  expect(treeOf(store.path('runs'))).toEqual(before);
  expect(fs.readdirSync(store.path('archive'))).toEqual([]);
});

test('pinned, live, unfinalized and recently written runs are kept, whatever the limits', async () => {
  const store = tempStore();
  await finalizedRuns(store, 2);
  await store.start('--id', 'live');
  const start = { type: 'run.started', owner: null, host: null, at: '2025-10-03T18:19:52Z' };
  store.write('unfinalized', [
    { ...start, run_id: 'unfinalized' },
    { type: 'run.ended', status: 'completed' },
  ]);
  await store.start('--id', 'recent');
  await store.runlog(['finalize', 'recent']);
  expect(await store.ok('pin', 'run-1')).toBe('run-1  pinned');
  expect((await store.json('list')).runs.find((run: { run_id: string }) => run.run_id === 'run-1').pinned).toBe(true);

  const limits = ['--max-runs', '0', '--max-age', '0s', '--max-size', '0'];
  const { runs } = await store.json<Planned>('rotate', ...limits);
  expect(Object.fromEntries(runs.map(({ run_id, action, reason }) => [run_id, `${action}: ${reason}`]))).toEqual({
    live: `keep: running: its owner, process ${process.pid}, is alive`,
    recent: 'keep: written less than an hour ago',
    'run-1': 'keep: pinned',
    'run-2': expect.stringMatching(/^archive: its last event is .* old$/),
    unfinalized: 'keep: not finalized',
  });
  expect(runsOf(store)).toEqual(['live', 'recent', 'run-1', 'unfinalized']);
  expect(await store.ok('unpin', 'run-1')).toBe('run-1  not pinned');
  expect(actions(await store.json<Planned>('rotate', ...limits))).toContain('archive run-1');
});

test('limits by age and size, exceptions by failure and tag', async () => {
  const store = tempStore();
  await finalizedRuns(store, 4, 2, { tags: { keep: 'yes' } });
  const plan = async (...args: string[]): Promise<string[]> =>
    actions(await store.json<Planned>('rotate', '--dry-run', ...args)).filter((line) => !line.startsWith('keep'));
  expect(await plan()).toEqual([]);
  expect(await plan('--max-age', '84h')).toEqual(['archive run-2', 'archive run-1']);
  expect(await plan('--max-age', '84h', '--keep-failed')).toEqual(['archive run-1']);
  expect(await plan('--max-runs', '0', '--keep-tag', 'keep=yes')).toEqual([]);
  expect(await plan('--max-runs', '0', '--keep-tag', 'keep=no')).toHaveLength(4);
  expect(await plan('--max-runs', '3', '--delete')).toEqual(['delete run-1']);
  const newest = (await store.json<Planned>('rotate', '--dry-run')).runs[0]?.bytes as number;
  expect(await plan('--max-size', String(newest))).toEqual(['archive run-3', 'archive run-2', 'archive run-1']);
  for (const wrong of [
    ['--max-age', 'old'],
    ['--max-runs', '-1'],
    ['--max-size', 'big'],
  ])
    expect((await store.runlog(['rotate', ...wrong])).exitCode).toBe(2);
});

test('--delete deletes, and leaves no trash', async () => {
  const store = tempStore();
  await finalizedRuns(store, 2);
  await store.runlog(['rotate', '--max-runs', '1', '--delete']);
  expect(runsOf(store)).toEqual(['run-2']);
  expect(fs.existsSync(store.path('archive'))).toBe(false);
  expect(fs.existsSync(store.path('.trash')) ? fs.readdirSync(store.path('.trash')) : []).toEqual([]);
});

test('what is behind a symbolic link is never touched', async () => {
  const store = tempStore();
  await finalizedRuns(store, 1);
  const outside = path.join(store.cwd, 'outside');
  fs.mkdirSync(outside);
  fs.writeFileSync(path.join(outside, 'precious'), 'here');
  fs.symlinkSync(outside, store.path('runs', 'link'));
  fs.symlinkSync(outside, store.path('runs', 'run-1', 'link'));
  const { exitCode, stdout } = await store.runlog(['rotate', '--max-runs', '0']);
  expect(exitCode).toBe(3);
  expect(stdout).toContain('could not be put away: ');
  expect(fs.readFileSync(path.join(outside, 'precious'), 'utf8')).toBe('here');
  expect(runsOf(store)).toEqual(['link', 'run-1']);
  await store.runlog(['rotate', '--max-runs', '0', '--delete']);
  expect(fs.readFileSync(path.join(outside, 'precious'), 'utf8')).toBe('here');
});

test('a rotation that was killed after archiving is finished by the next', async () => {
  const store = tempStore();
  await finalizedRuns(store, 1);
  const before = treeOf(store.path('runs'));
  const copy = path.join(store.cwd, 'copy');
  fs.cpSync(store.path('runs', 'run-1'), copy, { recursive: true });
  await store.runlog(['rotate', '--max-runs', '0']);
  fs.cpSync(copy, store.path('runs', 'run-1'), { recursive: true });
  fs.mkdirSync(store.path('.trash', 'gone-x'), { recursive: true });
  expect(actions(await store.json<Planned>('rotate', '--max-runs', '0'))).toEqual(['archive run-1']);
  expect(runsOf(store)).toEqual([]);
  expect(fs.existsSync(store.path('.trash', 'gone-x'))).toBe(false);
  await store.runlog(['restore', 'run-1']);
  expect(treeOf(store.path('runs'))).toEqual(before);
});

test('a damaged archive is refused, and nothing of it is unpacked', async () => {
  const store = tempStore();
  await finalizedRuns(store, 1);
  await store.runlog(['rotate', '--max-runs', '0']);
  const archive = store.path('archive', 'run-1.tar.gz');
  fs.truncateSync(archive, fs.statSync(archive).size - 20);
  const { exitCode, stderr } = await store.runlog(['restore', 'run-1']);
  expect(exitCode).toBe(65);
  expect(stderr).toContain('cannot be relied on');
  expect(runsOf(store)).toEqual([]);
  expect(fs.existsSync(archive)).toBe(true);
});

test('restore of an unknown run is 66, of one that is there 73', async () => {
  const store = tempStore();
  await finalizedRuns(store, 2);
  await store.runlog(['rotate', '--max-runs', '1']);
  const unknown = await store.runlog(['restore', 'nobody']);
  expect(unknown.exitCode).toBe(66);
  expect(unknown.stderr).toContain('hint: It has: run-1');
  fs.cpSync(store.path('runs', 'run-2'), store.path('runs', 'run-1'), { recursive: true });
  expect((await store.runlog(['restore', 'run-1'])).exitCode).toBe(73);
});
