import { describe, expect, it } from 'vitest';
import { COMMAND_HELP, GLOBAL_HELP } from './command-help.js';
import { COMMANDS, GLOBAL_OPTIONS, readOptions } from './command-table.js';

const namesOf = (options: string): string[] => readOptions(options).map(({ name }) => name);

describe('help', () => {
  it('is there for every command, in the order of the table, and for no other', () => {
    expect(Object.keys(COMMAND_HELP)).toEqual(COMMANDS.map(({ name }) => name));
  });

  it.each(COMMANDS)('says what $name and each of its options is for', ({ name, options }) => {
    const help = COMMAND_HELP[name];
    expect(Object.keys(help?.options ?? {}).sort()).toEqual(namesOf(options).sort());
    for (const text of [help?.summary, ...Object.values(help?.options ?? {})]) expect(text).toMatch(/^\S.*\S$/);
  });

  it.each(COMMANDS)('gives an example of $name that calls it', ({ name }) => {
    const examples = COMMAND_HELP[name]?.examples ?? [];
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(example).toContain(`runlog ${name}`);
  });

  it('says what the options of every command are for', () => {
    expect(Object.keys(GLOBAL_HELP)).toEqual(namesOf(GLOBAL_OPTIONS));
  });
});

describe('readOptions', () => {
  it('reads flags, values and short forms', () => {
    expect(readOptions('stdin field=Key=value f,follow n,lines=N')).toEqual([
      { name: 'stdin', short: undefined, value: undefined },
      { name: 'field', short: undefined, value: 'Key=value' },
      { name: 'follow', short: 'f', value: undefined },
      { name: 'lines', short: 'n', value: 'N' },
    ]);
    expect(readOptions('')).toEqual([]);
  });
});
