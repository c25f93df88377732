// runlog import FOLDER: the runs that agents left, in whatever way their files lie, and all else in the folder that can be read.
import fs from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import {
  ROOT,
  hasProgram,
  sealedEnv,
  tempFolder,
  tempStore,
  treeOf,
  until,
  type TempStore,
} from '../support/runlog.js';

const SAMPLES = path.join(ROOT, 'fixtures', 'agent-runs');
const STUCK = 'run_20251003_162539_project_171';
const CRASHED = 'run_20251003_181952_project_171';
const FLAT = path.join(SAMPLES, `${STUCK}_metadata.json`);
const FOLDER = path.join(SAMPLES, CRASHED);
const METRICS = path.join(FOLDER, 'issues', 'issue_3_metrics.json');

/** Files below a new folder, by their paths in it. */
function folderOf(files: Record<string, string | object>): string {
  const folder = tempFolder();
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

function metadata(id: string, more: object = {}): object {
  return { run_id: id, project_id: '171', start_time: '2025-10-03T18:19:52.551874', status: 'running', ...more };
}

function final(id: string): object {
  return metadata(id, { status: 'completed', end_time: '2025-10-03T18:30:00' });
}

function issue(iid: string, more: object = {}): object {
  return { issue_iid: iid, start_time: '2025-10-03T18:20:11', status: 'in_progress', agent_metrics: {}, ...more };
}

async function ids(store: TempStore, ...args: string[]): Promise<string[]> {
  return (await store.ok('import', ...args)).split('\n');
}

test('the two runs of the sample come in: nothing of a run stuck at running is lost, and its end is made up by nobody', async () => {
  const store = tempStore();
  expect(await ids(store, SAMPLES)).toEqual([STUCK, CRASHED]);
  expect((await store.json('list')).runs).toMatchObject([
    { run_id: CRASHED, status: 'stale', total_steps: 7, failed_steps: 3, llm: { provider: null, model: null } },
    { run_id: STUCK, status: 'stale', start_time: '2025-10-03T16:25:39.104221Z', end_time: null },
  ]);
  await store.ok('finalize');
  expect((await store.json('list')).runs).toMatchObject([
    { run_id: CRASHED, status: 'interrupted', end_time: '2025-10-03T18:20:11.020193Z' },
    { run_id: STUCK, status: 'interrupted', end_time: '2025-10-03T16:25:39.104221Z' },
  ]);
});

test('list, summary and the tables show three coding attempts in 722.19 seconds and three failed reviews', async () => {
  const store = tempStore();
  await ids(store, SAMPLES, '--timezone', 'UTC');
  await store.ok('finalize');
  expect(await store.ok('list')).toContain('7, 3 bad');
  const summary = await store.ok('summary', CRASHED);
  expect(summary).toContain('4  SUCCESS  coding (attempt 3)  722.19 s for 3 attempts');
  expect(summary).toContain('7  FAIL     review (attempt 3)  204.8 s for 3 attempts');
  await store.ok('export', 'csv', '--out', 'tables');
  const [header = '', ...rows] = fs
    .readFileSync(path.join(store.cwd, 'tables/agents.csv'), 'utf8')
    .trim()
    .split('\r\n');
  const cells = rows.map((row) => {
    const values = row.split(',');
    return Object.fromEntries(header.split(',').map((column, index) => [column, values[index]]));
  });
  const coding = cells.filter((row) => row['agent_name'] === 'coding');
  expect(coding.map((row) => [row['success'], row['duration_seconds'], row['duration_attempts']])).toEqual([
    ['true', '', ''],
    ['true', '', ''],
    ['true', '722.19', '3'],
  ]);
  expect(cells.filter((row) => row['agent_name'] === 'review' && row['status'] === 'FAIL')).toHaveLength(3);
});

test.each([
  ['flat', (id: string) => [`${id}_metadata.json`, `${id}_final.json`]],
  ['a folder', (id: string) => [`${id}/_metadata.json`, `${id}/_final.json`]],
  ['a folder with long names', (id: string) => [`${id}/${id}_metadata.json`, `${id}/${id}_final.json`]],
  ['a folder of a later version', (id: string) => [`${id}/metadata.json`, `${id}/final_report.json`]],
  ['flat and a folder', (id: string) => [`${id}_metadata.json`, `${id}/_final.json`]],
])('a run whose files lie as %s is one run, and the same in every other way', async (_, namesOf) => {
  const id = 'run_20251003_181952_project_171';
  const [ofMetadata = '', ofFinal = ''] = namesOf(id);
  const folder = folderOf({
    [ofMetadata]: metadata(id),
    [ofFinal]: final(id),
    [`${id}/issues/issue_3_metrics.json`]: issue('3'),
  });
  const store = tempStore();
  expect(await ids(store, folder)).toEqual([id]);
  expect((await store.json('list')).runs).toMatchObject([{ run_id: id, status: 'completed' }]);
  expect((await store.json('summary', id)).issues).toMatchObject([{ issue_iid: '3' }]);
  const other = folderOf({ 'elsewhere/a/_metadata.json': metadata(id), 'elsewhere/a/_final.json': final(id) });
  fs.mkdirSync(path.join(other, 'elsewhere/a/issues'));
  fs.writeFileSync(path.join(other, 'elsewhere/a/issues/issue_3_metrics.json'), JSON.stringify(issue('3')));
  const before = treeOf(store.dir);
  expect(await ids(store, other)).toEqual([id]);
  expect(treeOf(store.dir)).toEqual(before);
});

test('whichever of its files is named, the whole run comes in, and once', async () => {
  const folder = folderOf({
    [`${CRASHED}_metadata.json`]: metadata(CRASHED),
    [`${CRASHED}/_final.json`]: final(CRASHED),
    [`${CRASHED}/issues/issue_3_metrics.json`]: issue('3'),
  });
  const names = [
    `${CRASHED}_metadata.json`,
    `${CRASHED}/_final.json`,
    `${CRASHED}/issues/issue_3_metrics.json`,
    CRASHED,
  ];
  for (const named of names) {
    const store = tempStore();
    expect(await ids(store, path.join(folder, named))).toEqual([CRASHED]);
    expect(await store.events(CRASHED)).toMatchObject([
      { type: 'run.started' },
      { type: 'issue.started' },
      { type: 'run.ended', status: 'completed' },
    ]);
  }
  const store = tempStore();
  expect(await ids(store, ...names.map((name) => path.join(folder, name)))).toEqual([CRASHED]);
  expect(await ids(store, path.join(folder, '*'), path.join(folder, '**/*.json'))).toEqual([CRASHED]);
});

test('a second import gives the same ids, counts the events and writes nothing', async () => {
  const store = tempStore();
  await ids(store, SAMPLES);
  const before = treeOf(store.dir);
  const { runs } = await store.json('import', SAMPLES);
  expect(runs).toEqual([
    { run_id: STUCK, source: FLAT, events: 0, warnings: [] },
    { run_id: CRASHED, source: FOLDER, events: 15, warnings: [] },
  ]);
  expect(treeOf(store.dir)).toEqual(before);
  expect((await store.runlog(['import', '-'], { input: fs.readFileSync(FLAT) })).stdout).toBe(`${STUCK}\n`);
});

test('the same run id with other content is a run of its own, and that is said', async () => {
  const store = tempStore();
  await ids(store, FLAT);
  const other = folderOf({ [`${STUCK}/_metadata.json`]: metadata(STUCK) });
  const { stdout, stderr, exitCode } = await store.runlog(['import', other]);
  expect({ stdout, exitCode }).toEqual({ stdout: `${STUCK}_2\n`, exitCode: 0 });
  expect(stderr).toContain(`${STUCK} was imported before from other content`);
});

test('a folder is searched for everything that can be read; the rest is passed over, and named once', async () => {
  const store = tempStore();
  const log = fs.readFileSync(path.join(ROOT, 'fixtures/design-experiment.log'), 'utf8');
  const trace = { trace_id: 't', pipeline_status: 'RUNNING', started_at: '2026-01-26T18:16:54', steps: [] };
  const folder = folderOf({
    'a/trace.json': trace,
    'b/deep/er/design-experiment.log': log,
    [`c/${STUCK}_metadata.json`]: fs.readFileSync(FLAT, 'utf8'),
    'd/package.json': { name: 'x', version: '1.0.0' },
    'd/metadata.json': { title: 'nobody’s run', status: 'published' },
    'd/notes.txt': '[INFO] hello\n',
    'd/picture.png': 'x',
    'node_modules/x/trace.json': trace,
    '.hidden/trace.json': trace,
  });
  fs.symlinkSync(SAMPLES, path.join(folder, 'link'));
  fs.symlinkSync(FLAT, path.join(folder, 'run_20200101_000000_x_metadata.json'));
  const { stdout, stderr, exitCode } = await store.runlog(['import', folder]);
  expect(stdout.trimEnd().split('\n')).toEqual([
    'run_20260126_181654_trace',
    'run_20251022_142315_design-experiment',
    STUCK,
  ]);
  expect(stderr).toBe(
    `passed over 3 files in none of the formats: ${['metadata.json', 'notes.txt', 'package.json'].map((name) => path.join(folder, 'd', name)).join(', ')}\n`,
  );
  expect(exitCode).toBe(0);
  expect((await store.runlog(['import', folder, '--quiet'])).stderr).toBe('');
});

test('a folder without anything to import is refused with 65, and so is one that only looks like a run', async () => {
  const store = tempStore();
  const other = folderOf({ 'thing/metadata.json': { title: 'x', status: 'published' } });
  const named = path.join(other, 'thing', 'metadata.json');
  for (const argument of [tempFolder(), other, path.join(other, 'thing'), named]) {
    const { stdout, exitCode } = await store.runlog(['import', argument]);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 65 });
  }
  expect(fs.existsSync(store.path('runs'))).toBe(false);
});

test("runlog's own runs need no import", async () => {
  const store = tempStore();
  const own = await store.start('--owner-pid', 'none');
  fs.copyFileSync(FLAT, store.path('runs', path.basename(FLAT)));
  const { stdout, stderr } = await store.runlog(['import', 'logs/runs', '--dir', tempFolder()]);
  expect(stdout).toBe(`${STUCK}\n`);
  expect(stderr).toBe(`passed over 1 run of runlog's own, which needs no import: logs/runs/${own}\n`);
  expect((await store.runlog(['import', `logs/runs/${own}/_metadata.json`])).exitCode).toBe(65);
});

test('a damaged file of an issue is told with line and column, the others are read, and the exit status is 3', async () => {
  const store = tempStore();
  const folder = folderOf({
    [`${CRASHED}/_metadata.json`]: metadata(CRASHED),
    [`${CRASHED}/issues/issue_3_metrics.json`]: fs.readFileSync(METRICS, 'utf8').slice(0, 200),
    [`${CRASHED}/issues/issue_4_metrics.json`]: issue('4'),
  });
  const { stdout, stderr, exitCode } = await store.runlog(['import', path.join(folder, CRASHED)]);
  expect({ stdout, exitCode }).toEqual({ stdout: `${CRASHED}\n`, exitCode: 3 });
  expect(stderr).toMatch(
    /^warning: .*: issues\/issue_3_metrics\.json: line 6, column \d+: not JSON: it ends in the middle$/m,
  );
  expect((await store.json('summary', CRASHED)).issues).toMatchObject([{ issue_iid: '4' }]);
});

test('one bad run does not keep the others out', async () => {
  const store = tempStore();
  const folder = folderOf({
    [`${CRASHED}/_metadata.json`]: '{"run_id": ',
    [`${STUCK}/_metadata.json`]: metadata(STUCK),
  });
  const { stdout, stderr, exitCode } = await store.runlog(['import', folder]);
  expect({ stdout, exitCode }).toEqual({ stdout: `${STUCK}\n`, exitCode: 3 });
  expect(stderr).toContain(`${CRASHED} cannot be imported: _metadata.json: line 1`);
});

test('times are those of the zone given', async () => {
  const store = tempStore();
  await ids(store, FLAT, '--timezone', 'Asia/Tokyo');
  expect((await store.events(STUCK))[0]?.at).toBe('2025-10-03T07:25:39.104221Z');
});

/** So many runs, each with some work in it. */
function manyRuns(count: number): string {
  const agent = { attempts: 9, successes: 9, failures: 0, duration: 1 };
  return folderOf(
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => {
        const id = `run_20251003_1819${String(index).padStart(4, '0')}_many`;
        return [
          [`${id}/_metadata.json`, metadata(id)],
          [`${id}/issues/issue_1_metrics.json`, issue('1', { agent_metrics: { a: agent, b: agent, c: agent } })],
        ] as [string, object][];
      }).flat(),
    ),
  );
}

test('Ctrl-C in the middle leaves whole runs and no part of one; the same command goes on', async () => {
  const store = tempStore();
  const folder = manyRuns(400);
  const running = store.live('runlog', ['import', folder]);
  const runs = store.path('runs');
  const names = (): string[] => (fs.existsSync(runs) ? fs.readdirSync(runs) : []);
  await until(() => names().length > 20);
  expect(await running.kill('SIGINT')).toBe(130);
  const { stderr } = running;
  const done = names().length;
  expect(stderr).toMatch(/^error: interrupted: \d+ runs? imported of 400 runs and files$/m);
  expect(done).toBeLessThan(400);
  expect(names().filter((name) => name.startsWith('.'))).toEqual([]);
  for (const name of names().slice(-3)) expect(await store.events(name)).toHaveLength(56);
  expect(await ids(store, folder)).toHaveLength(400);
  expect(names()).toHaveLength(400);
});

test.skipIf(!hasProgram('script'))('on a terminal a line tells how far it is, and is gone at the end', async () => {
  const store = tempStore();
  const folder = manyRuns(60);
  const onTerminal = async (...more: string[]): Promise<string> => {
    const command = ['runlog', 'import', folder, ...more, '>', '/dev/null'].join(' ');
    const { stdout } = await execa('script', ['-qec', command, '/dev/null'], {
      cwd: store.cwd,
      env: sealedEnv(store.home),
      extendEnv: false,
      stdin: 'ignore',
    });
    return stdout;
  };
  const shown = await onTerminal();
  expect(shown).toMatch(/^\rimporting 0 of 60 runs and files/);
  expect(shown).toMatch(/\r +\r$/);
  expect(await onTerminal('--quiet')).toBe('');
  expect(await onTerminal('--json')).toBe('');
});
