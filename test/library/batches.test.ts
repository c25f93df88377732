// A program that records very much writes many events at once. What `flush` has written outlives the program, as ever.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { expect, test } from 'vitest';
import { runProgram, writeProgram } from '../support/program.js';
import { sealedEnv, tempStore, type TempStore } from '../support/runlog.js';

async function actions(store: TempStore): Promise<string[]> {
  return (await store.events('run')).flatMap((event) => (event.type === 'action.logged' ? [event.action] : []));
}

const START = "const run = startRun({ id: 'run', batch: true });\n";
const LINES = "fs.readFileSync(run.dir + '/journal/' + fs.readdirSync(run.dir + '/journal')[0], 'utf8')";

test('events of a batch wait for flush, which writes the journal and the live log; their ids are those of the lines', async () => {
  const store = tempStore();
  const code = `${START}
    const ids = ['ONE', 'TWO', 'THREE'].map((action) => run.action(action, 'x'));
    const before = ${LINES}; run.flush(); const after = ${LINES};
    const found = after.slice(before.length).split('\\n').filter(Boolean).map((line) => JSON.parse(line).id);
    say([before.includes('ONE'), JSON.stringify(found) === JSON.stringify(ids)]);
    say(fs.readFileSync(run.dir + '/design-experiment.log', 'utf8').match(/[A-Z]{3,}/g));
    await run.finalize();`;
  expect(await runProgram(store, code)).toEqual({
    stdout: '[false,true]\n["ONE","TWO","THREE"]',
    stderr: '',
    exitCode: 0,
  });
});

test.each([
  [
    'after a tenth of a second',
    "await new Promise((resolve) => setTimeout(resolve, 400)); process.kill(process.pid, 'SIGKILL');",
  ],
  ['by process.exit', 'process.exit(0);'],
  ['by a signal', "setInterval(() => {}, 1000); process.kill(process.pid, 'SIGTERM');"],
  ['by the end of the run', 'await run.finalize();'],
  ['by an error, which is synced', "run.error(new Error('no space')); process.kill(process.pid, 'SIGKILL');"],
])('what waits is written %s, in order', async (_, ending) => {
  const store = tempStore();
  await runProgram(store, `${START} for (const action of ['ONE', 'TWO', 'THREE']) run.action(action); ${ending}`);
  expect(await actions(store)).toEqual(['ONE', 'TWO', 'THREE']);
});

test('a batch is written when it is full: nothing is held without bounds', async () => {
  const store = tempStore();
  const code = `${START}
    for (let count = 0; count < 5000; count += 1) run.action('WRITE', 'x'.repeat(200));
    process.kill(process.pid, 'SIGKILL');`;
  await runProgram(store, code);
  const written = (await actions(store)).length;
  expect(written).toBeGreaterThan(4000);
  expect(written).toBeLessThan(5000);
  expect((await store.json('verify')).ok).toBe(true);
});

test('long values and secrets in a batch are treated as any others, and the log has every entry once', async () => {
  const store = tempStore();
  const code = `${START}
    run.action('A', 'short'); run.action('B', 'long', { Text: 'y'.repeat(100_000) });
    run.action('C', 'password=hunter2hunter2'); run.action('D', 'last \u2028 line');
    await run.finalize();
    say(fs.readFileSync(run.dir + '/design-experiment.log', 'utf8').match(/\\] [A-D]/g).length);`;
  expect((await runProgram(store, code)).stdout).toBe('4');
  expect(await actions(store)).toEqual(['A', 'B', 'C', 'D']);
  expect(fs.readFileSync(store.segment('run'), 'utf8')).not.toContain('hunter2');
  expect((await store.ok('export', 'log', 'run')).length).toBeGreaterThan(100_000);
});

test('a batch that the store cannot take waits in the spool, is told of, and comes home', async () => {
  const store = tempStore();
  const code = `const told = []; const run = startRun({ id: 'run', batch: true, onError: (error) => told.push(error.code) });
    run.action('ONE'); run.flush();
    fs.renameSync(run.dir + '/journal', run.dir + '/aside'); fs.writeFileSync(run.dir + '/journal', 'in the way'); run.flush();
    run.action('TWO'); run.action('THREE'); run.flush();
    fs.rmSync(run.dir + '/journal'); fs.renameSync(run.dir + '/aside', run.dir + '/journal');
    run.action('FOUR'); run.flush(); say(told); await run.finalize();
    say(fs.readFileSync(run.dir + '/design-experiment.log', 'utf8').match(/\\] [A-Z]+/g));`;
  const { stdout } = await runProgram(store, code);
  expect(stdout).toBe('["io"]\n["] ONE","] TWO","] THREE","] FOUR"]');
  expect(await actions(store)).toEqual(['ONE', 'TWO', 'THREE', 'FOUR']);
});

test('a run that is removed while a batch waits is told of, and the program goes on', async () => {
  const store = tempStore();
  const code = `const told = []; const run = startRun({ id: 'run', batch: true, onError: (error) => told.push(error.message) });
    fs.rmSync(run.dir, { recursive: true }); run.action('AFTER');
    await new Promise((resolve) => setTimeout(resolve, 400));
    say(told.length > 0); process.exit(0);`;
  expect((await runProgram(store, code)).stdout).toBe('true');
});

test('what a program adds to the run of another is written when the program ends', async () => {
  const store = tempStore();
  await store.start('--id', 'run');
  const code = "openRun('run', { batch: true }).action('ADDED'); process.exit(0);";
  await runProgram(store, code);
  expect(await actions(store)).toEqual(['ADDED']);
});

test.each([
  ['by a signal', "setInterval(() => {}, 1000); process.kill(process.pid, 'SIGTERM');", 143],
  ['by an exception', "throw new Error('no');", 1],
  ['after its last words', "process.on('exit', () => run.action('LAST'));", 0],
])('so it is where the program ends %s', async (_, ending, exitCode) => {
  const store = tempStore();
  await store.start('--id', 'run');
  const code = `const run = openRun('run', { batch: true }); run.action('ADDED'); ${ending}`;
  expect((await runProgram(store, code)).exitCode).toBe(exitCode);
  expect(await actions(store)).toEqual(exitCode === 0 ? ['ADDED', 'LAST'] : ['ADDED']);
  expect((await store.json('list')).runs[0].status).toBe('running');
});

test('a signal that the program takes itself does not end it, and what waits is written when it ends', async () => {
  const store = tempStore();
  await store.start('--id', 'run');
  const code = `const run = openRun('run', { batch: true });
    process.on('SIGTERM', () => { run.action('TOLD'); process.exit(7); });
    setInterval(() => {}, 1000); process.kill(process.pid, 'SIGTERM');`;
  expect((await runProgram(store, code)).exitCode).toBe(7);
  expect(await actions(store)).toEqual(['TOLD']);
});

test('whoever is told of a batch may record, and no event is lost, changed or there twice', async () => {
  const store = tempStore();
  const code = `let isTold = false;
    const onError = () => { if (isTold) return; isTold = true; run.action('HEARD', 'y'.repeat(300)); isTold = false; };
    const run = startRun({ id: 'run', batch: true, onError });
    run.action('FIRST'); run.flush();
    fs.renameSync(run.dir + '/journal', run.dir + '/aside'); fs.writeFileSync(run.dir + '/journal', 'in the way'); run.flush();
    const ids = Array.from({ length: 600 }, (_, count) => run.action('N' + count, 'x'.repeat(1000)));
    ids.push(run.action('WAITS'), run.error(new Error('synced')));
    fs.rmSync(run.dir + '/journal'); fs.renameSync(run.dir + '/aside', run.dir + '/journal');
    run.flush(); say(ids); await run.finalize();`;
  const ids = JSON.parse((await runProgram(store, code)).stdout) as string[];
  const found = new Set((await store.events('run')).map(({ id }) => id));
  expect(ids.filter((id) => !found.has(id))).toEqual([]);
  expect((await actions(store)).filter((action) => action === 'HEARD').length).toBeGreaterThan(1);
  expect((await actions(store)).filter((action) => /^N\d+$/.test(action))).toEqual(
    Array.from({ length: 600 }, (_, count) => `N${count}`),
  );
  expect(await store.json('verify')).toMatchObject({ ok: true });
});

test('programs that are killed while they write batches lose nothing that flush has written', async () => {
  const store = tempStore();
  await store.start('--id', 'run');
  const program = writeProgram(
    'program.mjs',
    `import { openRun } from 'runlog';
    import fs from 'node:fs';
    const run = openRun('run', { dir: process.argv[2], batch: true });
    for (;;) {
      const ids = Array.from({ length: 50 }, (_, count) => run.action('WRITE', 'x'.repeat([20, 900, 9000][count % 3])));
      run.flush();
      fs.writeSync(1, ids.join('\\n') + '\\n');
    }`,
  );
  const acknowledged = await Promise.all(
    [120, 170, 220].map(async (killAfterMs) => {
      const child = spawn(process.execPath, [program, store.dir], { cwd: store.cwd, env: sealedEnv(store.home) });
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
      child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), killAfterMs));
      await new Promise((resolve) => child.on('close', resolve));
      return output.split('\n').slice(0, -1);
    }),
  );
  const found = new Set((await store.events('run')).map(({ id }) => id));
  expect(acknowledged.flat().length).toBeGreaterThan(100);
  expect(acknowledged.flat().filter((id) => !found.has(id))).toEqual([]);
});
