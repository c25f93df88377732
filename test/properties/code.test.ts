// However files are edited, staged, renamed and removed, the work tree measures as what `git diff --shortstat` says once all is added.
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { measureCode } from '../../src/sources/code.js';
import { GIT_ENV, Repository } from '../support/repository.js';
import { tempFolder, treeOf } from '../support/runlog.js';

const NAMES = ['a', 'b', 'c', 'deep/d', 'deep/e', 'f g'];
const name = fc.constantFrom(...NAMES);
const content = fc.oneof(
  fc.array(fc.constantFrom('one', 'two', 'three', ''), { maxLength: 12 }).map((lines) => lines.join('\n')),
  fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.concat([Buffer.from([0]), bytes])),
);
const edit = fc.oneof(
  fc.record({ does: fc.constant('write' as const), name, content }),
  fc.record({ does: fc.constant('remove' as const), name }),
  fc.record({ does: fc.constant('move' as const), name, to: name }),
  fc.record({ does: fc.constant('stage' as const) }),
  fc.record({ does: fc.constant('unstage' as const) }),
  fc.record({ does: fc.constant('commit' as const) }),
  fc.record({ does: fc.constant('mode' as const), name }),
);
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

beforeAll(() => {
  Object.assign(process.env, GIT_ENV);
});

function apply(repo: Repository, change: Edit): void {
  const place = (file: string): string => path.join(repo.folder, file);
  if ('name' in change && change.does !== 'write' && !fs.existsSync(place(change.name))) return;
  switch (change.does) {
    case 'write':
      return repo.write({ [change.name]: change.content });
    case 'remove':
      return repo.remove(change.name);
    case 'move':
      fs.mkdirSync(path.dirname(place(change.to)), { recursive: true });
      return fs.renameSync(place(change.name), place(change.to));
    case 'mode':
      return fs.chmodSync(place(change.name), 0o755);
    case 'stage':
      repo.git('add', '--all');
      return;
    case 'unstage':
      repo.git('reset', '--quiet');
      return;
    case 'commit':
      repo.git('add', '--all');
      repo.git('commit', '--quiet', '--allow-empty', '--message', 'more');
  }
}

/** The numbers of `3 files changed, 2 insertions(+), 1 deletion(-)`. */
function shortstat(text: string): { files: number; linesAdded: number; linesDeleted: number } {
  const number = (pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? 0);
  return {
    files: number(/(\d+) file/),
    linesAdded: number(/(\d+) insertion/),
    linesDeleted: number(/(\d+) deletion/),
  };
}

test('what is measured is what git diff says, and measuring leaves the repository as it was', () => {
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 8 }), fc.array(edit, { maxLength: 12 }), (before, after) => {
      const repo = new Repository(tempFolder());
      for (const change of before) apply(repo, change);
      const base = repo.commit();
      for (const change of after) apply(repo, change);
      const kept = treeOf(repo.folder);
      const { filesCreated, filesModified, filesDeleted, commits, ...lines } = measureCode({
        repo: repo.folder,
        base,
        head: null,
      });
      expect(treeOf(repo.folder)).toEqual(kept);
      repo.git('add', '--all');
      const said = repo.git('diff', '--cached', '-M', '--shortstat', base);
      const statuses = repo.git('diff', '--cached', '-M', '--name-status', base);
      expect({ files: filesCreated + filesModified + filesDeleted, ...lines }).toEqual(shortstat(said));
      expect([filesCreated, filesDeleted]).toEqual([/^A/gm, /^D/gm].map((one) => statuses.match(one)?.length ?? 0));
      expect(commits).toBe(after.filter(({ does }) => does === 'commit').length);
    }),
    { numRuns: 40 },
  );
}, 120_000);
