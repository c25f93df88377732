// What happens between two system calls of another command: strace holds one command there while a second one acts.
import { setTimeout as wait } from 'node:timers/promises';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { hasProgram, tempStore, type Outcome, type TempStore } from '../support/runlog.js';

// Without strace (Debian's package of that name) there is nothing that could hold a process at a system call.
const raced = test.skipIf(!hasProgram('strace'));

const HOLD_SECONDS = 3;

/** Runs a command that is held at its n-th call of a kind; `meanwhile` runs while it waits there. */
async function holdAt(
  store: TempStore,
  { syscall, nth, file }: { syscall: string; nth: number; file?: string },
  args: readonly string[],
  meanwhile: () => Promise<unknown>,
): Promise<Outcome> {
  const trace = path.join(store.cwd, `trace-${nth}`);
  const filter = file === undefined ? '' : `-P '${file}'`;
  const inject = `-e trace=${syscall} -e inject=${syscall}:delay_enter=${HOLD_SECONDS * 1_000_000}:when=${nth}`;
  const held = store.shell('bash', `exec strace -f -o '${trace}' ${filter} ${inject} runlog ${args.join(' ')}`);
  const isHeld = (): boolean =>
    fs.existsSync(trace) && fs.readFileSync(trace, 'utf8').split(`${syscall}(`).length > nth;
  for (const until = Date.now() + 20_000; !isHeld() && Date.now() < until;) await wait(20);
  await meanwhile();
  return held;
}

function breakStore(store: TempStore, runId: string): () => void {
  const journal = path.join(store.dir, 'runs', runId, 'journal');
  fs.renameSync(journal, `${journal}-away`);
  fs.writeFileSync(journal, 'not a folder');
  return () => {
    fs.rmSync(journal);
    fs.renameSync(`${journal}-away`, journal);
  };
}

async function actionsOf(store: TempStore, runId: string): Promise<string[]> {
  const { stdout } = await store.runlog(['show', runId, '--json']);
  const { events } = JSON.parse(stdout) as { events: { action?: string }[] };
  return events.flatMap(({ action }) => (action === undefined ? [] : [action]));
}

raced('an event that is spooled while another command takes the spool home is not lost', async () => {
  const store = tempStore();
  await store.runlog(['start', '--id', 'run', '--owner-pid', 'none']);
  const heal = breakStore(store, 'run');
  await store.runlog(['append', '--run', 'run', 'FIRST']);
  const spool = path.join(store.home, '.local/state/runlog/spool');
  const file = path.join(spool, fs.readdirSync(spool)[0] as string);

  const second = await holdAt(
    store,
    { syscall: 'write', nth: 1, file },
    ['append', '--run', 'run', 'SECOND'],
    async () => {
      heal();
      await store.runlog(['append', '--run', 'run', 'THIRD']);
    },
  );
  expect(second.exitCode).toBe(0);
  await store.runlog(['append', '--run', 'run', 'FOURTH']);

  expect((await actionsOf(store, 'run')).sort()).toEqual(['FIRST', 'FOURTH', 'SECOND', 'THIRD']);
  expect(fs.readdirSync(spool)).toEqual([]);
});

raced('an event that comes while finalize writes the views is in the views of the next finalize', async () => {
  const store = tempStore();
  await store.runlog(['start', '--id', 'run', '--owner-pid', 'none']);
  await holdAt(store, { syscall: 'rename', nth: 3 }, ['finalize', 'run', '--status', 'completed'], () =>
    store.runlog(['error', '--run', 'run', 'Boom', 'late']),
  );

  await store.runlog(['finalize', 'run']);

  const final = JSON.parse(fs.readFileSync(path.join(store.dir, 'runs/run/_final.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  expect(final).toMatchObject({ status: 'completed', total_errors: 1 });
});

raced('an event that comes while rotate archives its run is not lost', async () => {
  const store = tempStore();
  fs.writeFileSync(path.join(store.cwd, 'old.log'), '[2020-01-01 00:00:00] COMPLETE: done\nResult: fine\n');
  const runId = (await store.runlog(['import', 'old.log'])).stdout.trim();
  await store.runlog(['finalize', runId]);

  let late: Outcome | undefined;
  await holdAt(store, { syscall: 'rename', nth: 2 }, ['rotate'], async () => {
    late = await store.runlog(['append', '--run', runId, 'LATE']);
  });

  expect(late?.exitCode).toBe(0);
  expect(await actionsOf(store, runId)).toEqual(['COMPLETE', 'LATE']);
  expect(fs.readdirSync(path.join(store.dir, 'archive'))).toEqual([]);
});

raced('a rotate that was killed once the run lay in the trash is made good by the next one', async () => {
  const store = tempStore();
  fs.writeFileSync(path.join(store.cwd, 'old.log'), '[2020-01-01 00:00:00] COMPLETE: done\nResult: fine\n');
  const runId = (await store.runlog(['import', 'old.log'])).stdout.trim();
  await store.runlog(['finalize', runId]);
  const journal = fs.readFileSync(path.join(store.dir, 'runs', runId, 'journal', journalName(store, runId)));

  // The renames of rotate: the archive into place, the run into the trash, its holder once it was looked at, then deletion.
  for (const nth of [1, 2, 3]) {
    await store.shell(
      'bash',
      `strace -f -o /dev/null -e trace=rename -e inject=rename:signal=SIGKILL:when=${nth} runlog rotate; :`,
    );
    const again = await store.runlog(['rotate', '--json']);
    expect(again.exitCode).toBe(0);
    expect(fs.readdirSync(path.join(store.dir, 'runs'))).toEqual([]);
    expect(fs.readdirSync(path.join(store.dir, '.trash'))).toEqual([]);
    await store.runlog(['restore', runId]);
    expect(fs.readFileSync(path.join(store.dir, 'runs', runId, 'journal', journalName(store, runId)))).toEqual(journal);
  }
});

raced('run -- CMD records how CMD ended although another command holds the lock', async () => {
  const store = tempStore();
  await store.runlog(['start', '--id', 'other', '--owner-pid', 'none']);
  const holder = store.live('flock', ['-o', path.join(store.dir, '.lock'), 'sleep', '60']);
  for (const until = Date.now() + 10_000; Date.now() < until;) {
    if ((await store.runlog(['finalize', 'other', '--status', 'completed'])).exitCode === 75) break;
  }

  const outcome = await store.runlog(['run', '--id', 'held', '--', 'sh', '-c', 'exit 4']);

  expect(outcome.exitCode).toBe(4);
  const { stdout } = await store.runlog(['list', '--json']);
  const { runs } = JSON.parse(stdout) as { runs: { run_id: string; status: string }[] };
  expect(runs.find(({ run_id }) => run_id === 'held')?.status).toBe('failed');
  holder.kill('SIGKILL');
});

function journalName(store: TempStore, runId: string): string {
  return fs.readdirSync(path.join(store.dir, 'runs', runId, 'journal'))[0] as string;
}

raced('a run that completes while it is looked at is not called interrupted', async () => {
  const store = tempStore();
  const script = store.liveShell(
    'bash',
    'export RUNLOG_RUN=$(runlog start --id run); echo $$; read -r _; runlog finalize --exit-code 0',
  );
  const owner = await script.line();

  const { stdout } = await holdAt(
    store,
    { syscall: 'openat', nth: 1, file: `/proc/${owner}/stat` },
    ['list', '--json'],
    async () => {
      script.say();
      await script.rest();
    },
  );

  const { runs } = JSON.parse(stdout) as { runs: { status: string }[] };
  expect(runs.map(({ status }) => status)).toEqual(['completed']);
});

raced(
  'a script that ends its own run exits with 0 although another command holds the lock, and its end is not lost',
  async () => {
    const store = tempStore();
    await store.runlog(['start', '--id', 'other', '--owner-pid', 'none']);
    const holder = store.live('flock', ['-o', path.join(store.dir, '.lock'), 'sleep', '60']);
    for (const until = Date.now() + 10_000; Date.now() < until;) {
      if ((await store.runlog(['finalize', 'other', '--status', 'completed'])).exitCode === 75) break;
    }

    const script =
      "set -e; export RUNLOG_RUN=$(runlog start --id own); trap 'runlog finalize --exit-code $?' EXIT; runlog append WORK";
    const outcome = await store.shell('bash', script);

    expect(outcome).toMatchObject({ exitCode: 0, stdout: 'own  running -> completed: exit status 0\n' });
    expect(outcome.stderr).toContain('the views could not be written now');
    expect(fs.existsSync(path.join(store.dir, 'runs/own/_final.json'))).toBe(false);
    await holder.kill('SIGKILL');
    await store.runlog(['finalize', '--all', '--lock-timeout', '10']);
    const final = JSON.parse(fs.readFileSync(path.join(store.dir, 'runs/own/_final.json'), 'utf8')) as {
      status: string;
    };
    expect(final.status).toBe('completed');
  },
);
