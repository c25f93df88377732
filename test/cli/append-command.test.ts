// runlog append … -- CMD: the command's own output, signals and exit status pass through; how it went is recorded.
import fs from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import type { RunlogEvent } from '../../src/events/vocabulary.js';
import { isAlive, ROOT, sealedEnv, tempStore, until, type TempStore } from '../support/runlog.js';

async function lastAction(store: TempStore): Promise<RunlogEvent<'action.logged'>> {
  return (await store.events('latest')).at(-1) as RunlogEvent<'action.logged'>;
}

async function started(): Promise<TempStore> {
  const store = tempStore();
  await store.start('--id', 'run');
  return store;
}

const fieldsOf = async (store: TempStore): Promise<Record<string, string>> =>
  Object.fromEntries((await lastAction(store)).fields ?? []);

test('output passes through byte for byte, each stream on its own', async () => {
  const store = await started();
  const script = `printf 'a\\0b\\377\\r\\033[31m no newline'; printf 'err\\200\\n' >&2`;
  const options = { cwd: store.cwd, extendEnv: false, encoding: 'buffer', stripFinalNewline: false } as const;
  const env = sealedEnv(store.home);
  const bare = await execa('sh', ['-c', script], { ...options, env });
  const wrapped = await execa(
    path.join(ROOT, 'bin', 'runlog'),
    ['append', 'RUN', '--run', 'run', '--', 'sh', '-c', script],
    {
      ...options,
      env,
    },
  );
  expect(wrapped.stdout).toEqual(bare.stdout);
  expect(wrapped.stderr).toEqual(bare.stderr);
  expect(bare.stdout).toHaveLength(28 - 7);
});

test('what it did is recorded: Command first, Result with status, time and the last lines, then what the user said', async () => {
  const store = await started();
  const outcome = await store.runlog([
    ...['append', 'CHECK_DISK', 'Enough space?', '--run', 'run', '--explanation', 'before the commitment'],
    ...['--', 'sh', '-c', 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "line $i"; done'],
  ]);
  expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
  const action = await lastAction(store);
  expect(action).toMatchObject({ action: 'CHECK_DISK', description: 'Enough space?', exit_code: 0, signal: null });
  expect(action.duration_seconds).toBeGreaterThan(0);
  expect(action.fields?.map(([key]) => key)).toEqual(['Command', 'Result', 'Explanation']);
  const { Command, Result } = await fieldsOf(store);
  expect(Command).toBe(`sh -c 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "line $i"; done'`);
  expect(Result?.replace(/\d+\.\d\d s/, 'N s')).toBe(
    `exit status 0 after N s\n…\n${[3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((n) => `line ${n}`).join('\n')}`,
  );
});

test('a progress bar is recorded as it last stood, without its escapes', async () => {
  const store = await started();
  await store.runlog(['append', 'TRAIN', '--run', 'run', '--', 'printf', '10%%\\r50%%\\r\\033[32m100%%\\033[0m\\n']);
  expect((await fieldsOf(store))['Result']).toMatch(/^exit status 0 after .* s\n100%$/);
});

test('it exits as the command did', async () => {
  const store = await started();
  const status = async (...command: string[]): Promise<number> =>
    (await store.runlog(['append', 'RUN', '--run', 'run', '--', ...command])).exitCode;
  expect(await status('true')).toBe(0);
  expect(await status('sh', '-c', 'exit 7')).toBe(7);
  expect(await lastAction(store)).toMatchObject({ exit_code: 7, signal: null });
  expect(await fieldsOf(store)).toMatchObject({ Error: 'exit status 7' });
  expect(await status('sh', '-c', 'kill -TERM $$')).toBe(143);
  expect(await lastAction(store)).toMatchObject({ signal: 'SIGTERM' });
  expect(await fieldsOf(store)).toMatchObject({ Error: 'killed by SIGTERM' });
  expect(await status('sh', '-c', 'kill -KILL $$')).toBe(137);
});

test('a command that cannot be started is 127, or 126 where it is there, and both are recorded', async () => {
  const store = await started();
  fs.writeFileSync(path.join(store.cwd, 'plain.txt'), 'not a program', { mode: 0o644 });
  const missing = await store.runlog(['append', 'RUN', '--run', 'run', '--', 'no-such-program', '-x']);
  expect(missing).toEqual({ stdout: '', stderr: 'runlog: no-such-program: command not found\n', exitCode: 127 });
  expect(await fieldsOf(store)).toMatchObject({
    Command: 'no-such-program -x',
    Error: 'no-such-program: command not found',
  });
  const plain = await store.runlog(['append', 'RUN', '--run', 'run', '--', './plain.txt']);
  expect(plain).toEqual({ stdout: '', stderr: 'runlog: ./plain.txt: permission denied\n', exitCode: 126 });
  expect(await fieldsOf(store)).toMatchObject({ Error: './plain.txt: permission denied' });
  const inside = await store.runlog(['append', 'RUN', '--run', 'run', '--', './plain.txt/inside']);
  expect(inside).toMatchObject({ stdout: '', exitCode: 126 });
  expect(await fieldsOf(store)).toMatchObject({
    Command: './plain.txt/inside',
    Error: expect.stringContaining('ENOTDIR'),
  });
  expect((await store.runlog(['append', 'RUN', '--run', 'run', '--', ''])).exitCode).toBe(127);
  const nothing = await store.runlog(['append', 'RUN', '--run', 'run', '--']);
  expect(nothing.exitCode).toBe(2);
});

test('the command can open /dev/stdout and /dev/stderr, as it can without runlog', async () => {
  const store = await started();
  const script = 'echo one > /dev/stdout; echo two > /dev/stderr; echo three | tee /dev/stderr';
  const outcome = await store.runlog(['append', 'RUN', '--run', 'run', '--', 'sh', '-c', script]);
  expect(outcome).toEqual({ stdout: 'one\nthree\n', stderr: 'two\nthree\n', exitCode: 0 });
});

test('options after -- belong to the command', async () => {
  const store = await started();
  const { stdout } = await store.runlog(['append', 'RUN', '--run', 'run', '--', 'echo', '--json', '--', '-x']);
  expect(stdout).toBe('--json -- -x\n');
});

test('output arrives while the command runs, and the command reads our standard input', async () => {
  const store = await started();
  const live = store.live('runlog', [
    'append',
    'ASK',
    '--run',
    'run',
    '--',
    'sh',
    '-c',
    'echo ready; read -r x; echo "got $x"',
  ]);
  expect(await live.line()).toBe('ready');
  live.say('an answer');
  expect(await live.line()).toBe('got an answer');
  expect(await live.ended()).toBe(0);
});

test('signals reach the command, no orphan stays, and what ended it is recorded', async () => {
  const store = await started();
  const wrapped = (signal: string): string[] => [
    ...['append', 'WAIT', '--run', 'run', '--', 'sh', '-c'],
    `trap 'echo caught; exit 5' ${signal}; echo $$; while :; do sleep 0.05; done`,
  ];
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    const live = store.live('runlog', wrapped(signal.slice(3)));
    const pid = Number(await live.line());
    expect(await live.kill(signal)).toBe(5);
    expect(await live.rest()).toEqual(['caught']);
    expect(isAlive(pid)).toBe(false);
    expect(await lastAction(store)).toMatchObject({ exit_code: 5 });
  }
  const live = store.live('runlog', ['append', 'WAIT', '--run', 'run', '--', 'sh', '-c', 'echo $$; exec sleep 1000']);
  const pid = Number(await live.line());
  expect(await live.kill('SIGTERM')).toBe(143);
  expect(isAlive(pid)).toBe(false);
  expect(await lastAction(store)).toMatchObject({ signal: 'SIGTERM' });
});

test('a background process that keeps the pipe open does not keep runlog', async () => {
  const store = await started();
  const { stdout, exitCode } = await store.shell(
    'bash',
    'runlog append SERVE --run run -- sh -c \'sleep 300 & echo $!\' > out; echo "$?"; kill "$(cat out)"',
  );
  expect({ stdout, exitCode }).toEqual({ stdout: '0\n', exitCode: 0 });
});

test('1 MiB of output goes whole through a reader that takes its time', async () => {
  const store = await started();
  const script = `
    runlog append LARGE --run run -- sh -c 'head -c 1048576 /dev/zero | tr "\\0" x; echo end >&2' 2> err |
      { sleep 0.3; dd bs=7000 status=none; } | { sleep 0.3; wc -c; }
    cat err
  `;
  const { stdout } = await store.shell('bash', script);
  expect(stdout.trim()).toBe('1048576\nend');
  expect(await lastAction(store)).toMatchObject({ exit_code: 0 });
});

test('a reader that goes away ends the command as it would without runlog, and quietly', async () => {
  const store = await started();
  const script = `set -o pipefail\n  runlog append ENDLESS --run run -- yes 2> err | head -1; echo "\${PIPESTATUS[0]}"; cat err`;
  const { stdout } = await store.shell('bash', script);
  expect(stdout).toBe('y\n141\n');
  expect(await lastAction(store)).toMatchObject({ signal: 'SIGPIPE' });
});

test('the command runs and its status counts even where nothing can be recorded', async () => {
  const store = await started();
  const inTheWay = store.path('runs', 'run', 'journal');
  const env = { XDG_STATE_HOME: inTheWay };
  fs.rmSync(inTheWay, { recursive: true });
  fs.writeFileSync(inTheWay, 'a file, not a folder');
  const { stdout, stderr, exitCode } = await store.runlog(
    ['append', 'RUN', '--run', 'run', '--', 'sh', '-c', 'echo out; exit 4'],
    { env },
  );
  expect({ stdout, exitCode }).toEqual({ stdout: 'out\n', exitCode: 4 });
  expect(stderr).toMatch(/^warning: cannot write to .*: the event was NOT recorded\n$/);
});

test('an unknown run is refused before the command is run', async () => {
  const store = await started();
  const { exitCode } = await store.runlog(['append', 'RUN', '--run', 'nobody', '--', 'touch', 'ran']);
  expect(exitCode).toBe(66);
  expect(fs.existsSync(path.join(store.cwd, 'ran'))).toBe(false);
});

test('secrets in the command and in its output are masked', async () => {
  const store = await started();
  const token = `glpat-${'x1Y2z3W4v5'.repeat(2)}`;
  const { stdout } = await store.runlog(['append', 'RUN', '--run', 'run', '--', 'echo', `PRIVATE-TOKEN: ${token}`]);
  expect(stdout).toBe(`PRIVATE-TOKEN: ${token}\n`);
  expect(fs.readFileSync(store.segment('run'), 'utf8')).not.toContain(token);
});

test('with --log FILE the entry goes to that file', async () => {
  const store = tempStore();
  await store.runlog(['append', 'RUN', 'it', '--log', 'own.log', '--', 'echo', 'hello']);
  expect(fs.readFileSync(path.join(store.cwd, 'own.log'), 'utf8')).toMatch(
    /^\[.*\] RUN: it\nCommand: echo hello\nResult: exit status 0 after \d\.\d\d s\n  hello\n$/,
  );
  expect(fs.existsSync(store.dir)).toBe(false);
});

test('the time of the entry is when the command ended, and lies within the call', async () => {
  const store = await started();
  const before = Date.now();
  await store.runlog(['append', 'RUN', '--run', 'run', '--', 'true']);
  await until(() => Date.now() > before);
  const at = Date.parse((await lastAction(store)).at);
  expect(at).toBeGreaterThanOrEqual(before);
  expect(at).toBeLessThanOrEqual(Date.now());
});
