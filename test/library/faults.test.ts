// Recording never breaks the program: what fails is told, waits in the spool where it can, and comes home.
import fs from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { runProgram, startProgram } from '../support/program.js';
import { tempStore, type TempStore } from '../support/runlog.js';

async function actions(store: TempStore, runId = 'run'): Promise<string[]> {
  return (await store.events(runId)).flatMap((event) => (event.type === 'action.logged' ? [event.action] : []));
}

test('events that the store cannot take wait in the spool, onError is told, and they come home', async () => {
  const store = tempStore();
  const code = `const told = [];
    const run = startRun({ id: 'run', onError: (error) => told.push(error.code) });
    run.action('ONE'); run.flush();
    fs.renameSync(run.dir + '/journal', run.dir + '/aside'); fs.writeFileSync(run.dir + '/journal', 'in the way'); run.flush();
    const ids = [run.action('TWO'), run.action('THREE')];
    fs.rmSync(run.dir + '/journal'); fs.renameSync(run.dir + '/aside', run.dir + '/journal');
    run.action('FOUR'); say({ told, ids: ids.map((id) => typeof id) }); say(await run.finalize());`;
  const { stdout, stderr, exitCode } = await runProgram(store, code);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(stdout).toBe('{"told":["io","io"],"ids":["string","string"]}\n"completed"');
  expect(await actions(store)).toEqual(['ONE', 'TWO', 'THREE', 'FOUR']);
});

test('a run that starts where nothing can be written comes home with the next command', async () => {
  const store = tempStore();
  fs.writeFileSync(store.dir, 'in the way');
  const code = `const told = []; const run = startRun({ id: 'run', onError: (error) => told.push(error.code) });
    run.action('ONE'); await run.finalize({ status: 'completed' }); say([run.isRecording, told.length > 0]);`;
  const outcome = await runProgram(store, code);
  expect(outcome).toEqual({ stdout: '[true,true]', stderr: '', exitCode: 0 });
  fs.rmSync(store.dir);
  fs.mkdirSync(store.dir);
  expect((await store.runlog(['finalize', 'run'])).exitCode).toBe(0);
  expect(await actions(store)).toEqual(['ONE']);
  expect(await store.status('run')).toBe('completed');
});

test('where neither the store nor the spool can be written, the program is told and goes on', async () => {
  const store = tempStore();
  fs.writeFileSync(store.dir, 'in the way');
  fs.writeFileSync(`${store.home}/.local`, 'in the way');
  const code = `const told = []; const run = startRun({ id: 'run', onError: (error) => told.push(error.message) });
    say(run.action('ONE')); say(await run.step('a', async () => 7)); await run.finalize(); say(told.length > 0);`;
  expect(await runProgram(store, code)).toEqual({ stdout: 'null\n7\ntrue', stderr: '', exitCode: 0 });
});

test('without onError a problem is a line on stderr, and what onError throws is ignored', async () => {
  const store = tempStore();
  const code = `const run = startRun({ id: 'run' }); run.action('lower'); await run.finalize();
    const other = startRun({ id: 'other', onError: () => { throw new Error('from onError'); } });
    other.action('lower'); other.action('UPPER'); say(await other.finalize());`;
  const { stdout, stderr, exitCode } = await runProgram(store, code);
  expect({ stdout, exitCode }).toEqual({ stdout: '"completed"', exitCode: 0 });
  expect(stderr).toMatch(/^runlog: warning: action\.logged: .*\n$/);
  expect(await actions(store, 'other')).toEqual(['UPPER']);
});

test('options that make no sense are told, and the program goes on without a run', async () => {
  const store = tempStore();
  const code = `for (const options of [{ dir: '' }, { id: '../up' }, { beat: -1 }, { beat: 'x' }, { tags: { a: 1 } }, { dir: 7 }]) {
      const told = []; const run = startRun({ ...options, onError: (error) => told.push(error.message) });
      say([run.isRecording, run.id, told.length, run.action('ONE'), run.step('a', () => 7), await run.finalize()]); }
    const told = []; const run = openRun('nobody', { onError: (error) => told.push(error instanceof RunlogError && error.code) });
    say([run.isRecording, told[0]]);`;
  const { stdout, stderr, exitCode } = await runProgram(store, code);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  const lines = stdout.split('\n');
  expect(lines.slice(0, 6)).toEqual(Array.from({ length: 6 }, () => '[false,"",1,null,7,null]'));
  expect(lines[6]).toBe('[false,"no_such_run"]');
  expect(fs.existsSync(store.path('runs')) ? fs.readdirSync(store.path('runs')) : []).toEqual([]);
});

test('rotate takes nothing that a program has acknowledged: not of its own run, not of one that it opened', async () => {
  const store = tempStore();
  // Long over, for rotate leaves alone what was written within the hour.
  store.write('opened', [
    { type: 'run.started', run_id: 'opened' },
    { type: 'run.ended', status: 'completed' },
  ]);
  const code = `const told = []; const onError = (error) => told.push(error.code);
    const [own, opened] = [startRun({ id: 'own', onError }), openRun('opened', { onError })];
    const timer = setInterval(() => own.action('OWN'), 1);
    process.stdin.on('data', async (text) => {
      const late = () => opened.event({ type: 'text.kept', text: 'late' }, new Date('2025-10-04'));
      if (String(text).includes('write')) return say(Array.from({ length: 20 }, late));
      clearInterval(timer); process.stdin.destroy(); await own.finalize(); say(told);
    });`;
  const program = startProgram(store, code);
  const write = async (): Promise<(string | null)[]> => {
    program.say('write');
    return JSON.parse(await program.line()) as (string | null)[];
  };
  const acknowledged = await write();
  for (let round = 0; round < 3; round++) {
    expect((await store.runlog(['finalize', 'opened'])).exitCode).toBe(0);
    expect((await store.runlog(['rotate', '--max-runs', '0'])).exitCode).toBe(0);
    expect(fs.readdirSync(store.path('runs'))).toEqual(['own']);
    expect(new Set(await write())).toEqual(new Set([null]));
    expect((await store.runlog(['restore', 'opened'])).exitCode).toBe(0);
    acknowledged.push(...(await write()));
  }
  program.say('stop');
  expect(new Set(JSON.parse(await program.line()))).toEqual(new Set(['no_such_run']));
  expect(await program.ended()).toBe(0);
  const kept = (await store.events('opened')).filter(({ type }) => type === 'text.kept').map(({ id }) => id);
  expect(kept).toEqual(acknowledged);
  expect(await store.status('own')).toBe('completed');
});

test('a run whose folder somebody removes under a program costs the program nothing', async () => {
  const store = tempStore();
  const code = `const told = []; const run = startRun({ id: 'run', onError: (error) => told.push(error.message) });
    run.action('ONE'); fs.rmSync(run.dir, { recursive: true }); run.flush(); run.action('TWO'); run.flush();
    say(await run.step('a', async () => 7)); await run.finalize(); say(told.length > 0);`;
  const { stdout, stderr, exitCode } = await runProgram(store, code);
  expect({ stdout, stderr, exitCode }).toEqual({ stdout: '7\ntrue', stderr: '', exitCode: 0 });
});

test('what is recorded after an hour of silence is acknowledged only where the run still is in its place', async () => {
  const store = tempStore();
  const code = `const told = []; const run = startRun({ id: 'run', onError: (error) => told.push(error.code) });
    run.action('ONE'); run.flush(); say('ready'); fs.readSync(0, Buffer.alloc(1));
    const { now } = Date; Date.now = () => now() + 3600_000;
    const id = run.action('TWO'); say({ id, told }); process.exit(0);`;
  const program = startProgram(store, code);
  expect(await program.line()).toBe('"ready"');
  await store.ok('finalize', 'run', '--status', 'failed', '--force');
  // As rotate would, an hour later.
  fs.mkdirSync(store.path('archive'));
  fs.renameSync(store.path('runs', 'run'), store.path('away'));
  fs.writeFileSync(store.path('archive', 'run.tar.gz'), '');
  program.say();
  expect(JSON.parse(await program.line())).toEqual({ id: null, told: ['no_such_run'] });
  await program.ended();
});

test("what a program records into another's run that is finalized is noticed by lists of many", async () => {
  const store = tempStore();
  const at = '2025-10-03T10:00:00.000000Z';
  const ids = Array.from({ length: 70 }, (_, index) => `run_${index}`);
  for (const id of ids)
    store.write(id, [
      { type: 'run.started', run_id: id, at },
      { type: 'run.ended', status: 'completed' },
    ]);
  await store.runlog(['finalize', '--all']);
  await wait(2100);
  expect((await store.json('list', '--failed')).runs).toEqual([]);
  for (const [id, batch] of [
    ['run_3', false],
    ['run_4', true],
  ]) {
    const code = `const run = openRun('${id}', { batch: ${batch} });
      run.correct('run', '${id}', { success: false, evidence: 'looked' }); run.flush();`;
    expect(await runProgram(store, code)).toMatchObject({ stderr: '', exitCode: 0 });
  }
  const { runs } = await store.json<{ runs: { run_id: string }[] }>('list', '--failed');
  expect(runs.map(({ run_id }) => run_id).sort()).toEqual(['run_3', 'run_4']);
});
