// runlog append: an action with its fields in the order given, from options, the standard input or lines of JSON.
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { RunlogEvent } from '../../src/events/vocabulary.js';
import { stable, tempStore, type TempStore } from '../support/runlog.js';

type Action = RunlogEvent<'action.logged'>;

async function actions(store: TempStore, runId: string): Promise<Action[]> {
  return (await store.events(runId)).filter((event) => event.type === 'action.logged');
}

test('every option becomes a field, in the order of the command line', async () => {
  const store = tempStore();
  const runId = await store.start('--id', 'run');
  const said = await store.ok(
    ...['append', 'CHECK_ALL', 'Everything at once', '--run', runId],
    ...['--error', 'e', '--details', 'd', '--field', 'Job ID=42', '--next-steps', 'n', '--status', 's'],
    ...[
      '--reasoning',
      'r',
      '--decision',
      'de',
      '--calculation',
      '2 = 1 + 1',
      '--input',
      'i',
      '--field',
      'Any key=x=y: z',
    ],
    ...['--explanation', 'ex', '--result', 're', '--command', 'ls -la', '--field', 'Job ID=43'],
  );
  expect(said).toBe('');
  const [action] = await actions(store, runId);
  expect(action).toMatchObject({ action: 'CHECK_ALL', description: 'Everything at once', utc_offset_minutes: 0 });
  expect(action?.fields).toEqual([
    ['Error', 'e'],
    ['Details', 'd'],
    ['Job ID', '42'],
    ['Next Steps', 'n'],
    ['Status', 's'],
    ['Reasoning', 'r'],
    ['Decision', 'de'],
    ['Calculation', '2 = 1 + 1'],
    ['Input', 'i'],
    ['Any key', 'x=y: z'],
    ['Explanation', 'ex'],
    ['Result', 're'],
    ['Command', 'ls -la'],
    ['Job ID', '43'],
  ]);
});

test('the design-experiment log is written live, in dialect A', async () => {
  const store = tempStore();
  const runId = await store.start('--id', 'run');
  await store.ok('append', 'VERIFY_MODEL', 'Checking', '--run', runId, '--command', 'ls', '--result', 'two\nlines');
  await store.ok('append', 'BARE', '--run', runId);
  await store.ok('append', 'CHECK_DISK', 'Enough?', '--run', runId, '--at', '2025-10-22 14:23:15', '--status', '');
  expect(stable(store.read('runs', runId, 'design-experiment.log'))).toMatchInlineSnapshot(`
    "[DATE TIME] VERIFY_MODEL: Checking
    Command: ls
    Result: two
      lines

    [DATE TIME] BARE

    [DATE TIME] CHECK_DISK: Enough?
    Status:
    "
  `);
  expect(store.read('runs', runId, 'design-experiment.log')).toContain(
    '\n\n[2025-10-22 14:23:15] CHECK_DISK: Enough?\n',
  );
});

test('a value - is read from the standard input, once', async () => {
  const store = tempStore();
  const runId = await store.start('--id', 'run');
  const append = (args: string[], input: string): Promise<{ exitCode: number; stderr: string }> =>
    store.runlog(['append', 'READ', ...args, '--run', runId], { input });
  expect((await append(['--result', '-'], 'line one\nline two\n')).exitCode).toBe(0);
  expect((await append(['-', '--status', 's'], 'the description\n')).exitCode).toBe(0);
  expect((await append(['--field', 'Log=-'], 'no newline at the end')).exitCode).toBe(0);
  const twice = await append(['--result', '-', '--details', '-'], 'text');
  expect(twice.exitCode).toBe(2);
  expect(twice.stderr).toContain('only one value can be -');
  const recorded = await actions(store, runId);
  expect(recorded.map(({ description, fields }) => [description, fields])).toEqual([
    [null, [['Result', 'line one\nline two']]],
    ['the description', [['Status', 's']]],
    [null, [['Log', 'no newline at the end']]],
  ]);
});

test('--json answers with the run and the id of the event', async () => {
  const store = tempStore();
  const runId = await store.start('--id', 'run');
  const { stdout } = await store.runlog(['append', 'ONE', '--run', runId, '--json']);
  const [action] = await actions(store, runId);
  expect(JSON.parse(stdout)).toEqual({ run_id: runId, id: action?.id });
});

test('--at takes RFC 3339, a local time or an age', async () => {
  const store = tempStore();
  const runId = await store.start('--id', 'run');
  const at = async (time: string, env: Record<string, string> = {}): Promise<string | undefined> => {
    const { stderr, exitCode } = await store.runlog(['append', 'PAST', '--at', time, '--run', runId], { env });
    return exitCode === 0 ? (await actions(store, runId)).at(-1)?.at : stderr;
  };
  expect(await at('2025-10-03T18:19:52.551874Z')).toBe('2025-10-03T18:19:52.551874Z');
  expect(await at('2025-10-03T18:19:52+02:00')).toBe('2025-10-03T16:19:52.000000Z');
  expect(await at('2025-10-03 18:19')).toBe('2025-10-03T18:19:00.000000Z');
  expect(await at('2025-07-03 18:19:01', { TZ: 'Europe/Berlin' })).toBe('2025-07-03T16:19:01.000000Z');
  expect(await at('2025-10-03')).toBe('2025-10-03T00:00:00.000000Z');
  const twoHoursAgo = Date.parse((await at('2h')) as string);
  expect(Math.abs(Date.now() - 7_200_000 - twoHoursAgo)).toBeLessThan(60_000);
  for (const bad of ['yesterday', '2025-13-01', '2025-02-30 10:00', '2025-10-03T25:00:00Z', '']) {
    expect(await at(bad)).toMatch(/^error: --at takes a time such as .*; not "/);
  }
});

test('an ACTION_TYPE that is not upper case is refused, and the right form offered', async () => {
  const store = tempStore();
  const runId = await store.start();
  for (const [wrong, right] of [
    ['verify_model', 'VERIFY_MODEL'],
    ['Verify model!', 'VERIFY_MODEL'],
    ['check-disk', 'CHECK_DISK'],
    ['9lives', 'LIVES'],
  ]) {
    const { exitCode, stdout, stderr } = await store.runlog(['append', wrong as string, '--run', runId]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(`hint: Did you mean ${right}?`);
  }
  expect(await store.json('append', 'check_disk', '--run', runId)).toEqual({
    error: {
      code: 'usage',
      message: '"check_disk" is no ACTION_TYPE: it must be upper case, with digits and underscores',
      hint: 'Did you mean CHECK_DISK?',
      exit: 2,
    },
  });
  expect((await store.runlog(['append'])).exitCode).toBe(2);
  expect(await actions(store, runId)).toEqual([]);
});

test('a key that would not read back as a key is refused', async () => {
  const store = tempStore();
  const runId = await store.start();
  for (const field of ['=value', 'no equals sign', ' Key=v', '[x=v', 'a: b=v', 'a\nb=v'])
    expect(await store.runlog(['append', 'ONE', '--field', field, '--run', runId])).toMatchObject({ exitCode: 2 });
  expect(await actions(store, runId)).toEqual([]);
});

test('--log FILE appends to that file alone, without a run', async () => {
  const store = tempStore();
  const file = path.join(store.cwd, 'design-experiment.log');
  expect(
    await store.runlog(['append', 'ONE', 'first', '--log', 'design-experiment.log', '--at', '2025-10-22 14:23:15']),
  ).toEqual({
    stdout: '',
    stderr: '',
    exitCode: 0,
  });
  await store.ok('append', 'TWO', '--log', 'design-experiment.log', '--at', '2025-10-22 14:24:00', '--result', 'a\nb');
  expect(fs.readFileSync(file, 'utf8')).toBe(
    '[2025-10-22 14:23:15] ONE: first\n\n[2025-10-22 14:24:00] TWO\nResult: a\n  b\n',
  );
  expect(fs.existsSync(store.dir)).toBe(false);
  const env = { RUNLOG_STRICT: '1' };
  expect((await store.runlog(['append', 'THREE', '--log', 'no/such/folder.log'])).exitCode).toBe(0);
  expect((await store.runlog(['append', 'THREE', '--log', 'no/such/folder.log'], { env })).exitCode).toBe(74);
});

test('--stdin takes one JSON object a line; bad lines are named with their numbers and the others recorded', async () => {
  const store = tempStore();
  const runId = await store.start('--id', 'run');
  const input = [
    '{"action": "CHECK_DISK", "description": "Enough?", "fields": {"Command": "df", "Result": "2.1T"}}',
    'no JSON',
    '{"type": "metric.measured", "name": "KS", "value": 0.32, "limit": 0.1}',
    '',
    '{"type": "metric.measured", "name": "KS", "value": "fast"}',
    '{"action": "lower_case"}',
    '[1, 2]',
    '{"description": "neither type nor action"}',
    '{"type": "error.raised", "error_type": "Timeout", "message": "30 s", "at": "2025-10-03T20:19:52+02:00"}',
    '{"action": "ONE", "at": "yesterday"}',
    '{"type": "my.own_type", "kept": {"as": "it is"}}',
    '{"action": "PAIRS", "fields": [["B", "1"], ["A", "2"]]}',
  ].join('\n');
  const { stdout, stderr, exitCode } = await store.runlog(['append', '--stdin', '--run', runId, '--json'], { input });
  expect(exitCode).toBe(3);
  expect(JSON.parse(stdout)).toEqual({ run_id: runId, recorded: 5, bad: 6 });
  expect(stderr.match(/line \d+/g)).toEqual(['line 2', 'line 5', 'line 6', 'line 7', 'line 8', 'line 10']);
  expect(stderr).toContain('line 5: metric.measured: value must be a number');
  const [, ...events] = await store.events(runId);
  expect(events.map(({ v: _v, id: _id, at: _at, ...own }) => own)).toMatchObject([
    {
      type: 'action.logged',
      action: 'CHECK_DISK',
      fields: [
        ['Command', 'df'],
        ['Result', '2.1T'],
      ],
    },
    { type: 'metric.measured', name: 'KS', value: 0.32, limit: 0.1 },
    { type: 'error.raised', error_type: 'Timeout', message: '30 s' },
    { type: 'my.own_type', kept: { as: 'it is' } },
    {
      type: 'action.logged',
      fields: [
        ['B', '1'],
        ['A', '2'],
      ],
    },
  ]);
  expect(events[2]?.at).toBe('2025-10-03T18:19:52.000000Z');
  const good = await store.runlog(['append', '--stdin', '--run', runId], { input: '{"action": "FINE"}' });
  expect(good).toEqual({ stdout: '', stderr: '', exitCode: 0 });
});

test('--stdin --ack answers each good line with the id of its event before it takes the next one', async () => {
  const store = tempStore();
  const runId = await store.start('--id', 'run');
  const stream = store.live('runlog', ['append', '--stdin', '--ack', '--run', runId]);
  const ids: string[] = [];
  for (const line of ['{"action": "ONE"}', 'no JSON\n\n{"action": "TWO"}', '{"type": "my.own_type"}']) {
    stream.say(line);
    ids.push(await stream.line());
    expect((await store.events(runId)).at(-1)?.id).toBe(ids.at(-1));
  }
  stream.end();
  expect(await stream.rest()).toEqual([]);
  expect(await stream.ended()).toBe(3);
  expect((await store.events(runId)).slice(1).map(({ id }) => id)).toEqual(ids);
});

test('--stdin answers nothing for an event that was recorded nowhere, and does not count it', async () => {
  const store = tempStore();
  const runId = await store.start('--id', 'run');
  fs.rmSync(path.dirname(store.segment(runId)), { recursive: true });
  fs.writeFileSync(store.path('runs', runId, 'journal'), 'in the way');
  const input = '{"action": "ONE"}\n';
  const spooled = await store.runlog(['append', '--stdin', '--ack', '--run', runId], { input });
  expect(spooled.stdout).toMatch(/^[0-9a-f-]{36}\n$/);
  const env = { XDG_STATE_HOME: store.path('runs', runId, 'journal') };
  const lost = await store.runlog(['append', '--stdin', '--ack', '--run', runId], { input, env });
  expect(lost).toMatchObject({ exitCode: 0, stdout: '', stderr: expect.stringContaining('NOT recorded') });
  const counted = await store.runlog(['append', '--stdin', '--json', '--run', runId], { input, env });
  expect(JSON.parse(counted.stdout)).toEqual({ run_id: runId, recorded: 0, bad: 0 });
});

test('--ack goes with --stdin, and not with --json', async () => {
  const store = tempStore();
  const runId = await store.start('--id', 'run');
  expect((await store.runlog(['append', 'ONE', '--ack', '--run', runId])).exitCode).toBe(2);
  expect((await store.runlog(['append', '--stdin', '--ack', '--json', '--run', runId], { input: '' })).exitCode).toBe(
    2,
  );
});

test('secrets are masked before they reach the disk, in the journal and in the log', async () => {
  const store = tempStore();
  const runId = await store.start('--id', 'run');
  const token = `ghp_${'a1B2c3D4e5'.repeat(4)}`;
  await store.ok(
    'append',
    'LOGIN',
    `with ${token}`,
    '--run',
    runId,
    '--command',
    'mysql --password=hunter2secret',
    '--result',
    '-',
  );
  await store.runlog(['append', 'ENV', '--run', runId, '--result', '-'], { input: 'API_KEY=0123456789abcdefXYZ\n' });
  const disk = fs
    .readdirSync(store.path('runs', runId), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
  for (const secret of [token, 'hunter2secret', '0123456789abcdefXYZ']) expect(disk).not.toContain(secret);
  const [login] = await actions(store, runId);
  expect(login?.description).toBe('with [REDACTED:github-token]');
  expect(login?.fields?.[0]?.[1]).toMatch(/^mysql --password=\[REDACTED:[a-z-]+\]$/);

  await store.ok('append', 'LOGIN', `with ${token}`, '--run', runId, '--no-redact');
  expect((await actions(store, runId)).at(-1)?.description).toBe(`with ${token}`);
});

test('a value of megabytes comes back whole, and its line stays under 64 KiB', async () => {
  const store = tempStore();
  const runId = await store.start('--id', 'run');
  const input = `${'0123456789abcdé\n'.repeat(150_000)}the end`;
  await store.runlog(['append', 'LARGE', '--run', runId, '--result', '-'], { input });
  const [action] = await actions(store, runId);
  expect(action?.fields?.[0]?.[1] === input).toBe(true);
  const longest = Math.max(
    ...fs
      .readFileSync(store.segment(runId), 'utf8')
      .split('\n')
      .map((line) => Buffer.byteLength(line)),
  );
  expect(longest).toBeLessThan(64 * 1024);
  expect((await store.runlog(['finalize', runId])).exitCode).toBe(0);
  expect(store.read('runs', runId, 'design-experiment.log')).toContain('the end\n');
});

test('an unknown run is 66 and an empty one is 2', async () => {
  const store = tempStore();
  const { exitCode, stderr } = await store.runlog(['append', 'ONE', '--run', 'nobody']);
  expect(exitCode).toBe(66);
  expect(stderr).toBe(
    `error: no such run: nobody\nhint: The store is ${store.dir}; see its runs with: runlog list (another store: --dir or RUNLOG_DIR)\n`,
  );
  expect((await store.runlog(['append', 'ONE'], { env: { RUNLOG_RUN: 'nobody' } })).exitCode).toBe(66);
  expect((await store.runlog(['append', 'ONE', '--run', ''])).exitCode).toBe(2);
  expect(fs.existsSync(store.dir)).toBe(false);
});

test('--run takes the start of an id, latest and latest~N', async () => {
  const store = tempStore();
  for (const id of ['alpha-1', 'alpha-2', 'beta-1']) await store.start('--id', id);
  await store.ok('append', 'A', '--run', 'beta');
  await store.ok('append', 'B', '--run', 'latest');
  await store.ok('append', 'C', '--run', 'latest~2');
  const ambiguous = await store.runlog(['append', 'D', '--run', 'alpha']);
  expect(ambiguous.exitCode).toBe(2);
  expect(ambiguous.stderr).toContain('2 runs begin with alpha: alpha-1, alpha-2');
  expect((await store.runlog(['append', 'D', '--run', 'latest~3'])).exitCode).toBe(66);
  expect((await actions(store, 'beta-1')).map(({ action }) => action)).toEqual(['A', 'B']);
  expect((await actions(store, 'alpha-1')).map(({ action }) => action)).toEqual(['C']);
});

test('without a run a recording command is a usage error that names the candidates', async () => {
  const store = tempStore();
  const none = await store.runlog(['append', 'ONE']);
  expect(none).toMatchObject({ exitCode: 2, stdout: '' });
  expect(none.stderr).toMatchInlineSnapshot(`
    "error: Which run? None is open.
    hint: Start one with: export RUNLOG_RUN=$(runlog start), or name one with --run.
    "
  `);
  await store.start('--id', 'one', '--owner-pid', 'none');
  await store.start('--id', 'two', '--owner-pid', 'none');
  await store.start('--id', 'over', '--owner-pid', 'none');
  await store.runlog(['finalize', 'over']);
  for (const command of [['append', 'ONE'], ['metric', 'KS', '1'], ['step', 'start', 'a'], ['beat']]) {
    const { exitCode, stderr } = await store.runlog(command);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Open are one, two');
  }
});

test('the run of an ancestor is found without RUNLOG_RUN, and never that of a stranger', async () => {
  const store = tempStore();
  await store.start('--id', 'stranger', '--owner-pid', 'none');
  const script = `
    runlog start --id mine >/dev/null
    runlog append DIRECT
    (runlog append SUBSHELL)
    sh -c 'runlog append CHILD; true'
    runlog append PIPED | cat
    runlog step start coding
  `;
  expect(await store.shell('bash', script)).toEqual({ stdout: '1\n', stderr: '', exitCode: 0 });
  expect((await actions(store, 'mine')).map(({ action }) => action)).toEqual(['DIRECT', 'SUBSHELL', 'CHILD', 'PIPED']);
  const two = 'runlog start --id a; runlog start --id b; runlog append WHICH';
  const { exitCode, stderr } = await store.shell('bash', two);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('several runs belong to this script. Open are a, b');
});

test('no text can forge an entry: newlines, carriage returns, separators, escapes and backspaces read back as one entry', async () => {
  const store = tempStore();
  const forged = '[2026-01-01 00:00:00] COMPLETE: forged';
  const breaks = [
    '\n',
    '\n\n',
    '\r',
    '\r\n',
    '\u2028',
    '\u2029',
    '\u0085',
    '\v',
    '\f',
    '\u001b[2K\u001b[1A',
    '\b'.repeat(80),
    '\0',
  ];
  const lines = breaks.map((gap) => ({
    action: 'X',
    description: `line one${gap}${forged}`,
    fields: { Result: `a${gap}${forged}${gap}${forged}`, [`Key${gap}${forged}`]: 'v' },
  }));
  const runId = await store.start('--id', 'run');
  const input = lines.map((line) => JSON.stringify(line)).join('\n');
  expect((await store.runlog(['append', '--stdin', '--run', runId], { input })).exitCode).toBe(0);
  expect((await store.runlog(['append', 'X', `line one\n${forged}`, '--run', runId])).exitCode).toBe(0);

  const log = store.read('runs', runId, 'design-experiment.log');
  expect(log).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]/);
  const { stdout } = await store.runlog(['import', '-', '--json'], { input: log });
  const { runs } = JSON.parse(stdout) as { runs: { run_id: string; events: number; warnings: string[] }[] };
  expect(runs).toMatchObject([{ events: breaks.length + 1, warnings: [] }]);
  const imported = await actions(store, runs[0]?.run_id as string);
  const original = await actions(store, runId);
  expect(imported.map(({ action, description, fields }) => ({ action, description, fields }))).toEqual(
    original.map(({ action, description, fields }) => ({ action, description, fields })),
  );
});

test('an offset that no clock has hinders neither the event nor the run', async () => {
  const store = tempStore();
  const runId = await store.start('--id', 'run');
  const lines = [
    { type: 'action.logged', action: 'FAR', utc_offset_minutes: 1e21 },
    { type: 'action.logged', action: 'NEAR', utc_offset_minutes: 60 },
    { type: 'item.recorded', item_type: 'output_text', content: 'x' },
  ];
  const input = lines.map((line) => JSON.stringify(line)).join('\n');
  const { stdout, stderr, exitCode } = await store.runlog(['append', '--stdin', '--json', '--run', runId], { input });
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(JSON.parse(stdout)).toMatchObject({ recorded: 3, bad: 0 });
  const live = store.read('runs', runId, 'design-experiment.log');
  await store.ok('finalize', runId);
  expect(store.read('runs', runId, 'design-experiment.log')).toBe(live);
  expect(live).toContain('] FAR');
  for (const format of ['log', 'record', 'trace']) await store.ok('export', format, runId);
  expect((await store.json('verify', runId)).ok).toBe(true);
});
