// The spool: where events wait, in the user's state folder, while their store cannot be written.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { crc32 } from '../journal/crc32.js';
import { openSegment } from '../journal/segment.js';
import type { RunlogEvent } from '../events/vocabulary.js';
import type { Store } from './paths.js';

/** XDG_STATE_HOME, else ~/.local/state, and there runlog/spool. */
function spoolDir(env: NodeJS.ProcessEnv): string {
  return path.join(env['XDG_STATE_HOME'] || path.join(os.homedir(), '.local', 'state'), 'runlog', 'spool');
}

/** Appends events to the spool and has the disk keep them; gives the file's path. Throws what the system says. */
export function spool(store: Store, runId: string, events: readonly RunlogEvent[], env: NodeJS.ProcessEnv): string {
  const folder = spoolDir(env);
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, `${prefixOf(store)}${runId}.jsonl`);
  const segment = openSegment(file);
  try {
    const lines = events.map((event) => `\n${JSON.stringify({ store: store.dir, run_id: runId, event })}\n`);
    segment.append(Buffer.from(lines.join('')));
    segment.sync();
  } finally {
    segment.close();
  }
  return file;
}

/** The ids of the runs of a store that have events waiting. */
export function spooledRuns(store: Store, env: NodeJS.ProcessEnv): string[] {
  const prefix = prefixOf(store);
  const ids = filesOf(env)
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length, name.indexOf('.jsonl')));
  return [...new Set(ids)];
}

/** The events that wait for a run, in the order in which they were spooled; read without taking them. */
export function peekSpool(store: Store, runId: string, env: NodeJS.ProcessEnv): RunlogEvent[] {
  return filesOf(env)
    .filter((name) => name.startsWith(`${prefixOf(store)}${runId}.jsonl`))
    .flatMap((name) => readSpoolFile(path.join(spoolDir(env), name), store));
}

/**
 * Hands the events that wait for a run to `deliver` and drops them once it returns. Each file is renamed first, so that two
 * commands never deliver the same and nothing that is spooled meanwhile is dropped; a claim left by a dead process is taken over.
 */
export function emptySpool(
  store: Store,
  runId: string,
  env: NodeJS.ProcessEnv,
  deliver: (events: RunlogEvent[]) => void,
): void {
  const name = `${prefixOf(store)}${runId}.jsonl`;
  for (const found of filesOf(env)) {
    if (found !== name && !(found.startsWith(`${name}.`) && isAbandoned(found))) continue;
    const file = path.join(spoolDir(env), found);
    const claim = path.join(spoolDir(env), `${name}.${process.pid}.claim`);
    try {
      fs.renameSync(file, claim);
    } catch {
      continue; // another command was quicker
    }
    try {
      deliver(readSpoolFile(claim, store));
      fs.unlinkSync(claim);
    } catch (error) {
      giveBack(claim, path.join(spoolDir(env), name));
      throw error;
    }
  }
}

function giveBack(claim: string, file: string): void {
  try {
    fs.linkSync(claim, file);
  } catch {
    const segment = openSegment(file);
    segment.append(fs.readFileSync(claim));
    segment.close();
  }
  fs.unlinkSync(claim);
}

function readSpoolFile(file: string, store: Store): RunlogEvent[] {
  const events: RunlogEvent[] = [];
  for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
    if (line === '') continue;
    try {
      const spooled = JSON.parse(line) as { store: string; event: RunlogEvent };
      if (spooled.store === store.dir) events.push(spooled.event);
    } catch {
      // A fragment of a killed writer: its event was never acknowledged.
    }
  }
  return events;
}

function isAbandoned(claim: string): boolean {
  const pid = Number(/\.(\d+)\.claim$/.exec(claim)?.[1]);
  if (!Number.isSafeInteger(pid) || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
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
  return `${crc32(Buffer.from(store.dir))}-`;
}
