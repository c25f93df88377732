// runlog lint: what it prints, how it exits, and what it can be pointed at. What each rule finds is in src/formats/lint.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT, tempStore, treeOf, type TempStore } from '../support/runlog.js';

const SAMPLE = fs.readFileSync(path.join(ROOT, 'fixtures', 'design-experiment.log'), 'utf8');
const BAD = `[2025-10-22 14:23:15] VERIFY_MODEL: Checking
Command: ls

[2025-10-22 14:23:16] check_disk: Room?
Result: 2.1T

[2025-10-22 14:23:17] COMPLETE: done
`;
const FINDINGS = [
  {
    line: 1,
    rule: 'missing-result',
    severity: 'error',
    message: 'VERIFY_MODEL has no Result: what came of its Command?',
  },
  {
    line: 4,
    rule: 'action-case',
    severity: 'error',
    message: 'an action type is upper case, with digits and underscores, not "check_disk"; write CHECK_DISK',
  },
];
const LINES = FINDINGS.map(({ line, rule, message }) => `:${line}: ${rule}: ${message}\n`);

function withFiles(files: Record<string, string | Uint8Array>): TempStore {
  const store = tempStore();
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(store.cwd, name)), { recursive: true });
    fs.writeFileSync(path.join(store.cwd, name), content);
  }
  return store;
}

const CONFIG = (rules: unknown): string => JSON.stringify({ lint: { rules } });

describe('a file', () => {
  test('that obeys the rules gives nothing on stdout, and 0', async () => {
    const store = withFiles({ 'a.log': SAMPLE });
    expect(await store.runlog(['lint', 'a.log'])).toEqual({
      stdout: '',
      stderr: 'no findings in 1 log\n',
      exitCode: 0,
    });
    expect(await store.runlog(['lint', 'a.log', '--quiet'])).toEqual({ stdout: '', stderr: '', exitCode: 0 });
    expect(await store.json('lint', 'a.log')).toEqual({
      ok: true,
      files: [{ file: 'a.log', ok: true, findings: [] }],
    });
  });

  test('that breaks some gives a line each, and 1', async () => {
    const store = withFiles({ 'a.log': BAD });
    expect(await store.runlog(['lint', 'a.log'])).toEqual({
      stdout: LINES.map((line) => `a.log${line}`).join(''),
      stderr: '2 errors in 1 log\n',
      exitCode: 1,
    });
    const { stdout, stderr, exitCode } = await store.runlog(['lint', 'a.log', '--json']);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 1 });
    expect(JSON.parse(stdout)).toEqual({ ok: false, files: [{ file: 'a.log', ok: false, findings: FINDINGS }] });
  });

  test('with CR LF or a byte order mark is read as any other', async () => {
    const store = withFiles({ 'crlf.log': BAD.replaceAll('\n', '\r\n'), 'bom.log': `\ufeff${BAD}` });
    for (const file of ['crlf.log', 'bom.log'])
      expect((await store.runlog(['lint', file])).stdout).toBe(LINES.map((line) => file + line).join(''));
  });

  test.each([
    ['an empty file', ''],
    ['a page of text', 'Dear reader,\n\nnothing to see.\n'],
    ['an object', '{"trace_id": "x"}\n'],
    ['binary data', Uint8Array.from({ length: 3000 }, (_, index) => (index * 7919) % 256)],
    ['text in UTF-16', Buffer.from(`\ufeff${BAD}`, 'utf16le')],
    ['bytes that are no text', Buffer.concat([Buffer.from(BAD), Buffer.from([0xff, 0xfe])])],
  ])('that is no log is refused with 65: %s', async (_, content) => {
    const store = withFiles({ 'a.log': content });
    const { stdout, stderr, exitCode } = await store.runlog(['lint', 'a.log']);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 65 });
    expect(stderr).toMatch(/^error: a\.log is no design-experiment log: .+\nhint: See docs\/design-log\.md/);
    expect(await store.json('lint', 'a.log')).toMatchObject({ error: { code: 'invalid_input', exit: 65 } });
  });

  test('whose headers are all mistyped is a log all the same', async () => {
    const store = withFiles({ 'a.log': '[2025-10-22] X\n\n[2025-10-22 14:23:15] complete: done\n' });
    expect(await store.runlog(['lint', 'a.log'])).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(/^a\.log:1: unknown-layout: .+\na\.log:3: action-case: .+\n$/),
    });
  });

  test('that is not there is 66, a folder a usage error', async () => {
    const store = withFiles({ 'logs/x': '' });
    for (const name of ['none.log', 'no/such', 'nothing', 'latest', '*.log', 'run_2025'])
      expect(await store.runlog(['lint', name])).toMatchObject({ exitCode: 66, stdout: '' });
    expect(await store.runlog(['lint', 'logs'])).toMatchObject({
      exitCode: 2,
      stderr: 'error: logs is a folder\nhint: Name the logs in it, e.g. "logs/**/design-experiment.log".\n',
    });
    expect(await store.runlog(['lint'])).toMatchObject({ exitCode: 2 });
  });

  test('and its text reach the terminal without escapes of their own', async () => {
    const name = 'a\u001b[2J\n.log';
    const store = withFiles({ [name]: `${BAD}\n\u001b]0;x\u0007 text\n` });
    for (const more of [[], ['--json']]) {
      const { stdout } = await store.runlog(['lint', name, ...more]);
      expect(stdout).not.toMatch(/[\u0007\u001b]/);
      expect(stdout.trimEnd().split('\n')).toHaveLength(more.length === 0 ? 3 : 1);
    }
  });
});

describe('several', () => {
  test('are named one by one or by a quoted pattern, each once', async () => {
    const store = withFiles({ 'x/1.log': BAD, 'x/2.log': SAMPLE, 'x/deep/3.log': BAD });
    const { stdout, stderr, exitCode } = await store.runlog(['lint', 'x/**/*.log', 'x/1.log']);
    expect({ stderr, exitCode }).toEqual({ stderr: '4 errors in 3 logs\n', exitCode: 1 });
    expect(stdout).toBe(['x/1.log', 'x/deep/3.log'].flatMap((file) => LINES.map((line) => file + line)).join(''));
    const { ok, files } = await store.json('lint', 'x/2.log', 'x/1.log');
    expect({ ok, files: files.map((file: { file: string; ok: boolean }) => [file.file, file.ok]) }).toEqual({
      ok: false,
      files: [
        ['x/2.log', true],
        ['x/1.log', false],
      ],
    });
  });

  test('are looked at in spite of one that is no log: 3, or 1 where there are errors', async () => {
    const store = withFiles({ 'empty.log': '', 'good.log': SAMPLE, 'bad.log': BAD });
    const partly = await store.runlog(['lint', 'empty.log', 'good.log']);
    expect(partly).toMatchObject({ exitCode: 3, stdout: '' });
    expect(partly.stderr).toMatch(/^warning: empty\.log is no design-experiment log: .+\nno findings in 1 log\n$/);
    expect(await store.json('lint', 'empty.log', 'good.log')).toMatchObject({ ok: false, files: [{ ok: true }] });
    expect(await store.runlog(['lint', 'empty.log', 'bad.log'])).toMatchObject({ exitCode: 1 });
  });
});

test('- is the standard input', async () => {
  const store = tempStore();
  expect(await store.runlog(['lint', '-'], { input: BAD })).toMatchObject({
    stdout: LINES.map((line) => `stdin${line}`).join(''),
    exitCode: 1,
  });
  expect(await store.runlog(['lint', '-'], { input: SAMPLE })).toMatchObject({ stdout: '', exitCode: 0 });
  expect(await store.runlog(['lint', '-'], { input: '' })).toMatchObject({ stdout: '', exitCode: 65 });
});

describe('a run', () => {
  async function recorded(): Promise<{ store: TempStore; runId: string }> {
    const store = tempStore();
    const runId = await store.start('--name', 'x', '--owner-pid', 'none');
    await store.ok('append', 'VERIFY_MODEL', 'Checking', '--command', 'ls', '--run', runId);
    await store.ok('append', 'COMPLETE', 'done', '--status', 'ok', '--run', runId);
    return { store, runId };
  }

  test('is held against the rules by the log as it would be exported, and left as it is', async () => {
    const { store, runId } = await recorded();
    const file = store.path('runs', runId, 'design-experiment.log');
    fs.writeFileSync(file, 'the view is not asked\n');
    const before = treeOf(store.dir);
    for (const name of [runId, 'latest', runId.slice(0, -1)])
      expect(await store.runlog(['lint', name])).toMatchObject({ stdout: `${file}${LINES[0]}`, exitCode: 1 });
    expect(await store.runlog(['lint', runId], { cwd: store.path('runs') })).toMatchObject({ exitCode: 2 });
    const env = { RUNLOG_DIR: store.dir };
    expect(await store.runlog(['lint', runId], { cwd: store.path('runs'), env })).toMatchObject({ exitCode: 1 });
    expect(treeOf(store.dir)).toEqual(before);
  });

  test('that is damaged is looked at as far as it can be read: 3', async () => {
    const { store, runId } = await recorded();
    await store.ok('append', 'COMPLETE', 'again', '--run', runId);
    const segment = store.segment(runId);
    const damaged = fs.readFileSync(segment, 'utf8').replace('"VERIFY_MODEL"', '"VERIFY_XODEL"');
    fs.writeFileSync(segment, damaged);
    const { stdout, stderr, exitCode } = await store.runlog(['lint', runId]);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 3 });
    expect(stderr).toMatch(/^warning: /);
  });

  test('without actions has no log: 65', async () => {
    const store = tempStore();
    const runId = await store.start('--name', 'x', '--owner-pid', 'none');
    const { stderr, exitCode } = await store.runlog(['lint', runId]);
    expect(exitCode).toBe(65);
    expect(stderr).toContain(`${runId} has no actions`);
  });

  test('gives way to a file of its name', async () => {
    const { store } = await recorded();
    fs.writeFileSync(path.join(store.cwd, 'latest'), SAMPLE);
    expect(await store.runlog(['lint', 'latest'])).toMatchObject({ stdout: '', exitCode: 0 });
  });
});

describe('runlog.config.json', () => {
  test('switches rules off, or makes them warnings, which do not fail', async () => {
    const store = withFiles({
      'a.log': BAD,
      'runlog.config.json': CONFIG({ 'missing-result': 'off', 'action-case': 'warning' }),
      'below/b.log': BAD,
    });
    expect(await store.runlog(['lint', 'a.log'])).toEqual({
      stdout: `a.log${LINES[1]?.trimEnd()} (warning)\n`,
      stderr: '1 warning in 1 log\n',
      exitCode: 0,
    });
    expect(await store.json('lint', 'a.log')).toEqual({
      ok: true,
      files: [{ file: 'a.log', ok: true, findings: [{ ...FINDINGS[1], severity: 'warning' }] }],
    });
    const below = await store.runlog(['lint', 'b.log'], { cwd: path.join(store.cwd, 'below') });
    expect(below).toMatchObject({ exitCode: 0, stderr: '1 warning in 1 log\n' });
  });

  test.each([
    [{ 'complete-mising': 'off' }, 'Did you mean "complete-missing"?'],
    [{ 'logged-poll': 'warn' }, 'Did you mean "warning"?'],
  ])('that says what is no rule or no value, %j, is a usage error that names the nearest', async (rules, hint) => {
    const store = withFiles({ 'a.log': SAMPLE, 'runlog.config.json': CONFIG(rules) });
    const { stdout, stderr, exitCode } = await store.runlog(['lint', 'a.log']);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(stderr).toContain(`${path.join(store.cwd, 'runlog.config.json')}: lint.rules`);
    expect(stderr).toContain(hint);
    expect(await store.runlog(['list'])).toMatchObject({ exitCode: 0 });
  });
});
