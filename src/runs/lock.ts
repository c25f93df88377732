// One at a time: the kernel's lock (flock) on a file of the store. It dies with its owner, however that dies.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { RunlogError, errnoOf } from '../events/errors.js';
import { readText } from '../journal/whole-file.js';
import { cannotWrite } from './atomic-file.js';
import { noStore, type Store } from './paths.js';
import { readProcess } from './processes.js';

const LOCKED_BY_ANOTHER = 1;
const POLL_MS = 100;

/** The last one of this process that holds the lock of a file, or waits for it. */
const turns = new Map<string, Promise<unknown>>();

/**
 * Does `work` while holding the store's lock. Waits for it at most so many seconds, then throws `locked`. Those of one process take
 * turns, and wait for each other as long as it takes: asking the kernel again and again would only hold up whose turn it is. Where
 * nothing is to be waited for, they are refused like others.
 */
export async function withLock<T>(store: Store, timeoutSeconds: number, work: () => T | Promise<T>): Promise<T> {
  const file = path.join(store.dir, '.lock');
  const until = Date.now() + timeoutSeconds * 1000;
  const before = turns.get(file);
  if (before !== undefined && timeoutSeconds === 0) throw locked(file);
  const turn = inTurn(before, file, until, work);
  turns.set(file, turn);
  try {
    return await turn;
  } finally {
    if (turns.get(file) === turn) turns.delete(file);
  }
}

async function inTurn<T>(
  before: Promise<unknown> | undefined,
  file: string,
  until: number,
  work: () => T | Promise<T>,
): Promise<T> {
  // How the others ended is told to those who asked.
  if (before !== undefined) await before.catch(() => undefined);
  const release = (await takeFlock(file, until)) ?? (await takeLink(`${file}.pid`, until));
  try {
    return await work();
  } finally {
    release();
  }
}

/**
 * Node has no flock(2). The tool of util-linux takes it on the descriptor that it inherits; the lock belongs to the open file
 * and so stays with ours when the tool ends. Null where there is no such tool.
 */
async function takeFlock(file: string, until: number): Promise<(() => void) | null> {
  const fd = openLockFile(file);
  for (; ; await pause()) {
    // -x and -n are all that every flock has, BusyBox's too; waiting is done here.
    const { status, error } = spawnSync('flock', ['-x', '-n', '3'], { stdio: ['ignore', 'ignore', 'ignore', fd] });
    if (status === 0) return () => fs.closeSync(fd);
    if (status === LOCKED_BY_ANOTHER && Date.now() < until) continue;
    fs.closeSync(fd);
    if (status === LOCKED_BY_ANOTHER) throw locked(file);
    if (errnoOf(error) === 'ENOENT') return null;
    throw new RunlogError('io', `cannot lock ${file}`, { cause: error });
  }
}

/** Without flock: a file that names its owner, made by link(), which is atomic; taken over only from the proven dead. */
async function takeLink(file: string, until: number): Promise<() => void> {
  const own = `${file}.${process.pid}`;
  // What stands there is left over, or a link that somebody laid there.
  fs.rmSync(own, { force: true });
  fs.writeFileSync(own, `${process.pid} ${readProcess(process.pid)?.startTime ?? ''}`, { mode: 0o600, flag: 'wx' });
  try {
    for (;;) {
      try {
        fs.linkSync(own, file);
        return () => fs.rmSync(file, { force: true });
      } catch (error) {
        if (errnoOf(error) !== 'EEXIST') throw cannotWrite(file, error);
        if (takeFromDead(file)) continue;
      }
      if (Date.now() >= until) throw locked(file);
      await pause();
    }
  } finally {
    fs.rmSync(own, { force: true });
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, POLL_MS));
}

function takeFromDead(file: string): boolean {
  const text = readOrEmpty(file);
  const [pid = '', startTime = ''] = text.split(' ');
  const holder = readProcess(Number(pid));
  if (text === '' || holder?.startTime === startTime || (startTime === '' && holder !== null)) return false;
  // Renamed before it is dropped: of two that saw the same dead owner, one gets it.
  const taken = `${file}.dead.${process.pid}`;
  try {
    fs.renameSync(file, taken);
    const isSame = readOrEmpty(taken) === text;
    if (!isSame) fs.linkSync(taken, file);
    fs.rmSync(taken, { force: true });
    return isSame;
  } catch {
    return false;
  }
}

function openLockFile(file: string): number {
  const { O_RDWR, O_CREAT, O_NOFOLLOW } = fs.constants;
  try {
    return fs.openSync(file, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') throw noStore({ dir: path.dirname(file) });
    throw cannotWrite(file, error);
  }
}

function readOrEmpty(file: string): string {
  try {
    return readText(file);
  } catch {
    return '';
  }
}

function locked(file: string): RunlogError {
  return new RunlogError('locked', `another finalize, rotate or export is at work (${file})`, {
    hint: 'Try again in a moment, or wait for it with --lock-timeout SECONDS.',
  });
}
