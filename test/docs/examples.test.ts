// The pages keep what they promise: their shell examples run, their links lead somewhere, every command is spoken of.
import fs from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/command-table.js';
import { ROOT, TempStore, hasDuckdb, hasProgram, sealedEnv } from '../support/runlog.js';
import { anchorsOf, fencesOf, pages, readPage } from './pages.js';

const examples = pages().flatMap((page) => fencesOf(page).map((fence) => ({ page, ...fence })));

/** A folder as the examples expect it: a script, a hand-written log, and two runs that have ended. */
async function workplace(): Promise<TempStore> {
  const store = new TempStore();
  fs.writeFileSync(path.join(store.cwd, 'train.sh'), '#!/bin/sh\necho "epoch 1"\n', { mode: 0o755 });
  fs.copyFileSync(path.join(ROOT, 'fixtures/design-experiment.log'), path.join(store.cwd, 'design-experiment.log'));
  for (const name of ['first', 'second'])
    await store.runlog(['run', '--name', name, '--', 'runlog', 'append', 'HELLO', 'from an earlier run']);
  return store;
}

describe('shell examples', () => {
  it('are there, and each says whether it can be run', () => {
    expect(examples.filter(({ info }) => info === 'sh').length).toBeGreaterThan(10);
    const known = new Set(['sh', 'sh no-run', 'text', 'json', 'python', 'ts']);
    expect(examples.filter(({ info }) => !known.has(info))).toEqual([]);
  });

  // Those of query need its engine, and are skipped where the package @duckdb/node-api is not installed.
  const canRun = ({ info, code }: { info: string; code: string }): boolean =>
    info === 'sh' && (hasDuckdb || !/runlog (query|export parquet)/.test(code));

  it.each(examples.filter(canRun))('of $page, line $line, run and end with 0', async (example) => {
    const store = await workplace();
    const { stdout, stderr, exitCode } = await store.shell('dash', `set -eu\n${example.code}`);
    expect({ exitCode, stderr, stdout }).toMatchObject({ exitCode: 0 });
    expect(stderr).not.toMatch(/^(warning|error):/m);
  });
});

describe('examples/', () => {
  const script = (name: string): string => path.join(ROOT, 'examples', name);

  it.each(['training.sh', 'agents.sh'])('%s records a run that completes', async (name) => {
    const store = new TempStore();
    const env = sealedEnv(store.home, { SECONDS_PER_EPOCH: '0' });
    const { exitCode } = await execa(script(name), { cwd: store.cwd, env, extendEnv: false, reject: false });
    const { runs } = await store.json('list');
    expect(exitCode).toBe(0);
    expect(runs).toMatchObject([{ status: 'completed', total_errors: 0 }]);
  });

  it.skipIf(!hasProgram('bash')).each(['bash', 'dash'])(
    'training.sh under %s says that SIGTERM ended it',
    async (shell) => {
      const store = new TempStore();
      const env = sealedEnv(store.home, { SECONDS_PER_EPOCH: '0.2', EPOCHS: '200' });
      const running = execa(shell, [script('training.sh')], { cwd: store.cwd, env, extendEnv: false, reject: false });
      const log = async (): Promise<string> => (await store.runlog(['tail', '-n', '99'])).stdout;
      while (!(await log()).includes('metric loss')) await new Promise((resolve) => setTimeout(resolve, 50));
      running.kill('SIGTERM');
      expect((await running).exitCode).toBe(143);
      expect((await store.runlog(['summary'])).stdout).toContain('killed by SIGTERM');
      expect((await store.json('list')).runs).toMatchObject([{ status: 'interrupted' }]);
    },
  );

  it('tidy.sh ends what died and says nothing of what it keeps', async () => {
    const store = new TempStore();
    await store.shell('dash', 'runlog start --name dead');
    const env = sealedEnv(store.home);
    const { stdout, exitCode } = await execa(script('tidy.sh'), [store.dir], { cwd: store.cwd, env, extendEnv: false });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^run_\w+_dead {2}interrupted -> interrupted: its owner, process \d+, is gone$/);
  });
});

/** Links into the project that lead nowhere: no such file, or no such heading in it. */
function brokenLinks(page: string): string[] {
  const targets = [...readPage(page).matchAll(/\]\(([^)\s]+)\)/g)].map(({ 1: target = '' }) => target);
  return targets.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false;
    const [file = '', anchor] = target.split('#');
    const found = file === '' ? page : path.posix.join(path.posix.dirname(page), file);
    return !fs.existsSync(path.join(ROOT, found)) || (anchor !== undefined && !anchorsOf(found).includes(anchor));
  });
}

it.each(pages())('the links of %s lead to files and headings that are there', (page) => {
  expect(brokenLinks(page)).toEqual([]);
});

it('every command is spoken of in README.md or docs/', () => {
  const text = pages()
    .filter((page) => page === 'README.md' || page.startsWith('docs/'))
    .map(readPage)
    .join('\n');
  const unspoken = COMMANDS.filter(({ name }) => !text.includes(`runlog ${name}`) && !text.includes(`\`${name}`));
  expect(unspoken.map(({ name }) => name)).toEqual([]);
});

it('docs/answers.svg shows what its commands are called, and nothing that is no text', () => {
  const svg = fs.readFileSync(path.join(ROOT, 'docs/answers.svg'), 'utf8');
  for (const command of ['list', 'stats', 'errors', 'compare --last-good run_'])
    expect(svg).toContain(`$ runlog ${command}`);
  expect(svg).not.toContain('\u001B');
  expect(readPage('docs/analysis.md')).toContain('(answers.svg)');
});

it('docs/recording.svg is well-formed and shows what README.md shows', () => {
  const svg = fs.readFileSync(path.join(ROOT, 'docs/recording.svg'), 'utf8');
  const drawn = svg
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
  const transcript = fencesOf('README.md')[0]?.code ?? '';
  expect(
    drawn
      .trim()
      .split('\n')
      .map((line) => line.trimEnd()),
  ).toEqual(transcript.trim().split('\n'));
});
