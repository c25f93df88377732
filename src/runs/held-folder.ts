// Folders held open, so that what is done in one is done in that very folder, whatever its path comes to mean meanwhile.
//
// Node has no openat(2) and its kin; Linux's `/proc/self/fd/N/name` is the same. Where there is no such thing, a path is used, and the
// folder it leads to is compared with the open one right before: a rival that swaps it in just that moment is then not seen.
import fs from 'node:fs';
import path from 'node:path';
import { RunlogError, errnoOf, messageOf } from '../events/errors.js';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;

/** What something is, whatever it is called. */
export interface Identity {
  dev: bigint;
  ino: bigint;
}

export function isSameThing(one: Identity, other: Identity): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}

export class HeldFolder {
  /** As people know it. */
  readonly path: string;
  readonly dev: bigint;
  readonly ino: bigint;
  readonly uid: bigint;
  /** Then it can be used wherever it is renamed to; else only as long as its path is the same. */
  readonly isByDescriptor: boolean;
  readonly #fd: number;
  /** The mount it lies in; null where the system does not say. A bind mount has the same device number as what it shows. */
  readonly #mount: string | null;

  constructor(fd: number, shownPath: string, isByDescriptor: boolean) {
    this.path = shownPath;
    this.#fd = fd;
    this.isByDescriptor = isByDescriptor;
    ({ dev: this.dev, ino: this.ino, uid: this.uid } = fs.fstatSync(fd, { bigint: true }));
    this.#mount = isByDescriptor ? mountOf(fd) : null;
  }

  /** A path to something in this folder, for one call right away. */
  at(name: string): string {
    if (name === '' || name === '..' || name.includes('/')) throw new Error(`not a name: ${name}`);
    if (this.isByDescriptor) return `/proc/self/fd/${this.#fd}/${name}`;
    const now = fs.lstatSync(this.path, { bigint: true, throwIfNoEntry: false });
    if (now === undefined || !isSameThing(this, now)) throw swapped(this.path, 'was exchanged for something else');
    return path.join(this.path, name);
  }

  /** Holds a folder in this one. Throws where it is a link or a file, or where it lies on another file system. */
  enter(name: string): HeldFolder {
    const shownPath = path.join(this.path, name);
    const inner = this.#worded(() => hold(this.at(name), shownPath, O_NOFOLLOW, this.isByDescriptor));
    if (inner.dev === this.dev && inner.#mount === this.#mount) return inner;
    inner.close();
    throw swapped(shownPath, 'is on another file system');
  }

  /** The same, made where it is missing. */
  make(name: string, mode = 0o700): HeldFolder {
    try {
      fs.mkdirSync(this.at(name), { mode });
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
    }
    return this.enter(name);
  }

  /** A new folder in this one, its name begun so. */
  makeNew(prefix: string): HeldFolder {
    return this.enter(path.basename(fs.mkdtempSync(this.at(prefix))));
  }

  /** What is in it, and of what kind; no link is followed. */
  entries(): fs.Dirent[] {
    return this.#worded(() => fs.readdirSync(this.at('.'), { withFileTypes: true }));
  }

  names(): string[] {
    return this.#worded(() => fs.readdirSync(this.at('.')));
  }

  /** What is there under a name, no link followed; undefined where nothing is. */
  look(name: string): fs.BigIntStats | undefined {
    return fs.lstatSync(this.at(name), { bigint: true, throwIfNoEntry: false });
  }

  stat(): fs.Stats {
    return fs.fstatSync(this.#fd);
  }

  /** Opens a file for reading. Throws where it is anything else; does not wait for the other end of a pipe. */
  openFile(name: string): number {
    let fd: number;
    try {
      fd = this.#worded(() => fs.openSync(this.at(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
    } catch (error) {
      // ENXIO: a socket.
      if (errnoOf(error) === 'ELOOP' || errnoOf(error) === 'ENXIO')
        throw swapped(path.join(this.path, name), 'is no file');
      throw error;
    }
    if (fs.fstatSync(fd).isFile()) return fd;
    fs.closeSync(fd);
    throw swapped(path.join(this.path, name), 'is no file');
  }

  /** Makes renames in it survive a power loss, where the file system can. */
  sync(): void {
    try {
      fs.fsyncSync(this.#fd);
    } catch (error) {
      if (errnoOf(error) !== 'EINVAL' && errnoOf(error) !== 'EISDIR') throw error;
    }
  }

  setMode(mode: number): void {
    fs.fchmodSync(this.#fd, mode);
  }

  /** A message of the system as people can read it: with this folder's path for its descriptor's. */
  words(error: unknown): string {
    return messageOf(error).replaceAll(`/proc/self/fd/${this.#fd}/`, `${this.path}/`);
  }

  /** What fails in a folder far down is shown by callers that hold another one. */
  #worded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof Error) error.message = this.words(error);
      throw error;
    }
  }

  close(): void {
    fs.closeSync(this.#fd);
  }

  /** The same, while others go on: the file system may have much to put in order for a folder that has no name any more. */
  closeAside(): Promise<void> {
    return new Promise((resolve) => fs.close(this.#fd, () => resolve()));
  }
}

/** Holds a folder by its path, links on the way followed: where a store is, its owner says. */
export function holdFolder(folder: string, isByDescriptor: boolean = fs.existsSync('/proc/self/fd')): HeldFolder {
  return hold(folder, isByDescriptor ? folder : fs.realpathSync(folder), 0, isByDescriptor);
}

function hold(file: string, shownPath: string, flag: number, isByDescriptor: boolean): HeldFolder {
  let fd: number;
  try {
    fd = fs.openSync(file, O_RDONLY | O_DIRECTORY | flag);
  } catch (error) {
    if (errnoOf(error) !== 'ENOTDIR' && errnoOf(error) !== 'ELOOP') throw error;
    const isLink = fs.lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    throw swapped(shownPath, isLink ? 'is a symbolic link' : 'is no folder');
  }
  return new HeldFolder(fd, shownPath, isByDescriptor);
}

/** What the system says of a descriptor is some lines of numbers. */
const INFO = Buffer.alloc(1024);

/** Asked of each folder on the way down, so it makes no more calls than it must. */
function mountOf(fd: number): string | null {
  try {
    const info = fs.openSync(`/proc/self/fdinfo/${fd}`, O_RDONLY);
    try {
      const text = INFO.toString('latin1', 0, fs.readSync(info, INFO));
      return /^mnt_id:\s*(\d+)/m.exec(text)?.[1] ?? null;
    } finally {
      fs.closeSync(info);
    }
  } catch {
    return null;
  }
}

function swapped(file: string, what: string): RunlogError {
  return new RunlogError('cannot_create', `${file} ${what}`, {
    hint: 'Only real files and folders of the store itself are touched. Link the whole store instead, or name the real one with --dir.',
  });
}
