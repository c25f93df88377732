// Recording while system calls fail: whatever the kernel answers, the command says the truth about the event, breaks nothing, and
// what it kept is in the run exactly once when all is well again.
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { RunlogEvent } from '../../src/events/vocabulary.js';
import { findCall, runlogWith, type Fault } from '../support/inject.js';
import { HAS_STRACE } from '../support/strace.js';
import { tempStore, type Outcome, type TempStore } from '../support/runlog.js';

const unlessTraceable = HAS_STRACE ? '' : ' (skipped: strace is not installed)';
const faulty = test.skipIf(!HAS_STRACE);
const ERRNOS = ['ENOSPC', 'EIO', 'EDQUOT', 'EROFS', 'EMFILE', 'EACCES'];
const TRIES = 20;
/** After SIGABRT, as a shell has it. */
const ABORTED = 134;
const LONG = 'x'.repeat(70_000);

const spoolFolder = (store: TempStore): string => path.join(store.home, '.local/state/runlog/spool');
const spooled = (store: TempStore): string[] =>
  fs.existsSync(spoolFolder(store)) ? fs.readdirSync(spoolFolder(store)) : [];

async function started(): Promise<TempStore> {
  const store = tempStore();
  await store.start('--id', 'run', '--owner-pid', 'none');
  return store;
}

/** The file in which the run's events wait, found by having one wait there and come home. */
async function spoolFile(store: TempStore): Promise<string> {
  const journal = path.dirname(store.segment('run'));
  fs.renameSync(journal, `${journal}-away`);
  fs.writeFileSync(journal, '');
  await store.runlog(['append', 'FIRST', '--run', 'run']);
  const [name] = spooled(store);
  fs.rmSync(journal);
  fs.renameSync(`${journal}-away`, journal);
  await store.ok('append', 'SECOND', '--run', 'run');
  return path.join(spoolFolder(store), name as string);
}

/** What must be true of every recording, whatever failed; gives whether it promised that the event is kept. */
function promised({ exitCode, stderr }: Outcome, what: string): boolean {
  expect({ what, exitCode, stderr }).toEqual({ what, exitCode: 0, stderr: expect.not.stringMatching(/\n\s+at /) });
  expect({ what, lines: stderr.split('\n').length - 1 }).toEqual({ what, lines: expect.toSatisfy((n) => n <= 1) });
  return !stderr.includes('NOT recorded');
}

/** The actions that begin with `FAULT`, in order, once one more event has brought home what waits. */
async function faultsAfterwards(store: TempStore): Promise<RunlogEvent<'action.logged'>[]> {
  const last = await store.runlog(['append', 'LAST', '--run', 'run']);
  expect(last).toEqual({ stdout: '', stderr: '', exitCode: 0 });
  expect(spooled(store).filter((name) => !name.endsWith('.bad'))).toEqual([]);
  const { events } = await store.json<{ events: RunlogEvent[] }>('show', 'run');
  return events.flatMap((event) => (event.type === 'action.logged' && event.action.startsWith('FAULT') ? [event] : []));
}

const SEGMENT_CALLS = [
  { syscall: 'openat', args: [] },
  { syscall: 'write', args: [] },
  { syscall: 'fdatasync', args: ['--durable'] },
];

faulty.each(SEGMENT_CALLS)(
  `where $syscall of the segment fails, for whatever reason, the event waits in the spool and comes home once${unlessTraceable}`,
  async ({ syscall, args }) => {
    const store = await started();
    for (const errno of ERRNOS) {
      const fault = { syscall, errno, files: [store.segment('run')] };
      const outcome = await runlogWith(fault, store, ['append', `FAULT_${errno}`, '--run', 'run', ...args]);
      expect(promised(outcome, errno)).toBe(true);
      expect(outcome.stderr).toContain('the event waits in');
    }
    expect((await faultsAfterwards(store)).map(({ action }) => action)).toEqual(ERRNOS.map((e) => `FAULT_${e}`));
  },
);

const BLOB_CALLS = [
  { what: 'a long value', syscall: 'openat', pattern: /\/blobs\/\.[0-9a-f]{64}/ },
  { what: 'a long value', syscall: 'write', pattern: /\/blobs\/\.[0-9a-f]{64}/ },
  { what: 'a long value', syscall: 'fsync', pattern: /\/blobs\/\.[0-9a-f]{64}/ },
  { what: 'a long value', syscall: 'rename', pattern: /\/blobs\/\.[0-9a-f]{64}/ },
  { what: 'the folder of long values', syscall: 'fsync', pattern: /\/blobs>\)/ },
];

faulty.each(BLOB_CALLS)(
  `where $syscall of $what fails the event waits with its whole value and comes home once${unlessTraceable}`,
  async ({ syscall, pattern }) => {
    const store = await started();
    const argsOf = (action: string): string[] => ['append', action, '--run', 'run', '--result', LONG + action];
    await store.ok(...argsOf('BEFORE'));
    // The command that is looked at must do what the others will: the folders are there, the value is new.
    fs.mkdirSync(spoolFolder(store), { recursive: true });
    const look = (action: string): Promise<number> => findCall(store, argsOf(action), { syscall, pattern });
    let nth = await look('LOOKED');
    const home = ['append', 'HOME', '--run', 'run'];
    const kept: string[] = [];
    const aborted: string[] = [];
    for (const errno of ERRNOS) {
      // Node may do a thing more or less at its start than the last time: then the fault met another call. It is looked for again,
      // so that one look at a rare start does not make every try miss.
      for (let isHit = false, tries = 1; !isHit; tries += 1) {
        const action = `FAULT_${errno}_${tries}`;
        const outcome = await runlogWith({ syscall, errno, nth }, store, argsOf(action));
        const met = outcome.calls.find((line) => line.includes('INJECTED')) ?? 'nothing';
        isHit = pattern.test(met);
        if (!isHit && tries === TRIES) expect(met).toMatch(pattern);
        // A write of Node's own that fails ends the process there and then, and nothing was promised.
        if (!isHit && outcome.exitCode === ABORTED) aborted.push(action);
        else if (promised(outcome, errno)) kept.push(action);
        await store.ok(...home);
        if (!isHit) nth = await look(`LOOKED_${action}`);
      }
    }
    const found = (await faultsAfterwards(store)).filter(({ action }) => !aborted.includes(action));
    expect(found.map(({ action }) => action)).toEqual(kept);
    expect(kept.length).toBeGreaterThanOrEqual(ERRNOS.length);
    for (const { action, fields } of found) expect(fields).toEqual([['Result', LONG + action]]);
  },
);

faulty.each(SEGMENT_CALLS)(
  `where $syscall of both segment and spool fails the event is said to be NOT recorded, with 74 under --strict${unlessTraceable}`,
  async ({ syscall, args }) => {
    const store = await started();
    const files = [await spoolFile(store), store.segment('run')];
    for (const errno of ERRNOS) {
      const fault: Fault = { syscall, errno, files };
      const append = ['append', `FAULT_${errno}`, '--run', 'run', ...args];
      expect(promised(await runlogWith(fault, store, append), errno)).toBe(false);
      const strict = await runlogWith(fault, store, [...append, '--strict']);
      expect({ errno, ...strict }).toMatchObject({ exitCode: 74, stderr: expect.stringContaining('NOT recorded') });
    }
    const strict = await runlogWith(
      { syscall, errno: 'EIO', files },
      store,
      ['append', 'FAULT_JSON', '--run', 'run', '--json', ...args],
      { RUNLOG_STRICT: '1' },
    );
    expect(strict.exitCode).toBe(74);
    const lenient = await runlogWith({ syscall, errno: 'EIO', files }, store, [
      ...['append', 'FAULT_LENIENT', '--run', 'run', '--json', ...args],
    ]);
    expect(JSON.parse(lenient.stdout)).toEqual({ run_id: 'run', id: null });
    // A failed sync says nothing about the bytes: they may come home all the same, but never twice.
    const found = (await faultsAfterwards(store)).map(({ id }) => id);
    expect(new Set(found).size).toBe(found.length);
    if (syscall !== 'fdatasync') expect(found).toEqual([]);
  },
);

faulty(
  `a failed sync is final: it is not tried again, and what waits has the id of what was written${unlessTraceable}`,
  async () => {
    const store = await started();
    const fault = { syscall: 'fdatasync', errno: 'EIO', files: [store.segment('run')] };
    const { calls, stderr } = await runlogWith(fault, store, ['append', 'FAULT', '--run', 'run', '--durable']);

    expect(stderr).toContain('the event waits in');
    expect(calls).toEqual([expect.stringContaining('(INJECTED)')]);
    const [written] = (await store.events('run')).slice(-1);
    const waiting = fs.readFileSync(path.join(spoolFolder(store), spooled(store)[0] as string), 'utf8');
    expect((JSON.parse(waiting) as { event: RunlogEvent }).event.id).toBe(written?.id);
    expect(await faultsAfterwards(store)).toHaveLength(1);
  },
);

faulty(
  `a new segment is synced with its name in the folder before its first event is acknowledged${unlessTraceable}`,
  async () => {
    const store = await started();
    const segment = store.segment('run');
    const journal = path.dirname(segment);
    fs.renameSync(segment, path.join(journal, 'other-host.jsonl'));

    const nothing = { syscall: 'fsync', errno: 'EIO', files: [journal] };
    const refused = await runlogWith(nothing, store, ['append', 'FAULT', '--run', 'run', '--durable']);
    expect(refused.calls).toEqual([expect.stringContaining('(INJECTED)')]);
    expect(refused.stderr).toContain('the event waits in');

    // From then on the name is known, and nothing is asked of the folder.
    const later = await runlogWith(nothing, store, ['append', 'LATER', '--run', 'run', '--durable']);
    expect(later).toMatchObject({ stderr: '', calls: [] });
    expect(await faultsAfterwards(store)).toHaveLength(1);
  },
);

faulty(
  `a run is there after a power loss once it has its id: every folder on its way is synced${unlessTraceable}`,
  async () => {
    const store = tempStore();
    const { calls } = await runlogWith({ syscall: 'fsync', errno: 'EIO', nth: 99 }, store, ['start', '--id', 'run']);
    const synced = calls.map((line) => path.relative(store.cwd, /<(.*)>/.exec(line)?.[1] ?? ''));
    expect(synced.map((folder) => folder.replace(/\.new-[^/]*/, 'ASIDE'))).toEqual([
      ...['', 'logs', 'logs/runs/ASIDE/journal', 'logs/runs/ASIDE', 'logs/runs'],
    ]);
  },
);

faulty(
  `what waits in a spool that is new outlives a power loss: its name and its folders are synced${unlessTraceable}`,
  async () => {
    const traced = { syscall: 'fsync', errno: 'EIO', nth: 99 };
    for (const args of [
      ['append', 'FIRST', '--run', 'run'],
      ['start', '--id', 'next'],
    ]) {
      const store = await started();
      fs.renameSync(store.path('runs'), store.path('away'));
      fs.writeFileSync(store.path('runs'), 'in the way');
      const { calls, stderr } = await runlogWith(traced, store, args, { RUNLOG_DIR: store.dir, RUNLOG_RUN: 'run' });
      expect(stderr).toContain('the event waits in');
      const synced = calls.map((line) => path.relative(store.home, /<(.*)>/.exec(line)?.[1] ?? ''));
      expect(synced).toEqual(['', '.local', '.local/state', '.local/state/runlog', '.local/state/runlog/spool']);
    }
  },
);

faulty(
  `where the name of a new spool cannot be synced its event is said to be NOT recorded${unlessTraceable}`,
  async () => {
    const store = await started();
    fs.mkdirSync(spoolFolder(store), { recursive: true });
    const files = [spoolFolder(store), path.dirname(store.segment('run'))];
    fs.renameSync(store.segment('run'), `${store.segment('run')}-away`);
    const append = ['append', 'FAULT', '--run', 'run'];
    const outcome = await runlogWith({ syscall: 'fsync', errno: 'EIO', files }, store, append);
    expect(promised(outcome, 'EIO')).toBe(false);
    // The bytes are there all the same: nothing was promised, and nothing comes twice.
    expect(await faultsAfterwards(store)).toHaveLength(1);
  },
);
