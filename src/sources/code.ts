// What changed in a repository between two states of it, as git counts. Reading changes nothing: the index is refreshed in a copy.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { RunlogError } from '../events/errors.js';
import { GitFailure, gitIn, type Git } from './git-command.js';
import { parseDiff, parseRaw, type DiffFacts } from './git-diff.js';

export interface CodeFacts extends DiffFacts {
  commits: number;
}

export interface CodeRange {
  /** A folder in the repository; all of the repository is measured. */
  repo: string;
  /** A revision, or null for the time before the first commit. */
  base: string | null;
  /** A revision, or null for the work tree as it is, untracked files included. */
  head: string | null;
  /** A folder that is not counted: the store, in which this very measurement is recorded, is none of the run's work. */
  except?: string;
}

/** Files renamed with half of their lines kept are the same file; more than 1000 candidates are not compared. Nothing external runs. */
const COUNTING = [
  '-r',
  '-z',
  '-M50%',
  '-l1000',
  '--no-abbrev',
  '--diff-algorithm=myers',
  '--ignore-submodules=dirty',
  '--no-ext-diff',
  '--no-textconv',
  '--no-relative',
  '--no-color',
];
const ZEROS = /^0+$/;

/** Whether git sees a repository around a folder. Throws `unavailable` without git, `no_such_file` without the folder. */
export function isRepository(folder: string): boolean {
  try {
    gitIn(existing(folder))(['rev-parse', '--git-dir']);
    return true;
  } catch (error) {
    if (error instanceof GitFailure && /not a git repository/.test(error.said)) return false;
    if (error instanceof GitFailure) return true; // there is one, and what is wrong with it must be told
    throw error;
  }
}

/** The top of the work tree around a folder, or null where git knows of none. Throws as `isRepository` does. */
export function workTreeOf(folder: string): string | null {
  try {
    return topOf(gitIn(existing(folder)));
  } catch (error) {
    if (error instanceof GitFailure) return null;
    throw error;
  }
}

/**
 * Counts what changed from `base` to `head`, and the commits of `head` that `base` does not have. The two states are compared as they
 * are, whatever lies between them. Throws `invalid_input` where there is no repository, revision or work tree, `no_such_file` where
 * there is no such folder, `unavailable` where git is not installed.
 */
export function measureCode({ repo, base, head, except }: CodeRange): CodeFacts {
  try {
    const git = gitIn(existing(repo));
    const top = topOf(git);
    const from = base === null ? null : resolveCommit(git, base, repo);
    const where = top === null ? [] : allBut(top, except);
    if (head !== null)
      return measureCommits(top === null ? git : gitIn(top), from, resolveCommit(git, head, repo), where);
    if (top !== null) return measureWorkTree(top, from, where);
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    throw new RunlogError('invalid_input', `git cannot read ${repo}: ${error.said}`, {
      hint: `See what this says: git -C ${repo} status`,
      cause: error,
    });
  }
  throw new RunlogError('invalid_input', `${repo} has no work tree: it is inside a repository's own folder`, {
    hint: 'Name the revision to measure with --head.',
  });
}

function topOf(git: Git): string | null {
  if (git(['rev-parse', '--is-inside-work-tree']).trim() !== 'true') return null;
  return pathOf(git(['rev-parse', '--show-toplevel']));
}

/** A path on a line of its own: a name may end with white space, or even hold a line break. */
function pathOf(output: string): string {
  return Buffer.from(output.replace(/\n$/, ''), 'latin1').toString();
}

function existing(folder: string): string {
  if (!fs.existsSync(folder))
    throw new RunlogError('no_such_file', `no such folder: ${folder}`, { hint: 'Check --repo.' });
  if (!fs.statSync(folder).isDirectory())
    throw new RunlogError('invalid_input', `${folder} is not a folder`, { hint: 'Name the folder of the repository.' });
  return folder;
}

function measureCommits(git: Git, from: string | null, to: string, where: readonly string[]): CodeFacts {
  const diff = git(['diff-tree', '--raw', '--numstat', ...COUNTING, from ?? emptyTree(git), to, '--', ...where]);
  return { ...parseDiff(diff), commits: countCommits(git, from, to) };
}

function measureWorkTree(top: string, from: string | null, where: readonly string[]): CodeFacts {
  const git = gitIn(top);
  const head = findCommit(git, 'HEAD');
  const aside = fs.mkdtempSync(path.join(os.tmpdir(), 'runlog-index-'));
  try {
    const indexFile = path.join(aside, 'index');
    copyIndex(path.resolve(top, pathOf(git(['rev-parse', '--git-path', 'index']))), indexFile);
    const tree = from ?? emptyTree(git);
    const withIndex = (args: readonly string[], input?: string): string =>
      git(args, input === undefined ? { indexFile } : { input, indexFile });
    const add = (entries: readonly string[]): void => {
      if (entries.length > 0)
        withIndex(['update-index', '--add', '--replace', '-z', '--index-info'], `${entries.join('\0')}\0`);
    };
    // Untracked files, as if they were to be added: so git counts their lines and sees what was renamed to them.
    const emptyFile = git(['hash-object', '-t', 'blob', '--stdin'], { input: '' }).trim();
    add(untracked(git, where).map((file) => `100644 ${emptyFile}\t${file}`));
    // What seems to differ may be as it was in the base: compared with that, it falls out below.
    const seeming = parseRaw(withIndex(['diff-index', '--raw', ...COUNTING, '--no-renames', tree, '--', ...where]));
    add(
      seeming
        .filter(({ oldId, newId, status }) => ZEROS.test(newId) && !ZEROS.test(oldId) && status !== 'D')
        .map(({ oldMode, oldId, path }) => `${oldMode} ${oldId}\t${path}`),
    );
    refresh(withIndex);
    const diff = withIndex(['diff-index', '--raw', '--numstat', ...COUNTING, tree, '--', ...where]);
    return { ...parseDiff(diff), commits: head === null ? 0 : countCommits(git, from, head) };
  } finally {
    fs.rmSync(aside, { recursive: true, force: true });
  }
}

/** With its time, to the second below: git compares the content of files that are as young as their index, and must not trust the copy. */
function copyIndex(from: string, to: string): void {
  if (!fs.existsSync(from)) return; // nothing was ever added
  const seconds = Math.floor(fs.statSync(from).mtimeMs / 1000);
  fs.copyFileSync(from, to);
  fs.utimesSync(to, seconds, seconds);
}

function refresh(withIndex: (args: readonly string[]) => string): void {
  try {
    withIndex(['update-index', '-q', '--refresh']);
  } catch (error) {
    // 1: some files differ, which is what we are here for.
    if (!(error instanceof GitFailure) || error.status !== 1) throw error;
  }
}

/** Untracked files that are not ignored, from the top. A repository within this one, which git lists as a folder, is another's. */
function untracked(git: Git, where: readonly string[]): string[] {
  const listed = git(['ls-files', '-z', '--others', '--exclude-standard', '--', ...where]).split('\0');
  return listed.filter((file) => file !== '' && !file.endsWith('/'));
}

/** The pathspec of everything but a folder; of everything where that does not lie in the work tree. */
function allBut(top: string, folder: string | undefined): string[] {
  if (folder === undefined || !fs.existsSync(folder)) return [];
  const relative = path.relative(fs.realpathSync(top), fs.realpathSync(folder));
  const isWithin = relative !== '' && relative !== '..' && !relative.startsWith('../');
  return isWithin ? [':(top)', `:(top,exclude,literal)${relative}`] : [];
}

function countCommits(git: Git, from: string | null, to: string): number {
  return Number(git(['rev-list', '--count', to, ...(from === null ? [] : [`^${from}`]), '--']));
}

function emptyTree(git: Git): string {
  return git(['hash-object', '-t', 'tree', '--stdin'], { input: '' }).trim();
}

function resolveCommit(git: Git, revision: string, repo: string): string {
  const commit = findCommit(git, revision);
  if (commit !== null) return commit;
  throw new RunlogError('invalid_input', `${repo} has no commit ${JSON.stringify(revision)}`, {
    hint: 'Name a commit, branch or tag with --base and --head; a shallow clone can fetch more: git fetch --unshallow',
  });
}

/** The full id of a commit, or null where a revision names none. A revision that begins with a dash is no option. */
function findCommit(git: Git, revision: string): string | null {
  if (revision === '' || revision.includes('\0')) return null;
  try {
    const id = git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]).trim();
    return /^[0-9a-f]{40,64}$/.test(id) ? id : null;
  } catch (error) {
    if (error instanceof GitFailure) return null;
    throw error;
  }
}
