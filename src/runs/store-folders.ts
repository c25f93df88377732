// The folders of a store as rotate works on them: held open, so that nothing behind a symbolic link and nothing outside is touched.
import { hash } from 'node:crypto';
import fs from 'node:fs';
import { holdFolder, type HeldFolder } from './held-folder.js';
import type { HeldTree } from './held-tree.js';
import * as paths from './paths.js';
import type { Store } from './paths.js';
import { Bin, TRASH } from './trash.js';

/** How a reason begins that somebody should look at. */
export const FAULT = 'could not be put away: ';

export interface StoreFolders {
  store: Store;
  runs: HeldFolder;
  archive: HeldFolder | null;
  trash: HeldFolder | null;
  makeArchive: () => HeldFolder;
  /** In the trash, for all that this thread takes away. */
  bin: () => Bin;
  /** See `Bin.settle`. */
  settle: () => Promise<void>;
  close: () => void;
}

/** Null where there are no runs, and none may be made. */
export function holdStore(store: Store, isOnlyRead: boolean): StoreFolders | null {
  if (isOnlyRead && !fs.existsSync(paths.runsDir(store))) return null;
  const whole = holdFolder(store.dir);
  const held = [whole];
  let bin: Bin | null = null;
  const close = (): void => {
    bin?.close();
    held.forEach((folder) => folder.close());
  };
  const hold = (folder: HeldFolder): HeldFolder => {
    held.push(folder);
    return folder;
  };
  const find = (name: string): HeldFolder | null => (whole.look(name) === undefined ? null : hold(whole.enter(name)));
  try {
    const runs = hold(isOnlyRead ? whole.enter('runs') : whole.make('runs', paths.rightsOf(store).folder));
    const folders: StoreFolders = {
      store: { ...store, runs: runs.at('.') },
      runs,
      archive: find('archive'),
      trash: find(TRASH),
      makeArchive: () => (folders.archive ??= hold(whole.make('archive', paths.rightsOf(store).folder))),
      bin: () => (bin ??= new Bin((folders.trash ??= hold(whole.make(TRASH))))),
      settle: async () => bin?.settle(),
      close,
    };
    return folders;
  } catch (error) {
    close();
    throw error;
  }
}

export interface Survey {
  bytes: number;
  /** What in the folder forbids to put the run away. */
  guard: string | null;
  /** The same as long as nothing in the folder is made, written, exchanged or removed. */
  stamp: string;
}

/** How large a run is, and what in its folder forbids to put it away. Reads no file. Its folders stay open in `tree`. */
export function survey(parent: HeldFolder, runId: string, storeOwner: bigint, tree?: HeldTree): Survey {
  let bytes = 0;
  let guard: string | null = null;
  let seen = '';
  const walk = (folder: HeldFolder, shownPath: string): void => {
    let entries: fs.Dirent[] = [];
    try {
      seen += `${shownPath}\n${folder.dev} ${folder.ino}\n`;
      entries = folder.entries().sort(byName);
      for (const entry of entries) {
        const { name } = entry;
        if (entry.isDirectory()) walk(folder.enter(name), `${shownPath}${name}/`);
        else if (entry.isFile()) {
          const found = fs.lstatSync(folder.at(name), { throwIfNoEntry: false });
          bytes += found?.size ?? 0;
          seen += `${name}\n${found?.ino} ${found?.size} ${found?.mtimeMs} ${found?.ctimeMs}\n`;
        } else guard ??= `${FAULT}${shownPath}${name} is neither a file nor a folder`;
      }
    } finally {
      if (tree === undefined) folder.close();
      else tree.keep(shownPath, { folder, entries });
    }
  };
  try {
    const folder = parent.enter(runId);
    const isForeign = folder.uid !== storeOwner && folder.uid !== BigInt(process.geteuid?.() ?? Number(folder.uid));
    if (isForeign) guard = `it belongs to another user (${folder.uid})`;
    walk(folder, '');
  } catch (error) {
    guard ??= FAULT + parent.words(error);
  }
  return { bytes, guard, stamp: hash('sha1', seen, 'base64') };
}

function byName({ name: one }: fs.Dirent, { name: other }: fs.Dirent): number {
  return one < other ? -1 : 1;
}
