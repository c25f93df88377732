// What a text says, read as a shell would: its commands and their words. It runs nothing and judges nothing but the syntax. What it
// does not follow (substitutions, compound commands, here-documents) is named, and never taken for simple.
import { BUILTINS, RESERVED } from './shell-words.js';

export interface ShellWord {
  raw: string;
  /** Nothing in it is quoted or expanded: it is what it looks like. */
  isBare: boolean;
}

/** Longer texts are nobody's command line. */
export const LONGEST_COMMAND = 32_768;
/** Builtins that leave a script as it is, however they end. */
const HARMLESS = new Set(['[', 'echo', 'false', 'printf', 'pwd', 'test', 'true', 'type']);
const ASSIGNMENT = /^[A-Za-z_]\w*\+?=/;
/** Variables for one program that no shell has a use for: `CUDA_VISIBLE_DEVICES=0 python …`. */
const HARMLESS_ASSIGNMENT = /^(?!BASH_)[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+=/;

type Kind = (typeof TOKENS)[number][0] | 'comment' | 'unclosed' | 'other';
/** In this order; each is tried where the one before has ended. */
const TOKENS = [
  ['blank', /[ \t]+/y],
  ['newline', /\n+/y],
  ['continued', /\\\n/y],
  ['heredoc', /\d*<<[-<]?/y],
  ['nested', /\$\(|[<>]\(/y],
  ['redirect', /\d?(?:>>|>\||[<>]&|<>|[<>])/y],
  ['operator', /&&|\|\||[|;&]/y],
  ['bracket', /[()]/y],
  ['quoted', /'[^']*'|"(?:[^"\\$`]|\\[^])*"|\\[^\n]/y],
  ['expanding', /"(?:[^"\\]|\\[^])*"|`(?:[^`\\]|\\[^])*`|\$(?:\w+|[?@*#$!-]|\{[^{}\n]*\})/y],
  ['plain', /(?:[\w@%+=:,./~^*?!\]-]|[^\x00-\x7f])+|#|\{[\w.,-]*\}|\[[\w!^-]*\]/y],
] as const satisfies readonly (readonly [string, RegExp])[];
const NESTED = /[^()'"\\]+|'[^']*'|"(?:[^"\\]|\\[^])*"|\\[^]|[()]/y;

export class ShellScan {
  readonly commands: ShellWord[][] = [];
  /** Every quote and bracket that is opened is closed. */
  isWhole = true;
  /** It has loops, conditions, subshells or the like. */
  isCompound = false;
  hasOperators = false;
  #isPlain = true;
  #command: ShellWord[] = [];
  #word: ShellWord | null = null;
  /** The next word is where a redirection leads to. */
  #isTarget = false;
  /** It must be a descriptor: another word is an error of syntax to some shells. */
  #isDescriptor = false;
  /** A command must follow: the text would be cut off here. */
  #isNeeded = true;
  #hasDocument = false;
  #depth = 0;

  constructor(text: string) {
    if (text.length > LONGEST_COMMAND) {
      this.isWhole = this.#isPlain = false;
      return;
    }
    for (let at = 0; at < text.length;) {
      const [kind, raw] = tokenAt(text, at, this.#word !== null);
      at += raw.length;
      this.#take(kind, raw);
      // What follows is what the command reads.
      if (kind === 'newline' && this.#hasDocument) break;
    }
    if (!this.#endCommand() && this.#isNeeded) this.#isPlain = false;
    if (this.#depth !== 0) this.isWhole = false;
    if (this.commands.some(([first]) => first?.isBare === true && RESERVED.has(first.raw))) this.isCompound = true;
  }

  /**
   * Nothing in it reaches beyond it: in the middle of a script it changes neither the syntax nor the state of what comes after, and
   * it expands no variable.
   */
  get isSimple(): boolean {
    return this.#isPlain && this.isWhole && this.commands.length > 0 && this.commands.every(leavesScriptAlone);
  }

  #take(kind: Kind, raw: string): void {
    switch (kind) {
      case 'plain':
      case 'quoted':
        this.#add(raw, kind === 'plain');
        return;
      case 'blank':
        this.#endWord();
        return;
      case 'newline':
        if (this.#endCommand()) this.#isNeeded = false;
        return;
      case 'redirect':
        this.#endWord();
        if (this.#isTarget) this.#isPlain = false;
        this.#isTarget = this.hasOperators = true;
        this.#isDescriptor = raw.endsWith('&');
        return;
      case 'operator':
        if (!this.#endCommand()) this.#isPlain = false;
        this.#isNeeded = raw.length === 2 || raw === '|';
        this.hasOperators = true;
        return;
      case 'continued':
        // Within a word it joins: `i\<LF>f` is `if`.
        if (this.#word !== null) this.#isPlain = false;
        this.#endWord();
        return;
    }
    this.#isPlain = false;
    if (kind === 'unclosed') this.isWhole = false;
    if (kind === 'heredoc') {
      this.#endWord();
      this.#isTarget = this.hasOperators = true;
      this.#hasDocument ||= !raw.endsWith('<<<');
    } else if (kind === 'bracket') {
      this.#endCommand();
      this.isCompound = true;
      this.#depth += raw === '(' ? 1 : -1;
      if (this.#depth < 0) this.isWhole = false;
    } else if (kind === 'comment') this.#endWord();
    else this.#add(raw, false);
  }

  #add(raw: string, isBare: boolean): void {
    this.#word = { raw: (this.#word?.raw ?? '') + raw, isBare: (this.#word?.isBare ?? true) && isBare };
  }

  #endWord(): void {
    const word = this.#word;
    if (word === null) return;
    this.#word = null;
    if (this.#isTarget) {
      this.#isTarget = false;
      if (this.#isDescriptor && !/^[\d-]$/.test(word.raw)) this.#isPlain = false;
    } else if (this.#command.length > 0 || !ASSIGNMENT.test(word.raw)) this.#command.push(word);
    else if (!HARMLESS_ASSIGNMENT.test(word.raw)) this.#isPlain = false;
  }

  /** Whether there was one. */
  #endCommand(): boolean {
    this.#endWord();
    if (this.#isTarget) this.#isPlain = this.#isTarget = false;
    const command = this.#command;
    this.#command = [];
    if (command.length > 0) this.commands.push(command);
    return command.length > 0;
  }
}

function tokenAt(text: string, at: number, isInWord: boolean): [Kind, string] {
  if (!isInWord && text[at] === '#') return ['comment', text.slice(at, lineEnd(text, at))];
  // In a word it would open a subscript, which may go on to the end of the script.
  if (!isInWord && /^\[\s/.test(text.slice(at, at + 2))) return ['plain', '['];
  for (const [kind, pattern] of TOKENS) {
    pattern.lastIndex = at;
    const raw = pattern.exec(text)?.[0];
    if (raw === undefined) continue;
    if (kind !== 'nested') return [kind, raw];
    const end = nestedEnd(text, at + raw.length);
    return end === null ? ['unclosed', text.slice(at)] : ['other', text.slice(at, end)];
  }
  const raw = text[at] as string;
  return /["'`\\]/.test(raw) ? ['unclosed', text.slice(at)] : ['other', raw];
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}

/** Behind the bracket that closes what was opened before `at`. */
function nestedEnd(text: string, at: number): number | null {
  let depth = 1;
  for (NESTED.lastIndex = at; depth > 0;) {
    const raw = NESTED.exec(text)?.[0];
    if (raw === undefined) return null;
    if (raw === '(') depth++;
    if (raw === ')') depth--;
  }
  return NESTED.lastIndex;
}

/** A word that is no literal may be anything, `exit` too. */
function leavesScriptAlone([first]: readonly ShellWord[]): boolean {
  if (first === undefined || !first.isBare) return false;
  return (
    !RESERVED.has(first.raw) && (!BUILTINS.has(first.raw) || HARMLESS.has(first.raw)) && !first.raw.startsWith('%')
  );
}
