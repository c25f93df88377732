// Whether a run lives, judged from outside: reused pids, restarted machines, other hosts, missed beats, imports.
import fs from 'node:fs';
import os from 'node:os';
import { expect, test } from 'vitest';
import { tempStore, type TempStore } from '../support/runlog.js';

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
