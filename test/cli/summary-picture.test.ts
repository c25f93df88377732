// runlog summary as a picture: when what was under way, what came before an error, where time and money went, what to do next.
import { expect, test } from 'vitest';
import { tempStore, type TempStore } from '../support/runlog.js';

type Body = Record<string, unknown>;

/** A time so many seconds after the start of the run. */
function after(seconds: number): string {
  return new Date(Date.UTC(2025, 9, 3, 18, 19, 52) + seconds * 1000).toISOString().replace('Z', '000Z');
}

function start(run_id: string, more: Body = {}): Body {
  return { type: 'run.started', run_id, owner: null, host: null, at: after(0), ...more };
}

function end(seconds: number, status: string, reason: string): Body {
  return { type: 'run.ended', status, at: after(seconds), ended_at: after(seconds), cause: { reason } };
}

const coding = { agent: 'coding_agent', issue: '7' };
const call = { type: 'tokens.used', model: 'gpt-5', provider: 'openai' };
const ks = { type: 'metric.measured', name: 'KS', limit: 0.1, direction: 'max', issue: '7' };

/** Two issues at once, a method that failed and its backup, a wait, a pipeline that failed. */
const NIGHT: Body[] = [
  start('night', { project: '171' }),
  { type: 'plan.made', choice: 'gc', backups: ['ctgan', 'tvae'], rationale: 'continuous', at: after(1) },
  { type: 'issue.started', issue: '7', at: after(3) },
  { type: 'step.started', step: 1, agent: 'planner', task: 'read all and make a plan', issue: '7', at: after(4) },
  { ...call, agent: 'planner', input: 1000, output: 2000, cost_usd: 0.02, issue: '7', at: after(20) },
  { type: 'step.ended', step: 1, status: 'SUCCESS', at: after(60) },
  { type: 'step.started', step: 2, ...coding, task: 'method=gc', at: after(61) },
  { type: 'issue.started', issue: '8', at: after(70) },
  { type: 'step.started', step: 3, agent: 'writer', task: 'write the page', issue: '8', at: after(75) },
  { type: 'tool.called', tool: 'bash', ...coding, success: true, duration_ms: 4000, at: after(90) },
  {
    type: 'action.logged',
    action: 'RUN_TESTS',
    description: 'pytest',
    fields: [['Result', '2 failed']],
    exit_code: 1,
    at: after(100),
  },
  { type: 'tool.called', tool: 'bash', ...coding, success: false, duration_ms: 9000, at: after(130) },
  { type: 'error.raised', error_type: 'TestFailure', message: 'KS is 0.32', step: 2, ...coding, at: after(135) },
  { ...call, ...coding, input: 40_000, output: 9000, cost_usd: 0.22, at: after(136) },
  { ...ks, value: 0.32, at: after(137) },
  { type: 'step.ended', step: 2, status: 'FAIL', error: 'KS too high', at: after(140) },
  { type: 'step.ended', step: 3, status: 'SUCCESS', at: after(150) },
  { type: 'issue.ended', issue: '8', status: 'completed', at: after(151) },
  { type: 'step.started', step: 4, ...coding, task: 'method=ctgan', at: after(230) },
  { ...ks, value: 0.05, at: after(260) },
  { type: 'step.ended', step: 4, status: 'SUCCESS', at: after(300) },
  { type: 'pipeline.recorded', pipeline_id: '9001', status: 'running', issue: '7', at: after(301) },
  {
    type: 'pipeline.recorded',
    pipeline_id: '9001',
    status: 'failed',
    failed_jobs: ['lint'],
    issue: '7',
    at: after(380),
  },
  { type: 'error.raised', error_type: 'PipelineError', message: 'lint failed', issue: '7', at: after(381) },
  { type: 'issue.ended', issue: '7', status: 'failed', at: after(382) },
  end(383, 'partial', 'exit status 1'),
];

const COMPLETED: Body[] = [
  start('done'),
  { type: 'step.started', step: 1, agent: 'prepare', task: 'tokenize', at: after(0) },
  { type: 'step.ended', step: 1, status: 'SUCCESS', at: after(40) },
  { type: 'step.started', step: 2, agent: 'train', task: 'three epochs', at: after(40) },
  { type: 'step.ended', step: 2, status: 'SUCCESS', at: after(4000) },
  end(4000, 'completed', 'exit status 0'),
];

const CUT: Body[] = [
  start('cut'),
  { type: 'step.started', step: 1, agent: 'train', task: 'three epochs', at: after(10) },
  { type: 'step.noted', step: 1, title: 'metrics', detail: 'epoch 1 loss=0.3', at: after(60) },
  { type: 'action.logged', action: 'CHECK_DISK', fields: [['Error', 'no space left']], at: after(90) },
  end(95, 'interrupted', 'SIGKILL'),
];

/** 300 steps, of which every hundredth fails. */
const LONG: Body[] = [
  start('long'),
  ...Array.from({ length: 300 }, (_, index) => index + 1).flatMap((step) => [
    { type: 'step.started', step, agent: 'coding', task: `part ${step}`, at: after(step * 10) },
    { type: 'step.ended', step, status: step % 100 === 0 ? 'FAIL' : 'SUCCESS', at: after(step * 10 + 10) },
  ]),
  end(3010, 'failed', 'exit status 1'),
];

function storeOf(...runs: Body[][]): TempStore {
  const store = tempStore();
  for (const events of runs) store.write(events[0]?.['run_id'] as string, events);
  return store;
}

async function summaryOf(events: Body[], env: Record<string, string> = {}, ...args: string[]): Promise<string> {
  const store = storeOf(events);
  const { stdout, stderr, exitCode } = await store.runlog(['summary', events[0]?.['run_id'] as string, ...args], {
    env,
  });
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  return stdout;
}

test('a run that failed, in 80 columns', async () => {
  expect(await summaryOf(NIGHT)).toMatchInlineSnapshot(`
    "night  partial
      exit status 1

      Project  171
      Started  2025-10-03 18:19:52
      Ended    2025-10-03 18:26:15
      Took     6 min 23 s
      Tokens   52,000 (41,000 in; 11,000 out)
      Cost     $0.24

    Timeline
                                     |18:19:52                     18:26:15|
      ✗ issue 7                      ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━   6m19s
      ✓   1 planner: read all and…   ███████                                     56s
      ✗   2 coding_agent: method=gc        █████████                           1m19s
          bash, 2 calls, 1 failed            ┄┄┄┄┄┄                              13s
      ✓   4 coding_agent: method=c…                         ████████           1m10s
      ✗   pipeline 9001                                            ▒▒▒▒▒▒▒▒▒   1m19s
      ✓ issue 8                             ━━━━━━━━━                          1m21s
      ✓   3 writer: write the page          █████████                          1m15s
        at once                      1111111222222221·······1111111111111111
        errors (2)                                ✗                        ✗
      No step or pipeline under way for 1 min 29 s (23%), the longest 1 min 20 s
      from 18:22:22.
      Up to 2 at once; two or more for 1 min 5 s.

    Plan
      chosen     gc, else ctgan, tvae
          continuous
      attempt 1  gc                    step 2: FAIL
      attempt 2  ctgan (backup)        step 4: SUCCESS

    Steps (4)
      1  SUCCESS  planner: read all and make a plan  56 s
      2  FAIL     coding_agent: method=gc            1 min 19 s
          Error: KS too high
      3  SUCCESS  writer: write the page             1 min 15 s
      4  SUCCESS  coding_agent: method=ctgan         1 min 10 s

    Issues
      7  failed     6 min 19 s
      8  completed  1 min 21 s  right the first time

    Metrics
      KS (issue 7)  0.05  <= 0.1  ok  2 values, 0.05 to 0.32, 1 failed

    Time and money
      coding_agent  2 steps  2 min 29 s  █████      53%  $0.22  █████████  92%
      planner       1 step   56 s        ██         20%  $0.02  ▌          8%
      writer        1 step   1 min 15 s  ██▌        27%

    Models
      gpt-5 (openai)  2 calls  52,000 tokens  $0.24

    Tools (1)
      bash  coding_agent, issue 7  2 calls  1 failed  6.50 s each

    Pipelines (1)
      9001  failed  1 min 19 s  issue 7, failed: lint

    Actions (1)
      18:21:32  RUN_TESTS  FAILED pytest -> 2 failed

    Errors (2)
      18:22:07  TestFailure    KS is 0.32
          in step 2, by coding_agent, issue 7
          after 18:21:07 step 3 started writer: write the page
          after 18:21:32 RUN_TESTS FAILED pytest -> 2 failed
      18:26:13  PipelineError  lint failed
          issue 7
          after 18:24:52 step 4 SUCCESS
          after 18:26:12 pipeline 9001 failed -> lint

    Next
      runlog errors night               met before?
      runlog compare --last-good night  what has changed
      runlog show night                 every event
      runlog commands night             do it again
    "
  `);
});

test('the same in 200 columns', async () => {
  expect(await summaryOf(NIGHT, { COLUMNS: '200' })).toMatchInlineSnapshot(`
    "night  partial
      exit status 1

      Project  171
      Started  2025-10-03 18:19:52
      Ended    2025-10-03 18:26:15
      Took     6 min 23 s
      Tokens   52,000 (41,000 in; 11,000 out)
      Cost     $0.24

    Timeline
                                               |18:19:52                |+1m04s                  |+2m08s                  |+3m12s                 |+4m15s                  |+5m19s         18:26:15|
      ✗ issue 7                                 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━   6m19s
      ✓   1 planner: read all and make a plan   ███████████████████████                                                                                                                                  56s
      ✗   2 coding_agent: method=gc                                   ████████████████████████████████                                                                                                 1m19s
          bash, 2 calls, 1 failed                                               ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄                                                                                                       13s
      ✓   4 coding_agent: method=ctgan                                                                                                  ████████████████████████████                                   1m10s
      ✗   pipeline 9001                                                                                                                                             ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒    1m19s
      ✓ issue 8                                                           ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━                                                                                             1m21s
      ✓   3 writer: write the page                                          ██████████████████████████████                                                                                             1m15s
        at once                                ·1111111111111111111111111111222222222222222222222222221111······························11111111111111111111111111111111111111111111111111111111111·
        errors (2)                                                                                 ✗                                                                                               ✗
      No step or pipeline under way for 1 min 29 s (23%), the longest 1 min 20 s from 18:22:22.
      Up to 2 at once; two or more for 1 min 5 s.

    Plan
      chosen     gc, else ctgan, tvae
          continuous
      attempt 1  gc                    step 2: FAIL
      attempt 2  ctgan (backup)        step 4: SUCCESS

    Steps (4)
      1  SUCCESS  planner: read all and make a plan  56 s
      2  FAIL     coding_agent: method=gc            1 min 19 s
          Error: KS too high
      3  SUCCESS  writer: write the page             1 min 15 s
      4  SUCCESS  coding_agent: method=ctgan         1 min 10 s

    Issues
      7  failed     6 min 19 s
      8  completed  1 min 21 s  right the first time

    Metrics
      KS (issue 7)  0.05  <= 0.1  ok  2 values, 0.05 to 0.32, 1 failed

    Time and money
      coding_agent  2 steps  2 min 29 s  █████      53%  $0.22  █████████  92%
      planner       1 step   56 s        ██         20%  $0.02  ▌          8%
      writer        1 step   1 min 15 s  ██▌        27%

    Models
      gpt-5 (openai)  2 calls  52,000 tokens  $0.24

    Tools (1)
      bash  coding_agent, issue 7  2 calls  1 failed  6.50 s each

    Pipelines (1)
      9001  failed  1 min 19 s  issue 7, failed: lint

    Actions (1)
      18:21:32  RUN_TESTS  FAILED pytest -> 2 failed

    Errors (2)
      18:22:07  TestFailure    KS is 0.32
          in step 2, by coding_agent, issue 7
          after 18:21:07 step 3 started writer: write the page
          after 18:21:32 RUN_TESTS FAILED pytest -> 2 failed
      18:26:13  PipelineError  lint failed
          issue 7
          after 18:24:52 step 4 SUCCESS
          after 18:26:12 pipeline 9001 failed -> lint

    Next
      runlog errors night               met before?
      runlog compare --last-good night  what has changed
      runlog show night                 every event
      runlog commands night             do it again
    "
  `);
});

test('with colour it is the same text', async () => {
  const coloured = await summaryOf(NIGHT, { NO_COLOR: '', FORCE_COLOR: '1' });
  expect(coloured).toContain('\u001b[31m✗   2 coding_agent');
  expect(coloured).toContain('\u001b[32m✓ issue 8');
  // oxlint-disable-next-line no-control-regex -- colours begin with just this
  expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).toBe(await summaryOf(NIGHT));
});

test('a run that was completed', async () => {
  expect(await summaryOf(COMPLETED)).toMatchInlineSnapshot(`
    "done  completed
      exit status 0

      Started  2025-10-03 18:19:52
      Ended    2025-10-03 19:26:32
      Took     1 h 6 min

    Timeline
                               |18:19:52                           19:26:32|
      ✓ 1 prepare: tokenize    █                                                 40s
      ✓ 2 train: three epochs  █████████████████████████████████████████████   1h06m

    Steps (2)
      1  SUCCESS  prepare: tokenize    40 s
      2  SUCCESS  train: three epochs  1 h 6 min

    Time and money
      train    1 step  1 h 6 min  █████████▌ 99%
      prepare  1 step  40 s       ▌          1%
    "
  `);
});

test('a run that was cut off says its last words', async () => {
  expect(await summaryOf(CUT)).toMatchInlineSnapshot(`
    "cut  interrupted
      SIGKILL

      Started  2025-10-03 18:19:52
      Ended    2025-10-03 18:21:27
      Took     1 min 35 s

    Timeline
                               |18:19:52                           18:21:27|
      ! 1 train: three epochs      █████████████████████████████████████████   1m25s
      No step under way for 10 s (11%), from 18:19:52.

    Steps (1)
      1  interrupted  train: three epochs  1 min 25 s
          metrics: epoch 1 loss=0.3

    Actions (1)
      18:21:22  CHECK_DISK  FAILED no space left

    Interrupted
      step 1             train                three epochs
      last sign of life  2025-10-03 18:21:22

    Last words
      18:20:02  step 1      started train: three epochs
      18:20:52  step 1      metrics: epoch 1 loss=0.3
      18:21:22  CHECK_DISK  FAILED no space left

    Next
      runlog show cut      every event
      runlog commands cut  do it again
    "
  `);
});

test('a run in which nothing was recorded', async () => {
  expect(await summaryOf([start('empty'), end(1, 'completed', 'exit status 0')])).toMatchInlineSnapshot(`
    "empty  completed
      exit status 0

      Started  2025-10-03 18:19:52
      Ended    2025-10-03 18:19:53
      Took     1.00 s
    "
  `);
});

test('a long run folds, and keeps what failed', async () => {
  expect(await summaryOf(LONG)).toMatchInlineSnapshot(`
    "long  failed
      exit status 1

      Started  2025-10-03 18:19:52
      Ended    2025-10-03 19:10:02
      Took     50 min 10 s

    Timeline
                              |18:19:52                            19:10:02|
      ✓ 1 coding: part 1      █                                                  10s
      ✓ 2 coding: part 2      █                                                  10s
      ✓ 3 coding: part 3      █                                                  10s
      ✓ 4 coding: part 4      █                                                  10s
      ✓ 5 coding: part 5      █                                                  10s
      ✓ 6 coding: part 6      ██                                                 10s
      ✓ 7 coding: part 7       █                                                 10s
      ✓ 8 coding: part 8       █                                                 10s
      ✓ 9 coding: part 9       █                                                 10s
      ✓ 10 coding: part 10     █                                                 10s
        … 89 more              ░░░░░░░░░░░░░░░
      ✗ 100 coding: part 100                 █                                   10s
        … 99 more                            ░░░░░░░░░░░░░░░░
      ✗ 200 coding: part 200                                █                    10s
        … 91 more                                           ░░░░░░░░░░░░░░░
      ✓ 292 coding: part 292                                              █      10s
      ✓ 293 coding: part 293                                              █      10s
      ✓ 294 coding: part 294                                              ██     10s
      ✓ 295 coding: part 295                                               █     10s
      ✓ 296 coding: part 296                                               █     10s
      ✓ 297 coding: part 297                                               █     10s
      ✓ 298 coding: part 298                                               █     10s
      ✓ 299 coding: part 299                                               █     10s
      ✗ 300 coding: part 300                                               █     10s

    Steps (300)
      1    SUCCESS  coding: part 1          10 s
      2    SUCCESS  coding: part 2          10 s
      3    SUCCESS  coding: part 3          10 s
      4    SUCCESS  coding: part 4          10 s
      5    SUCCESS  coding: part 5          10 s
      6    SUCCESS  coding: part 6          10 s
      7    SUCCESS  coding: part 7          10 s
      8    SUCCESS  coding: part 8          10 s
      9    SUCCESS  coding: part 9          10 s
      10   SUCCESS  coding: part 10         10 s
                    … 89 more: all SUCCESS
      100  FAIL     coding: part 100        10 s
                    … 99 more: all SUCCESS
      200  FAIL     coding: part 200        10 s
                    … 91 more: all SUCCESS
      292  SUCCESS  coding: part 292        10 s
      293  SUCCESS  coding: part 293        10 s
      294  SUCCESS  coding: part 294        10 s
      295  SUCCESS  coding: part 295        10 s
      296  SUCCESS  coding: part 296        10 s
      297  SUCCESS  coding: part 297        10 s
      298  SUCCESS  coding: part 298        10 s
      299  SUCCESS  coding: part 299        10 s
      300  FAIL     coding: part 300        10 s

    Next
      runlog errors long          met before?
      runlog show long            every event
      runlog summary long --full  every row
    "
  `);
});

test('--full shows every row', async () => {
  const full = await summaryOf(LONG, {}, '--full');
  expect(full).not.toContain('…');
  expect(full).not.toContain('--full');
  expect(full.match(/^ {2}\d+ +(SUCCESS|FAIL)/gm)).toHaveLength(300);
  expect(full.match(/^ {2}[✓✗] \d+ coding/gm)).toHaveLength(300);
});

test('no line is wider than the columns, from 40 to 200', async () => {
  for (const columns of [40, 60, 80, 120, 200]) {
    const text = await summaryOf(NIGHT, { COLUMNS: String(columns) });
    const lines = text.split('\n');
    const drawn = lines.slice(lines.indexOf('Timeline'), lines.indexOf('Plan'));
    expect(drawn.length).toBeGreaterThan(10);
    expect(Math.max(...drawn.map((line) => line.length))).toBeLessThanOrEqual(columns);
  }
});

test('what is still under way goes on to the right, and the end of a dead run is to be put on record', async () => {
  const store = storeOf(CUT.slice(0, -1));
  const { stdout } = await store.runlog(['summary', 'cut']);
  expect(stdout).toMatch(/^ {2}> 1 train: three epochs +█+→$/m);
  expect(stdout).toMatch(/^Next\n {2}runlog finalize cut {2}record its end$/m);
});

test('the commands name the store where the caller did', async () => {
  const store = storeOf(NIGHT);
  const { stdout } = await store.runlog(['summary', 'night', '--dir', store.dir], { cwd: store.home });
  expect(stdout).toContain(`runlog show night --dir ${store.dir}`);
});

test('times that are not on record are not made up', async () => {
  const text = await summaryOf([
    start('vague'),
    { type: 'step.ended', step: 1, agent: 'lost', status: 'SUCCESS', at: after(50) },
    { type: 'step.started', step: 2, agent: 'untimed', at: after(60), untimed: true },
    { type: 'step.ended', step: 2, status: 'SUCCESS', at: after(60), untimed: true },
    end(100, 'completed', 'exit status 0'),
  ]);
  expect(text).toMatch(/^ {2}✓ 1 lost +←$/m);
  expect(text).not.toContain('✓ 2 untimed');
  expect(text).not.toContain('No step under way');
});
