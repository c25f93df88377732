// Opening what should be a regular file, for reading: never through a link, and never waiting for the other end of a FIFO.
import fs from 'node:fs';

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;

/** A descriptor of a regular file. Throws what the system says, and an EINVAL of its own where something else stands there. */
export function openRegular(file: string): number {
  const fd = fs.openSync(file, O_RDONLY | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0));
  if (fs.fstatSync(fd).isFile()) return fd;
  fs.closeSync(fd);
  throw Object.assign(new Error(`EINVAL: not a regular file, open '${file}'`), { code: 'EINVAL' });
}

/** The whole of a regular file. Throws as `openRegular` does. */
export function readRegular(file: string): Buffer {
  const fd = openRegular(file);
  try {
    return fs.readFileSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}
