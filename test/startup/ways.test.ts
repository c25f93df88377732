// Recording commands go the direct way, all others through the full command line, which asks commander only where arguments are not
// sound. Where several ways can be gone, all must lead to the same: the same bytes in the store, the same words, the same exit status.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/command-table.js';
import { RECORDING_ACTIONS } from '../../src/cli/recording-actions.js';

const SCRIPT = fileURLToPath(new URL('one-way.cjs', import.meta.url));
const base = fs.mkdtempSync(path.join(os.tmpdir(), 'runlog-ways-'));
const NOT_TAKEN = 250;
const secret = 'hunter2' + '-Tr0ub4dor';

/** Both ways work in the same place, one after the other: paths are part of what they say. */
const home = path.join(base, 'home');
const template = path.join(base, 'template');

function go(
  way: 'direct' | 'full' | 'commander',
  argv: readonly string[],
  input: string,
  env: Record<string, string>,
): object {
  fs.rmSync(home, { recursive: true, force: true });
  fs.cpSync(template, home, { recursive: true });
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, way, ...argv], {
    cwd: home,
    env: { PATH: process.env['PATH'], HOME: home, TZ: 'UTC', RUNLOG_RUN: 'run_a', ...env },
    input,
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { status, stdout, stderr, files: contentsOf(home) };
}

function contentsOf(folder: string): Record<string, string> {
  const files = fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort()
      .map((file) => [path.relative(folder, file), fs.readFileSync(file, 'utf8')]),
  );
}

beforeAll(() => {
  fs.mkdirSync(template);
  const start = ['start', '--id', 'run_a', '--owner-pid', 'none'];
  fs.cpSync(template, home, { recursive: true });
  const made = go('direct', start, '', {});
  expect(made).toMatchObject({ status: 0, stdout: 'run_a\n' });
  fs.cpSync(home, template, { recursive: true });
});
afterAll(() => fs.rmSync(base, { recursive: true, force: true }));

interface Case {
  argv: readonly string[];
  input?: string;
  env?: Record<string, string>;
}

const SOUND: readonly (readonly string[] | Case)[] = [
  ['append', 'VERIFY_MODEL', 'Checking', '--command', 'ls', '--result', 'ok'],
  ['usage', '--model', 'gpt-5', '--provider', 'openai', '--input', '1200', '--output', '30', '--cached-read', '5'],
  [
    'usage',
    '--model',
    'm',
    '--input',
    '1',
    '--output',
    '0',
    '--input-excludes-cached',
    '--cost',
    '0.01',
    '--agent',
    'a',
  ],
  ['tool', 'read_file', '--agent', 'coding', '--duration-ms', '12.5'],
  ['tool', 'grep', '--failed', '--issue', '3', '--json'],
  ['tool', 'sh', '--agent', 'coding', '--', 'sh', '-c', 'echo out; exit 3'],
  ['pipeline', '4711', '--status', 'failed', '--failed-job', 'unit', '--failed-job', 'lint', '--retry', '1'],
  ['pipeline', '7', '--status', 'success', '--started-at', '2026-01-02T03:04:05Z', '--queue-time', '3'],
  ['debug', 'start', '--agent', 'coding', '--type', 'ImportError', '--message', 'no module'],
  ['debug', 'attempt'],
  ['debug', 'end', '--resolved', '--method', 'pinned'],
  ['stage', '2', '--iteration', '1', '--loop', '3'],
  ['item', 'output_image', '--media', 'image', '--file', 'a.png', '--meta', 'seed=1', '--seconds', '2.5'],
  { argv: ['item', 'user_input_text', '--content', '-'], input: 'a red house\n' },
  ['append', 'VERIFY_MODEL'],
  ['append', 'VERIFY_MODEL', 'Checking', '--json'],
  ['--json', 'append', 'VERIFY_MODEL', 'Checking'],
  ['--dir', 'logs', 'append', 'VERIFY_MODEL'],
  ['append', '--dir=logs', 'VERIFY_MODEL', '--quiet'],
  ['--dir=logs', '--no-color', 'append', '--result=a=b', 'VERIFY_MODEL', '--next-steps', 'go on', 'Checking'],
  ['append', 'A', '--result', '-5', '--details=-x', '--error', '--result'],
  ['append', 'A', '-5'],
  ['append', 'A', '-.5'],
  ['append', 'A', '--result=', '--field', 'Key=', '--field', 'Two words=b=c'],
  ['append', 'A', '--result', '1', '--result', '2', '--field=K=v'],
  { argv: ['append', 'A', '--result', '-'], input: 'from stdin\n' },
  { argv: ['append', 'A', '-'], input: 'from stdin' },
  { argv: ['append', 'A', '--result', '-', '--details', '-'], input: 'once' },
  { argv: ['append', '--stdin'], input: '{"action":"A","fields":{"K":"v"}}\nbad\n{"type":"x.y","text":"z"}\n' },
  { argv: ['append', '--stdin', '--json'], input: '{"action":"a"}\n' },
  { argv: ['append', '--stdin', '--ack'], input: '{"action":"A"}\nbad\n\n{"type":"x.y"}\n{"action":"B"}' },
  { argv: ['append', '--ack', '--stdin', '--json'], input: '{"action":"A"}\n' },
  ['append', 'A', '--ack'],
  ['append', 'A', '--at', '2025-10-03T10:00:00Z'],
  ['append', 'A', '--at', 'yesterday'],
  ['append', 'A', '--log', 'own.log', '--result', 'x'],
  ['append', 'A', '--log', 'no/such/folder.log'],
  ['append', 'A', '--log', 'no/such/folder.log', '--strict'],
  ['append', 'A', '--', 'sh', '-c', 'exit 3', '--json'],
  ['append', 'A', '--'],
  ['append', '--', 'true'],
  ['append'],
  ['append', 'lower case', 'x'],
  ['append', 'A', '--run', 'run_'],
  ['append', 'A', '--run', 'latest', '--durable'],
  ['append', 'A', '--run', 'none such'],
  ['append', 'A', '--run='],
  ['append', 'A', '--dir', ''],
  { argv: ['append', 'A'], env: { RUNLOG_RUN: '' } },
  { argv: ['append', 'A'], env: { RUNLOG_RUN: 'gone', RUNLOG_DIR: 'elsewhere' } },
  { argv: ['append', 'A', '--json'], env: { RUNLOG_RUN: 'gone' } },
  { argv: ['append', 'A', 'x'], env: { RUNLOG_DIR: '/dev/null/none' } },
  ['append', 'A', '--result', `--password ${secret}`, '--field', `Token=${secret}`],
  ['append', 'A', '--result', `--password ${secret}`, '--no-redact'],
  ['append', 'A', 'x'.repeat(100_000), '--result', 'ä\u001b[31m\n\n[2025-01-01 00:00:00] B'],
  ['plan', '--choice', 'gc', '--backup', 'a', '--backup', 'b', '--hyperparams', '{"rank": 8, "api_key": "x y"}'],
  ['plan', '--choice', 'gc', '--hyperparams', '{'],
  ['plan'],
  ['step', 'start', 'coding', '--task', 'the parser', '--attempt', '2'],
  ['step', 'start', '--json', 'coding'],
  ['--json', 'step', 'start', '5'],
  ['step', 'start', '-5'],
  ['step', 'start', 'coding', '--task', `token: ${secret}`],
  ['step', 'note', '1', 'metrics', '--metric', 'KS=0.320', '--metric=MIA=nan'],
  ['step', 'note', '1', 'metrics', '--metric', 'KS'],
  ['step', 'end', '1', '--status', 'SUCCESS', '--summary', 'done'],
  ['step', 'end', 'coding', '--status', 'done'],
  ['step', 'end', '--status', 'FAIL', '--', '-agent'],
  ['issue', 'start', '3', '--complexity', 'x'],
  ['issue', 'end', '3', '--status', 'completed'],
  ['metric', 'KS', '-5', '--max', '-0.5'],
  ['metric', 'KS', '0.32', '--max', '1', '--min', '0'],
  ['metric', 'KS', 'inf', '--step', '99999999999999999'],
  ['error', 'Timeout', 'no answer', '--resolved', '--agent', 'coding', '--issue', '3'],
  ['beat', '--within', '10m'],
  ['beat', '--within', 'soon', '--json'],
  ['start', '--id', 'run_a', '--owner-pid', 'none', '--tag', 'a=b', '--temperature', '0.5'],
  ['start', '--project', 'ä b', '--owner-pid', 'none', '--json', '--tag', `password=${secret}`],
  ['start', '--owner-pid', '0'],
  ['start', '--id', '../x'],
  { argv: ['start', '--owner-pid', 'none'], env: { RUNLOG_DIR: '/dev/null/none' } },
  ['list', '--json'],
  ['list', '--json', '--limit', '0'],
  ['--json', 'list', '--failed', '--status=running', '--tag', 'a=b', '--since', '1h'],
  ['list', '--json', '--status', 'nonsense'],
  ['list', '--json', '--limit', 'x'],
  { argv: ['list', '--json'], env: { RUNLOG_DIR: '/dev/null/none' } },
];

/** Only commander speaks of these. */
const UNSOUND: readonly (readonly string[])[] = [
  [],
  ['--help'],
  ['--version'],
  ['help', 'append'],
  ['append', '--help'],
  ['append', 'A', '-h'],
  ['append', 'A', '--unknown'],
  ['append', 'A', '--unknown=1'],
  ['append', 'A', '-x'],
  ['append', 'A', '--json=1'],
  ['append', '--stdin', '--ack=1'],
  ['append', 'A', '--result'],
  ['append', 'A', 'b', 'c'],
  ['--result', 'x', 'append', 'A'],
  ['--', 'append', 'A'],
  ['metric', 'KS'],
  ['metric'],
  ['metric', 'KS', '1', '2'],
  ['step'],
  ['step', 'begin', 'x'],
  ['step', '--json', 'start', 'coding'],
  ['issue', 'end'],
  ['error', 'Timeout'],
  ['beat', 'x'],
  ['start', 'x'],
  ['nonsense'],
  ['list'],
  ['cost', '--by', 'agent'],
  ['finalize', '--dry-run'],
  ['code'],
];

describe('the direct way', () => {
  it.each(SOUND.map((entry) => ('argv' in entry ? entry : { argv: entry }) as Case))(
    'does what commander does: $argv',
    ({ argv, input = '', env = {} }) => {
      const direct = go('direct', argv, input, env);
      expect(direct).not.toMatchObject({ status: NOT_TAKEN });
      expect(direct).toEqual(go('commander', argv, input, env));
    },
  );

  it.each(UNSOUND)('leaves alone, without a word or a trace: %j', (...argv) => {
    const before = contentsOf(template);
    expect(go('direct', argv, '', {})).toEqual({ status: NOT_TAKEN, stdout: '', stderr: '', files: before });
  });
});

/** What only the full command line does; some of it is not sound. */
const READING: readonly (readonly string[] | Case)[] = [
  ['list'],
  ['list', '--limit', '1', '--no-color', '--tag', 'a=b'],
  ['list', '--limit'],
  ['summary'],
  ['summary', 'run_a', '--json'],
  ['--json', 'summary', 'latest'],
  ['summary', 'run_a', 'run_b', 'run_c'],
  ['show', 'run_', '--json'],
  ['show', '--', 'run_a'],
  ['tail', 'run_a', '--lines=1'],
  ['tail', '-n', '1'],
  ['cost', '--by', 'agent'],
  ['cost', '--by'],
  ['export', 'csv'],
  ['export', 'csv', '--json', '--run', 'run_a', '--run=latest', '--out', 'tables'],
  ['export', 'csv', 'run_a'],
  ['export', 'log', 'run_a'],
  ['export'],
  ['export', 'nonsense'],
  ['finalize', 'run_a', '--status', 'completed', '--json'],
  ['finalize', '--dry-run'],
  ['correct', 'run_a', '--success', '--evidence', 'merged'],
  ['verify', '--json'],
  ['verify', 'run_a', '--dir=logs'],
  ['pin', 'run_a'],
  ['rotate', '--max-age', '1d', '--dry-run'],
  ['commands', '--set', 'A=b=c'],
  { argv: ['lint', '-'], input: '{}\n' },
  { argv: ['import', '-', '--format', 'lines'], input: 'x\n' },
  ['shell-init', 'sh'],
  ['shell-init'],
  ['--version'],
  ['help', 'export', 'csv'],
  ['help', 'nonsense'],
  [],
  ['--dir', 'logs'],
  ['completion', 'bash'],
  ['completion', 'zsh', '--', 'summary', ''],
];

it.each(READING.map((entry) => ('argv' in entry ? entry : { argv: entry }) as Case))(
  'the full command line does what commander does: $argv',
  ({ argv, input = '', env = {} }) => {
    expect(go('full', argv, input, env)).toEqual(go('commander', argv, input, env));
  },
);

it('the executable asks the direct way about each command that it has, and about no other', () => {
  const { ASKING } = createRequire(import.meta.url)('../../bin/runlog') as { ASKING: ReadonlySet<string> };
  const words = (names: readonly string[]): string[] => names.map((name) => name.split(' ')[0] as string);
  const direct = new Set([...words(Object.keys(RECORDING_ACTIONS)), 'list']);
  const others = words(COMMANDS.map(({ name }) => name)).filter((word) => !direct.has(word));
  expect([...ASKING].sort()).toEqual([...new Set([...others, 'help'])].sort());
});
