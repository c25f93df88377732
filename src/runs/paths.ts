// Where things lie in a store, and which names are run ids. It decides paths; it opens nothing but the config file.
import fs from 'node:fs';
import path from 'node:path';
import { RunlogError, errnoOf, messageOf } from '../events/errors.js';
import { PRIVATE, kindOf, type Rights } from '../journal/folder.js';
import { readConfig } from './config.js';
import { hostName } from './host-name.js';

/** A store's folder, absolute. */
export interface Store {
  dir: string;
  /** Nobody named it: it is ./logs of wherever the caller happens to stand, and may be another one after a `cd`. */
  isDefault?: boolean;
  /** Where its runs are looked at, where that is not its runs/: rotate judges them once more in the trash. */
  runs?: string;
}

const ARCHIVE_ENDING = '.tar.gz';
/** A folder's name that cannot climb, hide, pass for an option or break a line. */
const RUN_ID = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,199}$/;

export function isRunId(text: string): boolean {
  return RUN_ID.test(text) && !text.includes('..');
}

/** Option, then RUNLOG_DIR, then `dir` of the nearest runlog.config.json, then ./logs. */
export function findStore(dir: string | undefined, env: NodeJS.ProcessEnv, cwd: string): Store {
  if (dir === '') throw new RunlogError('usage', '--dir needs a folder', { hint: 'Name the store, e.g. --dir logs.' });
  const named = dir ?? (env['RUNLOG_DIR'] || undefined);
  const found = named ?? configuredDir(cwd);
  return { dir: path.resolve(cwd, found ?? 'logs'), isDefault: found === undefined };
}

function configuredDir(cwd: string): string | undefined {
  const config = readConfig(cwd);
  return config?.dir === undefined ? undefined : path.resolve(config.folder, config.dir);
}

/** Its group may read, and never write. */
const GROUP_READABLE: Rights = { file: 0o640, folder: 0o750 };
let known: { dir: string; rights: Rights } | undefined;

/**
 * The rights of what is made in a store: the owner's alone, unless `group_readable` of the nearest runlog.config.json says
 * otherwise. Sought from the store upwards, not from the caller: so it is the store's, whoever writes from wherever.
 */
export function rightsOf(store: Store): Rights {
  if (known?.dir !== store.dir)
    known = { dir: store.dir, rights: readConfig(store.dir)?.isGroupReadable === true ? GROUP_READABLE : PRIVATE };
  return known.rights;
}

export function runsDir(store: Store): string {
  // Not by path.join: it is asked for each of 100,000 runs.
  return store.runs ?? `${store.dir}/runs`;
}

export function runDir(store: Store, runId: string): string {
  return path.join(runsDir(store), runId);
}

export function journalDir(store: Store, runId: string): string {
  return path.join(runsDir(store), runId, 'journal');
}

/** Whether a run's folder is there; a link in its place is no run. Throws `io` where the system cannot tell. */
export function isRun(store: Store, runId: string): boolean {
  try {
    return kindOf(runDir(store, runId))?.isDirectory() === true;
  } catch (error) {
    throw new RunlogError('io', `cannot look at ${runDir(store, runId)}: ${messageOf(error)}`, { cause: error });
  }
}

/** The segment that this host appends to. */
export function segmentPath(store: Store, runId: string): string {
  return path.join(journalDir(store, runId), segmentName());
}

/** One segment a host: one kernel orders appends, two do not. */
export function segmentName(): string {
  return `${
    hostName()
      .replace(/[^A-Za-z0-9._-]/g, '_')
      .slice(0, 100) || 'host'
  }.jsonl`;
}

export function designLogPath(store: Store, runId: string): string {
  return path.join(runDir(store, runId), 'design-experiment.log');
}

export function finalPath(store: Store, runId: string): string {
  return path.join(runDir(store, runId), '_final.json');
}

export function metadataPath(store: Store, runId: string): string {
  return path.join(runDir(store, runId), '_metadata.json');
}

export function archiveDir(store: Store): string {
  return path.join(store.dir, 'archive');
}

export function archivePath(store: Store, runId: string): string {
  return path.join(archiveDir(store), archiveName(runId));
}

export function archiveName(runId: string): string {
  return runId + ARCHIVE_ENDING;
}

/** The run whose archive a file's name says it is; null where it says nothing of the kind. */
export function archivedId(name: string): string | null {
  const runId = name.slice(0, -ARCHIVE_ENDING.length);
  return name.endsWith(ARCHIVE_ENDING) && isRunId(runId) ? runId : null;
}

export function csvDir(store: Store): string {
  return path.join(store.dir, 'csv');
}

/** What is known of finalized runs without opening them. */
export function indexPath(store: Store): string {
  return path.join(store.dir, 'index');
}

/** Where in the tables the rows of each run stand. */
export function tablesIndexPath(store: Store): string {
  return path.join(store.dir, 'index.csv');
}

/** What was found out about each settled run, of one kind. */
export function factsPath(store: Store, name: string): string {
  return path.join(store.dir, `index.${name}`);
}

/** When a finalized run was last changed: a file's times, nothing else. */
export function indexChangePath(store: Store): string {
  return path.join(store.dir, 'index.changed');
}

/** Whether a store that somebody named is not there; of the default one that says nothing. */
export function isGone(store: Store): boolean {
  return store.isDefault !== true && !fs.existsSync(runsDir(store));
}

/** The error for a store that is not there. */
export function noStore({ dir }: Pick<Store, 'dir'>): RunlogError {
  return new RunlogError('no_such_file', `there is no store at ${dir}`, {
    hint: 'Name it with --dir or RUNLOG_DIR, or make one with: runlog start',
  });
}

/** The ids of all run folders, sorted; anything else in there (links, files, folders being made) is not a run. */
export function listRunIds(store: Store): string[] {
  try {
    const ids: string[] = [];
    // One pass: there may be 100,000.
    for (const entry of fs.readdirSync(runsDir(store), { withFileTypes: true }))
      if (entry.isDirectory() && isRunId(entry.name)) ids.push(entry.name);
    return ids.sort();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw new RunlogError('io', `cannot read ${runsDir(store)}: ${messageOf(error)}`, { cause: error });
  }
}

/** The ids of all archived runs, sorted. */
export function listArchived(store: Store): string[] {
  try {
    return fs
      .readdirSync(archiveDir(store))
      .flatMap((name) => archivedId(name) ?? [])
      .sort();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return [];
    throw new RunlogError('io', `cannot read ${archiveDir(store)}: ${messageOf(error)}`, { cause: error });
  }
}
