// Which files do the arguments of a command name? fast-glob's one home.
import fs from 'node:fs';
import path from 'node:path';
import { RunlogError } from '../events/errors.js';

/** The files and folders of all arguments, in their order. Throws `no_such_file` for one that names none. */
export async function findPaths(texts: readonly string[], cwd: string): Promise<string[]> {
  const found: string[] = [];
  for (const text of texts) {
    // oxlint-disable-next-line no-await-in-loop -- in the order of the arguments
    const files = await matchFiles(text, cwd, { hasFolders: true });
    if (files.length === 0) throw noSuchFile(text);
    found.push(...files);
  }
  return found;
}

/** `-`, a name, or a pattern that the shell did not expand, because it was quoted or matched nothing there; none where nothing fits. */
export async function matchFiles(
  text: string,
  cwd: string,
  { hasFolders }: { hasFolders: boolean } = { hasFolders: false },
): Promise<string[]> {
  if (text === '-' || fs.existsSync(path.resolve(cwd, text))) return [text];
  const { default: fastGlob } = await import('fast-glob');
  const matched = fastGlob.isDynamicPattern(text)
    ? await fastGlob(text, { cwd, onlyFiles: !hasFolders, followSymbolicLinks: false })
    : [];
  return matched.sort();
}

function noSuchFile(text: string): RunlogError {
  return new RunlogError('no_such_file', `no such file: ${text}`, {
    hint: 'Check the name; quote patterns such as "logs/*.log".',
  });
}
