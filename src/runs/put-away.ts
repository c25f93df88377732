// The runs' way into the archive, or out: stored, synced, read back, and only then into the trash, where they are judged once more.
import fs from 'node:fs';
import { archiveRun } from './archive.js';
import { isSameThing, type HeldFolder, type Identity } from './held-folder.js';
import type { HeldTree } from './held-tree.js';
import * as paths from './paths.js';
import { guardOf, type Limits, type Planned, type Rotated } from './rotation-plan.js';
import { isSameRun, type Contents } from './run-contents.js';
import { FAULT, type StoreFolders } from './store-folders.js';
import { stuckText } from './trash.js';
import type { Vantage } from './verdict.js';

export interface PutAway {
  runs: Rotated[];
  problems: string[];
}

/** Archives runs, and lets those go whose archives the disk has. Gives what became of each. */
export async function putAway(
  folders: StoreFolders,
  batch: readonly Planned[],
  limits: Limits,
  from: Vantage,
): Promise<PutAway> {
  const problems: string[] = [];
  const judge: Judge = (parent, item, tree) => guardOf(folders, parent, item, limits, from, tree);
  const stored = await Promise.all(batch.map((item) => store(folders, item, limits, judge)));
  let unkept: unknown = null;
  try {
    if (!limits.isDelete) folders.archive?.sync();
  } catch (error) {
    unkept = error;
  }
  const runs = batch.map((item, index): Rotated => {
    const one = stored[index] as Identity | Contents | Rotated;
    if ('action' in one) return one;
    try {
      if (unkept !== null) throw unkept;
      return letGo(folders, item, one, judge, problems);
    } catch (error) {
      return kept(folders, item, error);
    }
  });
  await folders.settle();
  return { runs, problems };
}

type Judge = (parent: HeldFolder, item: Planned, tree?: HeldTree) => string | null;

/** The run that may go, and what it consists of where that is archived; else its row. */
async function store(
  folders: StoreFolders,
  item: Planned,
  limits: Limits,
  judge: Judge,
): Promise<Identity | Contents | Rotated> {
  const { runId } = item;
  const { runs } = folders;
  try {
    const found = runs.look(runId);
    if (found?.isDirectory() !== true) return { ...item, action: 'keep', reason: 'it went away meanwhile' };
    // Of what is deleted nothing is read here: it is judged in the trash, where it is alone.
    if (limits.isDelete) return found;
    const guard = judge(runs, item);
    if (guard !== null) return { ...item, action: 'keep', reason: guard };
    return await archiveRun(runs, folders.makeArchive(), runId, paths.rightsOf(folders.store));
  } catch (error) {
    return kept(folders, item, error);
  }
}

/**
 * Looked at once more in the trash: what was appended or pinned meanwhile would not be in the archive, and what was judged by its path
 * may have been another thing.
 */
function letGo(
  { runs, archive, bin }: StoreFolders,
  item: Planned,
  stored: Identity | Contents,
  judge: Judge,
  problems: string[],
): Rotated {
  const { runId } = item;
  let guard: string | null = null;
  const done = bin().discard(runs, runId, (place, found, tree) => {
    const isSame = 'files' in stored ? isSameRun(place, runId, stored) : isSameThing(found, stored);
    guard = isSame ? judge(place, item, tree) : null;
    return isSame && guard === null;
  });
  if (done.end === 'left')
    problems.push(`${runId} is not wholly deleted (${done.why}); what is left is in ${done.place}`);
  if (done.end === 'gone' || done.end === 'left') return item;
  if (done.end === 'stuck') problems.push(stuckText(runId, done.place, done.why));
  if (item.action === 'archive' && archive !== null) fs.rmSync(archive.at(paths.archiveName(runId)), { force: true });
  return { ...item, action: 'keep', reason: guard ?? 'written to meanwhile' };
}

function kept({ runs, archive }: StoreFolders, item: Rotated, error: unknown): Rotated {
  const words = runs.words(archive === null ? error : new Error(archive.words(error)));
  return { ...item, action: 'keep', reason: FAULT + words };
}
