// Whether a run lives, judged from outside: reused pids, restarted machines, other hosts, missed beats, imports.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { encodeLine } from '../../src/journal/line.js';
import { ROOT, hasProgram, tempStore, until, type TempStore } from '../support/runlog.js';

/** A run of this test process, whose start event is then changed; gives its id. */
async function altered(store: TempStore, change: (start: Record<string, any>) => void): Promise<string> {
  const runId = await store.start();
  store.rewrite(runId, change);
  return runId;
}

async function judged(store: TempStore, runId: string): Promise<{ status: string; finalized: unknown[] }> {
  const status = (await store.status(runId)) ?? 'nothing';
  const { runs } = await store.json<{ runs: unknown[] }>('finalize');
  return { status, finalized: runs };
}

const hoursAgo = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();

test('a process that got the number of the dead owner is not the owner', async () => {
  const store = tempStore();
  const runId = await altered(store, ({ owner }) => (owner.process_start = '1'));
  const cause = `its owner, process ${process.pid}, is gone; another process has that number now`;
  expect(await judged(store, runId)).toEqual({
    status: 'interrupted',
    finalized: [{ run_id: runId, old_status: 'interrupted', status: 'interrupted', cause, changed: true }],
  });
});

test('after a restart of the machine no process of before is the owner', async () => {
  const store = tempStore();
  const runId = await altered(store, ({ owner }) => (owner.boot_id = '00000000-0000-4000-8000-000000000000'));
  const cause = 'the machine was restarted';
  expect(await judged(store, runId)).toEqual({
    status: 'interrupted',
    finalized: [{ run_id: runId, old_status: 'interrupted', status: 'interrupted', cause, changed: true }],
  });
});

test('an owner that has died and was not yet waited for is dead', async () => {
  const store = tempStore();
  // The outer shell becomes a program that never waits for its children: the inner one stays a zombie.
  const parent = store.live('bash', ['-c', "bash -c 'runlog start --id run; runlog append WORK' & exec sleep 100"]);
  expect(await parent.line()).toBe('run');
  await until(async () => (await store.status('run')) !== 'running');
  expect(await judged(store, 'run')).toMatchObject({
    status: 'interrupted',
    finalized: [
      { run_id: 'run', status: 'interrupted', cause: expect.stringMatching(/^its owner, process \d+, has died$/) },
    ],
  });
  await parent.kill('SIGKILL');
});

const canUnshare =
  hasProgram('unshare') && spawnSync('unshare', ['--pid', '--fork', '--mount-proc', 'true']).status === 0;

test.skipIf(!canUnshare)(
  `a process of another pid namespace is judged from within it alone${canUnshare ? '' : ' (skipped: no new namespaces here)'}`,
  async () => {
    const store = tempStore();
    const script = 'runlog start --id run; runlog list --json | tr -d "\\n"; echo; read -r _';
    const inside = store.live('unshare', ['--pid', '--fork', '--kill-child', '--mount-proc', 'bash', '-c', script]);
    expect(await inside.line()).toBe('run');
    expect(JSON.parse(await inside.line())).toMatchObject({ runs: [{ run_id: 'run', status: 'running' }] });
    // Its owner is process 1 in there; process 1 out here is somebody else, and has another start time.
    expect(await judged(store, 'run')).toEqual({ status: 'running', finalized: [] });
    await inside.kill('SIGKILL');
    expect(await judged(store, 'run')).toEqual({ status: 'running', finalized: [] });
    expect(await store.json('finalize', 'run', '--force')).toMatchObject({ runs: [{ run_id: 'run', changed: true }] });
  },
);

test('a clock that jumps back makes nothing take less than no time, and kills no run that lives', async () => {
  const store = tempStore();
  const runId = await store.start();
  const step = { type: 'step.started', step: 1, agent: 'coder', task: 't', at: hoursAgo(-2) };
  const segment = store.segment(runId);
  fs.appendFileSync(segment, encodeLine({ v: 1, id: 'ahead', ...step }));
  await store.ok('step', 'end', '1', '--status', 'SUCCESS', '--run', runId);
  expect(await judged(store, runId)).toEqual({ status: 'running', finalized: [] });

  expect(await store.json('finalize', runId, '--status', 'completed', '--force')).toMatchObject({
    runs: [{ status: 'completed' }],
  });
  const { run } = await store.json('summary', runId);
  expect(run.duration_seconds).toBeGreaterThanOrEqual(0);
  const agents = store.read('csv', 'agents.csv');
  expect(agents).not.toMatch(/,-\d/);
  expect((await store.runlog(['rotate', '--max-runs', '0', '--json'])).stdout).toContain(
    'written less than an hour ago',
  );
});

test('without flock the lock is a link, taken over only from the proven dead', async () => {
  const store = tempStore();
  const runId = await store.start('--owner-pid', 'none');
  const bin = path.join(store.home, 'bin');
  fs.mkdirSync(bin);
  for (const program of ['node', 'env']) fs.symlinkSync(whereIs(program), path.join(bin, program));
  const env = { PATH: `${path.join(ROOT, 'bin')}:${bin}` };
  const lock = store.path('.lock.pid');
  fs.writeFileSync(lock, `${process.pid} ${startTimeOf(process.pid)}`);
  const args = ['finalize', runId, '--status', 'failed'];
  expect(await store.runlog(args, { env })).toMatchObject({ exitCode: 75 });
  // The number of the dead, which another process has by now.
  fs.writeFileSync(lock, `${process.pid} 1`);
  expect(await store.runlog(args, { env })).toMatchObject({ exitCode: 0 });
  expect(fs.existsSync(lock)).toBe(false);
});

function whereIs(program: string): string {
  if (program === 'node') return process.execPath;
  return (process.env['PATH'] ?? '')
    .split(':')
    .map((folder) => path.join(folder, program))
    .find((file) => fs.existsSync(file)) as string;
}

function startTimeOf(pid: number): string {
  const stat = fs.readFileSync(`/proc/${pid}/stat`).toString();
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] as string;
}

test('a run of another host is running while it speaks and stale once it was silent for a day; only by name is it ended', async () => {
  const store = tempStore();
  const young = await altered(store, (start) => (start['host'] = 'elsewhere'));
  expect(await judged(store, young)).toEqual({ status: 'running', finalized: [] });
  const old = await altered(store, (start) => Object.assign(start, { host: 'elsewhere', at: hoursAgo(25) }));
  expect(await judged(store, old)).toEqual({ status: 'stale', finalized: [] });
  const cause = 'its owner is on elsewhere, out of sight, and it said nothing for more than 1 d';
  expect(await store.json('finalize', old)).toEqual({
    runs: [{ run_id: old, old_status: 'stale', status: 'interrupted', cause, changed: true }],
  });
});

test.skipIf(!fs.existsSync('/etc/machine-id'))(
  'another machine of the same name tells nothing of the owner',
  async () => {
    const store = tempStore();
    const runId = await altered(store, ({ owner }) =>
      Object.assign(owner, { machine: 'another', boot_id: '00000000-0000-4000-8000-000000000000' }),
    );
    expect(await judged(store, runId)).toEqual({ status: 'running', finalized: [] });
  },
);

test('a new event revives a stale run', async () => {
  const store = tempStore();
  const runId = await altered(store, (start) => Object.assign(start, { host: 'elsewhere', at: hoursAgo(30) }));
  expect(await store.status(runId)).toBe('stale');
  await store.ok('append', 'BACK_AGAIN', '--run', runId);
  expect(await judged(store, runId)).toEqual({ status: 'running', finalized: [] });
});

test('a run without an owner is finalized once it was silent for --stale-after', async () => {
  const store = tempStore();
  store.write('quiet', [{ type: 'run.started', run_id: 'quiet', owner: null, host: os.hostname(), at: hoursAgo(2) }]);
  expect(await judged(store, 'quiet')).toEqual({ status: 'running', finalized: [] });
  expect(await store.json('finalize', '--stale-after', '3h')).toEqual({ runs: [] });
  expect(await store.json('finalize', '--stale-after', '90m')).toMatchObject({
    runs: [{ run_id: 'quiet', status: 'interrupted' }],
  });
});

test('a run whose promised beat is overdue is stale, whatever its age, and a beat in time keeps it running', async () => {
  const store = tempStore();
  const start = { type: 'run.started', owner: null, host: 'elsewhere', beat_seconds: 60 };
  store.write('missed', [{ ...start, run_id: 'missed', at: hoursAgo(0.1) }]);
  store.write('beating', [
    { ...start, run_id: 'beating', at: hoursAgo(50) },
    { type: 'run.beat', at: hoursAgo(0.01) },
  ]);
  store.write('patient', [
    { ...start, beat_seconds: null, run_id: 'patient', at: hoursAgo(50) },
    { type: 'run.beat', at: hoursAgo(40), due: hoursAgo(-1) },
  ]);
  expect(await store.status('missed')).toBe('stale');
  expect(await store.status('beating')).toBe('running');
  expect(await store.status('patient')).toBe('running');
  expect(await store.json('finalize')).toMatchObject({ runs: [{ run_id: 'missed', status: 'interrupted' }] });
});

test('a log that was imported unfinished is stale, and finalize ends it as interrupted at its last entry', async () => {
  const store = tempStore();
  const input = '[2025-10-22 14:23:15] VERIFY_MODEL: Checking\nResult: ok\n\n[2025-10-22 14:24:01] CHECK_DISK: df\n';
  const { stdout } = await store.runlog(['import', '-', '--timezone', 'UTC'], { input });
  const runId = stdout.trimEnd();
  const cause = 'it was imported unfinished';
  expect(await judged(store, runId)).toEqual({
    status: 'stale',
    finalized: [{ run_id: runId, old_status: 'stale', status: 'interrupted', cause, changed: true }],
  });
  expect(store.readJson('runs', runId, '_final.json')).toMatchObject({
    start_time: '2025-10-22T14:23:15.000000Z',
    end_time: '2025-10-22T14:24:01.000000Z',
    duration_seconds: 46,
  });
});

test('a log that ends with COMPLETE is completed from the import on', async () => {
  const store = tempStore();
  const input = '[2025-10-22 14:23:15] CHECK_DISK: df\n\n[2025-10-22 14:24:01] COMPLETE_DESIGN: done\n';
  const { stdout } = await store.runlog(['import', '-'], { input });
  expect(await store.status(stdout.trimEnd())).toBe('completed');
});
