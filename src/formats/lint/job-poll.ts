// Does a command line only ask how jobs are? It is taken apart as a shell would, as far as that needs. Pure.

const POLLS = new Set(['squeue', 'sacct']);
/** A line that also changes something is no mere poll. */
const CHANGES = new Set(['sbatch', 'salloc', 'srun', 'scancel']);

/** Words after which a command may begin. */
const KEYWORDS = new Set(
  'if then else elif while until do ! { time nohup exec command builtin eval setsid $ >'.split(' '),
);
const SHELLS = new Set(['sh', 'bash', 'dash', 'zsh', 'ksh']);

/** Programs that start another one: which of their options take a value, and how many arguments come before the command. */
const STARTERS: Readonly<Record<string, { valued: RegExp; before: number }>> = {
  sudo: { valued: /^(?:-[A-Za-z]*?[ugpChDRTUr]|--(?:user|group|host|chdir|prompt))$/, before: 0 },
  doas: { valued: /^-[A-Za-z]*?[uC]$/, before: 0 },
  env: { valued: /^(?:-[A-Za-z]*?[uC]|--(?:unset|chdir))$/, before: 0 },
  watch: { valued: /^(?:-[A-Za-z]*?[nq]|--(?:interval|equexit))$/, before: 0 },
  timeout: { valued: /^(?:-[A-Za-z]*?[sk]|--(?:signal|kill-after))$/, before: 1 },
  nice: { valued: /^(?:-n|--adjustment)$/, before: 0 },
  stdbuf: { valued: /^(?:-[ioe]|--(?:input|output|error))$/, before: 0 },
  xargs: { valued: /^(?:-[A-Za-z0-9]*?[nIPLdasE]|--(?:max-args|max-procs|max-lines|delimiter|arg-file))$/, before: 0 },
  ssh: { valued: /^-[A-Za-z0-9]*?[BbcDEeFIiJLlmOopQRSWw]$/, before: 1 },
};
const DEEPEST = 4;

export function isJobPoll(command: string): boolean {
  const programs = programsOf(command, 0);
  return programs.some((name) => POLLS.has(name)) && !programs.some((name) => CHANGES.has(name));
}

function programsOf(command: string, depth: number): string[] {
  return depth > DEEPEST ? [] : simpleCommands(command).flatMap((words) => programOf(words, depth));
}

/** What a simple command starts, behind assignments and whatever starts it; of a quoted command line, all that it starts. */
function programOf(words: readonly string[], depth: number): string[] {
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] as string;
    if (KEYWORDS.has(word) || /^[A-Za-z_]\w*\+?=/.test(word)) continue;
    if (/\s/.test(word)) return programsOf(word, depth + 1);
    const name = word.slice(word.lastIndexOf('/') + 1);
    if (SHELLS.has(name)) return [name, ...scriptOf(words.slice(index + 1), depth)];
    const starter = Object.hasOwn(STARTERS, name) ? STARTERS[name] : undefined;
    if (starter === undefined) return [name];
    index = lastArgument(words, index, starter);
  }
  return [];
}

/** Where the arguments of a starter end: the index of the last one. */
function lastArgument(
  words: readonly string[],
  at: number,
  { valued, before }: { valued: RegExp; before: number },
): number {
  let index = at;
  let left = before;
  for (;;) {
    const next = words[index + 1];
    if (next === undefined) return index;
    if (next.startsWith('-') && next !== '-') index += valued.test(next) ? 2 : 1;
    else if (left > 0) {
      left -= 1;
      index += 1;
    } else return index;
  }
}

/** `-c 'COMMAND'` of a shell. */
function scriptOf(words: readonly string[], depth: number): string[] {
  const at = words.findIndex((word) => /^-[a-z]*c$/.test(word));
  return at === -1 ? [] : programsOf(words[at + 1] ?? '', depth + 1);
}

// A word with its quotes, an operator, a redirection; one character of anything else, so that all is gone through.
const TOKENS =
  /((?:'[^']*'|"(?:\\[^]|[^"\\])*"|\\[^]|\$(?!\()|[^\s'"\\|&;()<>`$])+)|([|&;()\n`]|\$\()|([<>]+[&|]?)|[^]/g;
const QUOTED = /'([^']*)'|"((?:\\[^]|[^"\\])*)"|\\([^])/g;
const SUBSTITUTION = /\$\(|`/;

/** The words of each simple command, also of those in pipes, lists, subshells and substitutions. */
function simpleCommands(text: string): string[][] {
  const found: string[][] = [];
  let words: string[] = [];
  let isTarget = false;
  let isComment = false;
  let isInBackticks = false;
  for (const [, word, operator, redirection] of text.matchAll(TOKENS)) {
    if (operator !== undefined) {
      if (isComment && operator !== '\n') continue;
      if (words.length > 0) found.push(words);
      // What goes on behind a substitution are arguments: its output stands for their first word.
      const isEnd = operator === ')' || (operator === '`' && isInBackticks);
      if (operator === '`') isInBackticks = !isInBackticks;
      words = isEnd ? ['…'] : [];
      isTarget = isComment = false;
    } else if (redirection !== undefined) isTarget = true;
    else if (word?.startsWith('#') === true) isComment = true;
    else if (word !== undefined && !isComment) {
      found.push(...substitutionsOf(word).flatMap(simpleCommands));
      const plain = unquoted(word);
      if (plain !== '' && !isTarget) words.push(plain);
      isTarget = false;
    }
  }
  if (words.length > 0) found.push(words);
  return found;
}

/** What double quotes hold from their first substitution on: shorter than the word, so that this comes to an end. */
function substitutionsOf(word: string): string[] {
  if (!SUBSTITUTION.test(word)) return [];
  return [...word.matchAll(QUOTED)].flatMap(([quoted]) => {
    const text = quoted.startsWith('"') ? unquoted(quoted) : '';
    const at = text.search(SUBSTITUTION);
    return at === -1 ? [] : [text.slice(at)];
  });
}

function unquoted(word: string): string {
  return word.replaceAll(QUOTED, (_, single?: string, double?: string, escaped?: string) => {
    if (single !== undefined) return single;
    if (double !== undefined) return double.replaceAll(/\\([$`"\\\n])/g, '$1');
    return escaped === '\n' ? '' : (escaped ?? '');
  });
}
