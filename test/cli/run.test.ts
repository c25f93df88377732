// runlog run -- CMD: a run around one command, that ends as the command did.
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { isAlive, tempStore, type TempStore } from '../support/runlog.js';

const final = (store: TempStore, runId: string): Record<string, any> => store.readJson('runs', runId, '_final.json');

test('the command runs inside a run of its own, which is completed after it', async () => {
  const store = tempStore();
  const script = 'echo "$RUNLOG_RUN"; echo aside >&2; cd /; runlog append INSIDE "from within"; cat';
  const outcome = await store.runlog(['run', '--project', '171', '--tag', 'k=v', '--', 'sh', '-c', script], {
    input: 'in',
  });
  expect(outcome).toMatchObject({ exitCode: 0, stderr: 'aside\n' });
  const [runId = '', input] = outcome.stdout.split('\n');
  expect(runId).toMatch(/^run_\d{8}_\d{6}_project_171$/);
  expect(input).toBe('in');
  expect((await store.events(runId)).map(({ type }) => type)).toEqual(['run.started', 'action.logged', 'run.ended']);
  expect(final(store, runId)).toMatchObject({
    status: 'completed',
    tags: { k: 'v' },
    cause: { exit_code: 0, signal: null, reason: 'exit status 0', decided_by: 'owner' },
  });
  expect((await store.events(runId))[0]).toMatchObject({ argv: ['sh', '-c', script] });
});

test('it exits as the command did, and the run says the cause', async () => {
  const store = tempStore();
  const cases: [id: string, command: string[], exit: number, status: string, cause: Record<string, unknown>][] = [
    ['seven', ['sh', '-c', 'exit 7'], 7, 'failed', { exit_code: 7, signal: null, reason: 'exit status 7' }],
    ['killed', ['sh', '-c', 'kill -9 $$'], 137, 'interrupted', { exit_code: null, signal: 'SIGKILL' }],
    ['aborted', ['sh', '-c', 'kill -ABRT $$'], 134, 'failed', { signal: 'SIGABRT', reason: 'killed by SIGABRT' }],
    ['missing', ['no-such-program'], 127, 'failed', { exit_code: 127 }],
    [
      'partly',
      ['sh', '-c', 'n=$(runlog step start a); runlog step end "$n" --status SUCCESS; exit 1'],
      1,
      'partial',
      { exit_code: 1 },
    ],
  ];
  for (const [id, command, exitCode, status, cause] of cases) {
    const outcome = await store.runlog(['run', '--id', id, '--', ...command]);
    expect({ id, exitCode: outcome.exitCode }).toEqual({ id, exitCode });
    expect(final(store, id)).toMatchObject({ status, cause });
    expect(await store.status(id)).toBe(status);
  }
  expect(final(store, 'missing')['error']).toBe('no-such-program: command not found');
});

test('a signal to runlog reaches the command, and no orphan stays', async () => {
  const store = tempStore();
  const live = store.live('runlog', ['run', '--id', 'run', '--', 'sh', '-c', 'echo $$; exec sleep 1000']);
  const pid = Number(await live.line());
  expect(await live.kill('SIGTERM')).toBe(143);
  expect(isAlive(pid)).toBe(false);
  expect(final(store, 'run')).toMatchObject({ status: 'interrupted', cause: { signal: 'SIGTERM' } });

  const graceful = store.live('runlog', [
    'run',
    '--id',
    'graceful',
    '--',
    'sh',
    '-c',
    'trap "exit 0" TERM; echo up; while :; do sleep 0.05; done',
  ]);
  await graceful.line();
  expect(await graceful.kill('SIGTERM')).toBe(0);
  expect(final(store, 'graceful')).toMatchObject({ status: 'completed' });
});

test('when runlog itself is killed the run reads as interrupted', async () => {
  const store = tempStore();
  const live = store.live('runlog', ['run', '--id', 'run', '--', 'sh', '-c', 'echo $$; read -r _']);
  const pid = Number(await live.line());
  expect(await store.status('run')).toBe('running');
  await live.kill('SIGKILL');
  expect(await store.status('run')).toBe('interrupted');
  expect(await store.json('finalize')).toMatchObject({ runs: [{ run_id: 'run', status: 'interrupted' }] });
  if (isAlive(pid)) process.kill(pid, 'SIGKILL');
});

test('--beat keeps its promise while the command runs', async () => {
  const store = tempStore();
  const script = 'while [ "$(runlog show --json | grep -o \'"type":"run.beat"\' | wc -l)" -lt 2 ]; do sleep 0.05; done';
  expect((await store.runlog(['run', '--id', 'run', '--beat', '0.1', '--', 'sh', '-c', script])).exitCode).toBe(0);
  expect((await store.events('run')).filter(({ type }) => type === 'run.beat').length).toBeGreaterThanOrEqual(2);
});

test('it runs the command and exits as it did where nothing can be recorded at all', async () => {
  const store = tempStore();
  fs.writeFileSync(path.join(store.cwd, 'logs'), 'a file, not a folder');
  const env = { XDG_STATE_HOME: path.join(store.cwd, 'logs') };
  const { stdout, stderr, exitCode } = await store.runlog(['run', '--', 'sh', '-c', 'echo out; exit 3'], { env });
  expect({ stdout, exitCode }).toEqual({ stdout: 'out\n', exitCode: 3 });
  expect(stderr).toContain('the event was NOT recorded');
});

test('without a command it is a usage error, and nothing is started', async () => {
  const store = tempStore();
  expect((await store.runlog(['run'])).exitCode).toBe(2);
  expect((await store.runlog(['run', '--'])).exitCode).toBe(2);
  expect((await store.runlog(['run', '--colour', 'red', '--', 'true'])).exitCode).toBe(2);
  expect(fs.existsSync(store.dir)).toBe(false);
});
