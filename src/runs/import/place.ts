// Where an imported run goes: the place that it has already, or the first free id of its row.
import fs from 'node:fs';
import type { DraftRun } from '../../formats/draft.js';
import { RunlogError } from '../../events/errors.js';
import { readArchived } from '../archive.js';
import { candidateIds, composeRunId, isTaken } from '../create.js';
import { archivePath, isRunId, type Store } from '../paths.js';
import { readStart } from '../start-event.js';

export interface Place {
  runId: string;
  /** Whether this very thing was imported before. */
  isKnown: boolean;
  /** Whether it joins a run that is there, as the user said. */
  joins: boolean;
  warning: string | null;
}

/** `taken`: ids that other runs of the same import are about to get. */
export function findPlace(store: Store, draft: DraftRun, sha256: string, taken: ReadonlySet<string>): Place {
  const base = baseId(draft);
  let isOther = false;
  for (const runId of candidateIds(base)) {
    if (taken.has(runId)) continue;
    if (!isTaken(store, runId)) {
      const warning = isOther
        ? `${base} was imported before from other content; this is a run of its own: ${runId}`
        : null;
      return { runId, isKnown: false, joins: false, warning };
    }
    const start = readStart(store, runId);
    if (start?.source?.sha256 === sha256) return { runId, isKnown: true, joins: false, warning: null };
    isOther ||= draft.runId !== null && (start?.source ?? null) !== null;
    if (start === null && fs.existsSync(archivePath(store, runId)) && isArchivedAs(store, runId, sha256))
      return {
        runId,
        isKnown: true,
        joins: false,
        warning: `imported before; the run is in the archive (runlog restore ${runId})`,
      };
  }
  throw new RunlogError('cannot_create', `no run id is free for ${base}`);
}

/** The run that the user named: there already, or the one to be made. */
export function placeInto(store: Store, runId: string, sha256: string): Place {
  const isThere = isTaken(store, runId);
  const isKnown = isThere && readStart(store, runId)?.source?.sha256 === sha256;
  return { runId, isKnown, joins: isThere && !isKnown, warning: null };
}

function baseId({ runId, localTime, name }: DraftRun): string {
  if (runId !== null && isRunId(runId)) return runId;
  return composeRunId(localTime, null, runId ?? name);
}

function isArchivedAs(store: Store, runId: string, sha256: string): boolean {
  return readArchived(store, runId).state.started?.source?.sha256 === sha256;
}
