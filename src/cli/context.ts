// The surroundings of a call, from parsed options and the process.
import { Input, type Context } from '../commands/input.js';
import type { Parsed } from './parse.js';

/** Takes from new files what neither their owner nor their group should have, and nothing else. */
const UMASK = 0o027;

export function inputOf({ args, given, command }: Pick<Parsed, 'args' | 'given' | 'command'>): Input {
  const has = (name: string): boolean => given.some(([key]) => key === name);
  const dir = given.findLast(([key]) => key === 'dir')?.[1];
  const context: Context = {
    env: process.env,
    cwd: currentFolder(),
    isJson: has('json'),
    isQuiet: has('quiet'),
    isColorless: has('no-color'),
    dir: typeof dir === 'string' ? dir : undefined,
    umask: process.umask(UMASK),
  };
  return new Input(args, given, command, context);
}

/** Where the caller stands. A folder that was removed has no path any more; then by what the shell still calls it. */
function currentFolder(): string {
  try {
    return process.cwd();
  } catch {
    const { PWD } = process.env;
    return PWD?.startsWith('/') === true ? PWD : '/';
  }
}
