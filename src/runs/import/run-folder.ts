// The files of one agent run, wherever they lie, become a run of the store.
import { createHash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import fs from 'node:fs';
import { RunlogError, messageOf } from '../../events/errors.js';
import { formatInstant } from '../../events/instant.js';
import type { Remark } from '../../formats/draft.js';
import { readRunFolder, roleOfText, type RunFileRole } from '../../formats/run-folder-import.js';
import { nowMicros } from '../../journal/clock.js';
import { openRegular } from '../../journal/regular-file.js';
import type { Store } from '../paths.js';
import { importDraft, type Imported, type ImportSettings } from './import-draft.js';
import { textHash, type Source } from './source.js';

/** Such files have some kilobytes; one that does not fit into memory is none of them. */
const LARGEST_BYTES = 64 * 1024 * 1024;

export interface FolderFile {
  /** Null where its name does not tell. */
  role: RunFileRole | null;
  /** Within its run, as remarks name it. */
  name: string;
  read: () => Buffer;
}

/** A run's files. */
export interface RunFolder {
  /** As the user named it. */
  source: string;
  /** What it is called, without folders and endings. */
  name: string;
  files: readonly FolderFile[];
}

/** Throws `invalid_input` where they are not the files of a run, and `io`. A run that was imported before stays as it is. */
export function importRunFolder(store: Store, { source, name, files }: RunFolder, settings: ImportSettings): Imported {
  const read = files.map(({ role, name: path, read: readFile }) => {
    const bytes = readFile();
    const text = bytes.toString('utf8');
    return { role: role ?? roleOfText(text), path, text, bytes };
  });
  const faults = read.flatMap(({ path, bytes }): Remark[] =>
    isUtf8(bytes) ? [] : [{ where: path, message: 'not UTF-8; such bytes were read as U+FFFD', isLoss: true }],
  );
  const { run, events, remarks } = readRunFolder(read, {
    name,
    offsetMinutesAt: settings.offsetMinutesAt,
    newHash: textHash,
    now: formatInstant(nowMicros()),
    keepsOtherLines: settings.keepsOtherLines,
  });
  const origin = { format: 'run', file: source === 'stdin' ? '-' : source, sha256: hashOf(read) };
  return { ...importDraft(store, run, events, [...faults, ...remarks], origin, settings), source };
}

/** A file of the disk, not read yet. Reading throws `io`. */
export function fileOnDisk(role: RunFileRole | null, name: string, path: string): FolderFile {
  return {
    role,
    name,
    read() {
      try {
        const fd = openRegular(path);
        try {
          refuseLarge(name, fs.fstatSync(fd).size);
          return fs.readFileSync(fd);
        } finally {
          fs.closeSync(fd);
        }
      } catch (error) {
        if (error instanceof RunlogError) throw error;
        throw new RunlogError('io', `cannot read ${path}: ${messageOf(error)}`, { cause: error });
      }
    },
  };
}

/** A source that holds one such file. */
export function fileOfSource(source: Source, name: string): FolderFile {
  return {
    role: null,
    name,
    read() {
      refuseLarge(name, source.sizeBytes);
      const bytes = Buffer.alloc(source.sizeBytes);
      return bytes.subarray(0, source.read(bytes, 0));
    },
  };
}

function refuseLarge(name: string, bytes: number): void {
  if (bytes > LARGEST_BYTES) throw new RunlogError('invalid_input', `${name} is larger than 64 MiB`);
}

/** Of what the files are and hold, not of where they lie: a run that was moved, or whose files were renamed, is the same run. */
function hashOf(files: readonly { role: RunFileRole; bytes: Buffer }[]): string {
  const parts = files.map(({ role, bytes }) => `${role} ${createHash('sha256').update(bytes).digest('hex')}\n`);
  return createHash('sha256').update(parts.toSorted().join('')).digest('hex');
}
