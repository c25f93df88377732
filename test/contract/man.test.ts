// The manual pages: there is one of every command, and those who show them find nothing to say against them.
import fs from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { COMMAND_HELP } from '../../src/cli/command-help.js';
import { COMMANDS, readOptions } from '../../src/cli/command-table.js';
import { ROOT, hasProgram } from '../support/runlog.js';

const pages = fs.readdirSync(path.join(ROOT, 'man')).sort();
const pageOf = (name: string): string => `runlog-${name.split(' ')[0]}.1`;
const withoutBreaks = (text: string): string => text.replaceAll(/\s+/g, ' ');

/** A page as `man` shows it at 80 columns. */
async function shown(page: string): Promise<string> {
  const { stdout, stderr, exitCode } = await execa('man', ['--warnings', `./man/${page}`], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', MANWIDTH: '80', LC_ALL: 'C.UTF-8', HOME: ROOT },
    extendEnv: false,
    reject: false,
  });
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  return stdout;
}

describe('the manual pages', () => {
  it('are one of runlog and one of each command, and the package has them all', () => {
    const expected = [...new Set(['runlog.1', ...COMMANDS.map(({ name }) => pageOf(name))])].sort();
    const { man, files } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
      man: string[];
      files: string[];
    };
    expect(pages).toEqual(expected);
    expect(man.map((file) => path.basename(file)).sort()).toEqual(expected);
    expect(files).toContain('man');
  });

  it.skipIf(!hasProgram('man'))('are shown by man without a warning: runlog.1, with all commands', async () => {
    const text = await shown('runlog.1');
    expect(text).toContain('a flight recorder for runs on the command line');
    for (const { name } of COMMANDS) expect(text).toContain(`${pageOf(name).slice(0, -2)}(1)`);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it.skipIf(!hasProgram('man')).each(COMMANDS)(
    'are shown by man without a warning: $name, with its options and examples',
    async ({ name, options }) => {
      const text = await shown(pageOf(name));
      expect(text).toContain(`runlog ${name}`);
      for (const option of readOptions(options)) expect(text).toContain(`--${option.name}`);
      for (const example of COMMAND_HELP[name]?.examples ?? []) expect(withoutBreaks(text)).toContain(example);
    },
  );

  it.skipIf(!hasProgram('mandoc'))('are good style for mandoc', async () => {
    const { stdout } = await execa('mandoc', ['-Tlint', '-Wstyle', ...pages.map((page) => `man/${page}`)], {
      cwd: ROOT,
      reject: false,
    });
    expect(stdout).toBe('');
  });
});
