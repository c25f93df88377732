// What the tests of commands and the fault campaigns share: the built executable in folders of its own, with an environment that
// has nothing of the tester's. It asserts nothing, and knows no test runner.
import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { RunlogEvent } from '../../src/events/vocabulary.js';
import { encodeLine } from '../../src/journal/line.js';

export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url));

export type ShellName = 'bash' | 'dash' | 'zsh';
export const SHELLS: readonly ShellName[] = ['bash', 'dash', 'zsh'];

export interface Outcome {
  stdout: string;
  stderr: string;
  /** As a shell has it: 128 + n after signal n. */
  exitCode: number;
}

export interface Surroundings {
  cwd?: string;
  env?: Record<string, string>;
  input?: string | Uint8Array;
}

const base = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'runlog-test-'));
const children = new Set<ChildProcess>();

/** Kills what was started and removes every folder that was made here. */
export function cleanUp(): void {
  for (const child of children) child.kill('SIGKILL');
  fs.rmSync(base, { recursive: true, force: true });
}

/** A new, empty folder; gone when the file's tests are done. */
export function tempFolder(): string {
  return fs.mkdtempSync(path.join(base, 'case-'));
}

/** Whether a program can be found; tests that need one that is not there are skipped. */
export function hasProgram(name: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => fs.existsSync(path.join(folder, name)));
}

/** Whether query has its engine; tests that need it are skipped where it is not installed. */
export const hasDuckdb: boolean = isInstalled('@duckdb/node-api');

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url)(name);
    return true;
  } catch {
    return false;
  }
}

/** PATH with bin/ in front, an empty HOME, UTC, no colours; nothing else. */
export function sealedEnv(home: string, env: Record<string, string> = {}): Record<string, string> {
  const search = `${path.join(ROOT, 'bin')}:${process.env['PATH']}`;
  return { PATH: search, HOME: home, TZ: 'UTC', NO_COLOR: '1', ...env };
}

async function execute(
  file: string,
  args: readonly string[],
  { cwd, env, input }: Surroundings & { env: Record<string, string> },
): Promise<Outcome> {
  const { stdout, stderr, exitCode, signal } = await execa(file, args, {
    ...(cwd === undefined ? {} : { cwd }),
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    env,
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
  });
  const status = exitCode ?? 128 + (signal === undefined ? 0 : os.constants.signals[signal]);
  return { stdout, stderr, exitCode: status };
}

/** Runs the executable in a folder, a new one where none is named. */
export function runlog(
  args: readonly string[],
  { cwd = tempFolder(), env = {}, input }: Surroundings = {},
): Promise<Outcome> {
  const home = env['HOME'] ?? tempFolder();
  return execute('runlog', args, { cwd, env: sealedEnv(home, env), ...(input === undefined ? {} : { input }) });
}

/** A store `logs/` in a folder of its own, and a HOME beside it. */
export function tempStore(): TempStore {
  return new TempStore();
}

export class TempStore {
  readonly cwd: string;
  readonly home: string;
  readonly dir: string;

  constructor() {
    const folder = tempFolder();
    this.cwd = path.join(folder, 'work');
    this.home = path.join(folder, 'home');
    this.dir = path.join(this.cwd, 'logs');
    fs.mkdirSync(this.cwd);
    fs.mkdirSync(this.home);
  }

  runlog(args: readonly string[], { cwd = this.cwd, env = {}, input }: Surroundings = {}): Promise<Outcome> {
    const all = sealedEnv(this.home, env);
    return execute('runlog', args, { cwd, env: all, ...(input === undefined ? {} : { input }) });
  }

  /** Runs a script from a file, as `#!` would. */
  shell(name: ShellName, script: string, { cwd = this.cwd, env = {}, input }: Surroundings = {}): Promise<Outcome> {
    const all = sealedEnv(this.home, env);
    return execute(name, [this.#scriptFile(script)], { cwd, env: all, ...(input === undefined ? {} : { input }) });
  }

  /** Starts a script that goes on while the test looks at it. */
  liveShell(name: ShellName, script: string, env: Record<string, string> = {}): LiveShell {
    return this.live(name, [this.#scriptFile(script)], env);
  }

  live(file: string, args: readonly string[], env: Record<string, string> = {}): LiveShell {
    const child = spawn(file, args, { cwd: this.cwd, env: sealedEnv(this.home, env), stdio: ['pipe', 'pipe', 'pipe'] });
    children.add(child);
    return new LiveShell(child);
  }

  /** Starts a run whose owner is this test process, unless the arguments say otherwise; gives its id. */
  async start(...args: string[]): Promise<string> {
    const { stdout, stderr } = await this.runlog(['start', ...args]);
    if (stdout === '') throw new Error(stderr);
    return stdout.trimEnd();
  }

  /** A recording command that must succeed and say nothing on stderr; gives stdout without its last newline. */
  async ok(...args: string[]): Promise<string> {
    const { stdout, stderr, exitCode } = await this.runlog(args);
    if (exitCode !== 0 || stderr !== '') throw new Error(`runlog ${args.join(' ')}: ${exitCode}\n${stderr}`);
    return stdout.replace(/\n$/, '');
  }

  /** What a command answers under --json, whatever its exit status. */
  async json<T = any>(...args: string[]): Promise<T> {
    return JSON.parse((await this.runlog([...args, '--json'])).stdout) as T;
  }

  async events(runId: string): Promise<RunlogEvent[]> {
    return (await this.json<{ events: RunlogEvent[] }>('show', runId)).events;
  }

  async status(runId: string): Promise<string | undefined> {
    const { runs } = await this.json<{ runs: { run_id: string; status: string }[] }>('list');
    return runs.find((run) => run.run_id === runId)?.status;
  }

  path(...parts: string[]): string {
    return path.join(this.dir, ...parts);
  }

  read(...parts: string[]): string {
    return fs.readFileSync(this.path(...parts), 'utf8');
  }

  readJson<T = any>(...parts: string[]): T {
    return JSON.parse(this.read(...parts)) as T;
  }

  /** The only segment of a run's journal. */
  segment(runId: string): string {
    const folder = this.path('runs', runId, 'journal');
    const [name, ...others] = fs.readdirSync(folder);
    if (name === undefined || others.length > 0) throw new Error(`${folder} has not just one segment`);
    return path.join(folder, name);
  }

  /** Writes a run's journal anew, each event as `change` leaves it. */
  rewrite(runId: string, change: (event: Record<string, any>) => void): void {
    const lines = fs.readFileSync(this.segment(runId), 'utf8').split('\n').filter(Boolean);
    const changed = lines.map((line) => {
      const { crc: _, ...event } = JSON.parse(line) as Record<string, unknown>;
      change(event);
      return encodeLine(event);
    });
    fs.writeFileSync(this.segment(runId), Buffer.concat(changed));
  }

  /** A run whose journal is these events; the envelope is made where it is missing. */
  write(runId: string, events: readonly Record<string, unknown>[]): void {
    const folder = this.path('runs', runId, 'journal');
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const lines = events.map((event, index) => {
      const at = new Date(Date.UTC(2025, 9, 3, 18, 19, 52) + index * 1000).toISOString().replace('Z', '000Z');
      return encodeLine({ v: 1, id: `${runId}-${index}`, at, ...event });
    });
    fs.writeFileSync(path.join(folder, 'here.jsonl'), Buffer.concat(lines), { mode: 0o600 });
  }

  #scriptFile(script: string): string {
    const file = path.join(tempFolder(), 'script.sh');
    fs.writeFileSync(file, script);
    return file;
  }
}

/** A process that a test talks with. */
export class LiveShell {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<number>;
  #stderr = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    this.pid = child.pid as number;
    this.#lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
    child.stderr?.on('data', (chunk: Buffer) => (this.#stderr += chunk.toString()));
    child.stdin?.on('error', () => undefined);
    this.#ended = new Promise((resolve) =>
      child.once('exit', (code, signal) => resolve(code ?? 128 + os.constants.signals[signal as NodeJS.Signals])),
    );
  }

  /** Its next line of output. */
  async line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error(`no more output; stderr: ${this.#stderr}`);
    return value as string;
  }

  /** Its lines as they come, until it ends. */
  async *lines(): AsyncGenerator<string> {
    for (let next = await this.#lines.next(); next.done !== true; next = await this.#lines.next()) yield next.value;
  }

  /** Whatever it says until it ends. */
  async rest(): Promise<string[]> {
    const lines: string[] = [];
    for (let next = await this.#lines.next(); next.done !== true; next = await this.#lines.next())
      lines.push(next.value);
    return lines;
  }

  /** A line for its `read`. */
  say(text = ''): void {
    this.#child.stdin?.write(`${text}\n`);
  }

  /** Nothing more comes on its standard input. */
  end(): void {
    this.#child.stdin?.end();
  }

  /** Sends a signal; gives the exit status once it has ended. */
  async kill(signal: NodeJS.Signals): Promise<number> {
    this.#child.kill(signal);
    return this.#ended;
  }

  ended(): Promise<number> {
    return this.#ended;
  }

  get stderr(): string {
    return this.#stderr;
  }
}

/** Every file and folder below a folder, with its bytes and rights. */
export function treeOf(folder: string): Record<string, string> {
  const tree: Record<string, string> = {};
  for (const entry of fs.readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const mode = (fs.lstatSync(file).mode & 0o7777).toString(8);
    const content = entry.isFile() ? fs.readFileSync(file).toString('latin1') : '(folder)';
    tree[path.relative(folder, file)] = `${mode} ${content}`;
  }
  return tree;
}

/** Waits until something holds; asks again and again, as long as the test may last. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+[ZX]/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Text that people read, without what differs from run to run: ids, times, durations, folders. */
export function stable(text: string, store?: TempStore): string {
  const placed = store === undefined ? text : text.replaceAll(store.cwd, 'CWD').replaceAll(store.home, 'HOME');
  return placed
    .replaceAll(os.hostname(), 'HOST')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'ID')
    .replaceAll(/run_\d{8}_\d{6}/g, 'run_DATE_TIME')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?/g, 'INSTANT')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?/g, 'DATE TIME')
    .replaceAll(/\b\d\d:\d\d:\d\d\b/g, 'TIME')
    .replaceAll(/\bprocess \d+/g, 'process PID')
    .replaceAll(/\b\d+(\.\d+)? s\b/g, 'N s');
}

/** The run of fixtures/journal-v1.jsonl: every event type, times and host fixed. */
export const GOLDEN_RUN = 'run_20251003_181952_project_171';

/** Puts the golden run into a store, as the host that recorded it would have left it. */
export function placeGoldenRun(store: TempStore): void {
  const folder = store.path('runs', GOLDEN_RUN, 'journal');
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  fs.copyFileSync(path.join(ROOT, 'fixtures', 'journal-v1.jsonl'), path.join(folder, 'worker-1.jsonl'));
}
