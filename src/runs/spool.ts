// The spool: where events wait, in the user's state folder, while their store cannot be written.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { checkEvent } from '../events/check.js';
import { readText } from '../journal/whole-file.js';
import { RunlogError, errnoOf } from '../events/errors.js';
import type { RunlogEvent } from '../events/vocabulary.js';
import { nowMicros } from '../journal/clock.js';
import { crc32 } from '../journal/crc32.js';
import { newEventId } from '../journal/event-id.js';
import { openSegment } from '../journal/segment.js';
import type { Store } from './paths.js';
import { hostName } from './host-name.js';
import { hasProcess, readProcess } from './processes.js';
import { makeKeptFolder, syncFolder } from '../journal/folder.js';

/** XDG_STATE_HOME, else ~/.local/state, and there runlog/spool. */
export function spoolDir(env: NodeJS.ProcessEnv): string {
  return path.join(
    env['XDG_STATE_HOME'] || path.join(env['HOME'] || os.homedir(), '.local', 'state'),
    'runlog',
    'spool',
  );
}

/** How often a file that is taken from under a writer is opened anew before the writer gives up. */
const TRIES = 20;

/**
 * Appends events to the spool and has the disk keep them; gives the file's path. With `isNew` the run must have nothing there yet
 * (`cannot_create`). Throws what the system says.
 */
export function spool(
  store: Store,
  runId: string,
  events: readonly RunlogEvent[],
  env: NodeJS.ProcessEnv,
  isNew = false,
): string {
  makeKeptFolder(spoolDir(env));
  const file = path.join(spoolDir(env), spoolName(store, runId));
  if (isNew) makeNew(file, runId);
  const dir = realPath(store.dir);
  const lines = events.map((event) => `\n${JSON.stringify({ store: dir, run_id: runId, event })}\n`);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const segment = openSegment(file);
    try {
      segment.append(Buffer.from(lines.join('')));
      segment.sync();
      // A command that brings events home may have taken the file between our opening and our writing: then they are written
      // again, for it may have read too early. Readers know a second line of the same id.
      if (segment.isInPlace()) return file;
    } finally {
      segment.close();
    }
  }
  throw new RunlogError('io', `${file} is taken away again and again`);
}

function makeNew(file: string, runId: string): void {
  try {
    fs.closeSync(fs.openSync(file, 'wx', 0o600));
    syncFolder(path.dirname(file));
  } catch (error) {
    if (errnoOf(error) === 'EEXIST')
      throw new RunlogError('cannot_create', `a run ${runId} waits in the spool already`);
    throw error;
  }
}

/** The ids of the runs of a store that have events waiting. */
export function spooledRuns(store: Store, env: NodeJS.ProcessEnv): string[] {
  const files = filesOf(env);
  if (files.length === 0) return [];
  const prefix = prefixOf(store);
  return [...new Set(files.flatMap((name) => runOf(name, prefix) ?? []))];
}

/** The events that wait for a run, in the order in which they were spooled; read without taking them. */
export function peekSpool(store: Store, runId: string, env: NodeJS.ProcessEnv): RunlogEvent[] {
  const files = filesOf(env);
  if (files.length === 0) return [];
  const prefix = prefixOf(store);
  return files
    .filter((name) => runOf(name, prefix) === runId)
    .flatMap((name) => {
      try {
        return readSpoolFile(path.join(spoolDir(env), name), store).events;
      } catch (error) {
        if (errnoOf(error) === undefined) throw error;
        return []; // brought home meanwhile, or not to be read
      }
    });
}

/**
 * Hands the events that wait for a run to `deliver` and drops them once it returns. Each file is renamed first, so that two
 * commands never deliver the same and nothing that is spooled meanwhile is dropped; a claim left by a dead process is taken over.
 * Lines that are no events are kept, in a file that ends with `.bad`.
 */
export function emptySpool(
  store: Store,
  runId: string,
  env: NodeJS.ProcessEnv,
  deliver: (events: RunlogEvent[]) => void,
): void {
  const files = filesOf(env);
  // Asked first: the name takes a look at the store's path, and most often nothing waits.
  if (files.length === 0) return;
  const name = spoolName(store, runId);
  for (const found of files) {
    if (found !== name && !(found.startsWith(`${name}.`) && isAbandoned(found))) continue;
    const file = path.join(spoolDir(env), found);
    // Never the name of another claim: in containers a dead process often had the very number that this one has.
    const claim = path.join(spoolDir(env), `${name}.${ownMark()}-${newEventId(nowMicros())}.claim`);
    try {
      fs.renameSync(file, claim);
    } catch {
      continue; // another command was quicker
    }
    try {
      const { events, hasBad } = readSpoolFile(claim, store);
      if (events.length > 0) deliver(events);
      if (hasBad) fs.renameSync(claim, claim.replace(/claim$/, 'bad'));
      else unlinkIfThere(claim);
    } catch (error) {
      giveBack(claim, path.join(spoolDir(env), name));
      throw error;
    }
  }
}

/** Where numbers of steps are reserved while the run's own folder takes none. */
export function spooledStepsDir(store: Store, runId: string, env: NodeJS.ProcessEnv): string {
  return path.join(spoolDir(env), '..', 'steps', `${prefixOf(store)}${runId}`);
}

function giveBack(claim: string, file: string): void {
  try {
    fs.linkSync(claim, file);
  } catch (error) {
    // Taken over by a process that cannot see this one, as in another container: the events are its to deliver.
    if (errnoOf(error) === 'ENOENT') return;
    if (!appendAll(fs.readFileSync(claim), file)) return;
  }
  unlinkIfThere(claim);
}

/** Whether the bytes are kept. Where the file was taken away meanwhile their claim stays, to be taken over once this process is gone. */
function appendAll(bytes: Buffer, file: string): boolean {
  const segment = openSegment(file);
  try {
    segment.append(bytes);
    segment.sync();
    return segment.isInPlace();
  } finally {
    segment.close();
  }
}

function unlinkIfThere(file: string): void {
  try {
    fs.unlinkSync(file);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

/** The events of a file; a fragment of a killed writer was never acknowledged, anything else that is no event is bad. */
function readSpoolFile(file: string, store: Store): { events: RunlogEvent[]; hasBad: boolean } {
  const events: RunlogEvent[] = [];
  let hasBad = false;
  const dir = realPath(store.dir);
  for (const line of readText(file).split('\n')) {
    if (line === '') continue;
    try {
      const spooled = JSON.parse(line) as { store?: unknown; event?: unknown } | null;
      if (spooled?.store === dir && checkEvent(spooled.event).length === 0) events.push(spooled.event as RunlogEvent);
      else hasBad = true;
    } catch {
      hasBad = true;
    }
  }
  return { events, hasBad };
}

/** Tells this process from any other, also from a later one of the same number. */
function ownMark(): string {
  return `${process.pid}-${readProcess(process.pid)?.startTime ?? '0'}`;
}

function isAbandoned(claim: string): boolean {
  const [, pid = '', startTime = ''] = /\.(\d+)-(\d+)-[^.]*\.claim$/.exec(claim) ?? [];
  if (pid === '') return false;
  const holder = readProcess(Number(pid));
  return holder === null ? !hasProcess(Number(pid)) : holder.startTime !== startTime;
}

function spoolName(store: Store, runId: string): string {
  return `${prefixOf(store)}${runId}.jsonl`;
}

/** The run whose events a file or a claim of a store has; null of any other file. An id may itself end with `.jsonl`. */
function runOf(name: string, prefix: string): string | null {
  if (!name.startsWith(prefix)) return null;
  return /^(.*)\.jsonl(?:\.\d+-\d+-[^.]*\.claim)?$/.exec(name.slice(prefix.length))?.[1] ?? null;
}

function filesOf(env: NodeJS.ProcessEnv): string[] {
  if (!fs.existsSync(spoolDir(env))) return [];
  try {
    return fs.readdirSync(spoolDir(env));
  } catch {
    return [];
  }
}

function prefixOf(store: Store): string {
  // With the host: where HOME is shared and stores are not, one path means another store on each host.
  return `${crc32(Buffer.from(`${hostName()}\0${realPath(store.dir)}`))}-`;
}

/** More symbolic links than this in a path are a circle; Linux says so too. */
const MOST_LINKS = 40;

/**
 * A path without symbolic links, so that a store has one spool whichever way it is reached. Links are followed to what is not there as
 * well: a store on a disk that is not mounted is the same store once it is.
 */
function realPath(dir: string): string {
  try {
    return fs.realpathSync.native(dir);
  } catch {
    return realPathOfMissing(dir);
  }
}

function realPathOfMissing(dir: string): string {
  let real = path.parse(dir).root;
  const rest = dir.split(path.sep);
  for (let links = 0; rest.length > 0;) {
    const next = path.resolve(real, rest.shift() as string);
    const target = links < MOST_LINKS ? readLink(next) : null;
    if (target === null) real = next;
    else {
      links += 1;
      if (path.isAbsolute(target)) real = path.parse(target).root;
      rest.unshift(...target.split(path.sep));
    }
  }
  return real;
}

function readLink(file: string): string | null {
  try {
    return fs.readlinkSync(file);
  } catch {
    return null;
  }
}
