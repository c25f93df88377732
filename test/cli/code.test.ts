// runlog code: what a run changed in a git repository, and its coverage. Real repositories, and git's own numbers.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { GIT_ENV, Repository } from '../support/repository.js';
import { TempStore, tempFolder, treeOf } from '../support/runlog.js';

const TEN = Array.from({ length: 10 }, (_, index) => `line ${index}\n`).join('');
const LCOV = 'TN:\nSF:a\nDA:1,1\nDA:2,0\nDA:3,4\nDA:4,9\nend_of_record\n';
const env = GIT_ENV;

/** A repository with one commit, a store in it, and a run that started at that commit. */
async function workplace(): Promise<{ store: TempStore; repo: Repository; runId: string }> {
  const store = new TempStore();
  const repo = new Repository(store.cwd);
  repo.commit({ 'kept.txt': TEN, 'changed.txt': TEN, 'gone.txt': TEN, 'moved.txt': `moved\n${TEN}` });
  return { store, repo, runId: await store.start() };
}

async function measured(store: TempStore, runId: string): Promise<Record<string, unknown>> {
  const event = (await store.events(runId)).findLast(({ type }) => type === 'code.measured');
  const { v: _, id: __, at: ___, type: ____, ...rest } = event as unknown as Record<string, unknown>;
  return rest;
}

/** Runs `runlog code`, which must succeed in silence; gives what it recorded. */
async function code(
  { store, runId }: { store: TempStore; runId: string },
  args: readonly string[] = [],
  surroundings: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Record<string, unknown>> {
  const given = ['code', '--run', runId, '--dir', store.dir, ...args];
  const { exitCode, stdout, stderr } = await store.runlog(given, {
    ...surroundings,
    env: { ...env, ...surroundings.env },
  });
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  return measured(store, runId);
}

const facts = (
  created: number,
  modified: number,
  deleted: number,
  added: number,
  removed: number,
  commits: number,
): object => ({
  files_created: created,
  files_modified: modified,
  files_deleted: deleted,
  lines_added: added,
  lines_deleted: removed,
  commits,
});

describe('from the start of the run to the work tree', () => {
  it('counts commits, what is staged, what is not, and untracked files, but no ignored ones', async () => {
    const place = await workplace();
    const { repo } = place;
    repo.commit({ 'committed.txt': 'one\n', '.gitignore': 'ignored/\n' });
    repo.write({ 'staged.txt': 'one\ntwo\n' });
    repo.git('add', 'staged.txt');
    repo.write({
      'changed.txt': TEN.replace('line 3\n', 'three\nand a half\n'),
      'deep/untracked.txt': 'a\nb\nno newline',
    });
    repo.write({ 'ignored/output.txt': TEN, 'image.bin': new Uint8Array([0, 1, 2, 0]) });
    repo.remove('gone.txt');
    expect(await code(place)).toMatchObject({
      ...facts(5, 1, 1, 1 + 1 + 2 + 2 + 3, 1 + 10, 1),
      test_coverage: null,
      issue: null,
    });
  });

  it('never counts the store, untracked or committed', async () => {
    const place = await workplace();
    expect(await code(place)).toMatchObject(facts(0, 0, 0, 0, 0, 0));
    place.repo.commit({ 'logs.txt': 'a\n' });
    expect(await code(place)).toMatchObject(facts(1, 0, 0, 1, 0, 1));
    expect(await code(place, ['--head', 'HEAD'], { cwd: place.store.path('runs') })).toMatchObject(
      facts(1, 0, 0, 1, 0, 1),
    );
  });

  it('says nothing but zeros where nothing changed', async () => {
    expect(await code(await workplace())).toMatchObject(facts(0, 0, 0, 0, 0, 0));
  });

  it('counts a file once that was staged and changed again, and not one that is as it was', async () => {
    const place = await workplace();
    const { repo } = place;
    repo.write({ 'changed.txt': `${TEN}staged\n`, 'kept.txt': 'other\n', 'image.bin': 'x' });
    repo.git('add', '--all');
    repo.write({ 'changed.txt': `${TEN}staged\nand changed\n`, 'kept.txt': TEN });
    repo.remove('image.bin');
    expect(await code(place)).toMatchObject(facts(0, 1, 0, 2, 0, 0));
  });

  it('counts no binary file that is as it was, however it was touched', async () => {
    const store = new TempStore();
    const repo = new Repository(store.cwd);
    const image = new Uint8Array([0, 1, 2, 0]);
    repo.commit({ 'image.bin': image });
    const place = { store, repo, runId: await store.start() };
    repo.write({ 'image.bin': new Uint8Array([0, 9]) });
    repo.git('add', '--all');
    repo.write({ 'image.bin': image });
    expect(await code(place)).toMatchObject(facts(0, 0, 0, 0, 0, 0));
    repo.write({ 'image.bin': new Uint8Array([0, 9]) });
    expect(await code(place)).toMatchObject(facts(0, 1, 0, 0, 0, 0));
  });

  it('takes a renamed file for a modified one, also where the new name is untracked', async () => {
    const place = await workplace();
    place.repo.git('mv', 'moved.txt', 'elsewhere.txt');
    expect(await code(place)).toMatchObject(facts(0, 1, 0, 0, 0, 0));
    place.repo.git('reset', '--quiet');
    place.repo.write({ 'elsewhere.txt': `moved\n${TEN}more\n` });
    expect(await code(place)).toMatchObject(facts(0, 1, 0, 1, 0, 0));
  });

  it('takes another mode and another kind of file for a modification', async () => {
    const place = await workplace();
    fs.chmodSync(path.join(place.repo.folder, 'kept.txt'), 0o755);
    expect(await code(place)).toMatchObject(facts(0, 1, 0, 0, 0, 0));
    place.repo.remove('changed.txt');
    fs.symlinkSync('kept.txt', path.join(place.repo.folder, 'changed.txt'));
    expect(await code(place)).toMatchObject(facts(0, 2, 0, 1, 10, 0));
  });

  it('sees a change of the same size in the same instant as the index, which only the content tells', async () => {
    const place = await workplace();
    const { repo } = place;
    const instant = (file: string): void => fs.utimesSync(path.join(repo.folder, file), 1_700_000_000, 1_700_000_000);
    repo.git('config', 'core.trustctime', 'false');
    repo.write({ '.gitignore': 'logs\n', 'kept.txt': TEN.replace('line 3', 'LINE 3') });
    instant('kept.txt');
    repo.git('add', '--all');
    repo.write({ 'kept.txt': TEN });
    instant('kept.txt');
    instant('.git/index');
    expect(await code(place)).toMatchObject(facts(1, 0, 0, 1, 0, 0));
  });

  it('counts a folder in the place of a file, and a file in the place of a folder', async () => {
    const place = await workplace();
    place.repo.remove('kept.txt');
    place.repo.write({ 'kept.txt/inner.txt': 'other\n' });
    expect(await code(place)).toMatchObject(facts(1, 0, 1, 1, 10, 0));
  });

  it('counts what a rebase or an amended commit left, once', async () => {
    const store = new TempStore();
    const repo = new Repository(store.cwd);
    repo.commit({ 'first.txt': 'a\n' });
    repo.commit({ 'before.txt': TEN });
    const place = { store, repo, runId: await store.start() };
    repo.write({ 'new.txt': 'a\n' });
    repo.git('add', 'new.txt');
    repo.git('commit', '--quiet', '--amend', '--no-edit');
    expect(await code(place)).toMatchObject(facts(1, 0, 0, 1, 0, 1));
  });

  it('counts odd names: line breaks, quotes, tabs, bytes that are no UTF-8', async () => {
    const place = await workplace();
    place.repo.write({ 'a\nb': 'x\n', 'a"b\tc': 'x\n', ' ': 'x\n', ä: 'x\n', ':100644 x': 'x\n', '-n': 'x\n' });
    fs.writeFileSync(Buffer.concat([Buffer.from(place.repo.folder), Buffer.from([0x2f, 0xff, 0xfe])]), 'x\n');
    expect(await code(place)).toMatchObject(facts(7, 0, 0, 7, 0, 0));
    place.repo.git('add', '--all');
    expect(await code(place)).toMatchObject(facts(7, 0, 0, 7, 0, 0));
  });

  it('counts from nothing where the run started before the first commit', async () => {
    const store = new TempStore();
    const repo = new Repository(store.cwd);
    const place = { store, repo, runId: await store.start() };
    repo.write({ 'a.txt': 'one\n' });
    expect(await code(place)).toMatchObject(facts(1, 0, 0, 1, 0, 0));
    repo.git('add', 'a.txt');
    repo.git('commit', '--quiet', '--message', 'first');
    repo.write({ 'b.txt': 'one\ntwo\n' });
    expect(await code(place)).toMatchObject(facts(2, 0, 0, 3, 0, 1));
    expect(await code(place, ['--head', 'HEAD'])).toMatchObject(facts(1, 0, 0, 1, 0, 1));
  });

  it('measures the whole repository from any folder of it, with a detached HEAD, and in a linked work tree', async () => {
    const place = await workplace();
    const { repo } = place;
    repo.write({ 'sub/in.txt': 'a\n', 'out.txt': 'a\n' });
    expect(await code(place, [], { cwd: path.join(repo.folder, 'sub') })).toMatchObject(facts(2, 0, 0, 2, 0, 0));
    repo.git('checkout', '--quiet', '--detach');
    expect(await code(place, ['--repo', 'sub'])).toMatchObject(facts(2, 0, 0, 2, 0, 0));
    const linked = path.join(tempFolder(), 'linked');
    repo.git('worktree', 'add', '--quiet', linked);
    fs.writeFileSync(path.join(linked, 'new.txt'), 'a\nb\n');
    expect(await code(place, ['--repo', linked])).toMatchObject(facts(1, 0, 0, 2, 0, 0));
  });

  it('counts a submodule at another commit as a modified file, and not what is untracked in it', async () => {
    const store = new TempStore();
    const repo = new Repository(store.cwd);
    const inner = new Repository(path.join(store.cwd, 'inner'));
    inner.commit({ 'a.txt': 'a\n' });
    repo.commit();
    const place = { store, repo, runId: await store.start() };
    inner.write({ 'untracked.txt': 'a\n' });
    expect(await code(place)).toMatchObject(facts(0, 0, 0, 0, 0, 0));
    inner.commit();
    expect(await code(place)).toMatchObject(facts(0, 1, 0, 1, 1, 0));
  });

  it('goes on in the middle of a conflict', async () => {
    const place = await workplace();
    const { repo } = place;
    repo.git('checkout', '--quiet', '-b', 'other');
    repo.write({ 'changed.txt': `other\n${TEN}` });
    repo.git('commit', '--quiet', '--all', '--message', 'other');
    repo.git('checkout', '--quiet', 'main');
    repo.write({ 'changed.txt': `mine\n${TEN}` });
    repo.git('commit', '--quiet', '--all', '--message', 'mine');
    expect(() => repo.git('merge', 'other')).toThrow(/git merge/);
    expect(await code(place)).toMatchObject(facts(0, 1, 0, 5, 0, 1));
  });

  it('says that changes from before the run are counted too', async () => {
    const store = new TempStore();
    const repo = new Repository(store.cwd);
    repo.commit({ 'a.txt': 'a\n' });
    repo.write({ 'a.txt': 'b\n' });
    const runId = await store.start();
    const { stderr, exitCode } = await store.runlog(['code', '--run', runId], { env });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: 'files were already changed when the run started; those changes are counted too\n',
    });
  });
});

describe('between two revisions', () => {
  it('counts what was committed alone, whatever the work tree holds', async () => {
    const place = await workplace();
    const { repo } = place;
    repo.git('tag', 'v1');
    repo.commit({ 'new.txt': 'a\n' });
    repo.commit({ 'new.txt': 'a\nb\n' });
    repo.write({ 'new.txt': 'dirty\n', 'untracked.txt': 'x\n' });
    expect(await code(place, ['--base', 'v1', '--head', 'main'])).toMatchObject(facts(1, 0, 0, 2, 0, 2));
    expect(await code(place, ['--head', 'HEAD~1'])).toMatchObject(facts(1, 0, 0, 1, 0, 1));
    expect(await code(place, ['--base', 'main', '--head', 'v1'])).toMatchObject(facts(0, 0, 1, 0, 2, 0));
  });

  it('works in a bare repository, which has no work tree to measure', async () => {
    const place = await workplace();
    place.repo.git('tag', 'v1');
    place.repo.commit({ 'new.txt': 'a\n', '.gitignore': 'logs\n' });
    const bare = path.join(tempFolder(), 'bare.git');
    place.repo.git('clone', '--quiet', '--bare', '.', bare);
    expect(await code(place, ['--repo', bare, '--base', 'v1', '--head', 'main'])).toMatchObject(
      facts(2, 0, 0, 2, 0, 1),
    );
    const refused = await place.store.runlog(['code', '--run', place.runId, '--repo', bare, '--base', 'v1'], { env });
    expect(refused.exitCode).toBe(65);
    expect(refused.stderr).toContain('--head');
  });
});

/** A repository whose configuration and attributes name programs wherever git would run one, and settings that would change the count. */
function makeHostile(repo: Repository, trap: string): void {
  fs.writeFileSync(trap, `#!/bin/sh\ntouch "${trap}.sprung"\ncat\n`, { mode: 0o755 });
  for (const [key, value] of [
    ['diff.external', trap],
    ['diff.odd.command', trap],
    ['diff.odd.textconv', trap],
    ['core.fsmonitor', trap],
    ['core.pager', trap],
    ['core.hooksPath', path.dirname(trap)],
    ['filter.odd.clean', trap],
    ['filter.odd.process', trap],
    ['filter.odd.required', 'true'],
    ['color.ui', 'always'],
    ['diff.noprefix', 'true'],
    ['diff.renames', 'false'],
    ['diff.renameLimit', '1'],
    ['diff.ignoreSubmodules', 'all'],
    ['diff.relative', 'true'],
    ['diff.algorithm', 'patience'],
    ['diff.orderFile', '/nowhere'],
    ['diff.autoRefreshIndex', 'false'],
    ['status.showUntrackedFiles', 'no'],
    ['core.quotePath', 'false'],
    ['core.splitIndex', 'true'],
  ] as const)
    repo.git('config', key, value);
  fs.copyFileSync(trap, path.join(path.dirname(trap), 'post-index-change'));
  fs.writeFileSync(path.join(repo.folder, '.git/info/attributes'), '*.txt diff=odd filter=odd\n');
}

describe('a repository', () => {
  it('runs no program that it names, and no setting of it or GIT_* variable changes the numbers', async () => {
    const place = await workplace();
    const { repo } = place;
    repo.write({ 'changed.txt': `${TEN}more\n`, 'untracked.txt': 'a\n', 'elsewhere.txt': `moved\n${TEN}` });
    repo.remove('moved.txt', 'gone.txt');
    const expected = facts(1, 2, 1, 2, 10, 0);
    expect(await code(place)).toMatchObject(expected);
    const trap = path.join(tempFolder(), 'trap');
    makeHostile(repo, trap);
    const hostile = {
      GIT_DIR: '/nowhere',
      GIT_INDEX_FILE: '/nowhere',
      GIT_EXTERNAL_DIFF: trap,
      GIT_DIFF_OPTS: '--unified=0',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'core.fsmonitor',
      GIT_CONFIG_VALUE_0: trap,
      GIT_CONFIG_PARAMETERS: `'core.fsmonitor'='${trap}'`,
      GIT_TRACE: '1',
    };
    expect(await code(place, [], { env: hostile })).toMatchObject(expected);
    expect(fs.readdirSync(path.dirname(trap)).sort()).toEqual(['post-index-change', 'trap']);
    // The trap itself works: git on its own runs into it. What git says then depends on which setting it meets first.
    expect(() => repo.git('status')).toThrow(/git status/);
    expect(fs.existsSync(`${trap}.sprung`)).toBe(true);
  });

  it('is left as it was, byte for byte', async () => {
    const place = await workplace();
    const { repo } = place;
    repo.write({ 'changed.txt': 'other\n', 'untracked.txt': 'a\n', 'kept.txt': TEN, 'empty.txt': '' });
    const folder = path.join(repo.folder, '.git');
    const before = [treeOf(folder), fs.statSync(path.join(folder, 'index')).mtimeMs];
    expect(await code(place)).toMatchObject(facts(2, 1, 0, 2, 10, 0));
    expect([treeOf(folder), fs.statSync(path.join(folder, 'index')).mtimeMs]).toEqual(before);
  });

  it("keeps the user's own filters, as git-lfs has them", async () => {
    const store = new TempStore();
    const repo = new Repository(store.cwd);
    repo.commit({ '.gitattributes': '*.up filter=up\n', 'a.up': 'upper\n' });
    const config = path.join(tempFolder(), 'gitconfig');
    fs.writeFileSync(config, '[filter "up"]\n\tclean = tr A-Z a-z\n');
    const place = { store, repo, runId: await store.start() };
    repo.write({ 'a.up': 'UPPER\n' });
    expect(await code(place, [], { env: { GIT_CONFIG_GLOBAL: config } })).toMatchObject(facts(0, 0, 0, 0, 0, 0));
    repo.git('config', 'filter.up.clean', 'touch sprung; cat');
    expect(await code(place, [], { env: { GIT_CONFIG_GLOBAL: config } })).toMatchObject(facts(0, 0, 0, 0, 0, 0));
    expect(await code(place)).toMatchObject(facts(0, 1, 0, 1, 1, 0));
    expect(fs.existsSync(path.join(repo.folder, 'sprung'))).toBe(false);
  });
});

describe('coverage', () => {
  it('is recorded with the code, for an issue, and is in the tables', async () => {
    const place = await workplace();
    place.repo.write({ 'out.info': LCOV });
    const recorded = await code(place, ['--coverage', 'out.info', '--issue', '3']);
    expect(recorded).toMatchObject({ ...facts(1, 0, 0, 7, 0, 0), test_coverage: 75, issue: '3' });
    const out = tempFolder();
    await place.store.ok('export', 'csv', '--out', out);
    const [header = '', row = ''] = fs.readFileSync(path.join(out, 'issues.csv'), 'utf8').split('\r\n');
    const cell = (name: string): string | undefined => row.split(',')[header.split(',').indexOf(name)];
    expect(['issue_iid', 'files_created', 'lines_added', 'commits', 'test_coverage'].map(cell)).toEqual([
      '3',
      '1',
      '7',
      '0',
      '75',
    ]);
  });

  it('alone is recorded outside any repository, and that is said', async () => {
    const store = new TempStore();
    const runId = await store.start();
    fs.writeFileSync(path.join(store.cwd, 'out.info'), LCOV);
    const { stdout, stderr, exitCode } = await store.runlog(
      ['code', '--coverage', 'out.info', '--run', runId, '--json'],
      { env },
    );
    expect({ stderr, exitCode }).toEqual({
      stderr: `${store.cwd} is in no git repository: the coverage alone is recorded\n`,
      exitCode: 0,
    });
    expect(JSON.parse(stdout)).toEqual({ run_id: runId, id: expect.any(String) });
    expect(await measured(store, runId)).toMatchObject({ files_created: null, commits: null, test_coverage: 75 });
  });

  it('of a report without lines is unknown, which is said; the code is recorded all the same', async () => {
    const { store, repo, runId } = await workplace();
    repo.write({ 'out.info': 'TN:\nSF:a\nend_of_record\n' });
    const { stderr, exitCode } = await store.runlog(['code', '--coverage', 'out.info', '--run', runId], { env });
    expect({ stderr, exitCode }).toEqual({
      stderr: 'warning: out.info counts no lines: the coverage is unknown, and none is recorded\n',
      exitCode: 0,
    });
    expect(await measured(store, runId)).toMatchObject({ files_created: 1, test_coverage: null });
  });
});

describe('an error is clear, and nothing is recorded', () => {
  const cases: [what: string, args: string[], exit: number, says: RegExp][] = [
    ['an unknown base', ['--base', 'nonsense'], 65, /has no commit "nonsense"/],
    ['an unknown head', ['--head', 'v9'], 65, /has no commit "v9"/],
    ['a revision that looks like an option', ['--base=--all'], 65, /has no commit "--all"/],
    ['a revision that is a range', ['--base', 'HEAD..HEAD'], 65, /has no commit "HEAD..HEAD"/],
    ['a revision that is excluded', ['--base', '^HEAD'], 65, /has no commit "\^HEAD"/],
    ['a file for a revision', ['--base', 'HEAD:kept.txt'], 65, /has no commit/],
    ['an empty base', ['--base', ''], 2, /--base is empty/],
    ['a folder that is not there', ['--repo', 'nowhere'], 66, /no such folder: .*nowhere/],
    ['a file for a repository', ['--repo', 'kept.txt'], 65, /is not a folder/],
    ['a report that is not there', ['--coverage', 'nowhere.info'], 66, /no such coverage report: .*nowhere.info/],
    ['a folder for a report', ['--coverage', '.'], 65, /cannot be read/],
    ['a report of no known format', ['--coverage', 'kept.txt'], 65, /its format is not known/],
  ];
  it.each(cases)('%s', async (_, args, exit, says) => {
    const { store, runId } = await workplace();
    const { exitCode, stdout, stderr } = await store.runlog(['code', '--run', runId, ...args], { env });
    expect({ exitCode, stdout }).toEqual({ exitCode: exit, stdout: '' });
    expect(stderr).toMatch(says);
    expect(stderr).toMatch(/^hint: ./m);
    expect(await store.events(runId)).toHaveLength(1);
  });

  it('outside any repository', async () => {
    const store = new TempStore();
    const runId = await store.start();
    for (const args of [[], ['--base', 'HEAD'], ['--repo', '.']]) {
      const { exitCode, stderr } = await store.runlog(['code', '--run', runId, ...args], { env });
      expect(exitCode).toBe(65);
      expect(stderr).toMatch(/not? a?.*git repository/);
    }
    expect(await store.events(runId)).toHaveLength(1);
  });

  it('where the run did not start in a repository, or started in another', async () => {
    const store = new TempStore();
    const runId = await store.start();
    const repo = new Repository(path.join(store.cwd, 'later'));
    repo.commit({ 'a.txt': 'a\n' });
    const none = await store.runlog(['code', '--run', runId, '--repo', 'later'], { env });
    expect(none.exitCode).toBe(2);
    expect(none.stderr).toContain('--base');
    const outer = new Repository(store.cwd);
    const unborn = await store.start('--tag', `repository=${outer.folder}`);
    const other = await store.runlog(['code', '--run', unborn, '--repo', 'later'], { env });
    expect(other.exitCode).toBe(2);
    expect(other.stderr).toContain('started in another repository');
  });

  it('without git', async () => {
    const { store, runId } = await workplace();
    const bin = tempFolder();
    fs.symlinkSync(process.execPath, path.join(bin, 'node'));
    const executable = path.join(import.meta.dirname, '../../bin/runlog');
    const PATH = `${bin}:${path.dirname(executable)}`;
    const { exitCode, stderr } = await store.runlog(['code', '--run', runId], { env: { ...env, PATH } });
    expect(exitCode).toBe(69);
    expect(stderr).toContain('git was not found');
    expect(stderr).toContain('hint: Install git');
  });
});
