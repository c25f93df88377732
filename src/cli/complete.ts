// What may stand where the cursor is in a command line, by the table of commands. It reads nothing: which runs there are is asked by
// completion.ts.
import { COMMAND_HELP, GLOBAL_HELP, type CommandHelp, optionText } from './command-help.js';
import { COMMANDS, GLOBAL_OPTIONS, type CommandSpec, type OptionSpec, readArgs, readOptions } from './command-table.js';
import { topics } from './overview.js';

export type Word = readonly [word: string, what: string];

export interface Offer {
  /** Those that begin as the word at the cursor does. */
  words: Word[];
  /** Names of files or folders may stand there too, or this is the place of runlog's users' own command. */
  files: 'none' | 'files' | 'folders';
  /** Ids of runs, in the store or in its archive. */
  runs: 'none' | 'stored' | 'archived';
  /** What stands before a value in the same word: `--run=`. */
  prefix: string;
  /** Where a command of the user's own begins, as an index of the words; null where there is none. */
  commandAt: number | null;
  /** The store that the line names. */
  dir: string | undefined;
}

const HELP_WORD: Word = ['help', 'explain a command, with examples'];

/** `words`: those after `runlog`, up to the cursor; the last is the one at the cursor, and may be empty. */
export function complete(words: readonly string[]): Offer {
  const offer: Offer = { words: [], files: 'none', runs: 'none', prefix: '', commandAt: null, dir: undefined };
  const current = words.at(-1) ?? '';
  const line = readLine(words.slice(0, -1), offer);
  if (offer.commandAt !== null) return offer;
  const { spec, name, pending } = line;
  const help = spec === undefined ? undefined : COMMAND_HELP[spec.name];
  const equals = current.startsWith('--') && !line.isOnlyArgs ? current.indexOf('=') : -1;
  if (pending !== undefined) offerValue(offer, pending, help, spec);
  else if (equals !== -1) {
    const option = optionsOf(spec).find((known) => `--${known.name}` === current.slice(0, equals));
    offer.prefix = current.slice(0, equals + 1);
    if (option?.value !== undefined) offerValue(offer, option, help, spec);
  } else if (current.startsWith('-') && !line.isOnlyArgs) offer.words = optionWords(line);
  else if (line.isHelp || spec === undefined) offer.words = nameWords(name, line.isHelp);
  else {
    const args = readArgs(spec.args);
    const arg = args[line.args.length] ?? (spec.args.includes('...') ? args.at(-1) : undefined);
    if (arg === undefined) offer.words = optionWords(line);
    else offerPlace(offer, arg, help?.values?.[arg], spec);
  }
  offer.words = offer.words
    .map(([word, what]): Word => [offer.prefix + word, what])
    .filter(([word]) => word.startsWith(current));
  return offer;
}

interface Line {
  /** The words of the command's name that are there. */
  name: string[];
  spec: CommandSpec | undefined;
  isHelp: boolean;
  args: string[];
  given: string[];
  /** The option whose value is at the cursor. */
  pending: OptionSpec | undefined;
  /** `--` has been: no options any more. */
  isOnlyArgs: boolean;
}

/** As the parser reads, but forgiving: what it does not know is passed over. */
function readLine(words: readonly string[], offer: Offer): Line {
  const line: Line = {
    name: [],
    spec: undefined,
    isHelp: false,
    args: [],
    given: [],
    pending: undefined,
    isOnlyArgs: false,
  };
  for (const [index, word] of words.entries()) {
    if (line.pending !== undefined) {
      if (line.pending.name === 'dir') offer.dir = word;
      line.pending = undefined;
    } else if (word === '--' && !line.isOnlyArgs) {
      if (line.spec?.command !== undefined) {
        offer.commandAt = index + 1;
        return line;
      }
      line.isOnlyArgs = true;
    } else if (word.startsWith('-') && word !== '-' && !line.isOnlyArgs && !/^-\.?\d/.test(word))
      takeOption(line, word, offer);
    else if (line.spec !== undefined) line.args.push(word);
    else if (word === 'help' && line.name.length === 0 && !line.isHelp) line.isHelp = true;
    else {
      line.name.push(word);
      line.spec = COMMANDS.find(({ name }) => name === line.name.join(' '));
    }
  }
  return line;
}

function takeOption(line: Line, word: string, offer: Offer): void {
  const equals = word.indexOf('=');
  const flag = equals === -1 ? word : word.slice(0, equals);
  const option = optionsOf(line.spec).find(({ name, short }) => flag === `--${name}` || flag === `-${short ?? ''}`);
  if (option === undefined) return;
  line.given.push(option.name);
  if (option.value === undefined) return;
  if (equals === -1) line.pending = option;
  else if (option.name === 'dir') offer.dir = word.slice(equals + 1);
}

function optionsOf(spec: CommandSpec | undefined): OptionSpec[] {
  return [...readOptions(spec?.options ?? ''), ...readOptions(GLOBAL_OPTIONS)];
}

/** Options that are not there yet, or may be there again. */
function optionWords({ spec, given, name }: Line): Word[] {
  const help = spec === undefined ? undefined : COMMAND_HELP[spec.name];
  const words = optionsOf(spec).flatMap(({ name: option }): Word[] => {
    const text = help?.options[option] === undefined ? (GLOBAL_HELP[option] ?? '') : optionText(help, option);
    return given.includes(option) && !text.includes('may be repeated') ? [] : [[`--${option}`, text]];
  });
  if (spec?.command !== undefined) words.push(['--', 'then the command to run']);
  words.push(['--help', 'explain it, with examples']);
  if (name.length === 0) words.push(['--version', 'the version of runlog']);
  return words;
}

/** The next word of a command's name. */
function nameWords(name: readonly string[], isHelp: boolean): Word[] {
  const [first, ...more] = name;
  if (first === undefined)
    return [...topics().map((topic): Word => [topic.name, topic.summary]), ...(isHelp ? [] : [HELP_WORD])];
  if (more.length > 0) return [];
  return COMMANDS.filter((spec) => spec.name.startsWith(`${first} `)).map((spec) => [
    spec.name.slice(first.length + 1),
    COMMAND_HELP[spec.name]?.summary ?? '',
  ]);
}

function offerValue(
  offer: Offer,
  option: OptionSpec,
  help: CommandHelp | undefined,
  spec: CommandSpec | undefined,
): void {
  if (option.name === 'dir') offer.files = 'folders';
  else offerPlace(offer, option.value ?? '', help?.values?.[option.name], spec);
}

/** `place` as usage shows it: `<FILE|RUN...>`, `PID|none`. What is in small letters is meant literally. */
function offerPlace(
  offer: Offer,
  place: string,
  values: readonly string[] | undefined,
  spec: CommandSpec | undefined,
): void {
  const kinds = place.replaceAll(/[<>[\].]/g, '').split('|');
  offer.words = (values ?? kinds.filter((kind) => /^[a-z]+$/.test(kind))).map((value): Word => [value, '']);
  if (kinds.includes('RUN')) offer.runs = spec?.name === 'restore' ? 'archived' : 'stored';
  if (offer.runs === 'stored') offer.words.push(['latest', 'the newest run']);
  if (kinds.includes('DIR')) offer.files = 'folders';
  else if (kinds.includes('FILE') || kinds.includes('PATH')) offer.files = 'files';
}
