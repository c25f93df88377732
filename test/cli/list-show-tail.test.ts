// runlog list, show and tail: which runs there are, every event of one, and the events as they come.
import fs from 'node:fs';
import { expect, test } from 'vitest';
import { GOLDEN_RUN, placeGoldenRun, runlog, tempStore, type TempStore } from '../support/runlog.js';

/** Four runs of different kinds, in a fixed order of time; the golden run is the oldest. */
function variousRuns(): TempStore {
  const store = tempStore();
  placeGoldenRun(store);
  const start = { type: 'run.started', owner: null, host: null };
  const llm = { provider: 'p', model: 'm', temperature: null };
  store.write('done', [
    { ...start, run_id: 'done', at: '2025-10-04T10:00:00Z', intent_type: 'review_code', llm, tags: { team: 'ml' } },
    { type: 'run.ended', status: 'completed', at: '2025-10-04T12:05:00Z' },
  ]);
  store.write('failed', [
    { ...start, run_id: 'failed', at: '2025-10-05T10:00:00Z', project: '171', tags: { team: 'web' } },
    { type: 'run.ended', status: 'failed', at: '2025-10-05T10:00:01.5Z' },
  ]);
  store.write('silent', [{ ...start, run_id: 'silent', at: '2025-10-06T10:00:00Z' }]);
  store.write('fresh', [{ ...start, run_id: 'fresh', at: new Date().toISOString() }]);
  return store;
}

const listed = async (store: TempStore, ...args: string[]): Promise<string[]> =>
  (await store.json<{ runs: { run_id: string }[] }>('list', ...args)).runs.map(({ run_id }) => run_id);

const ages = (text: string): string => text.replaceAll(/\d+ (?:mo|y|d) ago/g, 'N y ago');

test('list shows the runs, newest first, with their ages', async () => {
  const { stdout, stderr, exitCode } = await variousRuns().runlog(['list', '--until', '2025-10-07']);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(ages(stdout)).toMatchInlineSnapshot(`
    "STATUS     STARTED   TOOK  STEPS        COST  RUN
    stale      N y ago      -                     silent
    failed     N y ago  1.50s                     failed
    completed  N y ago  2h05m                     done
    partial    N y ago    35s  2, 1 bad  $0.0125  run_20251003_181952_project_171
    "
  `);
});

test('list --columns shows just these, in this order', async () => {
  const store = variousRuns();
  const columns = 'status,started,took,steps,cost,tags,run';
  const { stdout } = await store.runlog(['list', '--until', '2025-10-07', '--columns', columns]);
  expect(stdout).toMatchInlineSnapshot(`
    "STATUS     STARTED AT         TOOK  STEPS        COST  TAGS                 RUN
    stale      2025-10-06 10:00      -                                          silent
    failed     2025-10-05 10:00  1.50s                     team=web             failed
    completed  2025-10-04 10:00  2h05m                     team=ml              done
    partial    2025-10-03 18:19    35s  2, 1 bad  $0.0125  team=ml stage=größe  run_20251003_181952_project_171
    "
  `);
  for (const wrong of ['age,frobs', '', ','])
    expect(await store.runlog(['list', '--columns', wrong])).toMatchObject({ exitCode: 2, stdout: '' });
});

test('list --sort puts the largest or latest first, text from A to Z, the unknown last', async () => {
  const store = variousRuns();
  const until = ['--until', '2025-10-07'];
  expect(await listed(store, ...until, '--sort', 'took')).toEqual(['done', GOLDEN_RUN, 'failed', 'silent']);
  expect(await listed(store, ...until, '--sort', 'took:asc')).toEqual(['failed', GOLDEN_RUN, 'done', 'silent']);
  expect(await listed(store, ...until, '--sort', 'status')).toEqual(['done', 'failed', GOLDEN_RUN, 'silent']);
  expect(await listed(store, ...until, '--sort', 'run', '--limit', '1')).toEqual(['done']);
  for (const wrong of ['frobs', 'took:up', 'took:asc:asc'])
    expect((await store.runlog(['list', '--sort', wrong])).exitCode).toBe(2);
});

test('list --grep shows the runs that have an event whose line matches', async () => {
  const store = variousRuns();
  expect(await listed(store, '--grep', 'stopped at code review')).toEqual([GOLDEN_RUN]);
  expect(await listed(store, '--grep', 'nothing like it')).toEqual([]);
  expect((await store.runlog(['list', '--grep', '('])).exitCode).toBe(2);
});

test('list fits a narrow screen by leaving out what tells least, never the status and the id', async () => {
  const store = variousRuns();
  for (const width of [20, 40, 60, 80, 200]) {
    const { stdout } = await store.runlog(['list', '--until', '2025-10-07'], { env: { COLUMNS: String(width) } });
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^STATUS .* ?RUN$/);
    if (width >= 60) expect(lines.filter((line) => line.length > width)).toEqual([]);
  }
});

test('list --watch needs a terminal', async () => {
  expect(await variousRuns().runlog(['list', '--watch'])).toMatchObject({ exitCode: 2, stdout: '' });
});

test('tail --all shows the last events of all runs together, under the run of each', async () => {
  const store = variousRuns();
  const { stdout } = await store.runlog(['tail', '--all', '--type', 'run.ended']);
  expect(stdout).toMatchInlineSnapshot(`
    "run_20251003_181952_project_171
    2025-10-03 18:20:27  run partial | exit status 1 | Pipeline stopped at code review

    done
    2025-10-04 12:05:00  run completed

    failed
    2025-10-05 10:00:01  run failed
    "
  `);
  const json = await store.runlog(['tail', '--all', '--type', 'run.ended', '-n', '1', '--json']);
  expect(JSON.parse(json.stdout)).toMatchObject({ run_id: 'failed', type: 'run.ended', status: 'failed' });
  expect((await store.runlog(['tail', '--all', 'done'])).exitCode).toBe(2);
});

test('show --around shows an event with those before and after it', async () => {
  const store = variousRuns();
  const around = async (...args: string[]): Promise<string[]> => {
    const { events } = await store.json<{ events: { type: string }[] }>('show', GOLDEN_RUN, '--around', ...args);
    return events.map(({ type }) => type);
  };
  const all = await store.events(GOLDEN_RUN);
  const at = all.findIndex((event) => event.type === 'step.started');
  expect(await around('step:1', '--context', '1')).toEqual(all.slice(at - 1, at + 2).map(({ type }) => type));
  expect(await around((all[at] as { id: string }).id, '--context', '0')).toEqual(['step.started']);
  expect(await around('2100-01-01', '--context', '0')).toEqual([all.at(-1)?.type]);
  expect((await store.runlog(['show', GOLDEN_RUN, '--around', 'step:99'])).exitCode).toBe(66);
  expect((await store.runlog(['show', GOLDEN_RUN, '--around', 'nonsense'])).exitCode).toBe(2);
});

test('list --json has exactly the promised keys, the same for every run', async () => {
  const store = variousRuns();
  const { runs } = await store.json<{ runs: Record<string, unknown>[] }>('list');
  expect(runs.map(({ run_id, status }) => [run_id, status])).toEqual([
    ['fresh', 'running'],
    ['silent', 'stale'],
    ['failed', 'failed'],
    ['done', 'completed'],
    [GOLDEN_RUN, 'partial'],
  ]);
  for (const run of runs)
    expect(Object.keys(run)).toEqual([
      ...[
        'run_id',
        'status',
        'start_time',
        'end_time',
        'duration_seconds',
        'project_id',
        'execution_mode',
        'intent_type',
      ],
      ...['llm', 'total_steps', 'failed_steps', 'total_errors', 'total_tokens', 'estimated_cost_usd', 'tags', 'pinned'],
    ]);
  expect(runs[3]).toEqual({
    run_id: 'done',
    status: 'completed',
    start_time: '2025-10-04T10:00:00.000000Z',
    end_time: '2025-10-04T12:05:00.000000Z',
    duration_seconds: 7500,
    project_id: null,
    execution_mode: null,
    intent_type: 'review_code',
    llm: { provider: 'p', model: 'm', temperature: null },
    total_steps: 0,
    failed_steps: 0,
    total_errors: 0,
    total_tokens: null,
    estimated_cost_usd: null,
    tags: { team: 'ml' },
    pinned: false,
  });
});

test('list filters by status, time, project, model, intent, tag, failure and number', async () => {
  const store = variousRuns();
  expect(await listed(store, '--status', 'completed', '--status', 'stale')).toEqual(['silent', 'done']);
  expect(await listed(store, '--since', '2025-10-05 10:00', '--until', '2025-10-06T10:00:00Z')).toEqual(['failed']);
  expect(await listed(store, '--since', '1h')).toEqual(['fresh']);
  expect(await listed(store, '--project', '171')).toEqual(['failed', GOLDEN_RUN]);
  expect(await listed(store, '--model', 'gpt-5')).toEqual([GOLDEN_RUN]);
  expect(await listed(store, '--intent', 'review_code')).toEqual(['done']);
  expect(await listed(store, '--tag', 'team=ml')).toEqual(['done', GOLDEN_RUN]);
  expect(await listed(store, '--tag', 'team=ml', '--tag', 'stage=größe')).toEqual([GOLDEN_RUN]);
  expect(await listed(store, '--failed')).toEqual(['failed', GOLDEN_RUN]);
  expect(await listed(store, '--limit', '2')).toEqual(['fresh', 'silent']);
  expect(await listed(store, '--project', 'none')).toEqual([]);
  for (const wrong of [
    ['--status', 'fine'],
    ['--since', 'soon'],
    ['--limit', 'few'],
    ['--tag', 'team'],
  ])
    expect((await store.runlog(['list', ...wrong])).exitCode).toBe(2);
});

test('an empty store, or none, lists no runs, with the same shape', async () => {
  const { stdout, stderr, exitCode } = await runlog(['list']);
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 0 });
  expect(stderr).toMatch(/^no runs that fit in .*\/logs\n$/);
  expect((await runlog(['list', '--json'])).stdout).toBe('{"runs":[]}\n');
});

test('show has every event with all that it says', async () => {
  const store = tempStore();
  store.write('run', [
    { type: 'run.started', run_id: 'run', owner: null, host: null, tags: { a: 'b' } },
    {
      type: 'action.logged',
      action: 'CHECK',
      description: 'two\nlines',
      fields: [
        ['Result', 'x\ny'],
        ['Any key', 'z'],
      ],
    },
    { type: 'lunar.eclipsed', kept: [1, { deep: true }] },
    { type: 'run.ended', status: 'completed', cause: { exit_code: 0 } },
  ]);
  const { stdout, exitCode } = await store.runlog(['show', 'run']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatchInlineSnapshot(`
    "2025-10-03T18:19:52.000000Z  run.started
      run_id: run
      tags: {"a":"b"}
    2025-10-03T18:19:53.000000Z  action.logged
      action: CHECK
      description: two
        lines
      fields:
        Result: x
          y
        Any key: z
    2025-10-03T18:19:54.000000Z  lunar.eclipsed
      kept: [1,{"deep":true}]
    2025-10-03T18:19:55.000000Z  run.ended
      status: completed
      cause: {"exit_code":0}
    "
  `);
});

test('show --json gives every event of the journal back, unknown types and keys too', async () => {
  const store = tempStore();
  placeGoldenRun(store);
  const { run_id: runId, events, damage } = await store.json('show', GOLDEN_RUN);
  const lines = fs.readFileSync(store.segment(GOLDEN_RUN), 'utf8').split('\n').filter(Boolean);
  const expected = lines.map((line) => {
    const { crc: _, ...event } = JSON.parse(line) as Record<string, unknown>;
    return event;
  });
  expect({ runId, events, damage }).toEqual({ runId: GOLDEN_RUN, events: expected, damage: [] });
});

test('tail shows the last events, a line each, filtered by type and text', async () => {
  const store = tempStore();
  placeGoldenRun(store);
  const tail = async (...args: string[]): Promise<string> => (await store.runlog(['tail', GOLDEN_RUN, ...args])).stdout;
  expect(await tail('-n', '100')).toMatchInlineSnapshot(`
    "2025-10-03 18:19:52  run started | run_20251003_181952_project_171 | single_issue | development_flow | gpt-5
    2025-10-03 18:19:53  run.beat | due=2025-10-03T18:21:53.000000Z
    2025-10-03 18:19:54  plan.made | choice=gc | rationale=GC chosen due to continuous-heavy dataset | backups=["ctgan","tvae"] | hyperparams={"epochs":300,"layers":[128,128]}
    2025-10-03 18:19:55  issue.started | issue=3 | complexity=5
    2025-10-03 18:19:56  step 0 planned | method=gc
    2025-10-03 18:19:57  step 1 started: development_agent | method=gc
    2025-10-03 18:19:58  stage.entered | stage=1 | stage_iteration=1 | loop_iteration=1
    2025-10-03 18:19:59  item.recorded | item_type=user_input_text | media_type=text | content=Ein Bild von einem Hund | config=default.json | model=gpt-5 | backend=api | execution_seconds=1.25 | metadata={"safe":true} | stage=1 | stage_iteration=1 | loop_iteration=1
    2025-10-03 18:20:00  VERIFY_MODEL | Checking Llama-3.2-1B | Command: ls models | Result: two ⏎ lines
    2025-10-03 18:20:01  text.kept | text=a note between entries
    2025-10-03 18:20:02  metric KS = 0.32 | at most 0.1
    2025-10-03 18:20:03  metric loss = NaN
    2025-10-03 18:20:04  tokens.used | model=gpt-5 | provider=openai | agent=development_agent | issue=3 | step=1 | input=1000 | output=200 | cached_read=50 | cached_write=10 | reasoning=20 | cost_usd=0.0125
    2025-10-03 18:20:04  tokens.priced | source=prices 2025-10 | costs_usd={"0199ab13-0000-7000-8000-000000000000":0.0121}
    2025-10-03 18:20:05  tool.called | tool=bash | agent=development_agent | issue=3 | step=1 | success=true | duration_ms=40
    2025-10-03 18:20:06  tool.called | tool=bash | agent=development_agent | issue=3 | step=1 | success=false | duration_ms=60 | error=exit status 1
    2025-10-03 18:20:07  step 1 metrics | attempt 1 | KS=0.32 | loss=NaN
    2025-10-03 18:20:12  step 1 SUCCESS | 12 tests pass
    2025-10-03 18:20:13  pipeline.recorded | pipeline_id=9001 | status=failed | commit_sha=abc123 | triggered_by=development_agent | retry_attempt=0 | failed_jobs=["lint","test"] | error_type=test_failure | error_message==1+1 is no formula | queue_seconds=3 | execution_seconds=90 | started_at=2025-10-03T18:20:00.000000Z | ended_at=2025-10-03T18:21:30.000000Z | issue=3
    2025-10-03 18:20:14  debug.started | agent=development_agent | error_type=test_failure | message=lint, test | issue=3
    2025-10-03 18:20:15  debug.attempted | agent=development_agent | issue=3
    2025-10-03 18:20:16  debug.ended | resolved=true | method=retry | agent=development_agent | issue=3
    2025-10-03 18:20:17  code.measured | files_created=1 | files_modified=2 | files_deleted=0 | lines_added=30 | lines_deleted=4 | commits=1 | test_coverage=87.5 | issue=3
    2025-10-03 18:20:18  step 2 started: code_review_agent | code review
    2025-10-03 18:20:19  error ReviewError | not "fit", says the reviewer | code_review_agent
    2025-10-03 18:20:22  step 2 BLOCKED | Code review blocked
    2025-10-03 18:20:23  issue.ended | issue=3 | status=failed | error=blocked in review
    2025-10-03 18:20:23  issue.counted | issue=3 | pipelines=2 | succeeded_pipelines=1 | failed_pipelines=1 | debugging_cycles=1 | resolved_cycles=0 | errors=1 | tool_calls=4 | untimed=true | given={"status":"odd"}
    2025-10-03 18:20:24  outcome.corrected | subject=issue | name=3 | success=true | evidence=merge request !12 was merged | by=gitlab
    2025-10-03 18:20:25  lunar.eclipsed | from_a_later=version | kept=[1,null,{"deep":true}]
    2025-10-03 18:20:26  metric KS = 0.05 | at most 0.1
    2025-10-03 18:20:27  run partial | exit status 1 | Pipeline stopped at code review
    "
  `);
  expect((await tail()).split('\n')).toHaveLength(11);
  expect((await tail('-n', '3')).split('\n')).toHaveLength(4);
  expect(await tail('-n', '0')).toBe('');
  expect(await tail('--type', 'error.raised', '--type', 'run.beat', '-n', '1')).toContain('ReviewError');
  expect((await tail('--grep', 'step [12] (SUCCESS|BLOCKED)')).split('\n')).toHaveLength(3);
  expect((await store.runlog(['tail', '--grep', '('])).exitCode).toBe(2);
  const json = (await tail('-n', '2', '--json')).trim().split('\n');
  expect(json.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual(['metric.measured', 'run.ended']);
});

test('tail -f prints events as they come and ends with the run', async () => {
  const store = tempStore();
  const runId = await store.start('--id', 'run');
  const follow = store.live('runlog', ['tail', '-f', runId]);
  expect(await follow.line()).toContain('run started | run');
  await store.ok('append', 'ONE', '--run', runId);
  expect(await follow.line()).toMatch(/ONE$/);
  await store.ok('append', 'TWO', '--run', runId);
  await store.ok('metric', 'KS', '0.3', '--run', runId);
  expect(await follow.line()).toMatch(/TWO$/);
  expect(await follow.line()).toContain('metric KS = 0.3');
  await store.runlog(['finalize', runId]);
  expect(await follow.rest()).toEqual([expect.stringContaining('run completed')]);
  expect(await follow.ended()).toBe(0);
  expect(follow.stderr).toBe('');
});

test('tail -f ends with the life of the run’s owner, and says so', async () => {
  const store = tempStore();
  const script = store.liveShell('bash', 'runlog start --id run\nread -r _\n');
  await script.line();
  const follow = store.live('runlog', ['tail', '-f', 'run']);
  await follow.line();
  await script.kill('SIGKILL');
  expect(await follow.ended()).toBe(0);
  expect(follow.stderr).toMatch(/^run is interrupted: its owner, process \d+, is gone\n$/);
});

test('a reader that goes away ends tail and list quietly', async () => {
  const store = variousRuns();
  const script = `for command in "list" "tail ${GOLDEN_RUN}" "show ${GOLDEN_RUN}" "summary ${GOLDEN_RUN}"; do runlog $command | head -n 1 >/dev/null; done`;
  expect((await store.shell('bash', script)).stderr).toBe('');
});
