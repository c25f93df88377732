// Running git so that it reads, and does nothing else: no program that a repository names is run, nothing is written or fetched, and
// no setting of a repository or variable of the environment changes what is counted. Needs git 2.31 (2021).
import { RunlogError } from '../events/errors.js';

/** Runs one git command; gives stdout, a byte a character. Throws GitFailure where git ends with anything but 0. */
export type Git = (args: readonly string[], options?: { input?: string; indexFile?: string }) => string;

/** git answered with an error; `said` is the first line of it. */
export class GitFailure extends Error {
  readonly said: string;
  readonly status: number | null;

  constructor(said: string, status: number | null) {
    super(`git: ${said}`);
    this.said = said;
    this.status = status;
  }
}

/** Where configuration lies and where to look for a repository: the caller's own affair. All other GIT_* are left behind. */
const KEPT = new Set([
  'GIT_CONFIG_NOSYSTEM',
  'GIT_CONFIG_SYSTEM',
  'GIT_CONFIG_GLOBAL',
  'GIT_CEILING_DIRECTORIES',
  'GIT_DISCOVERY_ACROSS_FILESYSTEM',
]);

const SETTINGS = [
  // Programs: a hook runs even when an index of our own is written.
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  // Else the index that we write puts a part of itself into the repository.
  'core.splitIndex=false',
  'core.untrackedCache=false',
].flatMap((setting) => ['-c', setting]);

const MOST_OUTPUT_BYTES = 1024 * 1024 * 1024;

/** git in a folder, which must be there. Throws `unavailable` where git is not installed. */
export function gitIn(folder: string): Git {
  const plain = runner(folder, []);
  const filters = untrustedFilters(plain);
  return filters.length === 0 ? plain : runner(folder, filters);
}

type Setting = readonly [key: string, value: string];

function runner(cwd: string, extra: readonly Setting[]): Git {
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const env = environment(extra);
  return (args, { input, indexFile } = {}) => {
    const { stdout, stderr, status, error } = spawnSync('git', ['--no-replace-objects', ...SETTINGS, ...args], {
      cwd,
      env: indexFile === undefined ? env : { ...env, GIT_INDEX_FILE: indexFile },
      input: Buffer.from(input ?? '', 'latin1'),
      maxBuffer: MOST_OUTPUT_BYTES,
      encoding: 'latin1',
    });
    if (error !== undefined) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw new RunlogError('unavailable', 'git was not found, and the code cannot be measured without it', {
        hint: 'Install git, or see that PATH leads to it.',
      });
    }
    if (status !== 0) throw new GitFailure(firstLine(stderr), status);
    return stdout;
  };
}

function environment(extra: readonly Setting[]): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_') || KEPT.has(name));
  return {
    ...Object.fromEntries(own),
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    // A partial clone would fetch what it lacks.
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_CONFIG_COUNT: String(extra.length),
    ...Object.fromEntries(
      extra.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
  };
}

/**
 * Settings that take back the filters (programs that files pass through before they are compared) that a repository brings. Those of
 * the user and the system, as git-lfs is installed, stay: without them each file would differ from what was committed.
 */
function untrustedFilters(git: Git): Setting[] {
  const trusted = new Map<string, string>();
  const untrusted = new Set<string>();
  for (const [scope, key, value] of readFilters(git)) {
    if (scope === 'system' || scope === 'global') trusted.set(key, value);
    else untrusted.add(key);
  }
  return [...untrusted].map((key) => [key, trusted.get(key) ?? (key.endsWith('.required') ? 'false' : '')]);
}

function readFilters(git: Git): [scope: string, key: string, value: string][] {
  try {
    const tokens = git(['config', '-z', '--show-scope', '--get-regexp', String.raw`^filter\.`]).split('\0');
    return tokens.flatMap((scope, index): [string, string, string][] => {
      if (index % 2 === 1 || scope === '') return [];
      const [, key = '', value = ''] = /^([^\n]*)\n?([^]*)$/.exec(tokens[index + 1] ?? '') ?? [];
      return [[scope, key, value]];
    });
  } catch (error) {
    // 1: there are none. Where there is more amiss, what comes next says so.
    if (error instanceof GitFailure) return [];
    throw error;
  }
}

function firstLine(stderr: string): string {
  const line = Buffer.from(stderr, 'latin1').toString().split('\n', 1)[0] ?? '';
  return line.replace(/^(fatal|error): /, '') || 'no reason given';
}
