// Completion: what may follow is asked of runlog itself; real shells, behind a pseudo-terminal, put it into the line.
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runlog, tempStore, treeOf, type TempStore } from '../support/runlog.js';
import { canType, pressTab, type Interactive } from '../support/typing.js';

/** A store with three runs of the same start of an id, and some files beside it. */
async function workplace(): Promise<TempStore> {
  const store = tempStore();
  for (const id of ['night_1', 'night_2', 'day_1']) {
    await store.start('--id', id, '--owner-pid', 'none');
    await store.runlog(['finalize', id, '--force', '--status', id === 'night_2' ? 'failed' : 'completed']);
  }
  fs.mkdirSync(path.join(store.cwd, 'other folder'));
  fs.writeFileSync(path.join(store.cwd, 'coverage.info'), '');
  return store;
}

let store: TempStore;

beforeAll(async () => {
  store = await workplace();
});

const ask = async (...words: string[]): Promise<string[]> => {
  const { stdout, stderr, exitCode } = await store.runlog(['completion', 'bash', '--', ...words]);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  return stdout.trimEnd().split('\n');
};

describe('runlog completion', () => {
  it('gives the runs of the store, newest first, and says what became of them', async () => {
    expect(await ask('summary', '')).toEqual(['words', 'latest', 'day_1', 'night_2', 'night_1']);
    const { stdout } = await store.runlog(['completion', 'zsh', '--', 'show', 'night']);
    expect(stdout).toMatch(/^words\nnight_2\t\d{4}-\d\d-\d\d \d\d:\d\d {2}failed\nnight_1\t.* {2}completed\n$/);
  });

  it('asks the store that the line names', async () => {
    expect(await ask('--dir', 'nowhere', 'summary', '')).toEqual(['words', 'latest']);
    expect(await ask('--dir', 'nowhere', 'summary', '--dir=logs', 'day')).toEqual(['words', 'day_1']);
    fs.symlinkSync(store.dir, path.join(store.home, 'my logs'));
    expect(await ask('--dir', '~/my\\ logs', 'summary', 'day')).toEqual(['words', 'day_1']);
    expect(await ask('--dir', '"my logs"', 'summary', 'day')).toEqual(['words']);
  });

  it('gives archived runs where a run is to be restored', async () => {
    const own = await workplace();
    fs.mkdirSync(own.path('archive'));
    for (const id of ['old_1', 'old_2']) fs.writeFileSync(own.path('archive', `${id}.tar.gz`), '');
    const { stdout } = await own.runlog(['completion', 'fish', '--', 'restore', '']);
    expect(stdout).toBe('words\nold_2\tarchived\nold_1\tarchived\n');
  });

  it('says nothing of a store that is not there or cannot be read, and changes nothing', async () => {
    const own = tempStore();
    fs.writeFileSync(path.join(own.cwd, 'logs'), 'a file');
    fs.writeFileSync(path.join(own.cwd, 'runlog.config.json'), '{');
    const before = treeOf(own.cwd);
    const answer = await own.runlog(['completion', 'bash', '--', 'show', '']);
    expect(answer).toEqual({ stdout: 'words\nlatest\n', stderr: '', exitCode: 0 });
    expect(treeOf(own.cwd)).toEqual(before);
  });

  it('is one document under --json', async () => {
    const { stdout } = await store.runlog(['--json', 'completion', 'bash', '--', 'show', 'day']);
    const what = expect.stringMatching(/ {2}completed$/);
    expect(JSON.parse(stdout)).toEqual({ kind: 'words', words: [{ word: 'day_1', what }] });
    expect(Object.keys(await store.json('completion', 'fish'))).toEqual(['shell', 'script']);
  });

  it('names the shells that it knows', async () => {
    const { stderr, exitCode } = await runlog(['completion', 'tcsh']);
    expect({ stderr, exitCode }).toEqual({
      stderr: 'error: there is completion for bash, zsh, fish; not for "tcsh"\n',
      exitCode: 2,
    });
  });
});

describe.each<Interactive>(['bash', 'zsh', 'fish'])('completion in a real %s', (shell) => {
  it.skipIf(!canType(shell))('puts in commands, options, values, runs, and what is for others', async () => {
    const typed: [line: string, words: string[]][] = [
      ['runlog summ', ['runlog', 'summary']],
      ['runlog step no', ['runlog', 'step', 'note']],
      ['runlog list --fai', ['runlog', 'list', '--failed']],
      ['runlog list --status compl', ['runlog', 'list', '--status', 'completed']],
      ['runlog list --status=compl', ['runlog', 'list', '--status=completed']],
      ['runlog append A --at 10:03:04 --dura', ['runlog', 'append', 'A', '--at', '10:03:04', '--durable']],
      ['runlog show d', ['runlog', 'show', 'day_1']],
      ['runlog export csv --run=d', ['runlog', 'export', 'csv', '--run=day_1']],
      ['runlog show ni', ['runlog', 'show', 'night_']],
      ['runlog help expo', ['runlog', 'help', 'export']],
      ['runlog show "d', ['runlog', 'show', 'day_1']],
      ['runlog import x --format=', ['runlog', 'import', 'x', '--format=']],
    ];
    const { words } = await pressTab(
      shell,
      store,
      typed.map(([line]) => line),
    );
    expect(words).toEqual(typed.map(([, expected]) => expected));
  });

  it.skipIf(!canType(shell))('puts in files, folders, and the words of a command of the user’s own', async () => {
    const typed: [line: string, words: string[]][] = [
      ['runlog code --coverage cov', ['runlog', 'code', '--coverage', 'coverage.info']],
      ['runlog lint cov', ['runlog', 'lint', 'coverage.info']],
      ['runlog summary --dir oth', ['runlog', 'summary', '--dir', 'other folder']],
      ['runlog append A -- mkfif', ['runlog', 'append', 'A', '--', 'mkfifo']],
      ['runlog run -- cat cov', ['runlog', 'run', '--', 'cat', 'coverage.info']],
    ];
    const { words } = await pressTab(
      shell,
      store,
      typed.map(([line]) => line),
    );
    // Zsh takes the slash back where the line is run.
    const plain = words.map((line) => line.map((word) => word.replace(/\/$/, '')));
    expect(plain).toEqual(typed.map(([, expected]) => expected));
  });

  it.skipIf(!canType(shell))('shows what there is to choose from', async () => {
    const { screen } = await pressTab(shell, store, ['runlog show night_\t', 'runlog export \t']);
    expect(screen).toContain('night_1');
    expect(screen).toContain('night_2');
    for (const word of ['csv', 'trace', 'record']) expect(screen).toContain(word);
    if (shell !== 'bash') expect(screen).toContain('the seven tables');
  });
});
