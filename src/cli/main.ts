// The full command line: help, usage errors and every command, by commander. Each command's code is loaded when it is called.
import { Command, CommanderError, Option } from 'commander';
import { RunlogError } from '../events/errors.js';
import type { Input } from '../commands/input.js';
import { print } from '../commands/input.js';
import { COMMAND_HELP, type CommandHelp, GLOBAL_HELP } from './command-help.js';
import { COMMANDS, GLOBAL_OPTIONS, type CommandSpec, type OptionSpec, readArgs, readOptions } from './command-table.js';
import { inputOf } from './context.js';
import { findCommand, type Parsed } from './parse.js';
import { reportError } from './report-error.js';

declare const RUNLOG_VERSION: string;

type Action = (input: Input) => void | Promise<void>;

const EXIT_STATUSES = `Exit status: 0 done; 1 the answer is no; 2 usage; 3 done, but from damaged or incomplete data;
65 bad input; 66 no such run or file; 69 something needed is missing; 73 cannot create output;
74 input/output error; 75 locked or alive, try again; 130 interrupted.`;

export async function main(argv: readonly string[]): Promise<void> {
  const isJson = argv.includes('--json');
  try {
    await perform(argv);
  } catch (error) {
    if (error instanceof CommanderError) reportUsage(error, isJson);
    else reportError(error, isJson);
  }
}

async function perform(argv: readonly string[]): Promise<void> {
  const { words, command } = splitCommand(argv);
  const given: Parsed['given'] = [];
  const program = makeProgram(given, async (spec, args) => {
    if (spec.command === 'required' && command === null)
      throw new RunlogError('usage', `${spec.name} needs -- and a command`, {
        hint: `For example: ${COMMAND_HELP[spec.name]?.examples[0]}`,
      });
    const action = await loadAction(spec.name);
    await action(inputOf({ args, given, command }));
  });
  await program.parseAsync(words, { from: 'user' });
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

const loadAction = async (name: string): Promise<Action> => {
  switch (name) {
    case 'shell-init':
      return (await import('../commands/shell-init.js')).shellInitText;
    case 'run':
      return (await import('../commands/run.js')).run;
    case 'code':
      return (await import('../commands/code.js')).code;
    case 'correct':
      return (await import('../commands/correct.js')).correct;
    case 'finalize':
      return (await import('../commands/finalize.js')).finalize;
    case 'summary':
      return (await import('../commands/summary.js')).summary;
    case 'show':
      return (await import('../commands/show.js')).show;
    case 'list':
      return (await import('../commands/list.js')).list;
    case 'cost':
      return (await import('../commands/cost.js')).cost;
    case 'tail':
      return (await import('../commands/tail.js')).tail;
    case 'export csv':
      return (await import('../commands/export-csv.js')).exportCsv;
    case 'export log':
      return (await import('../commands/export.js')).exportLog;
    case 'export trace':
      return (await import('../commands/export.js')).exportTrace;
    case 'export steps':
      return (await import('../commands/export.js')).exportSteps;
    case 'export json':
      return (await import('../commands/export.js')).exportJson;
    case 'export record':
      return (await import('../commands/export.js')).exportRecord;
    case 'commands':
      return (await import('../commands/commands.js')).commands;
    case 'import':
      return (await import('../commands/import.js')).importRuns;
    case 'rotate':
      return (await import('../commands/rotate.js')).rotate;
    case 'restore':
      return (await import('../commands/keep.js')).restore;
    case 'lint':
      return (await import('../commands/lint.js')).lint;
    case 'verify':
      return (await import('../commands/verify.js')).verify;
    case 'pin':
      return (await import('../commands/keep.js')).pin;
    case 'unpin':
      return (await import('../commands/keep.js')).unpin;
    default:
      return (await import('./recording-actions.js')).RECORDING_ACTIONS[name] as Action;
  }
};

function reportUsage(error: CommanderError, isJson: boolean): void {
  // Help and version are no errors; commander throws for them all the same.
  if (error.exitCode === 0) return;
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const hint = suggestion?.replace(/^\((.*)\)$/, '$1') ?? 'See: runlog --help';
  reportError(new RunlogError('usage', error.code === 'commander.help' ? 'which command?' : message, { hint }), isJson);
}
