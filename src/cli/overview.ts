// What there is, by groups: the text of --help, and what else tells of all commands.
import { COMMAND_HELP, FAMILIES, GLOBAL_HELP, GROUPS, type CommandHelp } from './command-help.js';
import { COMMANDS, GLOBAL_OPTIONS, readOptions } from './command-table.js';

declare const RUNLOG_VERSION: string;

export const PURPOSE = 'a flight recorder for runs on the command line';
export const FIRST_STEPS: readonly (readonly [command: string, what: string])[] = [
  ['export RUNLOG_RUN=$(runlog start)', 'start a run'],
  ['runlog append HELLO "first entry"', 'say what happens in it'],
  ['runlog finalize', 'end it'],
  ['runlog summary', 'and see what happened'],
];
export const EXIT_STATUSES: readonly (readonly [status: string, meaning: string])[] = [
  ['0', 'done'],
  ['1', 'the answer is no'],
  ['2', 'usage'],
  ['3', 'done, but from damaged or incomplete data'],
  ['65', 'bad input'],
  ['66', 'no such run or file'],
  ['69', 'something needed is missing'],
  ['73', 'cannot create output'],
  ['74', 'input/output error'],
  ['75', 'locked or alive, try again'],
  ['130', 'interrupted'],
];
const WIDTH = 80;
/** Of the names of commands and options in --help, so that what they do stands in one column. */
const NAMES_WIDTH = 10;

export interface Topic {
  /** One word. */
  name: string;
  summary: string;
  group: CommandHelp['group'];
  /** The commands that begin with this word, as the table has them. */
  commands: readonly string[];
}

/** The commands by their first words, in the order of the table. */
export function topics(): Topic[] {
  const byName = new Map<string, string[]>();
  for (const { name } of COMMANDS) {
    const [first = ''] = name.split(' ');
    byName.set(first, [...(byName.get(first) ?? []), name]);
  }
  return [...byName].map(([name, commands]) => {
    const { group, summary } = COMMAND_HELP[commands[0] as string] as CommandHelp;
    const verbs = commands.map((command) => command.slice(name.length + 1)).join(', ');
    return { name, commands, group, summary: name in FAMILIES ? `${verbs}: ${FAMILIES[name]}` : summary };
  });
}

/** What --help says: readable at 80 columns, a line a topic. */
export function overviewText(): string {
  const options = readOptions(GLOBAL_OPTIONS).map(
    ({ name, value }) => [`--${name}${value === undefined ? '' : ` ${value}`}`, GLOBAL_HELP[name] as string] as const,
  );
  const sections: [title: string, rows: readonly (readonly [string, string])[]][] = [
    ['First steps', FIRST_STEPS],
    ...GROUPS.map((group): (typeof sections)[number] => [
      group,
      topics().flatMap((topic) => (topic.group === group ? [[topic.name, topic.summary] as const] : [])),
    ]),
    [
      'Options of every command',
      [...options, ['--help', 'what a command does, with examples'], ['--version', 'the version of runlog']],
    ],
  ];
  return (
    [
      `runlog ${RUNLOG_VERSION}: ${PURPOSE}`,
      'Usage: runlog COMMAND [ARGUMENTS] [OPTIONS]',
      ...sections.map(([title, rows]) => `${title}:\n${columns(rows, NAMES_WIDTH)}`),
      wrap(`Exit status: ${EXIT_STATUSES.map((row) => row.join(' ')).join('; ')}.`),
      wrap(
        'More: runlog help COMMAND explains one, with examples. A RUN is an id, a beginning of one that fits one run, latest or latest~1.',
      ),
    ].join('\n\n') + '\n'
  );
}

/** Two columns, the second as far to the right as the first needs. */
export function columns(rows: readonly (readonly [string, string])[], leastWidth = 0): string {
  const width = Math.max(leastWidth, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd()).join('\n');
}

function wrap(text: string): string {
  let line = '';
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    if (`${line} ${word}`.length > WIDTH && line !== '') {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}
