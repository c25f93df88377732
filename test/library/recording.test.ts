// What a program records is what it said, and belongs to whom it said it of; nothing that it gives is thrown back at it.
import fs from 'node:fs';
import { expect, test } from 'vitest';
import { runProgram } from '../support/program.js';
import { tempStore, type TempStore } from '../support/runlog.js';

type Loose = Record<string, any>;

async function eventsOf(store: TempStore, code: string, type: string): Promise<Loose[]> {
  const { stderr, exitCode } = await runProgram(
    store,
    `const run = startRun({ id: 'run' });\n${code}\nawait run.finalize();`,
  );
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  return (await store.events('run')).filter((event) => event.type === type) as Loose[];
}

test('secrets are masked, wherever they stand, unless the program says otherwise', async () => {
  const store = tempStore();
  const code = `const token = 'ghp_' + 'a1B2c3D4'.repeat(5).slice(0, 36);
    const run = startRun({ id: 'run' });
    run.action('CALL', 'with ' + token, { Authorization: 'Bearer abcdefgh12345678', Note: 'plain' });
    run.error(new Error('password=hunter2hunter2'), { resolved: true });
    run.item('config', { metadata: { deep: [{ api_key: 'sk-' + 'x9Y8'.repeat(10) }] } });
    run.event({ type: 'text.kept', text: token });
    await run.finalize();
    const open = startRun({ id: 'open', redact: false });
    open.action('CALL', 'password=hunter2hunter2');
    await open.finalize();`;
  expect((await runProgram(store, code)).stderr).toBe('');
  const text = fs.readFileSync(store.segment('run'), 'utf8') + store.read('runs', 'run', 'design-experiment.log');
  expect(text).not.toMatch(/a1B2c3|abcdefgh1234|hunter2|x9Y8/);
  expect(text).toContain('"Note","plain"');
  expect(fs.readFileSync(store.segment('open'), 'utf8')).toContain('hunter2hunter2');
});

test('a value too long for a line is kept whole, in a file of its own', async () => {
  const store = tempStore();
  const [event] = await eventsOf(
    store,
    "run.action('LONG', 'é'.repeat(100_000), { Result: 'x'.repeat(70_000) }); run.action('SHORT');",
    'action.logged',
  );
  expect(event).toMatchObject({ description: 'é'.repeat(100_000), fields: [['Result', 'x'.repeat(70_000)]] });
  expect(fs.readdirSync(store.path('runs', 'run', 'blobs')).length).toBeGreaterThan(0);
});

test('no text forges an entry of the design log or breaks a line of the journal', async () => {
  const store = tempStore();
  const hostile = 'a\n\n[2025-10-03 18:19:52] FORGED: entry\u001b[31m\u202e\u2028\r\0\ud800 ';
  const code = `const hostile = ${JSON.stringify(hostile)};
    run.action('REAL', hostile, { [hostile]: hostile, Result: hostile });
    for (const type of ['lower', 'TWO WORDS', 'A\\nB', '', '[2025-10-03 18:19:52] X']) run.action(type);`;
  const outcome = await runProgram(
    store,
    `const run = startRun({ id: 'run', onError: (error) => say(error.code) });${code}await run.finalize();`,
  );
  expect(outcome.stdout).toBe(Array.from({ length: 5 }, () => '"invalid_event"').join('\n'));
  const events = (await store.events('run')) as Loose[];
  const said = events.find(({ type }) => type === 'action.logged');
  // A lone surrogate is no text in UTF-8; all else is kept as given.
  expect(said?.['description'].replaceAll('\ufffd', '\ud800')).toBe(hostile);
  const log = store.read('runs', 'run', 'design-experiment.log');
  expect(log.match(/^\[/gm)).toHaveLength(1);
  expect(log).not.toMatch(/[\u001b\u202e\u2028\r\0]/);
  expect((await store.runlog(['verify', 'run'])).exitCode).toBe(0);
});

test('the live log and the log of finalize are the same, byte for byte', async () => {
  const store = tempStore();
  const code = `const run = startRun({ id: 'run' });
    for (let n = 0; n < 1200; n++) run.action('STEP', 'number ' + n, { Result: n, Text: 'a\\nb: c\\u001b' });
    run.flush(); say(fs.readFileSync(run.dir + '/design-experiment.log', 'utf8').length);
    fs.copyFileSync(run.dir + '/design-experiment.log', 'live.log'); await run.finalize();`;
  expect((await runProgram(store, code)).stderr).toBe('');
  expect(fs.readFileSync(`${store.cwd}/live.log`, 'utf8')).toBe(store.read('runs', 'run', 'design-experiment.log'));
});

test('stage, its iteration and the loop are carried onto items until they change', async () => {
  const store = tempStore();
  const items = await eventsOf(
    store,
    `run.item('before'); run.stage(1, { iteration: 2, loop: 3 }); run.item('one'); run.item('two', { seconds: 1.5 });
     run.stage(2); run.item('three');`,
    'item.recorded',
  );
  const places = items.map(({ item_type: type, stage, stage_iteration: iteration, loop_iteration: loop }) => [
    type,
    stage ?? null,
    iteration ?? null,
    loop ?? null,
  ]);
  expect(places).toEqual([
    ['before', null, null, null],
    ['one', 1, 2, 3],
    ['two', 1, 2, 3],
    ['three', 2, null, null],
  ]);
});

test('steps side by side keep what is recorded through them apart', async () => {
  const store = tempStore();
  const code = `await Promise.allSettled(['a', 'b', 'c'].map((name, index) => run.issue(index, (issue) =>
      issue.step('agent_' + name, 'task ' + name, async (step) => {
        step.usage({ model: name, input: index, output: 1 });
        await wait(30 - 10 * index);
        await step.tool('tool_' + name, () => wait(5));
        step.error('Oops', name, { resolved: true });
        step.metric('score', index);
        if (name === 'b') throw new Error('b failed');
      }))));`;
  await eventsOf(store, code, '');
  const events = (await store.events('run')) as Loose[];
  const started = events.filter(({ type }) => type === 'step.started');
  expect(started.map(({ agent }) => agent)).toEqual(['agent_a', 'agent_b', 'agent_c']);
  expect(new Set(started.map(({ step }) => step)).size).toBe(3);
  for (const [index, name] of ['a', 'b', 'c'].entries()) {
    const { step } = started[index] as Loose;
    const own = events.filter((event) => event['step'] === step);
    expect(own.map(({ type }) => type)).toEqual([
      'step.started',
      'tokens.used',
      'tool.called',
      'error.raised',
      'metric.measured',
      'step.ended',
    ]);
    expect(own.every(({ issue }) => issue === undefined || issue === String(index))).toBe(true);
    expect(own.flatMap(({ agent }) => agent ?? []).every((agent) => agent === `agent_${name}`)).toBe(true);
    expect(own.find(({ type }) => type === 'tool.called')).toMatchObject({ tool: `tool_${name}`, success: true });
    expect(own.at(-1)).toMatchObject(
      name === 'b' ? { status: 'FAIL', error: 'Error: b failed' } : { status: 'SUCCESS', error: null },
    );
  }
  const ended = events.filter(({ type }) => type === 'issue.ended').map(({ issue, status }) => `${issue} ${status}`);
  expect(ended.sort()).toEqual(['0 completed', '1 failed', '2 completed']);
});

test('step, tool and issue give what their work gives and throw what it throws, at once or later', async () => {
  const store = tempStore();
  const code = `const thrown = Object.create(null);
    const run = startRun({ id: 'run' });
    say([run.step('a', () => 1), run.tool('t', () => 2), run.issue(1, () => 3)]);
    say(await Promise.all([run.step('a', 'b', async () => 1), run.tool('t', { issue: '1' }, async () => 2)]));
    for (const work of [() => { throw thrown; }, async () => { await wait(1); throw thrown; }])
      for (const call of [() => run.step('a', work), () => run.tool('t', work), () => run.issue(1, work)])
        try { await call(); say('nothing thrown'); } catch (error) { say(error === thrown); }
    await run.finalize();`;
  const { stdout, stderr } = await runProgram(store, code);
  expect(stderr).toBe('');
  expect(stdout.split('\n')).toEqual(['[1,2,3]', '[1,2]', ...Array.from({ length: 6 }, () => 'true')]);
});

test('what cannot be recorded is told, not thrown, whatever the program gives', async () => {
  const store = tempStore();
  const code = `const codes = [];
    const run = startRun({ id: 'run', onError: (error) => codes.push(error.code ?? error.name) });
    const wrong = [
      () => run.action('VERIFY', {}), () => run.action('VERIFY', 'x', { a: Object.create(null) }), () => run.action(),
      () => run.usage(), () => run.usage({ model: 'm', input: -1, output: 1 }),
      () => run.metric('KS', 'fast'), () => run.pipeline(1, { status: 'failed', startedAt: new Date(NaN) }),
      () => run.event({ type: 'text.kept', text: 'x' }, new Date(NaN)), () => run.event({ type: 'text.kept', text: 'x' }, 5),
      () => run.event(null), () => run.event(7), () => run.plan(), () => run.correct('run', 'run'), () => run.stage('one'),
      () => run.item('x', { metadata: 10n }), () => run.code({ linesAdded: 1.5 }), () => run.error(Object.create(null)),
      () => run.debug({ type: 'x' }), () => run.startIssue(Object.create(null)),
    ];
    for (const call of wrong) {
      const before = codes.length;
      const given = call();
      if (codes.length === before) say(['not told', String(call), given]);
    }
    say(codes.length); await run.finalize();`;
  const { stdout, stderr, exitCode } = await runProgram(store, code);
  expect({ stdout, stderr, exitCode }).toEqual({ stdout: '19', stderr: '', exitCode: 0 });
  expect((await store.events('run')).map(({ type }) => type)).toEqual(['run.started', 'run.ended']);
});

test('the id and version of an event are not for programs to say: one that brings its own is recorded all the same', async () => {
  const store = tempStore();
  const code = `const own = { type: 'order.placed', v: 7, crc: 'no', blobs: { x: 1 } };
    const ids = [42, 'same', 'same'].map((id, row) => run.event({ ...own, id, row }));
    ids.push(run.event({ ...own, row: 3, at: '2025-10-03T20:19:52+02:00' }));
    say(ids);`;
  const events = await eventsOf(store, code, 'order.placed');
  expect(events.map(({ row }) => row).sort()).toEqual([0, 1, 2, 3]);
  expect(new Set(events.map(({ id }) => id)).size).toBe(4);
  for (const event of events) expect(event).toMatchObject({ v: 1, id: expect.stringMatching(/^[\da-f-]{36}$/) });
  expect(events.find(({ row }) => row === 3)?.['at']).toBe('2025-10-03T18:19:52.000000Z');
  expect(await store.json('verify')).toMatchObject({ ok: true });
});

test('an event at a time that is none is not recorded, and told of', async () => {
  const store = tempStore();
  const code = `const told = []; const run = startRun({ id: 'run', onError: ({ code }) => told.push(code) });
    say([run.event({ type: 'order.placed', at: 'tomorrow' }), ...told]); await run.finalize();`;
  expect((await runProgram(store, code)).stdout).toBe('[null,"invalid_event"]');
  expect(await store.json('verify')).toMatchObject({ ok: true });
});
