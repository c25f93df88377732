// A folder and those in it that stay open from the look that judged them until they are deleted: neither is made twice.
import type fs from 'node:fs';
import type { HeldFolder } from './held-folder.js';

/** A folder with what was in it when it was looked at. */
export interface Listed {
  folder: HeldFolder;
  entries: fs.Dirent[];
}

/** A process holds only so many files open: of a larger tree the others are entered once more. */
const MOST_FOLDERS = 64;

export class HeldTree {
  readonly #listed = new Map<string, Listed>();

  /**
   * Takes over a folder; `place` is its path within the tree: nothing, or names with a slash behind each. The tree is renamed before
   * it is deleted, so what is held by its path is let go.
   */
  keep(place: string, listed: Listed): void {
    if (listed.folder.isByDescriptor && this.#listed.size < MOST_FOLDERS) this.#listed.set(place, listed);
    else listed.folder.close();
  }

  has(place: string): boolean {
    return this.#listed.has(place);
  }

  /** Hands a folder over to whoever closes it; undefined where it is not held. */
  take(place: string): Listed | undefined {
    const listed = this.#listed.get(place);
    this.#listed.delete(place);
    return listed;
  }

  /** Whatever nobody took. */
  close(): void {
    for (const { folder } of this.#listed.values()) folder.close();
    this.#listed.clear();
  }
}
