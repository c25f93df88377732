// A command that runlog runs for somebody: its signals, its end, and the exit status that says the same.
import type { ChildProcess, StdioOptions } from 'node:child_process';
import os from 'node:os';

/** How a command ended; `exitStatus` is what a shell would say of it. */
export interface ChildEnd {
  exitStatus: number;
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** Why it could not be started; null where it was. */
  startError: string | null;
}

const FORWARDED: readonly NodeJS.Signals[] = [
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGCONT',
];
/** The terminal sends these to the command itself too: a second one would look like impatience. */
const FROM_TERMINAL = new Set<NodeJS.Signals>(['SIGINT', 'SIGQUIT']);

/**
 * Starts a command; signals to this process reach it until it has ended. `started` may listen to its output; it is called with
 * null where there is no process at all.
 */
export function runChild(
  command: readonly string[],
  options: { stdio: StdioOptions; env: NodeJS.ProcessEnv },
  started?: (child: ChildProcess | null) => void,
): Promise<ChildEnd> {
  const [file, ...args] = command as [string, ...string[]];
  // Loaded here: most recording commands run nothing, and should not pay for it.
  const { spawn } = process.getBuiltinModule('node:child_process');
  const tty = process.getBuiltinModule('node:tty');
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException): ChildEnd => {
      // 127 not found, 126 found but not to be run: as shells have it.
      const exitStatus = error.code === 'ENOENT' || file === '' ? 127 : 126;
      return { exitStatus, exitCode: exitStatus, signal: null, startError: startMessage(file, error) };
    };
    let child: ChildProcess | null = null;
    const forward = (signal: NodeJS.Signals): void => {
      if (!(FROM_TERMINAL.has(signal) && tty.isatty(0))) child?.kill(signal);
    };
    // Before CMD is there: it may be heard of, and a signal sent to us, before spawn returns. Handlers run after that.
    for (const signal of FORWARDED) process.on(signal, forward);
    const finish = (end: ChildEnd): void => {
      for (const signal of FORWARDED) process.off(signal, forward);
      resolve(end);
    };
    try {
      child = spawn(file, args, options);
    } catch (error) {
      // Node throws what is not among the usual reasons: ENOTDIR, E2BIG, an empty name.
      started?.(null);
      finish(failed(error as NodeJS.ErrnoException));
      return;
    }
    const { pid } = child;
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (pid === undefined) finish(failed(error));
    });
    child.on('exit', (exitCode, signal) => {
      const exitStatus = signal === null ? (exitCode ?? 0) : 128 + os.constants.signals[signal];
      finish({ exitStatus, exitCode, signal, startError: null });
    });
    started?.(child);
  });
}

function startMessage(file: string, error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT' || file === '') return `${file}: command not found`;
  return error.code === 'EACCES' ? `${file}: permission denied` : `${file}: ${error.message}`;
}
