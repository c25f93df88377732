import { expect, it } from 'vitest';
import { candidateIds, composeRunId } from './create.js';

it.each([
  ['171', null, 'run_20251003_181952_project_171'],
  [null, 'nightly', 'run_20251003_181952_nightly'],
  [null, null, 'run_20251003_181952_run'],
  ['../../etc', null, 'run_20251003_181952_project_etc'],
  ['Prüfung 3/4', null, 'run_20251003_181952_project_Prufung-3-4'],
  ['日本', null, 'run_20251003_181952_project_run'],
])('makes an id of project %s and name %s that is safe as a folder name', (project, name, id) => {
  expect(composeRunId('2025-10-03 18:19:52', project, name)).toBe(id);
});

it('numbers clashes from 2', () => {
  const ids = candidateIds('run');
  expect([ids.next().value, ids.next().value, ids.next().value]).toEqual(['run', 'run_2', 'run_3']);
});
