// What does the nearest runlog.config.json say? Each part is checked by whoever needs it: a recording command must not fail for a
// price, nor take the time to look at one.
import fs from 'node:fs';
import path from 'node:path';
import { RunlogError, messageOf } from '../events/errors.js';
import { readText } from '../journal/whole-file.js';

export interface Config {
  file: string;
  /** Where the file lies: what `dir` is relative to. */
  folder: string;
  dir?: string;
  isGroupReadable: boolean;
  /** As they stand in the file. */
  prices: unknown;
  lint: unknown;
}

/** The config of a folder or of the nearest one above it that has one. Throws `usage` where it cannot be understood. */
export function readConfig(from: string): Config | undefined {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const file = path.join(folder, 'runlog.config.json');
    // Asked first: an exception for each folder on the way up would cost more than the rest of a recording command.
    if (fs.existsSync(file)) return parseConfig(file, folder);
    if (path.dirname(folder) === folder) return undefined;
  }
}

function parseConfig(file: string, folder: string): Config {
  try {
    const config = JSON.parse(readText(file)) as {
      dir?: unknown;
      group_readable?: unknown;
      prices?: unknown;
      lint?: unknown;
    } | null;
    const { dir, group_readable: isGroupReadable = false, prices, lint } = config ?? {};
    if (dir !== undefined && typeof dir !== 'string') throw new Error('dir must be text');
    if (typeof isGroupReadable !== 'boolean') throw new Error('group_readable must be true or false');
    return { file, folder, ...(dir === undefined ? {} : { dir }), isGroupReadable, prices, lint };
  } catch (error) {
    throw new RunlogError('usage', `${file}: ${messageOf(error)}`, {
      hint: 'Mend the file or remove it.',
      cause: error,
    });
  }
}
