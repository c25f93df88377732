// The manual pages, from the table of commands and its help: runlog(1), and one of each command or family of commands. The build
// writes them.
import { manText, type ManBlock, type ManPage } from '../formats/roff.js';
import { COMMAND_HELP, GLOBAL_HELP, GROUPS, argText, type CommandHelp, optionText } from './command-help.js';
import { COMMANDS, GLOBAL_OPTIONS, type CommandSpec, readArgs, readOptions } from './command-table.js';
import { EXIT_STATUSES, FIRST_STEPS, PURPOSE, topics, type Topic } from './overview.js';

declare const RUNLOG_VERSION: string;

const RUN_ARGUMENT =
  'A RUN is the id of a run, a beginning of an id that fits one run only, latest, latest~N for the one N before it, or the id of a trace.';

const ENVIRONMENT: readonly (readonly [name: string, meaning: string])[] = [
  ['RUNLOG_DIR', 'The store, where no --dir names one.'],
  ['RUNLOG_RUN', 'The run that recording commands mean, where no --run names one.'],
  ['LLM_PROVIDER, LLM_MODEL, LLM_TEMPERATURE', 'What start records of the model, where no option does.'],
  ['CI', 'Where it is true, a run that is started has no owner.'],
  ['NO_COLOR, FORCE_COLOR, TERM', 'Whether there are colours.'],
];

const FILES: readonly (readonly [name: string, meaning: string])[] = [
  ['./logs', 'The store, where nothing names another.'],
  ['runlog.config.json', 'The configuration, sought from the current folder upwards.'],
  ['STORE/runs/RUN/journal', 'What was recorded. All else of a run is made from it.'],
];

/** Each page by the name of its file. `date`: YYYY-MM-DD. */
export function manPages(date: string): Record<string, string> {
  const source = `runlog ${RUNLOG_VERSION}`;
  const pages: ManPage[] = [
    { name: 'runlog', purpose: PURPOSE, date, source, blocks: mainBlocks() },
    ...topics().map((topic): ManPage => ({
      name: `runlog-${topic.name}`,
      purpose: topic.summary,
      date,
      source,
      blocks: topicBlocks(topic),
    })),
  ];
  return Object.fromEntries(pages.map((page) => [`${page.name}.1`, manText(page)]));
}

function mainBlocks(): ManBlock[] {
  return [
    section('SYNOPSIS'),
    usage('runlog', 'COMMAND [ARGUMENTS] [OPTIONS]'),
    section('DESCRIPTION'),
    paragraph(
      'runlog records while a run happens, survives its death, and tells what happened, why and at what cost. The first steps:',
    ),
    { kind: 'lines', lines: FIRST_STEPS.map(([command]) => command) },
    paragraph('Without a command it shows the last runs and what to do about them.'),
    paragraph(RUN_ARGUMENT),
    section('COMMANDS'),
    ...GROUPS.flatMap((group) => [
      subsection(group),
      ...topics().flatMap((topic) => (topic.group === group ? [item(`runlog-${topic.name}(1)`, topic.summary)] : [])),
    ]),
    section('OPTIONS'),
    ...globalItems(),
    item('--help', 'explain a command, with examples'),
    item('--version', 'print the version'),
    section('EXIT STATUS'),
    ...EXIT_STATUSES.map(([status, meaning]) => item(status, meaning)),
    section('ENVIRONMENT'),
    ...ENVIRONMENT.map(([name, meaning]) => item(name, meaning)),
    section('FILES'),
    ...FILES.map(([name, meaning]) => item(name, meaning)),
    section('SEE ALSO'),
    paragraph(
      topics()
        .map(({ name }) => `runlog-${name}(1)`)
        .join(', '),
    ),
  ];
}

function topicBlocks({ name, commands, group }: Topic): ManBlock[] {
  const specs = COMMANDS.filter((spec) => commands.includes(spec.name));
  const isFamily = commands[0] !== name;
  const others = topics().filter((topic) => topic.group === group && topic.name !== name);
  return [
    section('SYNOPSIS'),
    ...specs.map((spec) => usage(`runlog ${spec.name}`, argsOf(spec))),
    ...(isFamily
      ? [section('COMMANDS'), ...specs.flatMap((spec) => [subsection(`runlog ${spec.name}`), ...bodyOf(spec)])]
      : specs.flatMap((spec) => [section('DESCRIPTION'), ...bodyOf(spec, section('OPTIONS'))])),
    section('OPTIONS OF EVERY COMMAND'),
    ...globalItems(),
    section('EXAMPLES'),
    { kind: 'lines', lines: specs.flatMap((spec) => helpOf(spec).examples) },
    section('EXIT STATUS'),
    paragraph('As of every command, see runlog(1).'),
    section('SEE ALSO'),
    paragraph(['runlog(1)', ...others.map((other) => `runlog-${other.name}(1)`)].join(', ')),
  ];
}

function argsOf({ args, options, command }: CommandSpec): string {
  const parts = [options === '' ? '' : '[OPTIONS]', args.replaceAll(/[<>]/g, '')];
  if (command !== undefined) parts.push(command === 'required' ? '-- CMD ARG...' : '[-- CMD ARG...]');
  return parts.filter(Boolean).join(' ');
}

/** What a command does, and its options under a heading of theirs, if any. */
function bodyOf(spec: CommandSpec, heading?: ManBlock): ManBlock[] {
  const help = helpOf(spec);
  const summary = `${(help.summary[0] as string).toUpperCase()}${help.summary.slice(1)}.`;
  const options = readOptions(spec.options).map(({ name, short, value }) =>
    item(
      `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`,
      optionText(help, name),
    ),
  );
  return [
    paragraph(summary),
    ...readArgs(spec.args).flatMap((arg) => {
      const text = argText(help, arg);
      return text === '' ? [] : [item(arg.replaceAll(/[<>]/g, ''), text)];
    }),
    ...(heading === undefined || options.length === 0 ? [] : [heading]),
    ...options,
  ];
}

function globalItems(): ManBlock[] {
  return readOptions(GLOBAL_OPTIONS).map(({ name, value }) =>
    item(`--${name}${value === undefined ? '' : ` ${value}`}`, GLOBAL_HELP[name] as string),
  );
}

function helpOf({ name }: CommandSpec): CommandHelp {
  return COMMAND_HELP[name] as CommandHelp;
}

const section = (text: string): ManBlock => ({ kind: 'section', text });
const subsection = (text: string): ManBlock => ({ kind: 'subsection', text });
const paragraph = (text: string): ManBlock => ({ kind: 'paragraph', text });
const item = (term: string, text: string): ManBlock => ({ kind: 'item', term, text });
const usage = (name: string, args: string): ManBlock => ({ kind: 'usage', name, args });
