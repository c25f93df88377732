// Facts from git: the commit a folder stands at, and whether its work tree differs from it.

/** A status of a huge work tree must not hold up the start of a run. */
const PATIENCE_MS = 2000;

/** The commit and dirtiness of the repository around a folder; nulls where there is none, or git does not answer in time. */
export function readHead(folder: string): { commit: string | null; dirty: boolean | null } | null {
  // Loaded here: recording commands that ask nothing of git should not pay for it.
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const { stdout, status } = spawnSync(
    'git',
    ['--no-optional-locks', 'status', '--porcelain=v2', '--branch', '--untracked-files=no'],
    {
      cwd: folder,
      encoding: 'utf8',
      timeout: PATIENCE_MS,
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  if (status !== 0) return null;
  const commit = /^# branch\.oid ([0-9a-f]{40,64})$/m.exec(stdout)?.[1] ?? null;
  return { commit, dirty: /^[12u] /m.test(stdout) };
}
