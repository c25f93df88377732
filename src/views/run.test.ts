// What any writer may say of a run that nobody means: the fold takes it.
import { expect, test } from 'vitest';
import { foldRun } from './run.js';

test.each([-1, -1e300, 0, 1e300])('a promise of a beat every %d seconds hinders no reading', (beatSeconds) => {
  const at = '2025-01-01T00:00:00.000000Z';
  const { due } = foldRun([
    { v: 1, id: 'a', at, type: 'run.started', run_id: 'run', beat_seconds: beatSeconds },
    { v: 1, id: 'b', at, type: 'run.beat' },
  ]);
  expect(due).toBe(beatSeconds < 0 ? null : beatSeconds === 0 ? at : '9999-12-31T00:00:00.000000Z');
});
