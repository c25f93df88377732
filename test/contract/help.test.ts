// What help says is so: its examples are sound command lines, and the values that it and completion name are those that commands take.
import fs from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { COMMAND_HELP } from '../../src/cli/command-help.js';
import { COMMANDS, readOptions } from '../../src/cli/command-table.js';
import { parseDirect } from '../../src/cli/parse.js';
import { runlog, tempFolder } from '../support/runlog.js';

/** Writes down what it was called with, and answers as `start` and `import` do. */
const STAND_IN = `#!/bin/sh
for word; do printf '%s\\0' "$word" >>"$CALLS"; done
printf '\\n' >>"$CALLS"
echo run_1
`;

/** The command lines of runlog that a shell makes of an example; no program of it is run. */
async function callsOf(example: string): Promise<string[][]> {
  const folder = tempFolder();
  const calls = path.join(folder, 'calls');
  const bin = path.join(folder, 'bin');
  fs.mkdirSync(bin);
  fs.writeFileSync(path.join(bin, 'runlog'), STAND_IN, { mode: 0o755 });
  for (const name of ['git', 'jq', 'source']) fs.writeFileSync(path.join(bin, name), '#!/bin/sh\n', { mode: 0o755 });
  const env = { PATH: `${bin}:${process.env['PATH']}`, HOME: folder, CALLS: calls, STEP: '1' };
  await execa('sh', ['-c', example], { cwd: folder, env, extendEnv: false, reject: false, stdin: 'ignore' });
  const text = fs.readFileSync(calls, 'utf8');
  return text
    .split('\0\n')
    .slice(0, -1)
    .map((call) => call.split('\0'));
}

const examples = COMMANDS.flatMap(({ name }) =>
  (COMMAND_HELP[name]?.examples ?? []).map((example) => ({ name, example })),
);

it.each(COMMANDS)('help gives at least two examples of $name', ({ name }) => {
  expect(new Set(COMMAND_HELP[name]?.examples).size).toBeGreaterThanOrEqual(2);
});

it.each(examples)('the example of $name is sound: $example', async ({ name, example }) => {
  const parsed = (await callsOf(example)).map((call) => parseDirect(call)?.spec.name);
  expect(parsed).toContain(name);
  expect(parsed).not.toContain(undefined);
});

/** What a command says that it takes, where it takes only some values; undefined where it says no such thing. */
async function takenBy(name: string, option: string): Promise<string[] | undefined> {
  const args = ARGS[name] ?? COMMANDS.find((spec) => spec.name === name)?.args.replaceAll(/\[.*?\]|<|>/g, '') ?? '';
  const words = [...name.split(' '), ...args.split(' ').filter(Boolean), `--${option}`, 'no such value', '--json'];
  const { stdout } = await runlog(words);
  const { error } = JSON.parse(stdout || '{}') as { error?: { message: string } };
  const [, listed] = new RegExp(`^--${option} takes (\\S+, .*); not "no such value"$`).exec(error?.message ?? '') ?? [];
  // Those that are made of something of one's own, as tag:KEY, are not to choose from.
  return listed?.split(/, (?:with .*)?| or /).filter((value) => value !== '' && !value.includes(':'));
}

/** Arguments that are sound, where the table's placeholders are not. */
const ARGS: Readonly<Record<string, string>> = {
  metric: 'KS 1',
  query: 'SELECT',
  'step note': '1 metrics',
  stage: '1',
  correct: 'issue 3 --success',
};

describe('completion', () => {
  const valued = COMMANDS.filter(({ command, options }) => command !== 'required' && options.includes('=')).map(
    ({ name, options }) => ({ name, options: readOptions(options).filter(({ value }) => value !== undefined) }),
  );
  /** Options with values that are proposed; others are taken too. */
  const OPEN = new Set(['item media', 'tail type']);

  it.each(valued)(
    'knows the values that options of $name take where they are a closed set',
    async ({ name, options }) => {
      for (const { name: option } of options) {
        const taken = await takenBy(name, option);
        const known = COMMAND_HELP[name]?.values?.[option];
        if (OPEN.has(`${name} ${option}`)) expect(taken).toBe(undefined);
        else expect({ option, known: known && [...known].sort() }).toEqual({ option, known: taken?.sort() });
      }
    },
  );

  it.each(['shell-init', 'completion', 'correct'])('knows what stands behind %s', async (name) => {
    const { stderr } = await runlog([name, 'nonsense', 'x', '--success'].slice(0, name === 'correct' ? 4 : 2));
    const [, listed = ''] = /(?:for|takes) (\w+(?:, \w+)+); not/.exec(stderr) ?? [];
    const { stdout } = await runlog(['completion', 'bash', '--', name, '']);
    expect(stdout.trimEnd().split('\n').slice(1)).toEqual(listed.split(', '));
  });
});
