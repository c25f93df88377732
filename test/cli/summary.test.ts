// runlog summary: what happened in a run, as text, Markdown, trace and JSON.
import fs from 'node:fs';
import { expect, test } from 'vitest';
import { GOLDEN_RUN, placeGoldenRun, tempStore, treeOf, type TempStore } from '../support/runlog.js';

function golden(): TempStore {
  const store = tempStore();
  placeGoldenRun(store);
  return store;
}

const interrupted = [
  { type: 'run.started', run_id: 'cut', owner: null, host: null, at: '2025-10-03T18:19:52Z' },
  { type: 'issue.started', issue: '7', at: '2025-10-03T18:19:53Z' },
  { type: 'step.started', step: 1, agent: 'coding', task: 'write it', issue: '7', at: '2025-10-03T18:19:54Z' },
  { type: 'action.logged', action: 'CHECK_DISK', fields: [['Error', 'no space']], at: '2025-10-03T18:20:00Z' },
];

test('the text has the steps, the plan and its attempts, metrics against their limits, errors and actions', async () => {
  const { stdout, stderr, exitCode } = await golden().runlog(['summary', GOLDEN_RUN]);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(stdout).toMatchInlineSnapshot(`
    "run_20251003_181952_project_171  partial
      exit status 1

      Error    Pipeline stopped at code review
      Project  171
      Mode     single_issue
      Issue    3
      Intent   development_flow
      Trigger  webhook AB-1 In Progress
      Model    openai / gpt-5, temperature 0.2
      Started  2025-10-03 18:19:52
      Ended    2025-10-03 18:20:27
      Took     35 s
      Tokens   1,200 (1,000 in, 50 from caches; 200 out)
      Cost     $0.0125
      Host     worker-1
      Folder   /srv/experiment
      Commit   0123456789ab with local changes
      Tags     team=ml stage=größe

    Timeline
                                     |18:19:52                     18:20:27|
      ✓ issue 3                         ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━         28s
      ✓   1 development_agent: met…       ██████████████████                     15s
      ✗   pipeline 9001                      ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒→   1m30s
          bash, 2 calls, 1 failed                  ┄┄                          0.10s
      ✓   debugging test_failure                             ▓▓▓               2.00s
      ✗   2 code_review_agent: cod…                              ██████        4.00s
        at once                      ·····1112222222222222221111122222211111
        errors (1)                                                 ✗
      No step or pipeline under way for 5.00 s (14%), from 18:19:52.
      Up to 2 at once; two or more for 16 s.

    Plan
      chosen     gc, else ctgan, tvae
          GC chosen due to continuous-heavy dataset
      attempt 1  gc                    step 1: SUCCESS

    Steps (2)
      0                                           -
          planned: method=gc
      1  SUCCESS  development_agent: method=gc    15 s
          metrics: attempt 1 KS=0.32, loss=NaN
          -> 12 tests pass
      2  BLOCKED  code_review_agent: code review  4.00 s
          Error: Code review blocked

    Issues
      3  completed  28 s  recorded as failed
          Error: blocked in review

    Corrected
      issue 3  success  merge request !12 was merged (gitlab)

    Metrics
      KS (issue 3)    0.05  <= 0.1  ok  2 values, 0.05 to 0.32, 1 failed
      loss (issue 3)  NaN

    Time and money
      development_agent  1 step  15 s    ███████▌   79%  $0.0125  ██████████ 100%
      code_review_agent  1 step  4.00 s  ██         21%

    Models
      gpt-5 (openai)  1 call  1,200 tokens  $0.0125

    Tools (1)
      bash  development_agent, issue 3  2 calls  1 failed  50 ms each

    Pipelines (1)
      9001 (retry 0)  failed  1 min 30 s  issue 3, failed: lint, test
          test_failure: =1+1 is no formula

    Debugging (1)
      test_failure  resolved  1 attempt  2.00 s  development_agent, issue 3
          lint, test
          -> retry

    Code
      issue 3  +30 -4 lines, files: 1 created, 2 modified, 1 commit, 87.5% covered

    Items (1)
      1  stage 1, iteration 1, loop 1  user_input_text  gpt-5: Ein Bild von   1.25 s
                                                        einem Hund

    Actions (1)
      18:20:00  VERIFY_MODEL  Checking Llama-3.2-1B -> two

    Errors (1)
      18:20:19  ReviewError  not "fit", says the reviewer
          in step 2, by code_review_agent, issue 3
          after 18:20:14 debugging development_agent: test_failure -> lint, test
          after 18:20:18 step 2 started code_review_agent: code review

    Next
      runlog errors run_20251003_181952_project_171               met before?
      runlog compare --last-good run_20251003_181952_project_171  what has changed
      runlog show run_20251003_181952_project_171                 every event
      runlog commands run_20251003_181952_project_171             do it again
    "
  `);
});

test('of a run that was cut off it says what was interrupted and why', async () => {
  const store = tempStore();
  store.write('cut', interrupted);
  await store.runlog(['finalize', 'cut']);
  const { stdout } = await store.runlog(['summary', 'cut']);
  expect(stdout).toMatchInlineSnapshot(`
    "cut  interrupted
      it has no owner, and it said nothing for more than 1 d

      Started  2025-10-03 18:19:52
      Ended    2025-10-03 18:20:00
      Took     8.00 s

    Timeline
                              |18:19:52                            18:20:00|
      ! issue 7                    ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━   7.00s
      !   1 coding: write it             ███████████████████████████████████   6.00s
      No step under way for 2.00 s (25%), from 18:19:52.

    Steps (1)
      1  interrupted  coding: write it  6.00 s

    Issues
      7  interrupted  7.00 s

    Actions (1)
      18:20:00  CHECK_DISK  FAILED no space

    Interrupted
      step 1             coding               write it
      issue 7
      last sign of life  2025-10-03 18:20:00

    Last words
      18:19:54  step 1      started coding: write it
      18:20:00  CHECK_DISK  FAILED no space

    Next
      runlog show cut      every event
      runlog commands cut  do it again
    "
  `);
});

test('--format markdown has the same as tables', async () => {
  const store = tempStore();
  store.write('cut', interrupted);
  await store.runlog(['finalize', 'cut']);
  const { stdout } = await store.runlog(['summary', 'cut', '--format', 'markdown']);
  expect(stdout).toMatchInlineSnapshot(`
    "# cut

    **interrupted**: it has no owner, and it said nothing for more than 1 d

    |  |  |
    | --- | --- |
    | Started | 2025-10-03 18:19:52 |
    | Ended | 2025-10-03 18:20:00 |
    | Took | 8.00 s |

    ## Timeline

    | what | from | took |
    | --- | --- | --- |
    | issue 7 | +1.00 s | 7.00 s |
    | - 1 coding: write it | +2.00 s | 6.00 s |

    No step under way for 2.00 s (25%), from 18:19:52.

    ## Steps (1)

    | # | status | agent and task | took |
    | --- | --- | --- | --- |
    | 1 | interrupted | coding: write it | 6.00 s |

    ## Issues

    | issue | status | took |  |
    | --- | --- | --- | --- |
    | 7 | interrupted | 7.00 s |  |

    ## Actions (1)

    | at | action | what |
    | --- | --- | --- |
    | 18:20:00 | CHECK\\_DISK | FAILED no space |

    ## Interrupted

    | what |  |  |
    | --- | --- | --- |
    | step 1 | coding | write it |
    | issue 7 |  |  |
    | last sign of life | 2025-10-03 18:20:00 |  |

    ## Last words

    | at | what |  |
    | --- | --- | --- |
    | 18:19:54 | step 1 | started coding: write it |
    | 18:20:00 | CHECK\\_DISK | FAILED no space |

    ## Next

    | command | for |
    | --- | --- |
    | runlog show cut | every event |
    | runlog commands cut | do it again |
    "
  `);
});

test('--json has exactly the promised keys', async () => {
  const store = golden();
  const summary = await store.json('summary', GOLDEN_RUN);
  expect(Object.keys(summary)).toEqual(['run', 'trace', 'actions', 'issues', 'metrics', 'errors', 'damage']);
  expect(summary.run).toEqual({
    run_id: GOLDEN_RUN,
    status: 'partial',
    start_time: '2025-10-03T18:19:52.000101Z',
    end_time: '2025-10-03T18:20:27.000134Z',
    duration_seconds: 35.000033,
    project_id: '171',
    execution_mode: 'single_issue',
    intent_type: 'development_flow',
    llm: { provider: 'openai', model: 'gpt-5', temperature: 0.2 },
    total_steps: 2,
    failed_steps: 1,
    total_errors: 1,
    total_tokens: 1200,
    estimated_cost_usd: 0.0125,
    tags: { team: 'ml', stage: 'größe' },
    pinned: false,
  });
  expect(summary.actions).toBe(1);
  expect(summary.metrics).toMatchObject([
    {
      name: 'KS',
      value: 0.05,
      limit: 0.1,
      direction: 'max',
      passed: true,
      count: 2,
      failures: 1,
      min: 0.05,
      max: 0.32,
    },
    { name: 'loss', value: 'NaN', limit: null, passed: null, min: null, max: null },
  ]);
  expect(summary.errors).toMatchObject([{ error_type: 'ReviewError', severity: 'high', resolved: false }]);
  expect(summary.damage).toEqual([]);
  expect(summary.trace).toEqual(JSON.parse((await store.runlog(['export', 'trace', GOLDEN_RUN])).stdout));
});

test('the shape is the same for a run that has nothing', async () => {
  const store = tempStore();
  store.write('bare', [{ type: 'run.started', run_id: 'bare', owner: null, host: null, at: new Date().toISOString() }]);
  const summary = await store.json('summary', 'bare');
  expect(summary).toMatchObject({ actions: 0, issues: [], metrics: [], errors: [], damage: [] });
  expect(summary.run).toMatchObject({
    status: 'running',
    end_time: null,
    duration_seconds: null,
    project_id: null,
    llm: { provider: null, model: null, temperature: null },
    total_tokens: null,
    estimated_cost_usd: null,
    tags: {},
  });
  expect(summary.trace).toMatchObject({ pipeline_status: 'RUNNING', completed_at: null, steps: [], final_error: null });
});

test('it takes the latest run where none is named, a trace id, and RUNLOG_RUN', async () => {
  const store = golden();
  const first = (args: string[], env = {}): Promise<string | undefined> =>
    store.runlog(['summary', ...args], { env }).then(({ stdout }) => stdout.split(/\s/)[0]);
  const young = await store.start('--id', 'young');
  expect(await first([])).toBe(young);
  expect(await first([], { RUNLOG_RUN: GOLDEN_RUN })).toBe(GOLDEN_RUN);
  expect(await first(['latest~1'])).toBe(GOLDEN_RUN);
  expect(await first(['2289219a-a8c4-4012-be7d-489185977869'])).toBe(GOLDEN_RUN);
  expect((await store.runlog(['summary', 'nobody'])).exitCode).toBe(66);
  expect((await store.runlog(['summary', '--format', 'pdf'])).exitCode).toBe(2);
});

test('text from a run cannot steer the terminal or add a line', async () => {
  const store = tempStore();
  const bad = 'a\u001b[31mred\r\b\u009b2J\u202eb\n  9  SUCCESS  forged';
  store.write('run', [
    { type: 'run.started', run_id: 'run', project: bad, owner: null, host: null },
    { type: 'step.started', step: 1, agent: bad, task: bad },
    { type: 'step.ended', step: 1, status: 'FAIL', error: bad, output_summary: bad },
    { type: 'error.raised', error_type: bad, message: bad },
    { type: 'action.logged', action: 'X', description: bad, fields: [['Result', bad]] },
    { type: 'metric.measured', name: 'KS', value: 1, unit: bad },
    { type: 'my.type', [bad]: bad },
    { type: 'run.ended', status: 'failed', error: bad, cause: { reason: bad } },
  ]);
  for (const command of [
    ['summary'],
    ['summary', '--format', 'markdown'],
    ['summary', '--format', 'trace'],
    ['show'],
    ['tail'],
    ['list'],
  ]) {
    const { stdout } = await store.runlog([...command, ...(command[0] === 'list' ? [] : ['run'])]);
    expect(stdout).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e]/);
    expect(stdout).not.toMatch(/^ {2}9/m);
  }
});

test('reading changes nothing: no command that only reads writes a byte', async () => {
  const store = golden();
  await store.start('--id', 'live');
  fs.appendFileSync(store.segment('live'), '\n{"v":1,"torn');
  const tree = treeOf(store.dir);
  for (const command of ['summary', 'show', 'tail', 'list', 'export trace', 'export log'])
    for (const run of [GOLDEN_RUN, 'live'])
      await store.runlog([...command.split(' '), ...(command === 'list' ? [] : [run])]);
  await store.runlog(['rotate', '--dry-run']);
  await store.runlog(['finalize', '--dry-run']);
  expect(treeOf(store.dir)).toEqual(tree);
});
