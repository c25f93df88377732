// runlog start: the id that it prints, the facts that it records, and what it does where the store cannot be written.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { RunlogEvent } from '../../src/events/vocabulary.js';
import { runlog, sealedEnv, tempFolder, tempStore, type TempStore } from '../support/runlog.js';

async function startEvent(store: TempStore, runId: string): Promise<RunlogEvent<'run.started'>> {
  return (await store.events(runId))[0] as RunlogEvent<'run.started'>;
}

test('it prints the run id and nothing else', async () => {
  const { stdout, stderr, exitCode } = await runlog(['start']);
  expect(stdout).toMatch(/^run_\d{8}_\d{6}_run\n$/);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
});

test('the id is made of the local time and the project, else the name', async () => {
  const store = tempStore();
  const before = new Date().toISOString();
  const projectRun = await store.start('--project', '171', '--name', 'ignored');
  const nameRun = await store.start('--name', 'Nächtlicher Lauf / 7');
  expect(projectRun).toMatch(/^run_\d{8}_\d{6}_project_171$/);
  expect(nameRun).toMatch(/^run_\d{8}_\d{6}_Nachtlicher-Lauf-7$/);
  expect(projectRun.slice(4, 12)).toBe(before.slice(0, 10).replaceAll('-', ''));
  const far = await store.runlog(['start', '--name', 'far'], { env: { TZ: 'Pacific/Kiritimati' } });
  const { at, utc_offset_minutes: offset } = await startEvent(store, far.stdout.trimEnd());
  expect(offset).toBe(14 * 60);
  const local = new Date(Date.parse(at) + 14 * 3_600_000).toISOString();
  expect(far.stdout.slice(4, 19)).toBe(local.slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '_'));
});

test('runs that clash get _2, _3… whoever asks at the same time', async () => {
  const store = tempStore();
  const ids = await Promise.all([1, 2, 3, 4, 5].map(() => store.start('--id', 'same')));
  expect(ids.toSorted()).toEqual(['same', 'same_2', 'same_3', 'same_4', 'same_5']);
  for (const id of ids) expect((await startEvent(store, id)).run_id).toBe(id);
});

test('--json answers with the id and the store', async () => {
  const store = tempStore();
  const { stdout } = await store.runlog(['start', '--id', 'one', '--json']);
  expect(JSON.parse(stdout)).toEqual({ run_id: 'one', dir: store.dir });
});

test('an id that could climb, hide or pass for an option is refused', async () => {
  const store = tempStore();
  for (const id of ['../escape', '.hidden', '-rf', 'a/b', 'a b', 'a\nb', 'x..y', '', 'x'.repeat(201)]) {
    const { exitCode, stdout, stderr } = await store.runlog(['start', `--id=${id}`]);
    expect({ id, exitCode, stdout }).toEqual({ id, exitCode: 2, stdout: '' });
    expect(stderr).toContain('cannot be a run id');
  }
  expect(fs.existsSync(store.dir)).toBe(false);
});

test('every option is recorded under its key', async () => {
  const store = tempStore();
  const runId = await store.start(
    ...['--project', '171', '--name', 'nightly', '--mode', 'single_issue', '--issue', '3'],
    ...['--provider', 'openai', '--model', 'gpt-5', '--temperature', '0.2', '--intent', 'review_code'],
    ...['--trigger', 'webhook', '--trigger-issue', 'AB-1', '--trigger-status', 'To Do'],
    ...['--tag', 'team=ml', '--tag', 'note=a=b', '--beat', '60'],
  );
  expect(await startEvent(store, runId)).toMatchObject({
    v: 1,
    run_id: runId,
    project: '171',
    name: 'nightly',
    execution_mode: 'single_issue',
    specific_issue: '3',
    llm: { provider: 'openai', model: 'gpt-5', temperature: 0.2 },
    intent_type: 'review_code',
    trigger: { source: 'webhook', issue_key: 'AB-1', issue_status: 'To Do' },
    tags: { team: 'ml', note: 'a=b' },
    beat_seconds: 60,
    host: os.hostname(),
    cwd: store.cwd,
    git: null,
    utc_offset_minutes: 0,
  });
});

test('provider, model and temperature come from the options, else from LLM_*, else they are null and never "unknown"', async () => {
  const store = tempStore();
  const env = { LLM_PROVIDER: 'anthropic', LLM_MODEL: 'claude', LLM_TEMPERATURE: '0.7' };
  const started = async (args: string[], given: Record<string, string>): Promise<unknown> => {
    const { stdout } = await store.runlog(['start', ...args], { env: given });
    return (await startEvent(store, stdout.trimEnd())).llm;
  };
  expect(await started([], env)).toEqual({ provider: 'anthropic', model: 'claude', temperature: 0.7 });
  expect(await started(['--model', 'm', '--temperature', '0'], env)).toEqual({
    provider: 'anthropic',
    model: 'm',
    temperature: 0,
  });
  const nothing = { provider: null, model: null, temperature: null };
  expect(await started([], {})).toEqual(nothing);
  expect(await started([], { LLM_PROVIDER: '', LLM_MODEL: '', LLM_TEMPERATURE: 'warm' })).toEqual(nothing);
});

test('numbers that are none are usage errors, and nothing is started', async () => {
  const store = tempStore();
  const wrong = [
    ['--temperature', 'hot'],
    ['--beat', '0'],
    ['--beat', 'often'],
    ['--tag', 'no-value'],
    ['--owner-pid', 'me'],
  ];
  for (const args of wrong) {
    const { exitCode, stdout, stderr } = await store.runlog(['start', ...args]);
    expect({ args, exitCode, stdout }).toEqual({ args, exitCode: 2, stdout: '' });
    expect(stderr).toContain(args[0]);
  }
  expect(fs.existsSync(store.dir)).toBe(false);
});

test('the store is --dir, else RUNLOG_DIR, else what the nearest runlog.config.json says, else ./logs', async () => {
  const store = tempStore();
  const deep = path.join(store.cwd, 'a', 'b');
  fs.mkdirSync(deep, { recursive: true });
  const where = async (args: string[], env: Record<string, string> = {}): Promise<string> => {
    const { stdout } = await store.runlog(['start', '--json', ...args], { cwd: deep, env });
    return path.relative(store.cwd, (JSON.parse(stdout) as { dir: string }).dir);
  };
  expect(await where([])).toBe('a/b/logs');
  fs.writeFileSync(path.join(store.cwd, 'runlog.config.json'), '{"dir": "records"}');
  expect(await where([])).toBe('records');
  expect(await where([], { RUNLOG_DIR: 'from-env' })).toBe('a/b/from-env');
  expect(await where(['--dir', '../chosen'], { RUNLOG_DIR: 'from-env' })).toBe('a/chosen');
});

test('commit and dirtiness of the repository around it are recorded', async () => {
  const store = tempStore();
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
      cwd: store.cwd,
      env: sealedEnv(store.home),
      encoding: 'utf8',
    }).trim();
  git('init', '--quiet');
  fs.writeFileSync(path.join(store.cwd, 'file'), 'one');
  git('add', 'file');
  git('commit', '--quiet', '-m', 'one');
  const commit = git('rev-parse', 'HEAD');
  expect((await startEvent(store, await store.start('--id', 'clean'))).git).toEqual({ commit, dirty: false });
  fs.writeFileSync(path.join(store.cwd, 'file'), 'two');
  expect((await startEvent(store, await store.start('--id', 'dirty'))).git).toEqual({ commit, dirty: true });
});

test('a run is its owner alone to read: folders 0700, files 0600', async () => {
  const store = tempStore();
  const runId = await store.start();
  await store.ok('append', 'ONE', '--run', runId);
  await store.ok('step', 'start', 'coding', '--run', runId);
  for (const entry of fs.readdirSync(store.dir, { withFileTypes: true, recursive: true })) {
    const mode = fs.statSync(path.join(entry.parentPath, entry.name)).mode & 0o777;
    expect({ name: entry.name, mode }).toEqual({ name: entry.name, mode: entry.isDirectory() ? 0o700 : 0o600 });
  }
});

test('where the store cannot be written the run begins in the spool, and its id is printed all the same', async () => {
  const cwd = tempFolder();
  const home = tempFolder();
  fs.writeFileSync(path.join(cwd, 'logs'), 'a file, not a folder');
  const { stdout, stderr, exitCode } = await runlog(['start', '--id', 'waiting'], { cwd, env: { HOME: home } });
  expect({ stdout, exitCode }).toEqual({ stdout: 'waiting\n', exitCode: 0 });
  expect(stderr).toMatch(/^warning: cannot write to .*; the event waits in .* and comes home with the next command/);
  fs.rmSync(path.join(cwd, 'logs'));
  const next = await runlog(['append', 'HOME_AGAIN', '--run', 'waiting'], { cwd, env: { HOME: home } });
  expect(next).toEqual({ stdout: '', stderr: '', exitCode: 0 });
  const { stdout: shown } = await runlog(['show', 'waiting', '--json'], { cwd });
  const { events } = JSON.parse(shown) as { events: RunlogEvent[] };
  expect(events.map(({ type }) => type)).toEqual(['run.started', 'action.logged']);
});
