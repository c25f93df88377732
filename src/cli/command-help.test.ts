import { describe, expect, it } from 'vitest';
import { COMMAND_HELP, FAMILIES, GLOBAL_HELP, optionText, type CommandHelp } from './command-help.js';
import { COMMANDS, GLOBAL_OPTIONS, readArgs, readOptions } from './command-table.js';

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

  it.each(COMMANDS)('has a line for $name that fits beside the names within 80 columns', ({ name }) => {
    expect(COMMAND_HELP[name]?.summary.length).toBeLessThanOrEqual(66);
  });

  it.each(COMMANDS)('names values of $name only of what it has', ({ name, args, options }) => {
    const places = [...readArgs(args), ...namesOf(options)];
    for (const place of Object.keys(COMMAND_HELP[name]?.values ?? {})) expect(places).toContain(place);
    for (const arg of Object.keys(COMMAND_HELP[name]?.args ?? {})) expect(readArgs(args)).toContain(arg);
    for (const option of namesOf(options)) {
      const text = optionText(COMMAND_HELP[name] as CommandHelp, option);
      expect(text).not.toMatch(/:$| or undefined/);
    }
  });

  it('says of each family of commands what it is about', () => {
    const families = COMMANDS.flatMap(({ name }) => (name.includes(' ') ? [name.split(' ')[0]] : []));
    expect(Object.keys(FAMILIES).sort()).toEqual([...new Set(families)].sort());
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
