// Calls of one kind of a store's command, failed all or one, and what strace saw of them. It asserts nothing.
import type { Outcome, TempStore } from './runlog.js';
import { straced } from './strace.js';

export interface Fault {
  syscall: string;
  errno: string;
  /** Only calls that name these files or go to a descriptor of one; without any, all calls. */
  files?: readonly string[];
  /** The how manyth of these calls fails; without it each does. */
  nth?: number;
}

/** Runs runlog with a fault; `calls` are the lines of strace for the calls that it looked at, paths with descriptors. */
export async function runlogWith(
  fault: Fault,
  store: TempStore,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Outcome & { calls: string[] }> {
  const when = fault.nth === undefined ? '' : `:when=${fault.nth}`;
  return traced(store, args, env, fault, ['-e', `inject=${fault.syscall}:error=${fault.errno}${when}`]);
}

/** The how manyth call of a kind it is that `pattern` fits, in a command that runs without a fault. */
export async function findCall(
  store: TempStore,
  args: readonly string[],
  { syscall, pattern }: { syscall: string; pattern: RegExp },
): Promise<number> {
  const { calls } = await traced(store, args, {}, { syscall }, []);
  const [main] = calls[0]?.split(' ') ?? [];
  const found = calls.filter((line) => line.startsWith(`${main} `)).findIndex((line) => pattern.test(line));
  if (found === -1) throw new Error(`no ${syscall} fits ${pattern}`);
  return found + 1;
}

async function traced(
  store: TempStore,
  args: readonly string[],
  env: Record<string, string>,
  { syscall, files = [] }: Pick<Fault, 'syscall' | 'files'>,
  more: readonly string[],
): Promise<Outcome & { calls: string[] }> {
  const watched = ['-e', `trace=${syscall}`, ...files.flatMap((file) => ['-P', file])];
  const { lines, ...outcome } = await straced({ cwd: store.cwd, home: store.home, args, env }, [...watched, ...more]);
  const calls = lines.filter((line) => line.includes(`${syscall}(`));
  return { ...outcome, calls };
}
