// A new run: its folder is made aside and renamed, so that it appears whole or not at all.
import { RunlogError } from '../events/errors.js';
import type { RunlogEvent } from '../events/vocabulary.js';
import { encodeMetadata } from '../formats/run-files.js';
import { isThere } from '../journal/folder.js';
import { foldRun } from '../views/run.js';
import { NewRun } from './new-run.js';
import * as paths from './paths.js';
import type { Store } from './paths.js';

/** Makes the folder of the run that an event starts, with that event in its journal. A clash gives `taken`, and leaves nothing. */
export function createRun(store: Store, start: RunlogEvent<'run.started'>): 'made' | 'taken' {
  if (isTaken(store, start.run_id)) return 'taken';
  const run = new NewRun(store, start.run_id, start.id);
  try {
    run.append(run.lineOf(start));
  } catch (error) {
    run.discard();
    throw error;
  }
  return run.finish(encodeMetadata(start.run_id, foldRun([start])));
}

/** The first free id of a row: `id`, `id_2`, `id_3`… Archived runs keep theirs. */
export function* candidateIds(base: string): Generator<string> {
  yield base;
  for (let number = 2; number < 100_000; number++) yield `${base}_${number}`;
  throw new RunlogError('cannot_create', `too many runs are called ${base}`, { hint: 'Give another --name or --id.' });
}

export function isTaken(store: Store, runId: string): boolean {
  return isThere(paths.runDir(store, runId)) || isThere(paths.archivePath(store, runId));
}

/** `run_<YYYYMMDD>_<HHMMSS>_project_<project>`, or `…_<name>`: local time, and only characters that are safe in a file's name. Without a time only that of imported runs. */
export function composeRunId(localTime: string | null, project: string | null, name: string | null): string {
  const tail = project !== null ? `project_${slug(project)}` : slug(name ?? 'run');
  if (localTime === null) return `run_${tail}`;
  const [date, time] = localTime.replaceAll(/[-:]/g, '').split(' ');
  return `run_${date}_${time}_${tail}`;
}

function slug(text: string): string {
  const ascii = text.normalize('NFKD').replaceAll(/\p{M}/gu, '');
  return (
    ascii
      .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 100) || 'run'
  );
}
