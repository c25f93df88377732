import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, expect, it } from 'vitest';
import { withLock } from './lock.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'runlog-lock-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

function makeStore(): { dir: string } {
  return { dir: fs.mkdtempSync(path.join(folder, 'store-')) };
}

it('lets one in, and refuses a second at once', async () => {
  const store = makeStore();
  await withLock(store, 0, async () => {
    await expect(withLock(store, 0, () => 'in')).rejects.toMatchObject({ code: 'locked' });
  });
  expect(await withLock(store, 0, () => 'in')).toBe('in');
});

it('gives the lock back when the work throws', async () => {
  const store = makeStore();
  await expect(
    withLock(store, 0, () => {
      throw new Error('oh');
    }),
  ).rejects.toThrow('oh');
  expect(await withLock(store, 0, () => 'in')).toBe('in');
});

it('lets those of one process that can wait in by turns, however long each takes', async () => {
  const store = makeStore();
  const order: number[] = [];
  let inside = 0;
  const turns = Array.from({ length: 60 }, (_, index) =>
    withLock(store, 0.05, async () => {
      inside += 1;
      expect(inside).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside -= 1;
      order.push(index);
      if (index % 7 === 0) throw new Error('oh');
    }),
  );
  const ends = await Promise.allSettled(turns);
  expect(order).toEqual(turns.map((_, index) => index));
  expect(ends.map(({ status }) => status === 'rejected')).toEqual(turns.map((_, index) => index % 7 === 0));
  expect(await withLock(store, 0, () => 'in')).toBe('in');
});

it('keeps those of one process that wait together no longer than one of them would wait for another process', async () => {
  const store = makeStore();
  const holder = spawn('flock', [path.join(store.dir, '.lock'), 'sh', '-c', 'echo held; sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  try {
    await once(holder.stdout as Readable, 'data');
    const from = Date.now();
    const ends = await Promise.allSettled(Array.from({ length: 10 }, () => withLock(store, 1, () => 'in')));
    expect(ends.map(({ status }) => status)).toEqual(ends.map(() => 'rejected'));
    // One after the other they would have waited for ten seconds.
    expect(Date.now() - from).toBeLessThan(8000);
  } finally {
    process.kill(-(holder.pid as number), 'SIGKILL');
  }
});

it('says that there is no store where there is none', async () => {
  await expect(withLock({ dir: '/nonexistent/store' }, 0, () => 'in')).rejects.toMatchObject({ code: 'no_such_file' });
});

it('keeps working without the flock tool, and takes a lock over from the dead alone', async () => {
  const store = makeStore();
  const { PATH } = process.env;
  process.env['PATH'] = '/nonexistent';
  const sleeper = spawn('/bin/sleep', ['60']);
  try {
    await withLock(store, 0, async () => {
      await expect(withLock(store, 0, () => 'in')).rejects.toMatchObject({ code: 'locked' });
    });
    expect(fs.readdirSync(store.dir)).toEqual(['.lock']);

    const startTime = fs.readFileSync(`/proc/${sleeper.pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[19];
    fs.writeFileSync(path.join(store.dir, '.lock.pid'), `${sleeper.pid} ${startTime}`);
    await expect(withLock(store, 0, () => 'in')).rejects.toMatchObject({ code: 'locked' });

    fs.writeFileSync(path.join(store.dir, '.lock.pid'), `${sleeper.pid} 1`);
    expect(await withLock(store, 0, () => 'in')).toBe('in');
  } finally {
    process.env['PATH'] = PATH;
    sleeper.kill();
  }
});
