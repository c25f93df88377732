// runlog shell-init: prints functions that let a shell record by its own builtins, to be evaluated by it.
import { SHELLS, shellInit, type Shell } from '../formats/shell-init.js';
import { segmentName } from '../runs/paths.js';
import { print, quote, usage, type Input } from './input.js';

export function shellInitText(input: Input): void {
  const [shell = ''] = input.args;
  if (!SHELLS.some((known) => known === shell))
    throw usage(`there are functions for ${SHELLS.join(', ')}; not for ${quote(shell)}`);
  print(shellInit(shell as Shell, segmentName()));
}
