// A run of the library ends with its program, whatever ends that; and nothing that goes wrong with recording reaches the program.
import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runTypeScript } from '../support/agent-run.js';
import { tempStore, type Outcome, type TempStore } from '../support/runlog.js';

interface Ran extends Outcome {
  store: TempStore;
}

/** Runs a program whose `run` is a run called `run`. */
async function program(body: string, options = '{}', store: TempStore = tempStore()): Promise<Ran> {
  const source = `import { openRun, recordRun, startRun } from 'runlog';
    const run = startRun({ id: 'run', ...${options} });
    run.action('BEGIN', 'it begins');
    ${body}`;
  return { ...(await runTypeScript(store, source)), store };
}

const final = (store: TempStore, id = 'run'): any => store.readJson('runs', id, '_final.json');
const types = async (store: TempStore, id = 'run'): Promise<string[]> =>
  (await store.events(id)).map(({ type }) => type);

describe('a program that ends without a word', () => {
  const KEEP_ALIVE = 'setInterval(() => undefined, 1000);';
  const kill = (signal: string): string => `setTimeout(() => process.kill(process.pid, '${signal}'), 100);`;
  it.each([
    ['by itself', '', 0, { status: 'completed', cause: { reason: 'exit status 0', exit_code: 0, signal: null } }],
    [
      'by itself, with a status of its own',
      'process.exitCode = 4;',
      4,
      { status: 'failed', cause: { reason: 'exit status 4', exit_code: 4 } },
    ],
    ['by process.exit', 'process.exit(3);', 3, { status: 'failed', cause: { reason: 'exit status 3', exit_code: 3 } }],
    [
      'by an exception',
      "throw new TypeError('no such thing');",
      1,
      { status: 'failed', error: 'TypeError: no such thing', cause: { reason: 'uncaught exception', exit_code: 1 } },
    ],
    [
      'by a rejection that nobody handles',
      "Promise.reject(new RangeError('too far'));",
      1,
      { status: 'failed', error: 'RangeError: too far', cause: { reason: 'uncaught exception' } },
    ],
    [
      'by SIGTERM',
      KEEP_ALIVE + kill('SIGTERM'),
      143,
      { status: 'interrupted', cause: { reason: 'killed by SIGTERM', signal: 'SIGTERM' } },
    ],
    [
      'by SIGINT',
      KEEP_ALIVE + kill('SIGINT'),
      130,
      { status: 'interrupted', cause: { reason: 'killed by SIGINT', signal: 'SIGINT' } },
    ],
    [
      'by SIGHUP',
      KEEP_ALIVE + kill('SIGHUP'),
      129,
      { status: 'interrupted', cause: { reason: 'killed by SIGHUP', signal: 'SIGHUP' } },
    ],
    [
      'by SIGTERM that it takes itself',
      `process.on('SIGTERM', () => process.exit(143)); ${KEEP_ALIVE}${kill('SIGTERM')}`,
      143,
      { status: 'interrupted', cause: { reason: 'killed by SIGTERM', signal: 'SIGTERM' } },
    ],
    [
      'after an exception that it took itself',
      "process.on('uncaughtException', () => undefined); setTimeout(() => { throw new Error('taken'); }, 10);",
      0,
      { status: 'completed', error: null, cause: { reason: 'exit status 0' } },
    ],
    [
      'of its own will after a signal',
      `process.on('SIGTERM', () => process.exit(0)); ${KEEP_ALIVE}${kill('SIGTERM')}`,
      0,
      { status: 'completed', cause: { reason: 'exit status 0' } },
    ],
  ])('%s: its run is finalized with the cause, and its exit status is its own', async (_, body, exitCode, facts) => {
    const ran = await program(body);
    expect({ exitCode: ran.exitCode, stderr: ran.stderr }).toMatchObject({ exitCode });
    expect(final(ran.store)).toMatchObject(facts);
    expect(ran.store.read('runs', 'run', 'design-experiment.log')).toContain('BEGIN: it begins');
    expect(await ran.store.json('verify', 'run', '--strict')).toMatchObject({ ok: true });
  });

  it('by SIGKILL: finalize finds its owner dead, and all that it recorded', async () => {
    const { store, exitCode } = await program("run.step('coding', () => process.kill(process.pid, 'SIGKILL'));");
    expect(exitCode).toBe(137);
    await store.ok('finalize');
    expect(final(store).status).toBe('interrupted');
    expect(await types(store)).toEqual(['run.started', 'action.logged', 'step.started', 'run.ended']);
  });

  it('with two runs: each is finalized', async () => {
    const { store } = await program("startRun({ id: 'other' }).action('ALSO'); process.exit(2);");
    expect([final(store).status, final(store, 'other').status]).toEqual(['failed', 'failed']);
  });

  it('while a step is open: the step was interrupted', async () => {
    const { store } = await program("run.startIssue(3); run.startStep('coding', { issue: '3' }); process.exit(1);");
    expect(store.read('csv', 'agents.csv')).toContain('INTERRUPTED');
    expect(store.readJson('runs', 'run', 'issues', 'issue_3_report.json').status).toBe('interrupted');
  });
});

describe('a program that ends its run', () => {
  it('gives its status, keeps nothing alive and leaves no listener', async () => {
    const { stdout, exitCode, store } = await program(`
      const before = process.listenerCount('SIGTERM');
      console.log(await run.finalize(), await run.finalize({ exitCode: 9 }));
      // Node itself listens to the exit while a module awaits.
      const ours = (name) => process.listeners(name).filter((listener) => listener.name !== 'handleProcessExit').length;
      console.log(before, ['SIGTERM', 'SIGINT', 'exit', 'beforeExit', 'uncaughtExceptionMonitor'].map(ours).join());`);
    expect({ stdout, exitCode }).toEqual({ stdout: 'completed completed\n1 0,0,0,0,0\n', exitCode: 0 });
    expect(final(store)).toMatchObject({ status: 'completed', cause: { decided_by: 'owner' } });
  });

  it('says how it went', async () => {
    const { store } = await program("await run.finalize({ error: new Error('out of memory'), cause: 'the GPU' });");
    expect(final(store)).toMatchObject({
      status: 'failed',
      error: 'Error: out of memory',
      cause: { reason: 'the GPU' },
    });
  });

  it('fifty of them: no warning about listeners', async () => {
    const { stderr, store } = await program(`
      const runs = Array.from({ length: 50 }, (_, index) => startRun({ id: 'many_' + index }));
      await Promise.all([run, ...runs].map((one) => one.finalize()));`);
    expect(stderr).toBe('');
    expect((await store.json('list', '--status', 'completed')).runs).toHaveLength(51);
  });

  it('by recordRun: completed, or failed with what was thrown, which is thrown on', async () => {
    const { store, stdout } = await program(`
      console.log(await recordRun({ id: 'good' }, async (one) => { one.action('A'); return 7; }));
      await recordRun({ id: 'bad' }, () => { throw new TypeError('no'); }).catch((error) => console.log(error.message));
      await run.finalize();`);
    expect(stdout).toBe('7\nno\n');
    expect([final(store, 'good').status, final(store, 'bad').status]).toEqual(['completed', 'failed']);
    expect(final(store, 'bad').error).toBe('TypeError: no');
  });

  it('by await using: by what is on record', async () => {
    const { store } = await program(`{
      await using one = startRun({ id: 'using' });
      try { one.step('coding', () => { throw new Error('no'); }); } catch {}
    } await run.finalize();`);
    expect(final(store, 'using').status).toBe('failed');
  });

  it('by await using, with an exception on its way out: the run failed after all', async () => {
    const { store, exitCode } = await program(`await run.finalize();
      async function main() { await using one = startRun({ id: 'using' }); throw new Error('out of the block'); }
      await main();`);
    expect(exitCode).toBe(1);
    expect(await store.status('using')).toBe('failed');
    expect(final(store, 'using')).toMatchObject({
      status: 'failed',
      corrections: [{ subject: 'run', success: false, evidence: 'uncaught exception: Error: out of the block' }],
    });
  });

  it('by await using, and goes wrong in another run after it: the first is no failure', async () => {
    const { store } = await program(`await run.finalize();
      { await using one = startRun({ id: 'using' }); }
      startRun({ id: 'next' }); throw new Error('here');`);
    expect([final(store, 'using').status, final(store, 'next').status]).toEqual(['completed', 'failed']);
  });

  it('and records on: what comes late stands after the end', async () => {
    const { store } = await program("await run.finalize(); run.action('LATE');");
    expect(await types(store)).toEqual(['run.started', 'action.logged', 'run.ended', 'action.logged']);
  });
});

describe('nothing that goes wrong with recording reaches the program', () => {
  it('wrong values are told to onError, and cost nothing else', async () => {
    const { store, stdout, exitCode } = await program(
      `run.action('not upper case');
      run.usage({ model: 'm', input: -1, output: 0 });
      run.metric('KS', 'high');
      run.pipeline(7, { status: 'failed', startedAt: new Date('never') });
      run.pipeline(7, null);
      run.action('A', 'b', { get bad() { throw new Error('a getter'); } });
      run.debug({ type: 'E' });
      run.item('x', { metadata: 10n });
      run.event({ type: 'Not.An.Event' });
      run.action('GOOD');
      await run.finalize();
      console.log(problems.length, problems.every((problem) => problem instanceof Error));`,
      '{ onError: (error) => (globalThis.problems ??= []).push(error) }',
    );
    expect({ stdout, exitCode }).toEqual({ stdout: '9 true\n', exitCode: 0 });
    expect(await types(store)).toEqual(['run.started', 'action.logged', 'action.logged', 'run.ended']);
  });

  it('an onError that throws is not heard', async () => {
    const { stdout } = await program(
      "run.action('bad one'); console.log('on');",
      "{ onError: () => { throw new Error('!'); } }",
    );
    expect(stdout).toBe('on\n');
  });

  it('without onError it is a line on stderr', async () => {
    const { stderr } = await program("run.action('bad one');");
    expect(stderr).toMatch(/^runlog: warning: .*upper case.*\n$/);
  });

  it.each(["{ id: '../x' }", '{ beat: -1 }', "{ dir: '' }", '{ temperature: NaN }'])(
    'a run that cannot be started records nothing, and says so: %s',
    async (options) => {
      const { stdout, exitCode, stderr } = await program(
        "console.log(run.isRecording, run.step('a', () => 5), await run.finalize());",
        options,
      );
      expect({ stdout, exitCode }).toEqual({ stdout: 'false 5 null\n', exitCode: 0 });
      expect(stderr).toMatch(/^runlog: warning: /);
    },
  );

  it('a store that cannot be written: events wait in the spool, and come home', async () => {
    const store = tempStore();
    fs.writeFileSync(store.dir, 'a file in the way');
    const { stdout, stderr } = await program(
      "console.log(typeof run.action('TWO')); await run.finalize();",
      '{}',
      store,
    );
    expect(stdout).toBe('string\n');
    expect(stderr).toContain('waits in');
    fs.rmSync(store.dir);
    await store.runlog(['append', 'THREE', '--run', 'run']);
    expect(await types(store)).toEqual(['run.started', 'action.logged', 'action.logged', 'run.ended', 'action.logged']);
  });

  it('a run that is removed while it is written to is told of, and the program goes on', async () => {
    const { stdout, stderr, exitCode } = await program(`
      const fs = await import('node:fs');
      fs.rmSync(run.dir, { recursive: true });
      run.flush();
      console.log(run.action('AFTER'));`);
    expect({ stdout, exitCode }).toEqual({ stdout: 'null\n', exitCode: 0 });
    expect(stderr).toContain('no such run: run');
  });
});

describe('openRun', () => {
  it('records into the run of the script that started the program, and leaves it open', async () => {
    const store = tempStore();
    await store.start('--id', 'run');
    const source =
      "import { openRun } from 'runlog'; const run = openRun(); run.action('FROM_A_PROGRAM'); process.exit(1);";
    const script = await runProgramIn(store, source, { RUNLOG_RUN: 'run' });
    expect(script.exitCode).toBe(1);
    expect(await types(store)).toEqual(['run.started', 'action.logged']);
    expect(await store.status('run')).toBe('running');
  });

  it('says so where there is no such run', async () => {
    const ran = await runProgramIn(
      tempStore(),
      "import { openRun } from 'runlog'; console.log(openRun('nobody').isRecording);",
      {},
    );
    expect(ran).toMatchObject({ stdout: 'false\n', exitCode: 0 });
    expect(ran.stderr).toContain('no such run');
  });
});

async function runProgramIn(store: TempStore, source: string, env: Record<string, string>): Promise<Outcome> {
  const assignments = Object.entries(env).map(([name, value]) => `process.env['${name}'] = '${value}';`);
  return runTypeScript(store, `${assignments.join('')}${source}`);
}
