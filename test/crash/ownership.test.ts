// Who owns a run: the script that started it, however deep in subshells `runlog start` was called.
import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import { hasProgram, SHELLS, tempStore, treeOf, type ShellName } from '../support/runlog.js';

const FORMS = [
  'RUNLOG_RUN=$(runlog start --project 171)',
  'RUNLOG_RUN=$(runlog start --project 171 | cat)',
  'RUNLOG_RUN=$(runlog start --project 171 || exit 1)',
  'RUNLOG_RUN=$( (runlog start --project 171) )',
  'RUNLOG_RUN=`runlog start --project 171 2>&1 | tail -n 1 | cat`',
];
const CALLS = [...FORMS, ...FORMS.slice(0, 3).map((form) => `eval '${form}'`)];

interface Listed {
  run_id: string;
  status: string;
  start_time: string;
  end_time: string | null;
}

for (const shell of SHELLS)
  describe.skipIf(!hasProgram(shell))(`in ${shell}${hasProgram(shell) ? '' : ' (not installed: skipped)'}`, () => {
    test.concurrent.for(CALLS)(
      'after %s the run is running while the script lives and interrupted after it was killed',
      (call, { expect: expectHere }) => liveAndDie(shell, call, expectHere),
    );
  });

async function liveAndDie(shell: ShellName, call: string, expectHere: typeof expect): Promise<void> {
  const store = tempStore();
  const script = store.liveShell(
    shell,
    `${call}\nexport RUNLOG_RUN\nrunlog append VERIFY_MODEL "Checking" --command "ls" --result ok\necho "$RUNLOG_RUN"\nread -r _\n`,
  );
  const runId = await script.line();
  expectHere(runId).toMatch(/^run_\d{8}_\d{6}_project_171$/);
  const listed = async (): Promise<Listed[]> => (await store.json<{ runs: Listed[] }>('list')).runs;
  expectHere(await listed()).toMatchObject([{ run_id: runId, status: 'running', end_time: null }]);
  const started = (await store.events(runId))[0] as { owner?: { pid: number } };
  expectHere(started.owner?.pid).toBe(script.pid);

  await script.kill('SIGKILL');
  const lastAt = (await store.events(runId)).at(-1)?.at;
  expectHere(await listed()).toMatchObject([{ run_id: runId, status: 'interrupted', end_time: lastAt }]);
  expectHere(fs.existsSync(store.path('runs', runId, '_final.json'))).toBe(false);

  const first = await store.runlog(['finalize', '--json']);
  expectHere(first).toMatchObject({ exitCode: 0, stderr: '' });
  const cause = `its owner, process ${script.pid}, is gone`;
  expectHere(JSON.parse(first.stdout)).toEqual({
    runs: [{ run_id: runId, old_status: 'interrupted', status: 'interrupted', cause, changed: true }],
  });
  expectHere(await listed()).toMatchObject([{ run_id: runId, status: 'interrupted', end_time: lastAt }]);

  const tree = treeOf(store.dir);
  const second = await store.runlog(['finalize', '--json']);
  expectHere(second).toMatchObject({ exitCode: 0 });
  expectHere(JSON.parse(second.stdout)).toEqual({ runs: [] });
  const named = await store.runlog(['finalize', runId, '--json']);
  expectHere(named).toMatchObject({ exitCode: 0 });
  expectHere(JSON.parse(named.stdout)).toEqual({
    runs: [{ run_id: runId, old_status: 'interrupted', status: 'interrupted', cause, changed: false }],
  });
  expectHere(treeOf(store.dir)).toEqual(tree);
}

test('a script that calls another owns its own run, the inner one too', async () => {
  const store = tempStore();
  const inner = `${store.cwd}/inner.sh`;
  fs.writeFileSync(inner, '#!/bin/sh\nrunlog start --name inner\nread -r _\n', { mode: 0o755 });
  const outer = store.liveShell('bash', `runlog start --name outer\n${inner}\necho over\nread -r _\n`);
  const [outerRun, innerRun] = [await outer.line(), await outer.line()];
  expect(await store.status(outerRun)).toBe('running');
  expect(await store.status(innerRun)).toBe('running');
  outer.say();
  expect(await outer.line()).toBe('over');
  expect(await store.status(outerRun)).toBe('running');
  expect(await store.status(innerRun)).toBe('interrupted');
  await outer.kill('SIGKILL');
  expect(await store.status(outerRun)).toBe('interrupted');
});

test('a script that ends without finalize leaves an interrupted run, not a completed one', async () => {
  const store = tempStore();
  const { stdout } = await store.shell(
    'bash',
    'export RUNLOG_RUN=$(runlog start)\nrunlog append DONE\necho "$RUNLOG_RUN"\n',
  );
  expect(await store.status(stdout.trimEnd())).toBe('interrupted');
});

test('--owner-pid names the owner, and a process that is not there is refused', async () => {
  const store = tempStore();
  const owner = store.live('sh', ['-c', 'echo up; read -r _']);
  await owner.line();
  const runId = await store.start('--owner-pid', String(owner.pid));
  expect(await store.status(runId)).toBe('running');
  await owner.kill('SIGKILL');
  expect(await store.status(runId)).toBe('interrupted');
  const refused = await store.runlog(['start', '--owner-pid', String(owner.pid)]);
  expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
  expect(refused.stderr).toContain(`no process has the number ${owner.pid}`);
});

test('under CI=true every step is a shell of its own: the run has no owner and goes on from one step to the next', async () => {
  const store = tempStore();
  const ci = { env: { CI: 'true' } };
  const { stdout } = await store.shell('bash', 'runlog start\n', ci);
  const runId = stdout.trimEnd();
  expect(await store.status(runId)).toBe('running');
  expect(await store.events(runId)).toMatchObject([{ type: 'run.started', owner: null }]);
  const next = await store.shell('bash', `runlog append STEP_TWO --run ${runId}\nrunlog finalize ${runId}\n`, ci);
  expect(next.exitCode).toBe(0);
  expect(await store.status(runId)).toBe('completed');
});
