// The way back from the archive: unpacked aside, renamed into place, and only then is the archive let go.
import fs from 'node:fs';
import path from 'node:path';
import { RunlogError, messageOf } from '../events/errors.js';
import { digestRun, holds, unpackRun } from './archive.js';
import { makeFolder, syncFolder } from '../journal/folder.js';
import { withLock } from './lock.js';
import * as paths from './paths.js';
import type { Store } from './paths.js';
import { discard } from './trash.js';

/** Restores the run that an id, or an unambiguous start of one, names; gives its id. */
export async function restoreRun(store: Store, text: string, lockTimeoutSeconds: number): Promise<string> {
  return withLock(store, lockTimeoutSeconds, async () => {
    const runId = findArchived(store, text);
    const [target, archive] = [paths.runDir(store, runId), paths.archivePath(store, runId)];
    if (fs.existsSync(target)) {
      // A restore that was killed after its rename has only this left to do.
      if (await holds(archive, runId, digestRun(store, runId))) {
        discard(store, archive);
        return runId;
      }
      throw new RunlogError('cannot_create', `${runId} is in the store already`, {
        hint: `Its archive, which differs, is ${archive}`,
      });
    }
    const rights = paths.rightsOf(store);
    makeFolder(paths.runsDir(store), rights);
    const aside = fs.mkdtempSync(path.join(paths.runsDir(store), '.restore-'));
    try {
      await unpackRun(store, runId, aside);
      fs.chmodSync(aside, rights.folder);
      syncTree(aside);
      fs.renameSync(aside, target);
    } catch (error) {
      if (error instanceof RunlogError) throw error;
      throw new RunlogError('cannot_create', `${runId} could not be restored: ${messageOf(error)}`, {
        hint: 'Its archive is untouched.',
        cause: error,
      });
    } finally {
      fs.rmSync(aside, { recursive: true, force: true });
    }
    syncFolder(paths.runsDir(store));
    discard(store, archive);
    return runId;
  });
}

/** The disk has all of it before the archive goes. */
function syncTree(folder: string): void {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) syncTree(file);
    else {
      const fd = fs.openSync(file, 'r');
      try {
        fs.fsyncSync(fd);
      } finally {
        fs.closeSync(fd);
      }
    }
  }
  syncFolder(folder);
}

function findArchived(store: Store, text: string): string {
  const ids = paths.listArchived(store);
  const fitting = ids.includes(text) ? [text] : ids.filter((id) => text !== '' && id.startsWith(text));
  if (fitting.length === 1) return fitting[0] as string;
  throw new RunlogError(
    fitting.length === 0 ? 'no_such_run' : 'usage',
    fitting.length === 0 ? `no such run in the archive: ${text}` : `${fitting.length} archived runs begin with ${text}`,
    {
      hint:
        ids.length === 0
          ? 'The archive is empty.'
          : `It has: ${ids.slice(0, 8).join(', ')}${ids.length > 8 ? '…' : ''}`,
    },
  );
}
