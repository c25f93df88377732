// The end of runs that died, and of runs that did not: what finalize writes, whom it obeys, and that doing it twice is doing it once.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { expect, test } from 'vitest';
import { hasProgram, tempStore, treeOf, type TempStore } from '../support/runlog.js';

interface Finalized {
  runs: { run_id: string; old_status: string; status: string; cause: string; changed: boolean }[];
}

/** A script that does what is given and is then killed; gives the run's id and the script's pid. */
async function crash(store: TempStore, body: string, start = ''): Promise<{ runId: string; pid: number }> {
  const script = store.liveShell(
    'bash',
    `export RUNLOG_RUN=$(runlog start ${start})\n${body}\necho "$RUNLOG_RUN"\nread -r _\n`,
  );
  const runId = await script.line();
  await script.kill('SIGKILL');
  return { runId, pid: script.pid };
}

test('a run that wrote nothing after its start is finalized as interrupted, and ends when it started', async () => {
  const store = tempStore();
  const { runId, pid } = await crash(store, '');
  const { stdout, exitCode } = await store.runlog(['finalize']);
  expect(exitCode).toBe(0);
  expect(stdout).toBe(`${runId}  interrupted -> interrupted: its owner, process ${pid}, is gone\n`);
  const started = (await store.events(runId))[0];
  expect(store.readJson('runs', runId, '_final.json')).toMatchObject({
    run_id: runId,
    status: 'interrupted',
    start_time: started?.at,
    end_time: started?.at,
    duration_seconds: 0,
    cause: { reason: `its owner, process ${pid}, is gone`, exit_code: null, signal: null, decided_by: 'finalize' },
  });
});

test('steps and issues without an end are interrupted at the time of the last event, in every view', async () => {
  const store = tempStore();
  const { runId } = await crash(
    store,
    `runlog issue start 3 >/dev/null
     runlog step start coding --task "write the parser" --issue 3 >/dev/null
     runlog step end 1 --status SUCCESS --summary "12 tests pass"
     runlog step start review --task "read it" --issue 3 >/dev/null
     runlog error Timeout "no answer in 30 s" --agent review --issue 3
     runlog append WAIT "for the reviewer"`,
    '--project 171',
  );
  const lastAt = (await store.events(runId)).at(-1)?.at as string;
  expect((await store.runlog(['finalize'])).exitCode).toBe(0);

  const folder = (...parts: string[]): string[] => ['runs', runId, ...parts];
  expect(store.readJson(...folder('_final.json'))).toMatchObject({ status: 'interrupted', end_time: lastAt });
  expect(store.readJson(...folder('_metadata.json'))).toMatchObject({ status: 'interrupted', issues_processed: ['3'] });
  expect(store.readJson(...folder('issues', 'issue_3_report.json'))).toMatchObject({
    issue_iid: '3',
    status: 'interrupted',
    end_time: lastAt,
    first_time_right: false,
    agent_metrics: {
      coding: { attempts: 1, successes: 1, failures: 0, retries: 0 },
      review: { attempts: 1, successes: 0, failures: 0, retries: 0 },
    },
    total_errors: 1,
    errors: [{ type: 'Timeout', message: 'no answer in 30 s', agent: 'review' }],
  });
  expect(store.readJson(...folder('trace.json'))).toMatchObject({
    pipeline_status: 'PARTIAL',
    completed_at: lastAt.replace('Z', ''),
    steps: [
      { step_number: 1, agent_name: 'coding', status: 'SUCCESS', success: true, output_summary: '12 tests pass' },
      {
        step_number: 2,
        agent_name: 'review',
        status: 'FAIL',
        success: false,
        completed_at: lastAt.replace('Z', ''),
        error_message: 'interrupted: the run ended before this step did',
      },
    ],
  });
  expect(store.read(...folder('design-experiment.log'))).toMatch(/^\[.*\] WAIT: for the reviewer\n$/);
  expect(store.read('csv', 'runs.csv').split('\r\n')[1]).toContain(`${runId},171,`);
  expect(store.read('csv', 'issues.csv').split('\r\n')[1]).toContain(`,${lastAt},`);
  expect(store.read('csv', 'agents.csv').match(/INTERRUPTED/g)).toHaveLength(1);
  expect(store.read('csv', 'errors.csv')).toContain(`${runId},3,review,Timeout,no answer in 30 s,`);
});

test('the seal counts the bytes and events of each segment and has its SHA-256', async () => {
  const store = tempStore();
  const { runId } = await crash(store, 'runlog append ONE\nrunlog append TWO');
  await store.runlog(['finalize']);
  const segment = store.segment(runId);
  const bytes = fs.readFileSync(segment);
  expect(store.readJson('runs', runId, '_final.json').seal).toEqual({
    [`journal/${segment.split('/').at(-1)}`]: {
      bytes: bytes.length,
      events: 4,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    },
  });
});

test('a live run is refused to a stranger with 75, and nothing is written', async () => {
  const store = tempStore();
  const script = store.liveShell('bash', 'runlog start\nread -r _\n');
  const runId = await script.line();
  const tree = treeOf(store.dir);
  const { exitCode, stdout, stderr } = await store.runlog(['finalize', runId]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 75, stdout: '' });
  expect(stderr).toBe(
    `error: ${runId} is not over: its owner, process ${script.pid}, is alive\n` +
      'hint: Its own script can finalize it; --force does it anyway.\n',
  );
  expect(await store.json('finalize', runId)).toMatchObject({ error: { code: 'run_is_live', exit: 75 } });
  const { '.lock': _lock, ...after } = treeOf(store.dir);
  expect(after).toEqual(tree);

  const forced = await store.runlog(['finalize', runId, '--force', '--status', 'cancelled']);
  expect(forced).toMatchObject({ exitCode: 0, stdout: `${runId}  running -> cancelled: finalized as cancelled\n` });
  expect(store.readJson('runs', runId, '_final.json').cause.decided_by).toBe('user');
  await script.kill('SIGKILL');
});

test('finalize without a run leaves live runs alone', async () => {
  const store = tempStore();
  const script = store.liveShell('bash', 'runlog start\nread -r _\n');
  const runId = await script.line();
  const { exitCode, stdout, stderr } = await store.runlog(['finalize']);
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: '', stderr: 'nothing to finalize\n' });
  expect(await store.status(runId)).toBe('running');
  await script.kill('SIGKILL');
});

test('the owner finalizes its own run, and so does what it has started', async () => {
  const store = tempStore();
  const script = `
    export RUNLOG_RUN=$(runlog start --id direct); runlog finalize
    export RUNLOG_RUN=$(runlog start --id deep); bash -c 'sh -c "runlog finalize; true"; true'
    export RUNLOG_RUN=$(runlog start --id trapped); trap 'runlog finalize --exit-code $?' EXIT
    false
    exit 7
  `;
  const { stdout, stderr, exitCode } = await store.shell('bash', script);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 7 });
  const lines = stdout.split('\n');
  expect(lines).toEqual([
    expect.stringMatching(/^direct {2}running -> completed: it was finalized, and no .* failed$/),
    expect.stringMatching(/^deep {2}running -> completed: it was finalized, and no .* failed$/),
    'trapped  running -> failed: exit status 7',
    '',
  ]);
  expect(store.readJson('runs', 'trapped', '_final.json').cause).toEqual({
    reason: 'exit status 7',
    exit_code: 7,
    signal: null,
    decided_by: 'owner',
  });
});

test('how a run ended follows from what was said and recorded, never completed by default', async () => {
  const store = tempStore();
  const success = { type: 'step.ended', step: 1, agent: 'a', status: 'SUCCESS' };
  const failure = { type: 'step.ended', step: 2, agent: 'b', status: 'FAIL' };
  const open = { type: 'step.started', step: 3, agent: 'c' };
  const cases: [id: string, events: Record<string, unknown>[], args: string[], status: string, cause: string][] = [
    ['said', [], ['--status', 'failed', '--error', 'out of memory'], 'failed', 'finalized as failed'],
    ['exit0', [success], ['--exit-code', '0'], 'completed', 'exit status 0'],
    ['exit1', [], ['--exit-code', '1'], 'failed', 'exit status 1'],
    ['exit1-after-success', [success], ['--exit-code', '1'], 'partial', 'exit status 1'],
    ['exit0-after-failure', [success, failure], ['--exit-code', '0'], 'partial', 'step 2 (b) ended FAIL'],
    ['killed', [], ['--exit-code', '137'], 'interrupted', 'killed by SIGKILL'],
    ['all-failed', [failure], ['--force'], 'failed', 'step 2 (b) ended FAIL'],
    ['some-failed', [success, failure], ['--force'], 'partial', 'step 2 (b) ended FAIL'],
    ['left-open', [success, open], ['--force'], 'interrupted', 'it ended inside step 3 (c)'],
    ['erred', [success], ['--error', 'Pipeline stopped'], 'partial', 'Pipeline stopped'],
    ['caused', [], ['--status', 'cancelled', '--cause', 'the user gave up'], 'cancelled', 'the user gave up'],
  ];
  const now = new Date().toISOString();
  for (const [id, events, args, status, cause] of cases) {
    const started = { type: 'run.started', run_id: id, at: now, host: null };
    store.write(id, [started, ...events.map((event) => ({ ...event, at: now }))]);
    expect(await store.json('finalize', id, ...args)).toEqual({
      runs: [{ run_id: id, old_status: 'running', status, cause, changed: true }],
    });
  }
});

test('--dry-run says what would be done and writes nothing', async () => {
  const store = tempStore();
  const { runId } = await crash(store, 'runlog append ONE');
  const tree = treeOf(store.dir);
  const planned = await store.json<Finalized>('finalize', '--dry-run');
  expect(treeOf(store.dir)).toEqual(tree);
  expect(planned.runs).toMatchObject([{ run_id: runId, status: 'interrupted', changed: true }]);
  expect(await store.json<Finalized>('finalize')).toEqual(planned);
});

test('an event that comes after the end is kept, and the next finalize takes it into the views', async () => {
  const store = tempStore();
  const { runId } = await crash(store, 'runlog append ONE');
  await store.runlog(['finalize']);
  const late = await store.runlog(['append', 'LATE', '--run', runId]);
  expect(late.exitCode).toBe(0);
  expect(late.stderr).toContain(`${runId} has been finalized; the event stands after its end`);
  expect(await store.json<Finalized>('finalize', runId)).toMatchObject({
    runs: [{ run_id: runId, old_status: 'interrupted', status: 'interrupted', changed: true }],
  });
  expect(store.read('runs', runId, 'design-experiment.log')).toMatch(/ONE\n\n.*LATE\n$/);
  const tree = treeOf(store.dir);
  await store.runlog(['finalize', runId]);
  expect(treeOf(store.dir)).toEqual(tree);
});

test('views that were lost or changed come back the same from the journal', async () => {
  const store = tempStore();
  const { runId } = await crash(
    store,
    'runlog issue start 3\nrunlog step start coding --issue 3 >/dev/null\nrunlog append ONE "a" --result b',
  );
  await store.runlog(['finalize']);
  const tree = treeOf(store.dir);
  for (const view of ['_final.json', '_metadata.json', 'trace.json', 'design-experiment.log', 'issues'])
    fs.rmSync(store.path('runs', runId, view), { recursive: true });
  fs.rmSync(store.path('csv'), { recursive: true });
  expect((await store.runlog(['finalize', runId])).exitCode).toBe(0);
  expect(treeOf(store.dir)).toEqual(tree);
});

test.skipIf(!hasProgram('flock'))(
  'while another holds the lock finalize fails at once with 75, or waits for it',
  async () => {
    const store = tempStore();
    const { runId } = await crash(store, 'runlog append ONE');
    fs.writeFileSync(store.path('.lock'), '', { mode: 0o600 });
    const holder = store.live('flock', [store.path('.lock'), 'sh', '-c', 'echo held; read -r _']);
    await holder.line();
    const refused = await store.runlog(['finalize', runId]);
    expect(refused).toMatchObject({ exitCode: 75, stdout: '' });
    expect(refused.stderr).toMatch(/^error: another finalize, rotate or export is at work \(.*\)\nhint: Try again/);
    for (const command of [['rotate'], ['export', 'csv'], ['restore', 'x']])
      expect((await store.runlog(command)).exitCode).toBe(75);
    expect(await store.status(runId)).toBe('interrupted');
    expect((await store.runlog(['append', 'STILL_RECORDED', '--run', runId])).exitCode).toBe(0);

    const waiting = store.runlog(['finalize', runId, '--lock-timeout', '30']);
    holder.say();
    await holder.ended();
    expect((await waiting).exitCode).toBe(0);
  },
);

test.skipIf(!hasProgram('flock'))('a lock dies with its holder', async () => {
  const store = tempStore();
  const { runId } = await crash(store, '');
  fs.writeFileSync(store.path('.lock'), '', { mode: 0o600 });
  const holder = store.live('flock', ['--no-fork', store.path('.lock'), 'sh', '-c', 'echo held; read -r _']);
  await holder.line();
  expect((await store.runlog(['finalize', runId])).exitCode).toBe(75);
  await holder.kill('SIGKILL');
  expect((await store.runlog(['finalize', runId])).exitCode).toBe(0);
});

test('four that finalize at once leave what one would have left', async () => {
  const [one, many] = [tempStore(), tempStore()];
  const { runId } = await crash(
    one,
    'runlog issue start 3\nrunlog step start coding --issue 3 >/dev/null\nrunlog append ONE',
  );
  fs.cpSync(one.dir, many.dir, { recursive: true });
  await one.runlog(['finalize']);
  const outcomes = await Promise.all(
    [1, 2, 3, 4].map(() => many.runlog(['finalize', runId, '--lock-timeout', '50', '--json'])),
  );
  expect(outcomes.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
  const changed = outcomes.map(({ stdout }) => (JSON.parse(stdout) as Finalized).runs[0]?.changed);
  expect(changed.toSorted()).toEqual([false, false, false, true]);
  const withoutJournal = (tree: Record<string, string>): Record<string, string> =>
    Object.fromEntries(Object.entries(tree).filter(([name]) => !/journal\/|_final\.json/.test(name)));
  expect(withoutJournal(treeOf(many.dir))).toEqual(withoutJournal(treeOf(one.dir)));
});

test('an unknown run is 66 and a store that is not there is 66', async () => {
  const store = tempStore();
  expect(await store.runlog(['finalize', 'nobody'])).toMatchObject({ exitCode: 66, stdout: '' });
  await store.start();
  const { exitCode, stderr } = await store.runlog(['finalize', 'nobody']);
  expect(exitCode).toBe(66);
  expect(stderr).toContain('error: no such run: nobody\nhint: The store is ');
  expect((await store.runlog(['finalize', '--status', 'fine'])).exitCode).toBe(2);
});
