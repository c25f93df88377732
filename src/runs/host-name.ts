// The name of this host.
import fs from 'node:fs';
import os from 'node:os';

let known: string | undefined;

/** As uname says it. Linux has it in a file too: loading node:os costs a recording command 1% of its time. */
export function hostName(): string {
  known ??= readKernels() || os.hostname();
  return known;
}

function readKernels(): string {
  try {
    return fs.readFileSync('/proc/sys/kernel/hostname', 'latin1').trim();
  } catch {
    return '';
  }
}
