// Faults at single system calls of the built executable, by strace from outside: which calls there are, and one of them failed.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { hasProgram, sealedEnv, tempFolder, type Outcome } from './runlog.js';

/** Without strace (Debian's package of that name) no fault can be injected. */
export const HAS_STRACE: boolean = process.platform === 'linux' && hasProgram('strace');

/** One system call of a command: the `nth` of its name in its thread. */
export interface SystemCall {
  name: string;
  nth: number;
  /** As strace printed it, with the paths of descriptors. */
  text: string;
}

export interface Traced {
  cwd: string;
  home: string;
  args: readonly string[];
  input?: string;
  env?: Record<string, string>;
}

/** One thread for asynchronous file work, so that the order of the calls is the same each time. */
const STEADY = { UV_THREADPOOL_SIZE: '1' };

const PATIENCE_MS = 30_000;

/** The system calls of a command, on files or descriptors, that concern one of some folders. */
export async function callsOf(command: Traced, folders: readonly string[]): Promise<SystemCall[]> {
  const { lines } = await straced(command, ['-e', 'trace=%file,%desc']);
  return countCalls(lines).filter(({ text }) => concerns(text, folders));
}

/** What is done to a system call: an error in its place, or the process killed as it enters. */
export type Fault = 'ENOSPC' | 'EIO' | 'EDQUOT' | 'EROFS' | 'EMFILE' | 'EACCES' | 'SIGKILL';

/**
 * Runs a command with a fault at one call. `hit` says whether the fault met the call that was meant, by its name and path: Node does
 * a thing more or less from time to time, so that the count of others may differ.
 */
export async function runWithFault(
  command: Traced,
  { name, nth, text }: SystemCall,
  fault: Fault,
): Promise<Outcome & { hit: boolean }> {
  const what = fault === 'SIGKILL' ? 'signal=SIGKILL' : `error=${fault}`;
  const { lines, ...outcome } = await straced(command, [
    '--seccomp-bpf',
    '-e',
    `trace=${name}`,
    '-e',
    `inject=${name}:${what}:when=${nth}`,
  ]);
  const met = fault === 'SIGKILL' ? countCalls(lines).filter((call) => call.nth === nth) : [];
  const injected = lines.filter((line) => line.includes('(INJECTED)'));
  const all = [...injected, ...met.map((call) => call.text)];
  return { ...outcome, hit: all.some((found) => targetOf(found) === targetOf(text)) };
}

function concerns(text: string, folders: readonly string[]): boolean {
  return folders.some((folder) => text.includes(folder));
}

/** The path that a call is about, without what differs each time: random names, numbers of processes and descriptors. */
function targetOf(text: string): string {
  const [, named, opened] = /"(\/[^"]*)"|\(\d+<([^>]+)>/.exec(text) ?? [];
  return (named ?? opened ?? text)
    .replaceAll(/(case|held|gone|restore|new|runlog)-[^/]+/g, '$1-*')
    .replaceAll(/fd\/\d+/g, 'fd/*')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{22}/g, '*');
}

/** Each call once, as it was entered; `when` of strace counts by thread and name. */
function countCalls(lines: readonly string[]): SystemCall[] {
  const counts = new Map<string, number>();
  return lines.flatMap((line) => {
    const [, pid = '', name = ''] = /^(\d+) +([a-z0-9_]+)\(/.exec(line) ?? [];
    if (name === '') return [];
    const nth = (counts.get(`${pid} ${name}`) ?? 0) + 1;
    counts.set(`${pid} ${name}`, nth);
    return [{ name, nth, text: line }];
  });
}

/** Runs a command under strace; `lines` are what strace wrote. */
export async function straced(
  { cwd, home, args, input, env = {} }: Traced,
  options: readonly string[],
): Promise<Outcome & { lines: string[] }> {
  const file = path.join(tempFolder(), 'trace');
  const all = ['-f', '-y', '-qq', '-o', file, ...options, 'runlog', ...args];
  const child = spawn('strace', all, {
    cwd,
    env: sealedEnv(home, { ...STEADY, ...env }),
    stdio: 'pipe',
    detached: true,
  });
  // A fault that met another call than it was meant for, as the close of a pipe, may keep a process waiting for ever.
  const patience = setTimeout(() => process.kill(-(child.pid as number), 'SIGKILL'), PATIENCE_MS);
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input ?? '');
  const exitCode = await new Promise<number>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? 128 + os.constants.signals[signal as NodeJS.Signals])),
  );
  clearTimeout(patience);
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  fs.rmSync(path.dirname(file), { recursive: true });
  return { stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString(), exitCode, lines };
}
