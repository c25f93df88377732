// What was changed in a repository between two states of it? Asked of git's plumbing, which takes neither the user's taste nor a
// repository's own programs into account, and nothing in the repository is changed by asking.
import fs from 'node:fs';
import path from 'node:path';
import { RunlogError, messageOf } from '../events/errors.js';

export interface CodeRange {
  /** Any folder of the repository; all of it is measured. */
  repo: string;
  /** A revision; null for nothing at all, as before a repository's first commit. */
  base: string | null;
  /** A revision; null for the work tree as it is, with what is not committed and what is not even added. */
  head: string | null;
}

export interface CodeMeasure {
  filesCreated: number;
  /** Renamed files too. */
  filesModified: number;
  filesDeleted: number;
  linesAdded: number;
  linesDeleted: number;
  /** Commits that the head has and the base has not. */
  commits: number;
}

/**
 * Measures what lies between two states: their difference, whatever the way from one to the other. Throws `unavailable` without
 * git, `invalid_input` where there is no repository or no such revision.
 */
export function measureCode({ repo, base, head }: CodeRange): CodeMeasure {
  const git = repositoryAt(repo, head === null);
  const from = base === null ? emptyTree(git) : commitOf(git, base, repo);
  const to = head === null ? null : commitOf(git, head, repo);
  const measure = diffOf(git, from, to);
  if (to === null) addUntracked(git, measure);
  return { ...measure, commits: commitsBetween(git, base === null ? null : from, to) };
}

/** Whether a folder lies in a repository. Throws `unavailable` without git. */
export function isRepository(folder: string): boolean {
  return run(folder, ['rev-parse', '--git-dir']).status === 0;
}

interface Git {
  /** The top of the work tree, or the bare repository. */
  folder: string;
}

interface Answer {
  status: number | null;
  stdout: Buffer;
  stderr: string;
}

function repositoryAt(folder: string, needsWorkTree: boolean): Git {
  const inside = run(folder, ['rev-parse', '--is-bare-repository']);
  if (inside.status !== 0)
    throw new RunlogError('invalid_input', `${folder} is not in a git repository: ${reasonOf(inside)}`, {
      hint: 'Name one with --repo DIR.',
    });
  if (inside.stdout.toString().trim() !== 'true')
    return { folder: ask({ folder }, ['rev-parse', '--show-toplevel']).toString().replace(/\n$/, '') };
  if (needsWorkTree)
    throw new RunlogError('invalid_input', `${folder} is a bare repository: it has no work tree`, {
      hint: 'Say which revision to measure with --head REV.',
    });
  return { folder };
}

function commitOf(git: Git, revision: string, repo: string): string {
  const found = run(git.folder, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]);
  if (found.status === 0) return found.stdout.toString().trim();
  throw new RunlogError('invalid_input', `no such revision in ${repo}: ${revision}`, {
    hint: 'Any name of a commit does: a branch, a tag, a hash, HEAD~3. A shallow clone lacks older ones.',
  });
}

function emptyTree(git: Git): string {
  return ask(git, ['hash-object', '-t', 'tree', '--stdin'], '').toString().trim();
}

function commitsBetween(git: Git, from: string | null, to: string | null): number {
  const tip = to ?? 'HEAD';
  // Before the first commit there is no HEAD, and nothing to count.
  if (run(git.folder, ['rev-parse', '--verify', '--quiet', `${tip}^{commit}`]).status !== 0) return 0;
  return Number(ask(git, ['rev-list', '--count', tip, ...(from === null ? [] : [`^${from}`]), '--']).toString());
}

function diffOf(git: Git, from: string, to: string | null): Omit<CodeMeasure, 'commits'> {
  const answer = ask(git, [
    'diff',
    '--raw',
    '--numstat',
    '-z',
    '--find-renames=50%',
    '-l0',
    '--no-ext-diff',
    '--no-textconv',
    '--no-color',
    '--no-relative',
    '--diff-algorithm=myers',
    '--ignore-submodules=dirty',
    from,
    ...(to === null ? [] : [to]),
    '--',
  ]);
  return readDiff(answer.toString());
}

/** The counts of `git diff --raw --numstat -z`: first an entry a file with its status, then one with its lines. */
export function readDiff(text: string): Omit<CodeMeasure, 'commits'> {
  const fields = text.split('\0');
  const statuses = new Map<string, string>();
  let [linesAdded, linesDeleted] = [0, 0];
  for (let index = 0; index < fields.length; index += 1) {
    const field = fields[index] as string;
    const raw = /^:\d+ \d+ \S+ \S+ ([A-Z])\d*$/.exec(field);
    if (raw !== null) {
      const status = raw[1] as string;
      // Renames and copies name two files, the second being what is there now.
      index += status === 'R' || status === 'C' ? 2 : 1;
      // A file that a merge left in conflict is listed twice.
      statuses.set(fields[index] as string, status);
      continue;
    }
    const [added = '', deleted = '', name] = field.split('\t', 3);
    if (name === undefined) continue;
    // Binary files have dashes for lines.
    linesAdded += Number(added === '-' ? 0 : added);
    linesDeleted += Number(deleted === '-' ? 0 : deleted);
    if (name === '') index += 2;
  }
  const all = [...statuses.values()];
  const filesCreated = all.filter((status) => status === 'A' || status === 'C').length;
  const filesDeleted = all.filter((status) => status === 'D').length;
  return {
    filesCreated,
    filesModified: all.length - filesCreated - filesDeleted,
    filesDeleted,
    linesAdded,
    linesDeleted,
  };
}

/** Files that git does not know yet and is not told to ignore were created too. */
function addUntracked(git: Git, measure: Omit<CodeMeasure, 'commits'>): void {
  const names = ask(git, ['ls-files', '--others', '--exclude-standard', '-z']).toString().split('\0').filter(Boolean);
  for (const name of names) {
    // Another repository within this one is not part of it.
    if (name.endsWith('/')) continue;
    measure.filesCreated += 1;
    measure.linesAdded += linesOf(path.join(git.folder, name));
  }
}

const BINARY_WITHIN_BYTES = 8000;
const CHUNK_BYTES = 1024 * 1024;

/** As git counts them: a last line without its end is one, a file with a NUL near its beginning is binary and has none. */
function linesOf(file: string): number {
  const stat = fs.lstatSync(file, { throwIfNoEntry: false });
  if (stat?.isSymbolicLink() === true) return 1;
  if (stat?.isFile() !== true) return 0;
  let fd: number;
  try {
    fd = fs.openSync(file, 'r');
  } catch {
    // Gone, or not for us to read: that it was created is known, its lines are not.
    return 0;
  }
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let lines = 0;
    let last = 10;
    for (let at = 0; ;) {
      const length = fs.readSync(fd, chunk, 0, CHUNK_BYTES, at);
      if (length === 0) return last === 10 ? lines : lines + 1;
      const bytes = chunk.subarray(0, length);
      if (at === 0 && bytes.subarray(0, BINARY_WITHIN_BYTES).includes(0)) return 0;
      for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, end + 1)) lines += 1;
      last = bytes[length - 1] as number;
      at += length;
    }
  } finally {
    fs.closeSync(fd);
  }
}

/** Throws `io` where git fails. */
function ask(git: Git, args: readonly string[], input?: string): Buffer {
  const answer = run(git.folder, args, input);
  if (answer.status !== 0) throw new RunlogError('io', `git ${args[0]} failed in ${git.folder}: ${reasonOf(answer)}`);
  return answer.stdout;
}

function run(folder: string, args: readonly string[], input?: string): Answer {
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const { status, stdout, stderr, error } = spawnSync('git', [...QUIET, ...args], {
    cwd: folder,
    env: ownEnv(),
    input: input ?? '',
    maxBuffer: 1024 ** 3,
  });
  if (error === undefined) return { status, stdout, stderr: stderr.toString() };
  if (!fs.existsSync(folder)) throw new RunlogError('no_such_file', `no such folder: ${folder}`);
  throw new RunlogError('unavailable', `git cannot be run: ${messageOf(error)}`, {
    hint: 'Install git, or leave it to a machine that has it.',
    cause: error,
  });
}

/** No lock is taken to write down what was looked up, and no program of the repository's is asked what has changed. */
const QUIET = [
  '--no-optional-locks',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.quotePath=false',
  '-c',
  'diff.orderFile=/dev/null',
];

/** A hook's own GIT_DIR and GIT_INDEX_FILE, or GIT_EXTERNAL_DIFF, would have us measure something else. */
function ownEnv(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('GIT_') || name.startsWith('GIT_CONFIG'),
  );
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}

function reasonOf({ stderr, status }: Answer): string {
  const [first = ''] = stderr.trim().split('\n');
  return first.replace(/^fatal: /, '') || `exit status ${status}`;
}
