// A new run: its folder is made aside and renamed, so that it appears whole or not at all.
import fs from 'node:fs';
import path from 'node:path';
import { RunlogError, errnoOf } from '../events/errors.js';
import type { RunlogEvent } from '../events/vocabulary.js';
import { encodeMetadata } from '../formats/run-files.js';
import { encodeFitting, writeBlob } from '../journal/blobs.js';
import { isThere, makeFolder, makeKeptFolder, syncFolder } from '../journal/folder.js';
import { openSegment } from '../journal/segment.js';
import { foldRun } from '../views/run.js';
import { holdFolder } from './held-folder.js';
import * as paths from './paths.js';
import type { Store } from './paths.js';
import { removeTree } from './remove-tree.js';

/** Makes the folder of the run that an event starts, with that event in its journal. A clash gives `taken`, and leaves nothing. */
export function createRun(
  store: Store,
  start: RunlogEvent<'run.started'>,
  rest: readonly RunlogEvent[] = [],
): 'made' | 'taken' {
  const runs = paths.runsDir(store);
  const runId = start.run_id;
  const rights = paths.rightsOf(store);
  makeKeptFolder(runs, rights);
  if (isTaken(store, runId)) return 'taken';
  const aside = path.join(runs, `.new-${process.pid}-${start.id}`);
  try {
    makeFolder(path.join(aside, 'journal'), rights);
    const segment = openSegment(path.join(aside, 'journal', paths.segmentName()), () => rights);
    try {
      for (const event of [start, ...rest])
        segment.append(encodeFitting(event, (content) => writeBlob(aside, content, rights)));
      segment.sync();
    } finally {
      segment.close();
    }
    fs.writeFileSync(path.join(aside, '_metadata.json'), encodeMetadata(runId, foldRun([start, ...rest])), {
      mode: rights.file,
    });
    syncFolder(aside);
    fs.renameSync(aside, path.join(runs, runId));
  } catch (error) {
    removeAside(runs, path.basename(aside));
    if (errnoOf(error) === 'ENOTEMPTY' || errnoOf(error) === 'EEXIST') return 'taken';
    throw error;
  }
  try {
    syncFolder(runs);
  } catch {
    // The run is there and complete; that the disk may forget its name after a power loss is no reason to make another.
  }
  return 'made';
}

/** What was begun goes; that it cannot is not what went wrong. */
function removeAside(runs: string, name: string): void {
  try {
    const parent = holdFolder(runs);
    try {
      removeTree(parent, name);
    } finally {
      parent.close();
    }
  } catch {
    // It is called `.new-…`, which no reader takes for a run.
  }
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

/** `run_<YYYYMMDD>_<HHMMSS>_project_<project>`, or `…_<name>`: local time, and only characters that are safe in a file's name. */
export function composeRunId(localTime: string, project: string | null, name: string | null): string {
  const [date, time] = localTime.replaceAll(/[-:]/g, '').split(' ');
  const tail = project !== null ? `project_${slug(project)}` : slug(name ?? 'run');
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
