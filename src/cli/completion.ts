// runlog completion: prints the completion script of a shell; with words after it, what may follow them, as that script asks.
import { print, quote, usage, type Input } from '../commands/input.js';
import { runWords } from '../commands/run-words.js';
import { COMPLETION_SCRIPTS } from '../formats/completion.js';
import { COMMAND_HELP } from './command-help.js';
import { complete } from './complete.js';

export function completion(input: Input): void {
  const [shell = '', ...words] = input.args;
  const script = Object.hasOwn(COMPLETION_SCRIPTS, shell) ? COMPLETION_SCRIPTS[shell] : undefined;
  if (script === undefined)
    throw usage(
      `there is completion for ${COMMAND_HELP['completion']?.values?.['<SHELL>']?.join(', ')}; not for ${quote(shell)}`,
    );
  print(words.length === 0 ? script : answerOf(input, shell, words));
}

function answerOf({ context }: Input, shell: string, words: readonly string[]): string {
  const offer = complete(words);
  const start = (words.at(-1) ?? '').slice(offer.prefix.length);
  const dir = offer.dir === undefined ? context.dir : fromShell(offer.dir, context.env);
  const runs = offer.runs === 'none' ? [] : runWords({ ...context, dir }, offer.runs, start);
  const all = [...offer.words, ...runs.map(([id, what]) => [offer.prefix + id, what] as const)];
  const kind =
    offer.commandAt === null ? (offer.files === 'none' ? 'words' : offer.files) : `command ${offer.commandAt}`;
  // Bash shows words alone.
  const lines = all.map(([word, what]) => (shell === 'bash' || what === '' ? word : `${word}\t${what}`));
  return `${[kind, ...lines].join('\n')}\n`;
}

/** A folder as it was typed: what a shell would have made of `~`, quotes and backslashes. */
function fromShell(typed: string, { HOME }: NodeJS.ProcessEnv): string {
  const plain = typed.replace(/^(['"])(.*)\1$/, '$2').replaceAll(/\\(.)/g, '$1');
  return HOME === undefined ? plain : plain.replace(/^~(?=\/|$)/, () => HOME);
}
