// The execution trace of FORMATS.md 3: its JSON and its text, equal but for ids and times.
import { expect, test } from 'vitest';
import { GOLDEN_RUN, placeGoldenRun, tempStore, type TempStore } from '../support/runlog.js';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(?!\d|Z)/g;

async function reviewedRun(): Promise<{ store: TempStore; runId: string }> {
  const store = tempStore();
  const runId = await store.start('--intent', 'development_flow', '--trigger', 'test');
  await store.ok('step', 'start', 'development_agent', '--run', runId);
  await store.ok('step', 'end', '1', '--status', 'SUCCESS', '--run', runId);
  await store.ok('step', 'start', 'code_review_agent', '--task', 'Prüfung 🚫', '--run', runId);
  await store.ok('step', 'end', '2', '--status', 'BLOCKED', '--error', 'Code review blocked', '--run', runId);
  await store.runlog(['finalize', runId, '--error', 'Pipeline stopped at code review']);
  return { store, runId };
}

test('the text of a run with steps SUCCESS and BLOCKED is that of the format', async () => {
  const { store, runId } = await reviewedRun();
  const { stdout } = await store.runlog(['summary', runId, '--format', 'trace']);
  expect(stdout.replaceAll(UUID, 'test-summary').replaceAll(TIME, '2026-01-26T18:16:54.808827')).toBe(
    `Trace ID: test-summary
Intent: development_flow
Status: PARTIAL
Started: 2026-01-26T18:16:54.808827
Completed: 2026-01-26T18:16:54.808827

Execution Steps (2):
  1. ✅ development_agent: SUCCESS
  2. 🚫 code_review_agent: BLOCKED
     Error: Code review blocked

Final Error: Pipeline stopped at code review
`,
  );
});

test('trace.json has all keys in their order, two spaces, \\u escapes and no newline at the end', async () => {
  const { store, runId } = await reviewedRun();
  const file = store.read('runs', runId, 'trace.json');
  expect(file.replaceAll(UUID, 'ID').replaceAll(TIME, 'TIME')).toBe(
    `{
  "trace_id": "ID",
  "trigger": {
    "source": "test",
    "issue_key": null,
    "issue_status": null,
    "intent_type": "development_flow",
    "timestamp": "TIME"
  },
  "intent_type": "development_flow",
  "pipeline_status": "PARTIAL",
  "started_at": "TIME",
  "completed_at": "TIME",
  "steps": [
    {
      "step_number": 1,
      "agent_name": "development_agent",
      "agent_task": null,
      "status": "SUCCESS",
      "started_at": "TIME",
      "completed_at": "TIME",
      "success": true,
      "error_message": null,
      "output_summary": null
    },
    {
      "step_number": 2,
      "agent_name": "code_review_agent",
      "agent_task": "Pr\\u00fcfung \\ud83d\\udeab",
      "status": "BLOCKED",
      "started_at": "TIME",
      "completed_at": "TIME",
      "success": false,
      "error_message": "Code review blocked",
      "output_summary": null
    }
  ],
  "final_error": "Pipeline stopped at code review",
  "execution_plan_summary": null
}`,
  );
  expect((await store.runlog(['export', 'trace', runId])).stdout).toBe(file);
});

test('same execution, same structure: only times and ids differ', async () => {
  const [one, other] = [await reviewedRun(), await reviewedRun()];
  const shape = ({ store, runId }: typeof one): string =>
    store.read('runs', runId, 'trace.json').replaceAll(UUID, 'ID').replaceAll(TIME, 'TIME');
  expect(shape(one)).toBe(shape(other));
});

test('PARTIAL where something succeeded before the failure, FAILED where nothing did, RUNNING until the end', async () => {
  const store = tempStore();
  const start = { type: 'run.started', owner: null, host: null };
  const [good, bad] = ['SUCCESS', 'FAIL'].map((status, step) => ({
    type: 'step.ended',
    step: step + 1,
    agent: 'a',
    status,
  }));
  const end = (status: string): Record<string, unknown> => ({ type: 'run.ended', status });
  const open = { type: 'step.started', step: 3, agent: 'b' };
  const cases: [id: string, events: unknown[], status: string][] = [
    ['succeeded', [good, end('completed')], 'SUCCESS'],
    ['partly', [good, bad, end('partial')], 'PARTIAL'],
    ['failed', [bad, end('failed')], 'FAILED'],
    ['dead', [open, end('interrupted')], 'FAILED'],
    ['dead-later', [good, open, end('interrupted')], 'PARTIAL'],
    ['open', [good, open], 'RUNNING'],
  ];
  for (const [id, events, status] of cases) {
    store.write(id, [{ ...start, run_id: id }, ...(events as Record<string, unknown>[])]);
    const { trace } = await store.json('summary', id);
    expect({ id, status: trace.pipeline_status }).toEqual({ id, status });
  }
  expect((await store.json('summary', 'open')).trace.steps[1]).toMatchObject({
    status: 'STARTED',
    success: null,
    completed_at: null,
  });
});

test('a plan is summed up by its methods, and the trace keeps the id its source gave it', async () => {
  const store = tempStore();
  placeGoldenRun(store);
  const { trace } = await store.json('summary', GOLDEN_RUN);
  expect(trace).toMatchObject({
    trace_id: '2289219a-a8c4-4012-be7d-489185977869',
    trigger: {
      source: 'webhook',
      issue_key: 'AB-1',
      issue_status: 'In Progress',
      timestamp: '2025-10-03T18:19:52.000101',
    },
    execution_plan_summary: 'gc -> ctgan -> tvae',
    final_error: 'Pipeline stopped at code review',
  });
});
