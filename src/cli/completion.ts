// runlog completion: prints the completion script of a shell; with words after it, what may follow them, as that script asks.
import { answer, quote, usage, type Input } from '../commands/input.js';
import { runWords } from '../commands/run-words.js';
import { COMPLETION_SCRIPTS } from '../formats/completion.js';
import { COMMAND_HELP } from './command-help.js';
import { complete, type Word } from './complete.js';

export function completion(input: Input): void {
  const [shell = '', ...words] = input.args;
  const script = Object.hasOwn(COMPLETION_SCRIPTS, shell) ? COMPLETION_SCRIPTS[shell] : undefined;
  if (script === undefined)
    throw usage(
      `there is completion for ${COMMAND_HELP['completion']?.values?.['<SHELL>']?.join(', ')}; not for ${quote(shell)}`,
    );
  if (words.length === 0) {
    answer(input.context, { shell, script }, script);
    return;
  }
  const { kind, found } = offered(input, words);
  // Bash shows words alone.
  const lines = found.map(([word, what]) => (shell === 'bash' || what === '' ? word : `${word}\t${what}`));
  const json = { kind, words: found.map(([word, what]) => ({ word, what })) };
  answer(input.context, json, `${[kind, ...lines].join('\n')}\n`);
}

function offered({ context }: Input, words: readonly string[]): { kind: string; found: Word[] } {
  const { prefix, files, commandAt, ...offer } = complete(words);
  const start = (words.at(-1) ?? '').slice(prefix.length);
  const dir = offer.dir === undefined ? context.dir : fromShell(offer.dir, context.env);
  const runs = offer.runs === 'none' ? [] : runWords({ ...context, dir }, offer.runs, start);
  return {
    kind: commandAt === null ? (files === 'none' ? 'words' : files) : `command ${commandAt}`,
    found: [...offer.words, ...runs.map(([id, what]): Word => [prefix + id, what])],
  };
}

/** A folder as it was typed: what a shell would have made of `~`, quotes and backslashes. */
function fromShell(typed: string, { HOME }: NodeJS.ProcessEnv): string {
  const plain = typed.replace(/^(['"])(.*)\1$/, '$2').replaceAll(/\\(.)/g, '$1');
  return HOME === undefined ? plain : plain.replace(/^~(?=\/|$)/, () => HOME);
}
