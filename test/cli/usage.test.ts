// Usage errors, help and version: what was meant is named, errors are one JSON document under --json, nothing is written.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT, runlog, tempFolder } from '../support/runlog.js';

test('a mistyped command names the nearest one', async () => {
  for (const [wrong, right] of [
    ['apend', 'append'],
    ['finalise', 'finalize'],
    ['sumary', 'summary'],
    ['lsit', 'list'],
  ]) {
    const { exitCode, stdout, stderr } = await runlog([wrong as string]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(`unknown command '${wrong}'`);
    expect(stderr).toContain(`Did you mean ${right}?`);
  }
  const second = await runlog(['step', 'strat', 'coding']);
  expect(second.exitCode).toBe(2);
  expect(second.stderr).toContain('Did you mean start?');
});

test('help for a command that is none names the nearest one too', async () => {
  for (const args of [
    ['apend', '--help'],
    ['help', 'apend'],
    ['apend', 'x', '-h'],
    ['step', 'strat', '--help'],
  ]) {
    const { exitCode, stdout, stderr } = await runlog(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/Did you mean (?:append|start)\?/);
  }
  expect((await runlog(['step', '--help'])).stdout).toContain('Usage: runlog step');
  expect((await runlog(['step', 'start', '-h'])).stdout).toContain('Usage: runlog step start');
});

test('a mistyped option names the nearest one, of recording commands too', async () => {
  for (const [args, right] of [
    [['append', 'ONE', '--reslut', 'x'], '--result'],
    [['start', '--projct', '171'], '--project'],
    [['list', '--statsu', 'failed'], '--status'],
    [['summary', '--jsno'], '--json'],
  ] as const) {
    const { exitCode, stdout, stderr } = await runlog(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(`Did you mean ${right}?`);
  }
});

const WRONG: [args: string[], code: string, exit: number][] = [
  [['nonsense', '--json'], 'usage', 2],
  [['--json'], 'usage', 2],
  [['step', '--json'], 'usage', 2],
  [['append', '--json'], 'usage', 2],
  [['append', 'lower', '--json'], 'usage', 2],
  [['append', 'ONE', '--json'], 'usage', 2],
  [['append', 'ONE', '--run', 'nobody', '--json'], 'no_such_run', 66],
  [['append', 'ONE', '--reslut', 'x', '--json'], 'usage', 2],
  [['metric', 'KS', '--json'], 'usage', 2],
  [['list', '--limit', '--json'], 'usage', 2],
  [['summary', 'nobody', '--json'], 'no_such_run', 66],
  [['finalize', 'nobody', '--json'], 'no_such_run', 66],
  [['import', 'no-such-file', '--json'], 'no_such_file', 66],
  [['import', 'package.json', '--json'], 'invalid_input', 65],
  [['export', 'csv', '--json'], 'no_such_file', 66],
  [['restore', 'nobody', '--json'], 'no_such_file', 66],
  [['run', '--json'], 'usage', 2],
];

describe('under --json an error is one JSON document on stdout, and its exit status the same:', () => {
  test.for(WRONG)('runlog %s', async ([args, code, exit]) => {
    const cwd = tempFolder();
    fs.copyFileSync(path.join(ROOT, 'package.json'), path.join(cwd, 'package.json'));
    const { stdout, stderr, exitCode } = await runlog(args, { cwd });
    expect({ exitCode, stderr }).toEqual({ exitCode: exit, stderr: '' });
    const document = JSON.parse(stdout) as { error: Record<string, unknown> };
    expect(document).toEqual({
      error: {
        code,
        message: expect.any(String),
        hint: expect.toSatisfy((hint) => hint === null || typeof hint === 'string'),
        exit,
      },
    });
    expect(fs.readdirSync(cwd)).toEqual(['package.json']);
  });
});

test('without --json an error is error: and hint: on stderr, and stdout is empty', async () => {
  const { stdout, stderr } = await runlog(['summary', 'nobody']);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^error: no such run: nobody\nhint: .+\n$/);
});

test('text that was given cannot steer the terminal through an error', async () => {
  const { stderr } = await runlog(['summary', 'no\u001b[31mred\u202e\r']);
  expect(stderr).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
  const usage = await runlog(['no\u001b[31mred', '--x\u001b[2J']);
  expect(usage.stderr).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f]/);
});

test('--version prints the version, --help the commands; both exit 0', async () => {
  const { version } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { version: string };
  expect(await runlog(['--version'])).toEqual({ stdout: `${version}\n`, stderr: '', exitCode: 0 });
  const help = await runlog(['--help']);
  expect(help).toMatchObject({ stderr: '', exitCode: 0 });
  for (const command of ['start', 'append', 'finalize', 'summary', 'export', 'rotate'])
    expect(help.stdout).toContain(`  ${command}`);
  for (const args of [
    ['append', '--help'],
    ['help', 'append'],
    ['append', '-h'],
  ]) {
    const { stdout, exitCode } = await runlog(args);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('--next-steps');
    expect(stdout).toContain('Examples:');
  }
  expect((await runlog(['step', 'start', '--help'])).stdout).toContain('--task');
});

test('colours only where they are asked for: none at a pipe, some with FORCE_COLOR, none with NO_COLOR or --no-color', async () => {
  const cwd = tempFolder();
  await runlog(['start', '--id', 'run'], { cwd });
  const colored = async (args: string[], env: Record<string, string>): Promise<boolean> =>
    (await runlog(['summary', 'run', ...args], { cwd, env })).stdout.includes('\u001b[');
  expect(await colored([], { NO_COLOR: '' })).toBe(false);
  expect(await colored([], { NO_COLOR: '', FORCE_COLOR: '1' })).toBe(true);
  expect(await colored([], { NO_COLOR: '1', FORCE_COLOR: '1' })).toBe(false);
  expect(await colored(['--no-color'], { NO_COLOR: '', FORCE_COLOR: '1' })).toBe(false);
});

test('a broken runlog.config.json is named', async () => {
  const cwd = tempFolder();
  fs.writeFileSync(path.join(cwd, 'runlog.config.json'), '{"dir": 7}');
  const { exitCode, stderr } = await runlog(['start'], { cwd });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('runlog.config.json: dir must be text');
});
