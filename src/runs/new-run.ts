// A run that is being made: its folder lies aside until it is whole, so that it appears with everything in it or not at all.
import fs from 'node:fs';
import path from 'node:path';
import { errnoOf } from '../events/errors.js';
import { encodeFitting, writeBlob } from '../journal/blobs.js';
import { isThere, makeFolder, makeKeptFolder, syncFolder, type Rights } from '../journal/folder.js';
import { openSegment, type Segment } from '../journal/segment.js';
import { holdFolder } from './held-folder.js';
import * as paths from './paths.js';
import type { Store } from './paths.js';
import { removeTree } from './remove-tree.js';

/** Where a run lies while it is being made, and with which rights. */
export interface RunPlace {
  folder: string;
  rights: Rights;
}

export class NewRun {
  readonly #store: Store;
  readonly #runId: string;
  readonly #rights: Rights;
  readonly #folder: string;
  #segment: Segment | null;

  /** Throws what the system says; nothing is left of it then. */
  constructor(store: Store, runId: string, eventId: string) {
    this.#store = store;
    this.#runId = runId;
    this.#rights = paths.rightsOf(store);
    const runs = paths.runsDir(store);
    makeKeptFolder(runs, this.#rights);
    this.#folder = path.join(runs, `.new-${process.pid}-${eventId}`);
    try {
      makeFolder(path.join(this.#folder, 'journal'), this.#rights);
      this.#segment = openSegment(path.join(this.#folder, 'journal', paths.segmentName()), () => this.#rights);
    } catch (error) {
      this.#segment = null;
      this.discard();
      throw error;
    }
  }

  /** The line of an event; its long values are put into the run's blobs. */
  lineOf(event: object): Buffer {
    return lineAt(this.place, event);
  }

  get place(): RunPlace {
    return { folder: this.#folder, rights: this.#rights };
  }

  /** Appends whole lines, or the first `length` bytes of them. Nobody else writes here: it may be many at once. */
  append(lines: Buffer, length: number = lines.length): void {
    (this.#segment as Segment).append(lines, length);
  }

  /** Puts the run in its place. Where its id is taken meanwhile, nothing is left of it. */
  finish(metadata: string): 'made' | 'taken' {
    const runs = paths.runsDir(this.#store);
    try {
      this.#segment?.sync();
      this.#close();
      fs.writeFileSync(path.join(this.#folder, '_metadata.json'), metadata, { mode: this.#rights.file });
      syncFolder(this.#folder);
      if (isThere(paths.archivePath(this.#store, this.#runId))) {
        this.discard();
        return 'taken';
      }
      fs.renameSync(this.#folder, path.join(runs, this.#runId));
    } catch (error) {
      this.discard();
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
  discard(): void {
    try {
      this.#close();
      const parent = holdFolder(paths.runsDir(this.#store));
      try {
        removeTree(parent, path.basename(this.#folder));
      } finally {
        parent.close();
      }
    } catch {
      // It is called `.new-…`, which no reader takes for a run.
    }
  }

  #close(): void {
    const segment = this.#segment;
    this.#segment = null;
    segment?.close();
  }
}

/** The line of an event of a run that lies there; its long values are put into its blobs. Several threads may do so at once. */
export function lineAt({ folder, rights }: RunPlace, event: object): Buffer {
  return encodeFitting(event, (content) => writeBlob(folder, content, rights));
}
