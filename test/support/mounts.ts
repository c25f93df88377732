// Small file systems for the tests of full and read-only disks. Only root may mount; the others skip these tests.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';

const mounts: string[] = [];

export function asRoot(command: string): void {
  execFileSync('sh', ['-c', command], { stdio: 'ignore' });
}

/** Mounts a tmpfs; false where that is not allowed. */
export function mount(folder: string, options: string): boolean {
  try {
    fs.mkdirSync(folder, { recursive: true });
    asRoot(`mount -t tmpfs -o ${options} tmpfs '${folder}'`);
    mounts.push(folder);
    return true;
  } catch {
    return false;
  }
}

export function unmountAll(): void {
  // The last first: one may lie within another.
  for (const folder of mounts.splice(0).toReversed()) asRoot(`umount --lazy '${folder}'`);
}

/** Fills what is left of a file system; gives the way to free it again. */
export function fillUp(folder: string): () => void {
  const filler = `${folder}/filler`;
  const fd = fs.openSync(filler, 'w');
  try {
    for (;;) fs.writeSync(fd, Buffer.alloc(4096));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    fs.closeSync(fd);
  }
  return () => fs.rmSync(filler);
}
