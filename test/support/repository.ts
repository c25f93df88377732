// A git repository in a folder of its own, made by a git that knows nothing of the tester's configuration.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

export const GIT_ENV: Record<string, string> = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
};

export class Repository {
  readonly folder: string;

  constructor(folder: string, ...options: string[]) {
    this.folder = folder;
    fs.mkdirSync(folder, { recursive: true });
    this.git('init', '--quiet', '--initial-branch=main', ...options);
  }

  /** Runs git there; gives stdout. */
  git(...args: string[]): string {
    const env = {
      PATH: process.env['PATH'],
      HOME: this.folder,
      ...GIT_ENV,
      GIT_AUTHOR_NAME: 'A',
      GIT_AUTHOR_EMAIL: 'a@example.org',
      GIT_COMMITTER_NAME: 'A',
      GIT_COMMITTER_EMAIL: 'a@example.org',
    };
    const { status, stdout, stderr } = spawnSync('git', args, { cwd: this.folder, env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
    return stdout.trimEnd();
  }

  write(files: Record<string, string | Uint8Array>): void {
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(this.folder, name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, content);
    }
  }

  remove(...names: string[]): void {
    for (const name of names) fs.rmSync(path.join(this.folder, name), { recursive: true });
  }

  /** Commits everything; gives the commit. */
  commit(files: Record<string, string | Uint8Array> = {}): string {
    this.write(files);
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '--message', 'a change');
    return this.git('rev-parse', 'HEAD');
  }
}
