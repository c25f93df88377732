// Recording never breaks what it records: where the store cannot be written events wait in the spool and come home later.
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { RunlogEvent } from '../../src/events/vocabulary.js';
import { asRoot, fillUp, mount, unmountAll } from '../support/mounts.js';
import { tempStore, type TempStore } from '../support/runlog.js';

afterAll(unmountAll);

const canMount = mount(path.join(tempStore().cwd, 'probe'), 'size=64k');
const unlessMountable = canMount ? '' : ' (skipped: only root may mount a tmpfs)';

async function actions(store: TempStore, runId: string): Promise<string[]> {
  return (await store.events(runId)).flatMap((event: RunlogEvent) =>
    event.type === 'action.logged' ? [event.action] : [],
  );
}

const spooled = (store: TempStore): string[] => {
  const folder = path.join(store.home, '.local', 'state', 'runlog', 'spool');
  return fs.existsSync(folder) ? fs.readdirSync(folder) : [];
};

/** The run's journal folder is moved aside and a file put in its place; gives the way back. */
function block(store: TempStore, runId: string): () => void {
  const folder = path.dirname(store.segment(runId));
  fs.renameSync(folder, `${folder}.aside`);
  fs.writeFileSync(folder, 'in the way');
  return () => {
    fs.rmSync(folder);
    fs.renameSync(`${folder}.aside`, folder);
  };
}

test('an event that cannot be written waits in the spool, and comes home before the next one', async () => {
  const store = tempStore();
  const runId = await store.start('--id', 'run');
  const unblock = block(store, runId);
  for (const action of ['ONE', 'TWO']) {
    const { stdout, stderr, exitCode } = await store.runlog(['append', action, '--run', runId, '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ run_id: runId, id: expect.any(String) });
    expect(stderr).toMatch(/^warning: cannot write to .*; the event waits in .* and comes home with the next command/);
  }
  expect(spooled(store)).toHaveLength(1);
  unblock();
  await store.ok('append', 'THREE', '--run', runId);
  expect(await actions(store, runId)).toEqual(['ONE', 'TWO', 'THREE']);
  expect(spooled(store)).toEqual([]);
  expect(store.read('runs', runId, 'design-experiment.log').match(/^\[/gm)).toHaveLength(3);
});

test('what waits comes home once, with finalize too, and with several commands at a time', async () => {
  const store = tempStore();
  const runId = await store.start('--id', 'run');
  const unblock = block(store, runId);
  await Promise.all([1, 2, 3, 4].map((number) => store.runlog(['append', `SPOOLED_${number}`, '--run', runId])));
  unblock();
  await Promise.all([
    store.runlog(['finalize', runId]),
    ...[1, 2, 3].map((number) => store.runlog(['append', `DIRECT_${number}`, '--run', runId])),
  ]);
  const all = await actions(store, runId);
  expect(all.toSorted()).toEqual([...[1, 2, 3].map((n) => `DIRECT_${n}`), ...[1, 2, 3, 4].map((n) => `SPOOLED_${n}`)]);
  expect(spooled(store)).toEqual([]);
});

test('what waits is the run’s own, also where the id of one run goes on as the file of another does', async () => {
  const store = tempStore();
  for (const id of ['x', 'x.jsonl']) {
    await store.start('--id', id, '--owner-pid', 'none');
    const heal = block(store, id);
    await store.runlog(['append', `FOR_${id === 'x' ? 'X' : 'THE_OTHER'}`, '--run', id]);
    if (id === 'x') heal();
  }
  await store.runlog(['finalize', 'x', '--status', 'completed']);
  expect(await actions(store, 'x')).toEqual(['FOR_X']);
  expect(spooled(store)).toHaveLength(1);
});

test('XDG_STATE_HOME says where the spool is', async () => {
  const store = tempStore();
  const runId = await store.start('--id', 'run');
  block(store, runId);
  const state = path.join(store.home, 'own-state');
  const { stderr } = await store.runlog(['append', 'ONE', '--run', runId], { env: { XDG_STATE_HOME: state } });
  expect(stderr).toContain(path.join(state, 'runlog', 'spool'));
  expect(fs.readdirSync(path.join(state, 'runlog', 'spool'))).toHaveLength(1);
});

test('where even the spool fails stderr says NOT recorded; the exit status is 0, and 74 under --strict', async () => {
  const store = tempStore();
  const runId = await store.start('--id', 'run');
  block(store, runId);
  const env = { XDG_STATE_HOME: store.path('runs', runId, 'journal') };
  const lenient = await store.runlog(['append', 'ONE', '--run', runId], { env });
  expect(lenient.exitCode).toBe(0);
  expect(lenient.stderr).toMatch(/^warning: .*: the event was NOT recorded\n$/);
  const strict = await store.runlog(['append', 'ONE', '--run', runId, '--strict'], { env });
  expect(strict.exitCode).toBe(74);
  expect(strict.stderr).toMatch(/^error: .*: the event was NOT recorded\nhint: /);
  const byEnv = await store.runlog(['metric', 'KS', '1', '--run', runId, '--json'], {
    env: { ...env, RUNLOG_STRICT: '1' },
  });
  expect(byEnv.exitCode).toBe(74);
  expect(JSON.parse(byEnv.stdout)).toMatchObject({ error: { code: 'not_recorded', exit: 74 } });
});

test('a file in the place of the whole store: every recording command warns and exits 0, and all comes home', async () => {
  const store = tempStore();
  const runId = await store.start('--id', 'run');
  fs.renameSync(store.dir, `${store.dir}.aside`);
  fs.writeFileSync(store.dir, 'in the way');
  const commands = [
    ['append', 'ONE'],
    ['metric', 'KS', '1'],
    ['error', 'T', 'm'],
    ['step', 'start', 'coding'],
    ['beat'],
  ];
  for (const command of commands) {
    const { exitCode, stderr } = await store.runlog(command, { env: { RUNLOG_RUN: runId } });
    expect({ command, exitCode, stderr }).toEqual({
      command,
      exitCode: 0,
      stderr: expect.stringContaining('comes home with the next command'),
    });
  }
  fs.rmSync(store.dir);
  fs.renameSync(`${store.dir}.aside`, store.dir);
  await store.ok('append', 'TWO', '--run', runId);
  expect((await store.events(runId)).map(({ type }) => type)).toEqual([
    ...['run.started', 'action.logged', 'metric.measured', 'error.raised', 'step.started', 'run.beat', 'action.logged'],
  ]);
});

test.skipIf(!canMount)(
  `a store on a read-only file system: events wait until it can be written again${unlessMountable}`,
  async () => {
    const store = tempStore();
    mount(store.dir, 'size=1m');
    const runId = await store.start('--id', 'run', '--owner-pid', 'none');
    asRoot(`mount -o remount,ro '${store.dir}'`);
    const { exitCode, stderr } = await store.runlog(['append', 'ONE', '--run', runId]);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('read-only file system');
    const step = await store.runlog(['step', 'start', 'coding', '--run', runId]);
    // A number all the same, for `step note` and `metric --step` take nothing else; far from those that the store gives.
    expect(step).toMatchObject({ exitCode: 0, stdout: '1000001\n' });
    expect((await store.runlog(['metric', 'KS', '0.3', '--step', '1000001', '--run', runId])).exitCode).toBe(0);
    expect(await store.status(runId)).toBe('running');
    const refused = await store.runlog(['finalize', runId]);
    expect([73, 74]).toContain(refused.exitCode);
    asRoot(`mount -o remount,rw '${store.dir}'`);
    expect((await store.runlog(['step', 'end', '1000001', '--status', 'SUCCESS', '--run', runId])).stderr).toBe('');
    expect(await actions(store, runId)).toEqual(['ONE']);
    expect((await store.runlog(['finalize', runId])).exitCode).toBe(0);
    expect(store.readJson('runs', runId, 'trace.json').steps).toMatchObject([
      { agent_name: 'coding', status: 'SUCCESS' },
    ]);
  },
);

test.skipIf(!canMount)(
  `a full disk: nothing acknowledged is lost, and all comes home once there is space${unlessMountable}`,
  async () => {
    const store = tempStore();
    mount(store.dir, 'size=256k');
    const runId = await store.start('--id', 'run', '--owner-pid', 'none');
    await store.ok('append', 'FIRST', '--run', runId);
    const free = fillUp(store.dir);
    const text = 'x'.repeat(1500);
    const warnings: string[] = [];
    for (let number = 1; number <= 8; number += 1) {
      const { exitCode, stderr } = await store.runlog(['append', `FULL_${number}`, text, '--run', runId]);
      expect(exitCode).toBe(0);
      warnings.push(stderr);
    }
    expect(warnings.at(-1)).toMatch(/^warning: cannot write to .*(no space|only in part).*the event waits in /i);
    expect(await store.status(runId)).toBe('running');
    expect((await store.runlog(['finalize', runId])).exitCode).toBe(74);
    free();
    await store.ok('append', 'LAST', '--run', runId);
    expect(await actions(store, runId)).toEqual(['FIRST', ...[1, 2, 3, 4, 5, 6, 7, 8].map((n) => `FULL_${n}`), 'LAST']);
    expect(spooled(store)).toEqual([]);
    await store.runlog(['finalize', runId]);
    expect(store.read('runs', runId, 'design-experiment.log').match(/^\[/gm)).toHaveLength(10);
    expect(await store.status(runId)).toBe('completed');
  },
);

test.skipIf(!canMount)(
  `a script on a store that became read-only ends with 0, and its end comes home with all else${unlessMountable}`,
  async () => {
    const store = tempStore();
    mount(store.dir, 'size=1m');
    const script = `set -eu
export RUNLOG_RUN=$(runlog start --id run)
trap 'runlog finalize --exit-code $?' EXIT
mount -o remount,ro '${store.dir}'
step=$(runlog step start coding)
runlog step note "$step" training --metric loss=0.5
runlog step end "$step" --status SUCCESS`;
    expect(await store.shell('bash', script)).toMatchObject({ exitCode: 0 });
    asRoot(`mount -o remount,rw '${store.dir}'`);
    expect(await store.status('run')).toBe('interrupted');

    expect((await store.runlog(['finalize'])).exitCode).toBe(0);

    expect(await store.status('run')).toBe('completed');
    expect(spooled(store)).toEqual([]);
  },
);

test('events wait for a store that was named and is gone, as where it is not mounted', async () => {
  const store = tempStore();
  const env = { RUNLOG_DIR: store.dir, RUNLOG_RUN: 'run' };
  await store.start('--id', 'run');
  fs.renameSync(store.dir, `${store.dir}-away`);

  const { exitCode, stderr } = await store.runlog(['append', 'ONE'], { env });
  expect(exitCode).toBe(0);
  expect(stderr).toContain('the event waits in');

  fs.renameSync(`${store.dir}-away`, store.dir);
  await store.runlog(['append', 'TWO'], { env });
  expect(await actions(store, 'run')).toEqual(['ONE', 'TWO']);
});

test('where even the spool cannot be made, recording says so and breaks nothing', async () => {
  const store = tempStore();
  await store.start('--id', 'run');
  fs.renameSync(path.join(store.dir, 'runs', 'run', 'journal'), path.join(store.dir, 'away'));
  fs.writeFileSync(path.join(store.dir, 'runs', 'run', 'journal'), 'not a folder');
  fs.mkdirSync(path.join(store.home, '.local/state/runlog'), { recursive: true });
  fs.writeFileSync(path.join(store.home, '.local/state/runlog/spool'), 'not a folder either');

  const append = await store.runlog(['append', 'ONE', '--run', 'run']);
  expect(append.exitCode).toBe(0);
  expect(append.stderr).toContain('the event was NOT recorded');
  expect((await store.runlog(['append', 'ONE', '--run', 'run', '--strict'])).exitCode).toBe(74);
  const start = await store.runlog([
    'start',
    '--id',
    'next',
    '--dir',
    path.join(store.dir, 'runs/run/journal/nowhere'),
  ]);
  expect(start).toMatchObject({ exitCode: 0, stdout: 'next\n' });
});

test('a store has one spool whichever way it is reached, and while the disk is away that a link leads to', async () => {
  const store = tempStore();
  const real = path.join(store.cwd, 'disk', 'store');
  const link = path.join(store.cwd, 'link');
  fs.symlinkSync('disk/store', link);
  await store.ok('start', '--dir', real, '--id', 'run', '--owner-pid', 'none');
  const env = { RUNLOG_RUN: 'run' };

  fs.renameSync(path.dirname(real), `${path.dirname(real)}-away`);
  expect((await store.runlog(['append', 'BY_LINK', '--dir', link], { env })).stderr).toContain('the event waits in');
  fs.renameSync(`${path.dirname(real)}-away`, path.dirname(real));
  await store.ok('append', 'BY_PATH', '--dir', real, '--run', 'run');

  expect(spooled(store)).toEqual([]);
  const { events } = await store.json<{ events: RunlogEvent[] }>('--dir', link, 'show', 'run');
  expect(events.flatMap((event) => (event.type === 'action.logged' ? [event.action] : []))).toEqual([
    ...['BY_LINK', 'BY_PATH'],
  ]);
});

test('a link that leads round in a circle breaks nothing', async () => {
  const store = tempStore();
  fs.symlinkSync('circle', path.join(store.cwd, 'circle'));
  const env = { RUNLOG_RUN: 'run', RUNLOG_DIR: path.join(store.cwd, 'circle') };
  for (const action of ['ONE', 'TWO']) {
    const { exitCode, stderr } = await store.runlog(['append', action], { env });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.stringContaining('the event waits in') });
  }
  expect(spooled(store)).toHaveLength(1);
});

test('finalize --dry-run says that events wait in the spool, and leaves them there', async () => {
  const store = tempStore();
  const runId = await store.start('--id', 'run', '--owner-pid', 'none');
  const unblock = block(store, runId);
  for (const action of ['ONE', 'TWO']) await store.runlog(['append', action, '--run', runId]);
  unblock();
  const { stderr, exitCode } = await store.runlog(['finalize', runId, '--status', 'completed', '--dry-run']);
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/^warning: 2 events of run would come home from .*spool first, and may change how it ends\n$/);
  expect(spooled(store)).toHaveLength(1);
  expect((await store.runlog(['finalize', runId, '--status', 'completed', '--dry-run'])).stderr).toBe(stderr);
});

test('what waits in the spool comes home although a command that brought it home was killed meanwhile', async () => {
  const store = tempStore();
  const runId = await store.start('--id', 'run');
  const unblock = block(store, runId);
  await store.runlog(['append', 'ONE', '--run', runId]);
  const folder = path.join(store.home, '.local/state/runlog/spool');
  const [name] = spooled(store);
  // A claim of a process that is gone, beside events that were spooled since.
  fs.renameSync(path.join(folder, name as string), path.join(folder, `${name}.4194305-1-x.claim`));
  await store.runlog(['append', 'TWO', '--run', runId]);
  unblock();
  await store.ok('append', 'THREE', '--run', runId);
  expect((await actions(store, runId)).toSorted()).toEqual(['ONE', 'THREE', 'TWO']);
  expect(spooled(store)).toEqual([]);
});

test('a store that goes away in the middle of a run costs neither the run its end nor the script its exit status', async () => {
  const away: [how: string, back: string][] = [
    ['mv logs logs.off', 'mv logs.off logs'],
    ['mv logs logs.off; touch logs', 'rm logs; mv logs.off logs'],
    ['mv logs/runs logs/away', 'mv logs/away logs/runs'],
  ];
  for (const [how, back] of away) {
    const store = tempStore();
    const env = { RUNLOG_DIR: store.dir };
    const script = `set -euo pipefail
      export RUNLOG_RUN; RUNLOG_RUN=$(runlog start --id own)
      trap 'runlog finalize --exit-code $? --quiet' EXIT
      runlog append BEFORE; ${how}; runlog append DURING`;
    expect(await store.shell('bash', script, { env })).toMatchObject({ exitCode: 0 });
    await store.shell('bash', back);
    await store.runlog(['finalize']);
    expect(await store.status('own')).toBe('completed');
    expect(await actions(store, 'own')).toEqual(['BEFORE', 'DURING']);

    const wrapped = await store.runlog(['run', '--id', 'wrapped', '--', 'sh', '-c', `${how}; exit 3`], { env });
    expect(wrapped).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('waits in') });
    await store.shell('bash', back);
    await store.runlog(['finalize']);
    expect(await store.status('wrapped')).toBe('failed');
  }
});

test('a stranger does not end a run whose store is away, nor does anybody who does not say how', async () => {
  const store = tempStore();
  await store.start('--id', 'run');
  fs.renameSync(store.dir, `${store.dir}.off`);
  const env = { RUNLOG_DIR: store.dir };
  expect((await store.runlog(['finalize', 'run', '--status', 'completed'], { env })).exitCode).toBe(66);
  expect((await store.runlog(['finalize'], { env: { ...env, RUNLOG_RUN: 'run' } })).exitCode).toBe(66);
  expect(spooled(store)).toEqual([]);
});

test('a working directory that was removed stops neither recording nor the command that is run', async () => {
  const store = tempStore();
  const script = `set -e
    export RUNLOG_DIR=${store.dir} RUNLOG_RUN; RUNLOG_RUN=$(runlog start --id run)
    mkdir gone; cd gone; rmdir ../gone
    runlog append ONE
    runlog append TWO -- echo ran
    runlog run --id other -- echo ran
    runlog finalize --exit-code 0 --quiet`;
  const { stdout, stderr, exitCode } = await store.shell('bash', script);
  expect({ stdout, exitCode }).toEqual({ stdout: expect.stringMatching(/^ran\nran\n/), exitCode: 0 });
  expect(stderr).not.toMatch(/uv_cwd|^\s+at /m);
  expect(await actions(store, 'run')).toEqual(['ONE', 'TWO']);
  expect(await store.status('other')).toBe('completed');
});
