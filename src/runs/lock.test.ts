import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
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
