// The command line by commander: help, and what to say of arguments that are not sound.
import { Command, CommanderError, Option } from 'commander';
import { RunlogError } from '../events/errors.js';
import { print } from '../commands/input.js';
import { COMMAND_HELP, type CommandHelp, GLOBAL_HELP } from './command-help.js';
import { COMMANDS, GLOBAL_OPTIONS, type CommandSpec, type OptionSpec, readArgs, readOptions } from './command-table.js';
import { findCommand, type Parsed } from './parse.js';

declare const RUNLOG_VERSION: string;

const EXIT_STATUSES = `Exit status: 0 done; 1 the answer is no; 2 usage; 3 done, but from damaged or incomplete data;
65 bad input; 66 no such run or file; 69 something needed is missing; 73 cannot create output;
74 input/output error; 75 locked or alive, try again; 130 interrupted.`;

/** Calls `act` for what is sound after all. Throws `usage`. */
export async function byCommander(argv: readonly string[], act: (parsed: Parsed) => Promise<void>): Promise<void> {
  const { words, command } = splitCommand(argv);
  const given: Parsed['given'] = [];
  const program = makeProgram(given, async (spec, args) => {
    if (spec.command === 'required' && command === null)
      throw new RunlogError('usage', `${spec.name} needs -- and a command`, {
        hint: `For example: ${COMMAND_HELP[spec.name]?.examples[0]}`,
      });
    await act({ spec, args, given, command });
  });
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version are no errors; commander throws for them all the same.
    if (error.exitCode !== 0) throw usageOf(error);
  }
}

/** What stands after `--` belongs to the command that runlog is to run, where it is to run one. */
function splitCommand(argv: readonly string[]): { words: string[]; command: string[] | null } {
  const at = argv.indexOf('--');
  const spec = argv.map((_, index) => findCommand(argv, index)).find((found) => found !== undefined);
  if (at === -1 || spec?.command === undefined) return { words: [...argv], command: null };
  return { words: argv.slice(0, at), command: argv.slice(at + 1) };
}

function makeProgram(given: Parsed['given'], perform_: (spec: CommandSpec, args: string[]) => Promise<void>): Command {
  const program = new Command('runlog')
    .description('A flight recorder for runs on the command line.')
    .version(RUNLOG_VERSION, '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help of a command')
    .addHelpText(
      'after',
      `\n${EXIT_STATUSES}\n\nStart: export RUNLOG_RUN=$(runlog start) && runlog append HELLO "first entry" && runlog summary`,
    )
    .configureOutput({ writeOut: print, writeErr: () => undefined })
    .exitOverride()
    .showSuggestionAfterError();
  for (const spec of readOptions(GLOBAL_OPTIONS)) program.addOption(makeOption(spec, GLOBAL_HELP, given));
  const parents = new Map<string, Command>();
  for (const spec of COMMANDS) addCommand(program, parents, spec, given, perform_);
  return program;
}

function addCommand(
  program: Command,
  parents: Map<string, Command>,
  spec: CommandSpec,
  given: Parsed['given'],
  perform_: (spec: CommandSpec, args: string[]) => Promise<void>,
): void {
  const help = COMMAND_HELP[spec.name] as CommandHelp;
  const [first = '', second] = spec.name.split(' ');
  const command =
    second === undefined ? program.command(first) : parentOf(program, parents, first, help.group).command(second);
  if (second === undefined) command.helpGroup(`${help.group}:`);
  command.summary(help.summary).description(help.summary);
  for (const arg of readArgs(spec.args)) command.argument(arg);
  if (spec.command !== undefined)
    command.usage(`${command.usage()} ${spec.command === 'required' ? '-- CMD ARG...' : '[-- CMD ARG...]'}`);
  for (const option of readOptions(spec.options)) command.addOption(makeOption(option, help.options, given));
  for (const option of readOptions(GLOBAL_OPTIONS))
    command.addOption(makeOption(option, GLOBAL_HELP, given).hideHelp());
  command.addHelpText('after', `\nExamples:\n${help.examples.map((example) => `  ${example}`).join('\n')}`);
  command.action(() => perform_(spec, command.args));
}

/** The group of two-word commands: `step` of `step start`, `step note`, `step end`. */
function parentOf(program: Command, parents: Map<string, Command>, name: string, group: string): Command {
  const known = parents.get(name);
  if (known !== undefined) return known;
  const verbs = COMMANDS.filter((spec) => spec.name.startsWith(`${name} `)).map((spec) => spec.name.split(' ')[1]);
  const made = program
    .command(name)
    .helpGroup(`${group}:`)
    .summary(verbs.join(', '))
    .description(`${name}: ${verbs.join(', ')}`);
  parents.set(name, made);
  return made;
}

/** Values are kept in the order of the command line, which is the order of the fields in a log. */
function makeOption({ name, short, value }: OptionSpec, help: CommandHelp['options'], given: Parsed['given']): Option {
  const flags = `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` <${value}>`}`;
  // `--no-x` would make commander keep a default of its own for `x`.
  const option = new Option(flags, help[name]).argParser((text: string) => {
    given.push([name, text]);
    return text;
  });
  if (value === undefined) option.preset('').argParser(() => given.push([name, true]));
  return option;
}

function usageOf(error: CommanderError): RunlogError {
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const hint = suggestion?.replace(/^\((.*)\)$/, '$1') ?? 'See: runlog --help';
  return new RunlogError('usage', error.code === 'commander.help' ? 'which command?' : message, { hint });
}
