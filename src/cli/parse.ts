// The direct way from arguments to a command: for what is sound. Anything else gives null and is left to commander, which alone
// speaks of usage errors.
import { COMMANDS, GLOBAL_OPTIONS, type CommandSpec, type OptionSpec, readArgs, readOptions } from './command-table.js';

export interface Parsed {
  spec: CommandSpec;
  args: string[];
  given: [name: string, value: string | true][];
  /** What stands after `--` of a command that takes one; null where there is none. */
  command: string[] | null;
}

/** Parses a command line (without node and script); null where it is not sound, asks for help or names no command. */
export function parseDirect(argv: readonly string[]): Parsed | null {
  const given: Parsed['given'] = [];
  const start = takeOptions(argv, 0, readOptions(GLOBAL_OPTIONS), given);
  if (start === null) return null;
  const spec = findCommand(argv, start);
  if (spec === undefined) return null;
  const options = [...readOptions(GLOBAL_OPTIONS), ...readOptions(spec.options)];
  const args: string[] = [];
  let command: string[] | null = null;
  for (let index = start + spec.name.split(' ').length; index < argv.length;) {
    const next = takeOptions(argv, index, options, given);
    if (next === null) return null;
    if (next === argv.length) break;
    const word = argv[next] as string;
    index = next + 1;
    if (word !== '--') {
      args.push(word);
    } else {
      const rest = argv.slice(index);
      if (spec.command === undefined) args.push(...rest);
      else command = rest;
      break;
    }
  }
  return isComplete(spec, args, command) ? { spec, args, given, command } : null;
}

/** The options of a command line that names no command; null where there is more to it. */
export function parseBare(argv: readonly string[]): Parsed['given'] | null {
  const given: Parsed['given'] = [];
  return takeOptions(argv, 0, readOptions(GLOBAL_OPTIONS), given) === argv.length ? given : null;
}

/** The command whose name stands at an index: two words before one. */
export function findCommand(argv: readonly string[], index: number): CommandSpec | undefined {
  const two = `${argv[index]} ${argv[index + 1]}`;
  return COMMANDS.find(({ name }) => name === two) ?? COMMANDS.find(({ name }) => name === argv[index]);
}

/** Takes options from an index on; gives the index of the first word that is none, or null at one that is unsound. */
function takeOptions(
  argv: readonly string[],
  from: number,
  options: readonly OptionSpec[],
  given: Parsed['given'],
): number | null {
  let index = from;
  while (index < argv.length) {
    const word = argv[index] as string;
    // A dash alone stands for stdin, and -5 is a number.
    if (!word.startsWith('-') || word === '-' || word === '--' || /^-\.?\d/.test(word)) return index;
    const equals = word.startsWith('--') ? word.indexOf('=') : -1;
    const name = equals === -1 ? word : word.slice(0, equals);
    const option = options.find((known) => `--${known.name}` === name || `-${known.short ?? ''}` === name);
    if (option === undefined) return null;
    index += 1;
    if (option.value === undefined) {
      if (equals !== -1) return null;
      given.push([option.name, true]);
    } else if (equals !== -1) {
      given.push([option.name, word.slice(equals + 1)]);
    } else {
      const value = argv[index];
      if (value === undefined) return null;
      given.push([option.name, value]);
      index += 1;
    }
  }
  return index;
}

function isComplete(spec: CommandSpec, args: readonly string[], command: readonly string[] | null): boolean {
  const wanted = readArgs(spec.args);
  const required = wanted.filter((arg) => arg.startsWith('<')).length;
  const most = spec.args.includes('...') ? Infinity : wanted.length;
  return args.length >= required && args.length <= most && (spec.command !== 'required' || command !== null);
}
