// The command line by commander: help, and what to say of arguments that are not sound.
import { Command, CommanderError, Option } from 'commander';
import { RunlogError } from '../events/errors.js';
import { print } from '../commands/input.js';
import { COMMAND_HELP, type CommandHelp, GLOBAL_HELP, argText, optionText } from './command-help.js';
import { COMMANDS, GLOBAL_OPTIONS, type CommandSpec, type OptionSpec, readArgs, readOptions } from './command-table.js';
import { overviewText, topics, type Topic } from './overview.js';
import { findCommand, type Parsed } from './parse.js';

declare const RUNLOG_VERSION: string;

/** Calls `act` for what is sound after all. Throws `usage`. */
export async function byCommander(argv: readonly string[], act: (parsed: Parsed) => Promise<void>): Promise<void> {
  const { words, command } = splitCommand(argv[0] === 'help' ? helpWords(argv.slice(1)) : namingCommand(argv));
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
    if (error.exitCode !== 0) throw usageOf(error, words);
  }
}

/** `help NAME...` as `NAME... --help`; a name that is none stays alone, for commander to say which is near. */
function helpWords(asked: readonly string[]): string[] {
  const [first = '', second = ''] = asked;
  const family = topics().find(({ name }) => name === first);
  const command = findCommand(asked, 0);
  if (command === undefined && family === undefined && first !== '' && !first.startsWith('-')) return [first];
  if (command === undefined && family !== undefined && second !== '' && !second.startsWith('-')) return [first, second];
  return [...(command?.name ?? family?.name ?? '').split(' ').filter(Boolean), '--help'];
}

/** The arguments; help for a name that is none would be that for all, so without the wish for help. */
function namingCommand(argv: readonly string[]): readonly string[] {
  const isHelp = (word: string): boolean => word === '--help' || word === '-h';
  const [first = '-'] = argv;
  if (first.startsWith('-') || findCommand(argv, 0) !== undefined || !argv.some(isHelp)) return argv;
  return helpWords(argv.filter((word) => !isHelp(word)));
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
    .version(RUNLOG_VERSION, '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .configureOutput({ writeOut: print, writeErr: () => undefined })
    .exitOverride()
    .showSuggestionAfterError();
  program.helpInformation = overviewText;
  for (const spec of readOptions(GLOBAL_OPTIONS)) program.addOption(makeOption(spec, GLOBAL_HELP[spec.name], given));
  const parents = new Map(
    topics().flatMap((topic) => (topic.commands[0] === topic.name ? [] : [[topic.name, addFamily(program, topic)]])),
  );
  for (const spec of COMMANDS) addCommand(program, parents, spec, given, perform_);
  return program;
}

function addCommand(
  program: Command,
  parents: ReadonlyMap<string, Command>,
  spec: CommandSpec,
  given: Parsed['given'],
  perform_: (spec: CommandSpec, args: string[]) => Promise<void>,
): void {
  const help = COMMAND_HELP[spec.name] as CommandHelp;
  const [first = '', second] = spec.name.split(' ');
  const command = second === undefined ? program.command(first) : (parents.get(first) as Command).command(second);
  command.summary(help.summary).description(help.summary);
  for (const arg of readArgs(spec.args)) command.argument(arg, argText(help, arg));
  if (spec.command !== undefined)
    command.usage(`${command.usage()} ${spec.command === 'required' ? '-- CMD ARG...' : '[-- CMD ARG...]'}`);
  for (const option of readOptions(spec.options))
    command.addOption(makeOption(option, optionText(help, option.name), given));
  for (const option of readOptions(GLOBAL_OPTIONS))
    command.addOption(makeOption(option, GLOBAL_HELP[option.name], given).hideHelp());
  command.addHelpText('after', examplesText(help.examples));
  command.action(() => perform_(spec, command.args));
}

/** What begins commands of two words: `step` of `step start`, `step note`, `step end`. */
function addFamily(program: Command, { name, summary, commands }: Topic): Command {
  return program
    .command(name)
    .helpCommand(false)
    .description(summary)
    .addHelpText('after', examplesText(commands.flatMap((command) => COMMAND_HELP[command]?.examples[0] ?? [])));
}

function examplesText(examples: readonly string[]): string {
  const globals = readOptions(GLOBAL_OPTIONS).map((option) => flagsOf(option).replaceAll(/[<>]/g, ''));
  return `\nOptions of every command: ${globals.join(', ')}\n\nExamples:\n${examples.map((example) => `  ${example}`).join('\n')}`;
}

/** Values are kept in the order of the command line, which is the order of the fields in a log. */
function makeOption(spec: OptionSpec, help: string | undefined, given: Parsed['given']): Option {
  const { name, value } = spec;
  // `--no-x` would make commander keep a default of its own for `x`.
  const option = new Option(flagsOf(spec), help).argParser((text: string) => {
    given.push([name, text]);
    return text;
  });
  if (value === undefined) option.preset('').argParser(() => given.push([name, true]));
  return option;
}

function flagsOf({ name, short, value }: OptionSpec): string {
  return `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` <${value}>`}`;
}

function usageOf(error: CommanderError, words: readonly string[]): RunlogError {
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const topic = topics().find(({ name }) => words.includes(name))?.name;
  const hint =
    suggestion?.replace(/^\((.*)\)$/, '$1') ?? `See: runlog ${topic === undefined ? '--help' : `help ${topic}`}`;
  return new RunlogError('usage', error.code === 'commander.help' ? 'which command?' : message, { hint });
}
