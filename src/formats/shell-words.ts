// Words as a POSIX shell takes them: quoted so that it reads back the very same ones, and read back. It judges no command.
import { hasDangerous } from './visible-text.js';

const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;
const QUOTED_WORDS = /(?:[A-Za-z0-9_@%+=:,./-]+|'[^']*'|\\')+( ?)/y;

/** What a shell would take for something of its own, were it the first word and not quoted. */
export const RESERVED: ReadonlySet<string> = new Set(
  '! { } [[ ]] if then elif else fi do done case esac for while until in function select time coproc'.split(' '),
);
/** Commands that shells have within themselves: without `env` in front they would run instead of the program of that name. */
export const BUILTINS: ReadonlySet<string> = new Set(
  `. : [ alias bg bind break builtin caller cd chdir command compgen complete compopt continue declare dirs disown echo enable eval exec
   exit export false fc fg getopts hash help history jobs kill let local logout mapfile newgrp popd print printf pushd pwd read
   readarray readonly return set shift shopt source suspend test times trap true type typeset ulimit umask unalias unset wait whence`.split(
    /\s+/,
  ),
);

/** A command line that a shell reads back as the same arguments. */
export function shellQuote(command: readonly string[]): string {
  return command.map((word, index) => (index === 0 && isSpecial(word) ? quoted(word) : plainOrQuoted(word))).join(' ');
}

/** The words of what `shellQuote` wrote; null for any other text. */
export function readQuoted(text: string): string[] | null {
  const words: string[] = [];
  for (let at = 0; at < text.length; at = QUOTED_WORDS.lastIndex) {
    QUOTED_WORDS.lastIndex = at;
    const [all = '', space = ''] = QUOTED_WORDS.exec(text) ?? [];
    if (all === '' || (space === '' && at + all.length < text.length)) return null;
    words.push(all.slice(0, all.length - space.length).replaceAll(/'([^']*)'|\\'|[^']/g, unquote));
  }
  return words.length === 0 || text.endsWith(' ') ? null : words;
}

function unquote(part: string, inner: string | undefined): string {
  return part === "\\'" ? "'" : (inner ?? part);
}

/**
 * A line for a script that runs this very program with these very arguments. Characters that could speak to a terminal are named
 * by their bytes, `"$(printf '\033')"`, so that the script can be looked at. Null where a shell cannot be given such words.
 */
export function liveCommand(argv: readonly string[]): string | null {
  const [program = '', ...args] = argv;
  if (argv.length === 0 || !argv.every(canBeWord)) return null;
  // What stands behind env is neither a builtin nor a job of the shell; a quoted word is neither reserved nor an assignment.
  const prefix = BUILTINS.has(program) || program.startsWith('%') ? 'env ' : '';
  const first = isSpecial(program) ? quoted(program) : shellWord(program);
  return prefix + [first, ...args.map(shellWord)].join(' ');
}

function isSpecial(program: string): boolean {
  return program.includes('=') || RESERVED.has(program);
}

/** No argument has a NUL, and half a surrogate pair has no bytes. */
export function canBeWord(text: string): boolean {
  return !/[\0\p{Surrogate}]/u.test(text);
}

/** One word for a script: safe to look at, and the same text for the shell. */
export function shellWord(text: string): string {
  if (!hasDangerous(text)) return plainOrQuoted(text);
  const runs: { text: string; isDangerous: boolean }[] = [];
  for (const character of text) {
    const isDangerous = hasDangerous(character);
    const last = runs.at(-1);
    if (last?.isDangerous === isDangerous) last.text += character;
    else runs.push({ text: character, isDangerous });
  }
  return runs.map((run) => (run.isDangerous ? `"$(printf '${octal(run.text)}')"` : quoted(run.text))).join('');
}

function octal(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

function plainOrQuoted(word: string): string {
  return PLAIN.test(word) ? word : quoted(word);
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
