// Each system call of a command, on the store or the spool, failed once with each fault. After it nothing acknowledged is missing,
// no view is half-written, no run is in neither place; and the same command, run again, ends as if nothing had happened.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { TempStore, tempFolder, type Outcome } from '../../support/runlog.js';
import { callsOf, runWithFault, type Fault, type SystemCall } from '../../support/strace.js';
import type { CampaignOptions, CampaignResult } from './campaign.js';

const FAULTS: readonly Fault[] = ['ENOSPC', 'EIO', 'SIGKILL'];
const WORKERS = 3;
/** Where a fault met another call than the one that was meant, its neighbours are tried. */
const OFFSETS = [0, 1, -1, 2, -2, 3, -3];

interface Scenario {
  args: readonly string[];
  /** What is done to a store that has the runs `old` (finalized), `dead` (its owner is gone) and `open` (it has no owner). */
  prepare?: (store: TempStore) => Promise<void>;
  /** Recording never fails what it records; any other command may say that it could not. */
  isRecording?: boolean;
}

const LONG = 'blob '.repeat(16_000);

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  append: { args: ['append', '--run', 'open', 'VERIFY', 'it', '--result', 'one\ntwo', '--json'], isRecording: true },
  'append --durable': { args: ['append', '--run', 'open', 'VERIFY', '--durable', '--json'], isRecording: true },
  'append of a long value': {
    args: ['append', '--run', 'open', 'VERIFY', '--details', LONG, '--json'],
    isRecording: true,
  },
  'append that brings the spool home': {
    args: ['append', '--run', 'open', 'VERIFY', '--json'],
    isRecording: true,
    async prepare(store) {
      const journal = store.path('runs', 'open', 'journal');
      fs.renameSync(journal, `${journal}.aside`);
      fs.writeFileSync(journal, 'in the way');
      await store.runlog(['append', '--run', 'open', 'WAITS']);
      fs.rmSync(journal);
      fs.renameSync(`${journal}.aside`, journal);
    },
  },
  'step start': { args: ['step', 'start', 'coder', '--run', 'open', '--json'], isRecording: true },
  start: { args: ['start', '--id', 'fresh', '--owner-pid', 'none', '--json'], isRecording: true },
  finalize: { args: ['finalize', 'dead', '--json'] },
  'finalize again': {
    args: ['finalize', 'dead', '--json'],
    async prepare(store) {
      await store.ok('finalize', 'dead', '--quiet');
      await store.runlog(['append', '--run', 'dead', 'LATE', '--at', '2025-10-03T19:00:00Z']);
    },
  },
  rotate: { args: ['rotate', '--max-runs', '0', '--json'] },
  'rotate --delete': { args: ['rotate', '--max-runs', '0', '--delete', '--json'] },
  restore: { args: ['restore', 'old', '--json'], prepare: archiveOld },
  'export csv': { args: ['export', 'csv', '--json'], prepare: archiveOld },
  'export csv --rebuild': { args: ['export', 'csv', '--rebuild', '--json'], prepare: archiveOld },
};

async function archiveOld(store: TempStore): Promise<void> {
  await store.runlog(['rotate', '--max-runs', '0', '--quiet']);
}

/** Fails the system calls of the scenarios that are named, of all where none is. */
export async function systemCalls(
  { stride, progress }: Pick<CampaignOptions, 'stride' | 'progress'>,
  names: readonly string[] = Object.keys(SCENARIOS),
): Promise<CampaignResult> {
  const figures: CampaignResult['figures'] = [];
  const failures: string[] = [];
  let total = 0;
  let missed = 0;
  for (const name of names) {
    const scenario = SCENARIOS[name] as Scenario;
    const swept = await sweep(scenario, stride, (text) => progress(`${name}: ${text}`));
    figures.push([`faults at the system calls of ${name}`, swept.injected]);
    failures.push(...swept.failures.map((failure) => `${name}: ${failure}`));
    total += swept.injected;
    missed += swept.missed;
  }
  figures.push(
    ['of the system calls and faults, one in', stride],
    ['faults in all', total],
    ['faults that missed their call seven times', missed],
  );
  return { figures, failures, line: `system calls failed ${total}, promises broken ${failures.length}` };
}

interface Swept {
  injected: number;
  missed: number;
  failures: string[];
}

async function sweep(scenario: Scenario, stride: number, progress: (text: string) => void): Promise<Swept> {
  const swept: Swept = { injected: 0, missed: 0, failures: [] };
  const todo: { call: SystemCall; fault: Fault }[] = [];
  const worker = async (world: World): Promise<void> => {
    for (let next = todo.shift(); next !== undefined; next = todo.shift()) {
      const { call, fault } = next;
      progress(`${swept.injected} faults, ${todo.length} to go`);
      let isHit = false;
      for (const offset of OFFSETS) {
        const { hit, failures } = await world.shoot({ ...call, nth: Math.max(1, call.nth + offset) }, fault);
        swept.failures.push(...failures.map((failure) => `${fault} at ${call.text.slice(0, 160)}: ${failure}`));
        isHit = hit;
        if (isHit) break;
      }
      if (isHit) swept.injected += 1;
      else swept.missed += 1;
    }
  };
  const worlds = await Promise.all(Array.from({ length: WORKERS }, () => World.make(scenario)));
  const calls = await (worlds[0] as World).calls();
  todo.push(
    ...calls.flatMap((call) => FAULTS.map((fault) => ({ call, fault }))).filter((_, index) => index % stride === 0),
  );
  await Promise.all(worlds.map(worker));
  return swept;
}

/** A store that is put back as it was before each shot, and what the command makes of it when nothing is in its way. */
class World {
  readonly store: TempStore;
  readonly scenario: Scenario;
  readonly #saved: string;
  readonly #folders: readonly string[];
  #before: Tree = new Map();
  #after: Tree = new Map();

  private constructor(store: TempStore, scenario: Scenario) {
    this.store = store;
    this.scenario = scenario;
    this.#saved = tempFolder();
    // What is held open is used by its descriptor.
    this.#folders = [store.dir, path.join(store.home, '.local'), '/proc/self/fd/'];
  }

  static async make(scenario: Scenario): Promise<World> {
    const world = new World(new TempStore(), scenario);
    await furnish(world.store);
    await scenario.prepare?.(world.store);
    await run('cp', ['-a', world.store.cwd, world.store.home, world.#saved]);
    world.#before = readTree(world.store.dir);
    const { exitCode, stderr } = await world.store.runlog(scenario.args);
    if (exitCode !== 0) throw new Error(`${scenario.args.join(' ')}: ${exitCode} ${stderr}`);
    world.#after = readTree(world.store.dir);
    return world;
  }

  async calls(): Promise<SystemCall[]> {
    await this.#reset();
    return callsOf(this.#command(), this.#folders);
  }

  async shoot(call: SystemCall, fault: Fault): Promise<{ hit: boolean; failures: string[] }> {
    await this.#reset();
    const outcome = await runWithFault(this.#command(), call, fault);
    if (!outcome.hit) return { hit: false, failures: [] };
    const failures = [...manners(outcome, fault, this.scenario), ...(await this.#harm(outcome))];
    failures.push(...(this.scenario.isRecording === true ? await this.#recorded(outcome) : await this.#redone()));
    return { hit: true, failures };
  }

  async #reset(): Promise<void> {
    const { cwd, home } = this.store;
    await run('rm', ['-rf', cwd, home]);
    await run('cp', ['-a', path.join(this.#saved, path.basename(cwd)), cwd]);
    await run('cp', ['-a', path.join(this.#saved, path.basename(home)), home]);
  }

  #command(): Parameters<typeof callsOf>[0] {
    return { cwd: this.store.cwd, home: this.store.home, args: this.scenario.args };
  }

  /** What is broken just after the fault, before anybody mends anything. */
  async #harm({ exitCode }: Outcome): Promise<string[]> {
    const now = readTree(this.store.dir);
    const failures: string[] = [];
    for (const [file, bytes] of this.#before)
      if (/^runs\/[^/]+\/(journal|blobs)\//.test(file) && !(await this.#isKept(file, bytes, now)))
        failures.push(`${file} is not whole any more`);
    for (const [file, bytes] of now) {
      if (!isView(file)) continue;
      // What a start writes has the time of that start: it cannot be compared, but it is whole.
      if (file === 'runs/fresh/_metadata.json' && isJson(bytes)) continue;
      const known = [this.#before.get(file), this.#after.get(file)].filter((known) => known !== undefined);
      // A run that could not be read has no rows, or its old ones, and the exit status says so; every row that is there is whole.
      if (exitCode === 3 && file.startsWith('csv/') && hasOnlyRowsOf(bytes, known)) continue;
      if (!known.some((known) => gistOf(file, known) === gistOf(file, bytes)) && !isLiveLog(file, bytes, this.#before))
        failures.push(`${file} is half-written: ${bytes.toString().slice(-80)}`);
    }
    for (const file of this.#before.keys())
      if (file.startsWith('csv/') && !now.has(file)) failures.push(`${file} is gone`);
    return failures;
  }

  /** Whether a file of a run is in the store, in the archive, or in the trash of a rotation that was to delete it. */
  async #isKept(file: string, bytes: Buffer, now: Tree): Promise<boolean> {
    const found = now.get(file);
    if (found !== undefined) return found.subarray(0, bytes.length).equals(bytes);
    const [, runId = '', rest = ''] = /^runs\/([^/]+)\/(.*)$/.exec(file) ?? [];
    const archived = now.get(`archive/${runId}.tar.gz`);
    if (archived !== undefined) return (await archivedFile(archived, `${runId}/${rest}`)).equals(bytes);
    if (!this.scenario.args.includes('--delete')) return false;
    // Deleting is what was asked for: held means still whole, and once it is no longer held it may be half gone.
    const held = [...now].find(([name]) => name.startsWith('.trash/held-') && name.endsWith(`/${runId}/${rest}`));
    return held === undefined
      ? ![...now.keys()].some((name) => name.startsWith(`runs/${runId}/`))
      : held[1].equals(bytes);
  }

  /** The same command again, without a fault: the end is the same as if there had never been one. */
  async #redone(): Promise<string[]> {
    const { exitCode, stderr, stdout } = await this.store.runlog(this.scenario.args);
    // The run may be where the command was to bring it.
    const isDone = exitCode === 0 || /no such run in the archive/.test(stdout);
    const failures = isDone ? [] : [`the second time: ${exitCode} ${stderr} ${stdout}`];
    return [...failures, ...differences(this.#after, readTree(this.store.dir))];
  }

  /** Acknowledged is what was said to be recorded: it is there, once, and so is all that was there before. */
  async #recorded({ stdout, stderr, exitCode }: Outcome): Promise<string[]> {
    const { args } = this.scenario;
    const runId = args[0] === 'start' ? 'fresh' : 'open';
    const isAcknowledged = exitCode === 0 && !stderr.includes('NOT recorded');
    const failures: string[] = [];
    if (args[0] === 'start' && !isAcknowledged) {
      const again = await this.store.runlog(args);
      if (again.exitCode !== 0) failures.push(`the second start: ${again.exitCode} ${again.stderr}`);
    }
    const next = await this.store.runlog(['append', '--run', runId, 'NEXT', '--json']);
    if (next.exitCode !== 0 || next.stderr !== '') failures.push(`the next append: ${next.exitCode} ${next.stderr}`);
    const { events, damage } = await this.store.json<{ events: { id: string }[]; damage: unknown[] }>('show', runId);
    if (damage.length > 0) failures.push(`damage: ${JSON.stringify(damage)}`);
    const ids = events.map(({ id }) => id);
    const expected = [...idsOf(this.#before, runId), (JSON.parse(next.stdout) as { id: string }).id];
    if (isAcknowledged && args[0] !== 'start') {
      const { id } = JSON.parse(stdout) as { id?: string };
      expected.push(id ?? '(an append without an id)');
    }
    for (const id of expected)
      if (ids.filter((found) => found === id).length !== 1) failures.push(`the event ${id} is not there once`);
    const waiting = this.scenario.prepare === undefined ? [] : ['WAITS'];
    for (const action of waiting)
      if (events.filter((event) => (event as { action?: string }).action === action).length !== 1)
        failures.push(`${action} is not there once`);
    const left = fs.existsSync(spoolOf(this.store)) ? fs.readdirSync(spoolOf(this.store)) : [];
    if (left.length > 0) failures.push(`the spool still has ${left.join(', ')}`);
    return failures;
  }
}

function manners({ stdout, stderr, exitCode }: Outcome, fault: Fault, { isRecording }: Scenario): string[] {
  const failures: string[] = [];
  if (/^\s+at .*:\d+/m.test(stderr)) failures.push(`a stack trace: ${stderr}`);
  if (fault === 'SIGKILL') return failures;
  if (isRecording === true && exitCode !== 0) failures.push(`exit status ${exitCode}: ${stderr}`);
  if (![0, 3, 66, 73, 74, 75].includes(exitCode)) failures.push(`exit status ${exitCode}: ${stderr}`);
  if (exitCode !== 0 && stderr === '' && !stdout.includes('"error"')) failures.push(`${exitCode} without a word`);
  return failures;
}

/** Three runs: finalized long ago, dead, and without an owner; with tables, issues and a blob. */
async function furnish(store: TempStore): Promise<void> {
  const work = [
    { type: 'issue.started', issue: '3' },
    { type: 'step.started', step: 1, agent: 'coder', task: 'write', issue: '3', attempt: 1 },
    { type: 'action.logged', action: 'VERIFY', description: 'all', fields: [['Result', 'yes']], utc_offset_minutes: 0 },
    {
      type: 'metric.measured',
      name: 'ram',
      value: 2,
      unit: 'GB',
      limit: 3,
      direction: 'max',
      passed: true,
      issue: '3',
    },
    // One that a price list knows, and one that none does.
    { type: 'tokens.used', provider: 'openai', model: 'gpt-5', input: 1000, output: 100, agent: 'coder', issue: '3' },
    { type: 'tokens.used', provider: 'ollama', model: 'acme-7b', input: 1000, output: 100, agent: 'coder', issue: '3' },
    { type: 'error.raised', error_type: 'Boom', message: 'it went', agent: 'coder', issue: '3' },
    { type: 'step.ended', step: 1, agent: 'coder', status: 'FAIL', output_summary: null, error: 'no' },
    { type: 'issue.ended', issue: '3', status: 'failed' },
  ];
  const ended = {
    type: 'run.ended',
    status: 'failed',
    ended_at: '2025-10-03T18:20:01.000000Z',
    error: null,
    cause: null,
  };
  const owner = { pid: 1, process_start: '1', boot_id: 'before the restart' };
  const started = (runId: string, own: object): object => ({
    type: 'run.started',
    run_id: runId,
    host: os.hostname(),
    ...own,
  });
  store.write('old', [started('old', { project: '171', owner: null }), ...work, ended] as Record<string, unknown>[]);
  store.write('dead', [started('dead', { project: '7', owner }), ...work] as Record<string, unknown>[]);
  await store.ok('append', '--run', 'old', 'LONG', '--details', LONG, '--at', '2025-10-03T18:19:59Z');
  await store.runlog(['finalize', 'old', '--quiet']);
  await store.ok('start', '--id', 'open', '--owner-pid', 'none');
  await store.ok('append', '--run', 'open', 'FIRST');
}

type Tree = Map<string, Buffer>;

function readTree(folder: string): Tree {
  const tree: Tree = new Map();
  for (const entry of fs.readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile()) tree.set(path.relative(folder, file), fs.readFileSync(file));
  }
  return tree;
}

function isView(file: string): boolean {
  return /^(csv\/|runs\/[^/]+\/)/.test(file) && !/\/(journal|blobs|steps)\/|(^|\/)\./.test(file);
}

function hasOnlyRowsOf(bytes: Buffer, known: readonly Buffer[]): boolean {
  const rows = new Set(known.flatMap((table) => table.toString().split('\r\n')));
  const header = known[0]?.toString().split('\r\n')[0];
  const found = bytes.toString().split('\r\n');
  return found[0] === header && found.at(-1) === '' && found.every((row) => rows.has(row));
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString());
    return true;
  } catch {
    return false;
  }
}

/** A live log may lack an entry whose event the journal has, or have the entry of an event that waits. */
function isLiveLog(file: string, bytes: Buffer, before: Tree): boolean {
  const old = before.get(file);
  return (
    file.endsWith('/design-experiment.log') &&
    bytes.toString().endsWith('\n') &&
    (old === undefined || bytes.indexOf(old) === 0)
  );
}

/** What must be equal of a file, whenever it was made: not the times and ids of the events that the command itself recorded. */
function gistOf(file: string, bytes: Buffer): string {
  const text = bytes.toString();
  if (file.endsWith('.jsonl')) return [...new Map(eventsOf(text)).values()].join();
  if (/\/_(final|metadata)\.json$/.test(file)) {
    if (!isJson(bytes)) return text;
    const { seal: _, ...rest } = JSON.parse(text) as Record<string, unknown>;
    return JSON.stringify(rest);
  }
  return file.endsWith('.tar.gz') || file === '.lock' ? 'there' : createHash('sha256').update(bytes).digest('hex');
}

function eventsOf(text: string): [id: string, type: string][] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      try {
        const { id, type } = JSON.parse(line) as { id: string; type: string };
        return [id, type];
      } catch {
        return [line, 'not an event'];
      }
    });
}

function idsOf(tree: Tree, runId: string): string[] {
  const own = [...tree].filter(([file]) => file.startsWith(`runs/${runId}/journal/`));
  return own.flatMap(([, bytes]) => eventsOf(bytes.toString()).map(([id]) => id));
}

function differences(expected: Tree, found: Tree): string[] {
  return [...new Set([...expected.keys(), ...found.keys()])].flatMap((file) => {
    const [one, other] = [expected.get(file), found.get(file)];
    if (one === undefined) return [`${file} is left over`];
    if (other === undefined) return [`${file} is missing after the second time`];
    return gistOf(file, one) === gistOf(file, other) ? [] : [`${file} is another after the second time`];
  });
}

async function archivedFile(archive: Buffer, name: string): Promise<Buffer> {
  const file = path.join(tempFolder(), 'archive.tar.gz');
  fs.writeFileSync(file, archive);
  try {
    const { stdout } = await run('tar', ['-xzOf', file, name], { encoding: 'buffer', maxBuffer: 2 ** 30 });
    return stdout as unknown as Buffer;
  } catch {
    return Buffer.from(`not in the archive: ${name}`);
  }
}

function spoolOf(store: TempStore): string {
  return path.join(store.home, '.local', 'state', 'runlog', 'spool');
}

const run = promisify(execFile);
