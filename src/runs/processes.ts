// Processes of this machine, from /proc: who started whom, since when, and which shell is only a copy of its parent.
import fs from 'node:fs';
import { crc32 } from '../journal/crc32.js';
import { hostName } from './host-name.js';

export interface Process {
  pid: number;
  parentPid: number;
  /** One letter of proc(5); Z and X are dead. */
  state: string;
  /** Clock ticks since boot; with the boot id it tells a process from a later one of the same pid. */
  startTime: string;
  /** Where code, stack, arguments and environment lie in memory: a fork keeps them, an exec does not. */
  layout: string;
}

/** Where this process runs; null where the system does not tell. */
export interface Place {
  host: string;
  bootId: string | null;
  pidNamespace: string | null;
  /** Tells machines of one name apart: a checksum of the machine id, which itself should not leave the machine. */
  machine: string | null;
}

export function here(): Place {
  const machine = readText('/etc/machine-id');
  return {
    host: hostName(),
    bootId: readText('/proc/sys/kernel/random/boot_id'),
    pidNamespace: readLink('/proc/self/ns/pid'),
    machine: machine === null ? null : crc32(Buffer.from(machine)),
  };
}

/** A process by pid; null where there is none, or no /proc to ask. */
export function readProcess(pid: number): Process | null {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The name stands in parentheses and may hold anything, parentheses too: the fields begin after the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (number: number): string => fields[number - 3] ?? '';
  return {
    pid,
    state: field(3),
    parentPid: Number(field(4)),
    startTime: field(22),
    layout: [26, 27, 28, 45, 46, 47, 48, 49, 50, 51].map(field).join(' '),
  };
}

/** Whether some process has that pid; for systems without /proc. */
export function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A process and those above it, nearest first. */
export function lineage(pid: number): Process[] {
  const line: Process[] = [];
  for (let next = pid; next > 0 && line.length < 64;) {
    const found = readProcess(next);
    if (found === null) break;
    line.push(found);
    next = found.parentPid;
  }
  return line;
}

/**
 * The process that a run belongs to: the one that started `runlog`, or, where that is only a passing copy or a launcher,
 * the script behind it.
 */
export function findOwner(parentPid: number, env: NodeJS.ProcessEnv): Process | null {
  const line = lineage(parentPid);
  let index = env['npm_command'] === 'exec' ? afterNpx(line) : 0;
  for (; index + 1 < line.length; index++) {
    const [child, parent] = [line[index] as Process, line[index + 1] as Process];
    if (!isFork(child, parent) && !isLauncher(child)) break;
  }
  return line[index] ?? null;
}

/**
 * `$(runlog start | cat)` runs in a copy of the shell that dies at once: same executable, same command line and, as it never
 * called exec, the same layout in memory. A shell that was started anew from its like differs in the last: addresses are random.
 */
function isFork(child: Process, parent: Process): boolean {
  if (child.layout !== parent.layout) return false;
  const [childExe, parentExe] = [readLink(`/proc/${child.pid}/exe`), readLink(`/proc/${parent.pid}/exe`)];
  return childExe !== null && childExe === parentExe && commandLine(child.pid) === commandLine(parent.pid);
}

/** Programs that run a command for somebody else and end with it. */
const LAUNCHERS = new Set([
  'timeout',
  'flock',
  'xargs',
  'sudo',
  'doas',
  'strace',
  'ltrace',
  'time',
  'catchsegv',
  'unbuffer',
]);

function isLauncher(process: Process): boolean {
  const exe = readLink(`/proc/${process.pid}/exe`) ?? '';
  return LAUNCHERS.has(exe.slice(exe.lastIndexOf('/') + 1));
}

/**
 * Under `npx runlog start`, npm and the shell that it starts stand between the script and us. A script that npm started and that
 * calls us by itself has the same environment, but is the owner: only a shell that was started for us alone is passed over.
 */
function afterNpx(line: readonly Process[]): number {
  const isNpm = (process: Process | undefined): boolean =>
    process !== undefined && /^npm exec|[/\\]np[mx]-cli\.js/.test(commandLine(process.pid));
  const isOurShell = /^(\S*\/)?(ba|da|z)?sh\0-c\0["']?([^\0\s;&|]*\/)?runlog["']?(\s|\0|$)/.test(
    commandLine(line[0]?.pid ?? 0),
  );
  if (isNpm(line[0])) return 1;
  return isOurShell && isNpm(line[1]) ? 2 : 0;
}

function commandLine(pid: number): string {
  return readText(`/proc/${pid}/cmdline`) ?? '';
}

function readText(path: string): string | null {
  try {
    return fs.readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}

function readLink(path: string): string | null {
  try {
    return fs.readlinkSync(path);
  } catch {
    return null;
  }
}

/** The arguments that a process was started with, its program first. */
export function argvOf(pid: number): string[] {
  return commandLine(pid)
    .replace(/\0$/, '')
    .split('\0')
    .filter((_, index, all) => all.length > 1 || all[index] !== '');
}
