// runlog import and export trace: a trace comes out as the bytes that came in, alone, in a list or one a line.
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, tempStore } from '../support/runlog.js';

const TRACE = path.join(ROOT, 'fixtures', 'bad', 'samples', 'trace.json');
const text = fs.readFileSync(TRACE, 'utf8');
const trace = JSON.parse(text) as Record<string, unknown>;

test('an imported trace comes out byte for byte, before and after finalize, and prints as its store prints it', async () => {
  const store = tempStore();
  const { stdout, stderr } = await store.runlog(['import', TRACE, '--timezone', 'Asia/Tokyo']);
  expect({ stdout, stderr }).toEqual({ stdout: 'run_20260203_040506_fix_bug\n', stderr: '' });
  expect((await store.runlog(['export', 'trace', 'latest'])).stdout).toBe(text);
  await store.runlog(['finalize']);
  expect((await store.runlog(['export', 'trace', trace['trace_id'] as string])).stdout).toBe(text);
  expect(fs.readFileSync(store.path('runs', stdout.trim(), 'trace.json'), 'utf8')).toBe(text);
  expect((await store.runlog(['summary', '--format', 'trace', 'latest'])).stdout).toBe(
    `Trace ID: 5d0e2c6a-41c7-4a27-9a55-9b1c8d8f9f10
Intent: fix_bug
Status: PARTIAL
Started: 2026-02-03T04:05:06.000200
Completed: 2026-02-03T04:05:09.500000

Execution Steps (2):
  1. ✅ coder: SUCCESS
  2. 🚫 reviewer: BLOCKED
     Error: no tests

Final Error: stopped at review
`,
  );
});

test('a list of traces gives a run each; the same trace alone, or one a line, is the same run', async () => {
  const store = tempStore();
  const other = { ...trace, trace_id: 'other', pipeline_status: 'RUNNING', completed_at: null, final_error: null };
  const list = await store.runlog(['import', '-'], { input: JSON.stringify([trace, other]) });
  expect(list.stdout).toBe('run_20260203_040506_fix_bug\nrun_20260203_040506_fix_bug_2\n');
  const again = await store.runlog(['import', '-', TRACE], {
    input: `${JSON.stringify(other)}\n${JSON.stringify(trace)}\n`,
  });
  expect(again.stdout.trim().split('\n').toSorted()).toEqual(
    [...list.stdout.trim().split('\n'), 'run_20260203_040506_fix_bug'].toSorted(),
  );
  expect(fs.readdirSync(store.path('runs')).length).toBe(2);
});

test('a trace that was left RUNNING is finalized as interrupted, at its last known time; all else stays as given', async () => {
  const store = tempStore();
  const left = {
    ...trace,
    pipeline_status: 'RUNNING',
    completed_at: null,
    final_error: null,
    vendor: { build: 7 },
    steps: [{ ...(trace['steps'] as object[])[0], status: 'STARTED', completed_at: null, success: null, retries: 2 }],
  };
  await store.runlog(['import', '-'], { input: JSON.stringify(left) });
  expect(JSON.parse((await store.runlog(['export', 'trace', 'latest'])).stdout)).toEqual(left);
  await store.runlog(['finalize']);
  const after = JSON.parse((await store.runlog(['export', 'trace', 'latest'])).stdout) as Record<string, unknown>;
  expect(after).toMatchObject({
    pipeline_status: 'FAILED',
    completed_at: '2026-02-03T04:05:06.100000',
    vendor: { build: 7 },
    steps: [{ status: 'FAIL', success: false, retries: 2 }],
  });
  expect((await store.runlog(['show', 'latest'])).stdout).toContain('given: {"vendor":{"build":7}}');
});
