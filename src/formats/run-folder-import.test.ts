// The files of a run become events that give back what the files say; what they cannot give back is kept.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkBody } from '../events/check.js';
import { FORMAT_VERSION, type RunlogEvent } from '../events/vocabulary.js';
import { foldRun, type RunState } from '../views/run.js';
import type { ImportContext } from './draft.js';
import { encodeIssueFile } from './run-files.js';
import { readRunFolder, roleOfText, type RunFileRole } from './run-folder-import.js';

const CONTEXT: ImportContext = {
  name: 'a-folder',
  offsetMinutesAt: () => 120,
  newHash: () => ({ update: () => undefined, digest: () => '' }),
  now: '2026-01-01T00:00:00.000000Z',
  keepsOtherLines: true,
};
const METADATA = {
  run_id: 'run_20251003_181952_project_171',
  project_id: '171',
  start_time: '2025-10-03T18:19:52.551874',
};

type Given = [role: RunFileRole, path: string, content: unknown];

function read(...files: Given[]): ReturnType<typeof readRunFolder> & { state: RunState } {
  const texts = files.map(([role, path, content]) => ({
    role,
    path,
    text: typeof content === 'string' ? content : JSON.stringify(content),
  }));
  const result = readRunFolder(texts, CONTEXT);
  const started = { type: 'run.started', run_id: result.run.runId ?? 'x', ...result.run.start };
  const whole = [started, ...result.events].map(
    (event, index) => ({ v: FORMAT_VERSION, id: String(index), ...event }) as unknown as RunlogEvent,
  );
  for (const event of whole) expect(checkBody(event)).toEqual([]);
  return { ...result, state: foldRun(whole) };
}

function fileOf(state: RunState, iid: string): any {
  const issue = state.issues.find((one) => one.iid === iid);
  return issue === undefined ? null : JSON.parse(encodeIssueFile('x', state, issue).text);
}

const of = (state: RunState, iid = '3'): any => fileOf(state, iid);
const types = (events: readonly { type: string }[]): string[] => events.map(({ type }) => type);

test('a run is read in the zone that the import was told, and unknown names are none', () => {
  const { run, events, remarks } = read([
    'metadata',
    '_metadata.json',
    {
      ...METADATA,
      llm_configuration: { provider: 'unknown', model: 'gpt-4o', temperature: 0.2 },
      execution_mode: 'single_issue',
      specific_issue: '3',
      status: 'running',
      issues_processed: [],
      total_errors: 0,
      total_successes: 0,
    },
  ]);
  expect(run).toEqual({
    runId: 'run_20251003_181952_project_171',
    localTime: '2025-10-03 18:19:52',
    name: 'project_171',
    sha256: null,
    start: {
      at: '2025-10-03T16:19:52.551874Z',
      project: '171',
      execution_mode: 'single_issue',
      specific_issue: '3',
      llm: { provider: null, model: 'gpt-4o', temperature: 0.2 },
      utc_offset_minutes: 120,
      given: { metadata: { llm_configuration: { provider: 'unknown' } } },
    },
  });
  expect({ events, remarks }).toEqual({ events: [], remarks: [] });
});

test.each([
  ['completed', 'completed'],
  ['failed', 'failed'],
  ['stopped', 'cancelled'],
])('a final report that says %s ends the run as %s, at its time', (said, status) => {
  const final = { ...METADATA, status: said, end_time: '2025-10-03T18:29:52', duration_seconds: 599.448126 };
  const { state, run } = read(['metadata', 'm', { ...METADATA, status: 'running' }], ['final', 'f', final]);
  expect(state.ending).toMatchObject({ status, endedAt: '2025-10-03T16:29:52.000000Z', decidedBy: 'import' });
  expect(run.start.given).toEqual({
    metadata: { status: 'running' },
    ...(said === 'stopped' ? { final: { status: 'stopped' } } : {}),
  });
});

test('without a final report the run has no end, unless its metadata says how it ended: then nobody knows when', () => {
  expect(read(['metadata', 'm', { ...METADATA, status: 'running' }]).state.ending).toBeNull();
  const { events, state } = read(['metadata', 'm', { ...METADATA, status: 'failed' }]);
  expect(events).toMatchObject([{ type: 'run.ended', untimed: true, status: 'failed' }]);
  expect(state.ending?.endedAt).toBe('2025-10-03T16:19:52.551874Z');
  const odd = read(['metadata', 'm', { ...METADATA, status: 'exploded' }]);
  expect(odd.remarks).toEqual([{ where: 'm, /status', message: 'no status of a run: "exploded"', isLoss: false }]);
});

test("an agent's attempts are executions, failures first; their duration is known only for all of them", () => {
  const { events, state } = read([
    'metrics',
    'issues/issue_3_metrics.json',
    {
      run_id: 'r',
      issue_id: '3',
      start_time: '2025-10-03T18:20:11',
      agent_metrics: {
        planning: { attempts: 1, successes: 1, failures: 0, duration: 5, retries: 0 },
        coding: { attempts: 4, successes: 1, failures: 2, duration: 7.5, retries: 3 },
        testing: { attempts: 0, successes: 0, failures: 0, duration: 0, retries: 0 },
      },
      status: 'in_progress',
    },
  ]);
  const steps = state.steps.map(({ number, agent, attempt, status, startedAt, durationSeconds, durationAttempts }) => [
    number,
    agent,
    attempt,
    status,
    startedAt,
    durationSeconds,
    durationAttempts,
  ]);
  expect(steps).toEqual([
    [1, 'planning', 1, 'SUCCESS', null, 5, null],
    [2, 'coding', 1, 'FAIL', null, null, null],
    [3, 'coding', 2, 'FAIL', null, null, null],
    [4, 'coding', 3, 'SUCCESS', null, 7.5, 3],
    [5, 'coding', 4, 'STARTED', null, null, null],
  ]);
  expect(events[0]).toMatchObject({
    type: 'issue.started',
    at: '2025-10-03T16:20:11.000000Z',
    given: {
      metrics: {
        issue_id: '3',
        agent_metrics: { testing: { attempts: 0, successes: 0, failures: 0, duration: 0, retries: 0 } },
      },
    },
  });
});

const REPORT = {
  run_id: METADATA.run_id,
  issue_iid: '3',
  start_time: '2025-10-03T18:20:00',
  end_time: '2025-10-03T18:50:00',
  status: 'completed',
  duration_seconds: 1800,
  complexity_score: 4,
  agent_metrics: { coding: { attempts: 2, successes: 1, failures: 1, duration: 60, retries: 1 } },
  total_agent_retries: 1,
  pipeline_attempts: 3,
  succeeded_pipelines: 1,
  failed_pipelines: 2,
  pipeline_success_rate: (1 / 3) * 100,
  pipeline_details: [
    { pipeline_id: 71, status: 'failed', commit_sha: 'abc', timestamp: '2025-10-03T18:30:00', url: 'https://ci/71' },
    { pipeline_id: '71', status: 'success', commit_sha: 'abc', timestamp: '2025-10-03T18:40:00' },
  ],
  total_errors: 5,
  errors: [{ type: 'TypeError', message: 'x is None', agent: 'coding', timestamp: '2025-10-03T18:35:00' }],
  debugging_cycles: 1,
  resolved_cycles: 1,
  debugging_success_rate: 100,
  debugging_details: [
    {
      agent: 'coding',
      error_type: 'TypeError',
      error_message: 'x is None',
      start_time: '2025-10-03T18:36:00',
      end_time: '2025-10-03T18:38:00',
      duration_seconds: 120,
      attempts: 2,
      resolved: true,
    },
  ],
  cost_metrics: { total_tokens: 1500, input_tokens: 1000, output_tokens: 500, estimated_cost_usd: 0.25 },
  code_metrics: {
    files_created: 1,
    files_modified: 2,
    files_deleted: 0,
    lines_added: 30,
    lines_deleted: 4,
    commits: 2,
  },
  first_time_right: false,
  total_tool_calls: 12,
};

test('a report becomes events in the order of their times, and they give its numbers back', () => {
  const { events, state, remarks } = read(['report', 'issues/issue_3_report.json', REPORT]);
  expect(remarks).toEqual([]);
  expect(types(events)).toEqual([
    'issue.started',
    'step.started',
    'step.ended',
    'step.started',
    'step.ended',
    'pipeline.recorded',
    'error.raised',
    'debug.started',
    'debug.attempted',
    'debug.attempted',
    'debug.ended',
    'pipeline.recorded',
    'tokens.used',
    'code.measured',
    'issue.counted',
    'issue.ended',
  ]);
  expect(events.find(({ type }) => type === 'issue.counted')).toMatchObject({
    pipelines: 3,
    failed_pipelines: 2,
    errors: 5,
    tool_calls: 12,
  });
  expect(events.find(({ type }) => type === 'pipeline.recorded')?.given).toEqual({
    pipeline_id: 71,
    url: 'https://ci/71',
  });
  expect(events[0]?.given).toBeUndefined();
  const { pipeline_details: pipelines, errors: _, debugging_details: cycles, code_metrics: code, ...rest } = REPORT;
  const { start_time: __, end_time: ___, run_id: ____, agent_metrics: agents, cost_metrics: cost, ...plain } = rest;
  const file = of(state);
  expect(file).toMatchObject(plain);
  expect(file).toMatchObject({ agent_metrics: agents, cost_metrics: cost, code_metrics: code });
  expect(file.pipeline_details).toHaveLength(pipelines.length);
  expect(file.debugging_details).toMatchObject([{ attempts: 2, resolved: true, duration_seconds: 120 }]);
  expect(file.debugging_details).toHaveLength(cycles.length);
});

test('of metrics and a report of one issue the report wins; what only the metrics say is kept', () => {
  const metrics = {
    run_id: METADATA.run_id,
    issue_iid: '3',
    start_time: '2025-10-03T18:20:00',
    status: 'in_progress',
    agent_metrics: { coding: { attempts: 1, successes: 1, failures: 0, duration: 30, retries: 0 } },
    worker: 'a-7',
  };
  const { events, state } = read(['metrics', 'm', metrics], ['report', 'r', REPORT]);
  expect(of(state)).toMatchObject({ status: 'completed', agent_metrics: { coding: { attempts: 2 } } });
  expect(events[0]?.given).toMatchObject({
    metrics: { status: 'in_progress', worker: 'a-7', agent_metrics: { coding: { attempts: 1, duration: 30 } } },
  });
});

test('issues that the run names without a file of theirs are mentioned, in its order', () => {
  const { state, events } = read(
    ['metadata', 'm', { ...METADATA, issues_processed: ['9', 3, { issue_iid: '4' }] }],
    ['report', 'issues/issue_3_report.json', REPORT],
  );
  expect(state.issues.map(({ iid, hasStarted }) => [iid, hasStarted])).toEqual([
    ['9', false],
    ['3', true],
    ['4', false],
  ]);
  expect(events[0]).toEqual({
    type: 'issue.counted',
    at: '2025-10-03T16:19:52.551874Z',
    untimed: true,
    issue: '9',
  });
});

test('values of the wrong kind are read where they can be, and remarked on with their place', () => {
  const { state, remarks } = read([
    'report',
    'issues/issue_3_report.json',
    {
      ...REPORT,
      complexity_score: '4',
      pipeline_attempts: -1,
      end_time: 'tomorrow',
      agent_metrics: { coding: { attempts: '1', successes: 2, failures: 1 }, odd: 7 },
      errors: ['boom'],
      cost_metrics: [],
    },
  ]);
  expect(remarks.map(({ where, message }) => `${where}: ${message}`).toSorted()).toMatchInlineSnapshot(`
    [
      "issues/issue_3_report.json, /agent_metrics/coding/attempts: 1 attempts, but 3 outcomes; 3 attempts were read",
      "issues/issue_3_report.json, /agent_metrics/coding/attempts: a number is wanted; "1" was read as one",
      "issues/issue_3_report.json, /agent_metrics/odd: an object is wanted, not 7",
      "issues/issue_3_report.json, /complexity_score: a number is wanted; "4" was read as one",
      "issues/issue_3_report.json, /cost_metrics: an object is wanted, not []",
      "issues/issue_3_report.json, /end_time: a time such as 2025-10-03T18:19:52 is wanted, not "tomorrow"",
      "issues/issue_3_report.json, /errors/0: an object is wanted, not "boom"",
      "issues/issue_3_report.json, /pipeline_attempts: a whole number, 0 or more is wanted, not -1",
    ]
  `);
  expect(remarks.every(({ isLoss }) => !isLoss)).toBe(true);
  expect(of(state)).toMatchObject({
    complexity_score: 4,
    agent_metrics: { coding: { attempts: 3, successes: 2, failures: 1 } },
  });
});

test('a file that is no JSON is a loss with line and column, and the others are read', () => {
  const broken = '{\n  "run_id": "r",\n  "issue_iid" "3"\n}';
  const { remarks, run } = read(
    ['metadata', '_metadata.json', METADATA],
    ['report', 'issues/issue_3_report.json', broken],
  );
  expect(run.runId).toBe(METADATA.run_id);
  expect(remarks).toMatchObject([
    {
      where: 'issues/issue_3_report.json',
      message: expect.stringMatching(/^line 3, column 15: not JSON/),
      isLoss: true,
    },
  ]);
  expect(() => read(['metadata', '_metadata.json', broken])).toThrow(/_metadata\.json: line 3, column 15/);
});

test.each([{ name: 'left-pad', version: '1.0.0' }, { status: 'published' }, {}])(
  '%j is no metadata of a run',
  (other) => {
    expect(() => read(['metadata', 'metadata.json', other])).toThrow('not the files of a run');
  },
);

test('two files of one role: the first counts, what the second says otherwise is kept', () => {
  const { run } = read(['metadata', 'a', METADATA], ['metadata', 'b', { ...METADATA, project_id: '172', extra: 1 }]);
  expect(run.start).toMatchObject({ project: '171', given: { metadata_2: { project_id: '172', extra: 1 } } });
});

test('where no start is on record, the run began when its id says, and that is no time of its own', () => {
  const { run } = read(['metadata', 'm', { run_id: METADATA.run_id }]);
  expect(run.start).toMatchObject({ at: '2025-10-03T16:19:52.000000Z', untimed: true });
});

test('what a file is shows in its keys where its name does not tell', () => {
  const roles = [METADATA, { ...METADATA, end_time: null }, { issue_iid: '3' }, REPORT].map((content) =>
    roleOfText(JSON.stringify(content)),
  );
  expect(roles).toEqual(['metadata', 'final', 'metrics', 'report']);
});

const small = fc.integer({ min: 0, max: 4 });
const name = fc.constantFrom('coding', 'review', '__proto__', 'constructor', '', 'a b');
const word = fc.string({ maxLength: 6 });
const time = fc
  .date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, -1));
const maybe = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(one);

const agents = fc
  .array(
    fc.tuple(
      name,
      fc.record({
        open: small,
        successes: small,
        failures: small,
        duration: maybe(fc.double({ min: 0, max: 1e6, noNaN: true })),
      }),
    ),
  )
  .map((list) =>
    Object.fromEntries(
      list.map(([agent, { open, ...metrics }]) => [
        agent,
        { ...metrics, attempts: open + metrics.successes + metrics.failures },
      ]),
    ),
  );
const pipeline = fc.record({
  pipeline_id: fc.constantFrom('1', '2', 3),
  status: fc.constantFrom('success', 'failed', 'canceled'),
  commit_sha: maybe(word),
  timestamp: maybe(time),
});
const cycle = fc.record({
  agent: name,
  error_type: word,
  error_message: maybe(word),
  start_time: maybe(time),
  end_time: maybe(time),
  attempts: small,
  resolved: maybe(fc.boolean()),
});
const error = fc.record({ type: word, message: word, agent: maybe(name), timestamp: maybe(time) });
const issue = fc
  .record({
    start_time: maybe(time),
    end_time: maybe(time),
    status: fc.constantFrom('in_progress', 'completed', 'failed', 'skipped'),
    agent_metrics: agents,
    pipeline_details: fc.array(pipeline, { maxLength: 4 }),
    debugging_details: fc.array(cycle, { maxLength: 4 }),
    errors: fc.array(error, { maxLength: 4 }),
    beyond: fc.tuple(small, small, small, small, small, small),
  })
  .map(({ beyond, ...report }) => {
    const had = (status: string): number => report.pipeline_details.filter((one) => one.status === status).length;
    return {
      ...report,
      pipeline_attempts: report.pipeline_details.length + beyond[0],
      succeeded_pipelines: had('success') + beyond[1],
      failed_pipelines: had('failed') + beyond[2],
      debugging_cycles: report.debugging_details.length + beyond[3],
      resolved_cycles: report.debugging_details.filter(({ resolved }) => resolved === true).length + beyond[4],
      total_errors: report.errors.length + beyond[5],
    };
  });

test('any run folder is read, and the numbers of its issues come out as they went in', () => {
  const folder = fc.record({
    status: fc.constantFrom('running', 'completed', 'failed', 'stopped', null),
    issues: fc.dictionary(fc.constantFrom('1', '2', '3'), issue),
  });
  fc.assert(
    fc.property(folder, ({ status, issues }) => {
      const files = Object.entries(issues).map(([iid, content]): Given => [
        content.status === 'in_progress' ? 'metrics' : 'report',
        `issues/issue_${iid}_report.json`,
        { ...content, issue_iid: iid },
      ]);
      const { state } = read(['metadata', 'm', { ...METADATA, status }], ...files);
      for (const [iid, given] of Object.entries(issues)) {
        const file = of(state, iid);
        for (const [agent, { attempts, successes, failures }] of Object.entries(given.agent_metrics)) {
          const expected = attempts === 0 ? undefined : { attempts, successes, failures };
          const found = Object.hasOwn(file.agent_metrics, agent) ? file.agent_metrics[agent] : undefined;
          if (expected === undefined) expect(found).toBeUndefined();
          else expect(found).toMatchObject(expected);
        }
        for (const key of ['pipeline_attempts', 'succeeded_pipelines', 'failed_pipelines', 'debugging_cycles'] as const)
          expect({ [key]: file[key] }).toEqual({ [key]: given[key] });
        const isOver = file.status !== 'in_progress';
        if (isOver) expect(file.resolved_cycles).toBe(given.resolved_cycles);
        expect(isOver ? file.total_errors : file.errors).toBe(given.total_errors);
      }
    }),
  );
});

test('files of any JSON at all are read or refused as no run', () => {
  const keys = [
    'run_id',
    'start_time',
    'status',
    'issues_processed',
    'llm_configuration',
    'agent_metrics',
    'errors',
    'end_time',
  ];
  const other = ['issue_iid', 'pipeline_details', 'debugging_details', 'cost_metrics', 'code_metrics', 'total_errors'];
  const content = fc.dictionary(fc.constantFrom(...keys, ...other, '__proto__'), fc.jsonValue({ maxDepth: 3 }));
  const file = fc.tuple(
    fc.constantFrom<RunFileRole>('metadata', 'final', 'metrics', 'report'),
    fc.constant('f'),
    content,
  );
  fc.assert(
    fc.property(fc.array(file, { minLength: 1, maxLength: 4 }), (files) => {
      try {
        read(...files);
      } catch (fault) {
        expect(fault).toMatchObject({ code: 'invalid_input' });
      }
    }),
  );
});
