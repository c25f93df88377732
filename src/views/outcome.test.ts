import { expect, it } from 'vitest';
import type { EventBody, RunlogEvent } from '../events/vocabulary.js';
import { statusByRecord } from './outcome.js';
import { foldRun } from './run.js';

/** Events a second apart. */
function fold(...bodies: EventBody[]): ReturnType<typeof foldRun> {
  return foldRun(
    bodies.map(
      (body, second) =>
        ({
          v: 1,
          id: `e${second}`,
          at: `2026-01-01T00:00:${String(second).padStart(2, '0')}.000000Z`,
          ...body,
        }) as RunlogEvent,
    ),
  );
}

const start = (step: number, agent: string, task = 'task'): EventBody => ({ type: 'step.started', step, agent, task });
const end = (step: number, status: string): EventBody => ({ type: 'step.ended', step, status });

it('is completed where nothing says otherwise', () => {
  expect(statusByRecord(fold({ type: 'action.logged', action: 'A' })).status).toBe('completed');
});

it('is interrupted where a step or an issue is still open', () => {
  expect(statusByRecord(fold(start(1, 'coding')))).toEqual({
    status: 'interrupted',
    reason: 'it ended inside step 1 (coding)',
  });
  expect(statusByRecord(fold({ type: 'issue.started', issue: '3' })).reason).toBe('it ended inside issue 3');
});

it('takes the last attempt for the outcome, not an earlier one that failed', () => {
  const state = fold(start(1, 'coding'), end(1, 'FAIL'), start(2, 'coding'), end(2, 'SUCCESS'));
  expect(statusByRecord(state).status).toBe('completed');
  expect(state.steps.map(({ attempt }) => attempt)).toEqual([1, 2]);
});

it('is partial where something succeeded before the failure, else failed', () => {
  expect(
    statusByRecord(fold(start(1, 'coding'), end(1, 'SUCCESS'), start(2, 'review'), end(2, 'BLOCKED'))).status,
  ).toBe('partial');
  expect(statusByRecord(fold(start(1, 'coding'), end(1, 'FAIL'))).status).toBe('failed');
});
