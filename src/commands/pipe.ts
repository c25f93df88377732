// Pipes of the kernel's own for a command's output. Node would connect it by sockets, and those behave otherwise: opening
// /dev/stderr anew fails on them (ENXIO), and a writer whose reader has gone gets ECONNRESET where a pipe sends SIGPIPE.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';

/** Our end, to read from, and the command's, to be closed once it has been started. */
export interface Pipe {
  reader: Readable;
  readerFd: number;
  writerFd: number;
}

/** So many pipes; null where they cannot be had (no mkfifo, no room for temporary files). */
export function openPipes(count: number): Pipe[] | null {
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const net = process.getBuiltinModule('node:net');
  const { O_RDONLY, O_WRONLY, O_NONBLOCK } = fs.constants;
  const fds: number[] = [];
  let folder: string | null = null;
  try {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'runlog-'));
    const names = Array.from({ length: count }, (_, index) => path.join(folder as string, String(index)));
    // Node has no pipe(2): pipes with names are made, opened, and lose their names.
    if (spawnSync('mkfifo', ['-m', '600', ...names], { stdio: 'ignore' }).status !== 0) return null;
    // Reading first, and without waiting for a writer; then writing finds its reader and need not wait either.
    for (const name of names) fds.push(fs.openSync(name, O_RDONLY | O_NONBLOCK), fs.openSync(name, O_WRONLY));
    return names.map((_, index) => ({
      reader: new net.Socket({ fd: fds[2 * index] as number, readable: true, writable: false }),
      readerFd: fds[2 * index] as number,
      writerFd: fds[2 * index + 1] as number,
    }));
  } catch {
    for (const fd of fds) fs.closeSync(fd);
    return null;
  } finally {
    if (folder !== null) fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Lets a process of its own carry on from a pipe to one of our outputs, for as long as somebody holds the pipe's other end. */
export function handOver({ readerFd }: Pipe, outputFd: number): void {
  const { spawn } = process.getBuiltinModule('node:child_process');
  try {
    // Opened anew: our own end does not wait for bytes, and would pass that on.
    const fd = fs.openSync(`/proc/self/fd/${readerFd}`, 'r');
    spawn('cat', [], { stdio: [fd, outputFd, 'ignore'], detached: true })
      .on('error', () => undefined)
      .unref();
    fs.closeSync(fd);
  } catch {
    // Then the rest is lost, as it is where a pipe is closed.
  }
}
