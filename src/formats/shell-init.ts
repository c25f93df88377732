// The functions that a shell evaluates to record by its own builtins. The shell's text lies in shell-init/; what it must know of
// secrets comes from the lists of the rules, so that a word added there is known here.
import { COMMAND_HINT, NAME_HINT, TOKEN_STARTS } from '../events/redaction/suspicion.js';
import { FIELD_KEYS } from './field-keys.js';
import { BEGINNINGS, BITS, ODD, RUNS, VAGUE_TOKENS } from './shell-hints.js';
import bash from './shell-init/bash.sh';
import finish from './shell-init/finish.sh';
import record from './shell-init/record.sh';
import sh from './shell-init/sh.sh';
import zsh from './shell-init/zsh.sh';

export const SHELLS = ['bash', 'zsh', 'sh'] as const;
export type Shell = (typeof SHELLS)[number];

/** The digits of a second, of today until 2286; behind them a shell's clock has six for the microseconds, and bash a point between. */
const SECOND = '${now:0:10}';

/** The options of append that become fields, and their keys. */
const FIELDS = Object.entries(FIELD_KEYS);

/** The text for a shell. `segment`: the name of the file that this host appends to in a run's journal. */
export function shellInit(shell: Shell, segment: string): string {
  if (shell === 'sh') return filled([finish, sh], { OWN_EXIT: '' });
  const names = NAME_HINT.source.split('|');
  const patterns = new Patterns();
  const fractionAt = shell === 'bash' ? 11 : 10;
  /** How a line begins, up to the fraction of its second. */
  const head = `$__runlog_head$((__runlog_count += 1))$__runlog_at\${now:${fractionAt}}`;
  const parts: Readonly<Record<string, string>> = {
    ...(shell === 'bash' ? BASH : ZSH),
    SECOND,
    HEAD: head,
    ACTION: `${head}$__runlog_between$2'","description":"'$3'","fields":['`,
    ODD: patterns.of(ODD),
    RUNS: patterns.of(RUNS),
    BITS: patterns.of(BITS.map((bit) => `*${bit}*`)),
    PATTERNS: patterns.assignments(),
    BEGINNINGS: anyOf(BEGINNINGS),
    TOKENS: anyOf([...TOKEN_STARTS.map(quote), ...VAGUE_TOKENS]),
    VALUES: anyOf(names.map((name) => `${name}*[:=\\>]`)),
    COMMANDS: anyOf(COMMAND_HINT.source.split('|')),
    FIELDS: FIELDS.map(([option, key]) =>
      shell === 'bash' ? `  [--${option}]='${key}'` : `  --${option} '${key}'`,
    ).join('\n'),
    CLOCK_LENGTH: String(fractionAt + 6),
    SEGMENT: segment,
  };
  return filled([record, finish, shell === 'bash' ? bash : zsh], parts);
}

function filled(texts: readonly string[], parts: Readonly<Record<string, string>>): string {
  return texts
    .join('\n')
    .replaceAll(/RUNLOG_([A-Z_]+)/g, (all, name: string) => parts[name] ?? all)
    .replaceAll(/^ +\n/gm, '');
}

const BASH = {
  NOW: '${EPOCHREALTIME-}',
  ENTER: '',
  LEAVE: 'return "$((__runlog_status * __runlog_keeps))"',
  KNOWN: known('$BASHPID'),
  OPTIONS: '__runlog_know_options || return 1',
  LOWER: 'word=${word,,}',
  PROCESS: '$BASHPID',
  CHANCE: `builtin printf -v __runlog_chance '%03x-%04x-%06x' "$((SRANDOM & 0xfff))" "$((0x8000 | SRANDOM & 0x3fff))" "$((SRANDOM & 0xffffff))"
    __runlog_process=$BASHPID __runlog_count=99999`,
  LOCAL_TIME: `builtin printf -v __runlog_local '%(%Y-%m-%d %H:%M:%S %z)T' "$second"`,
  DECLARE: 'declare -gA',
  OWN_EXIT: '__runlog_own_exit',
};
const ZSH = {
  NOW: "''",
  ENTER: `local __runlog_flags=$-
  emulate -L sh
  now=$((epochtime[0] * 1000000 + epochtime[1] / 1000))`,
  LEAVE: `# Under set -e, cmd || runlog append FAILED must not end the script.
    case $__runlog_flags in *e*) return 0 ;; esac
    return "$__runlog_status"`,
  KNOWN: known('${sysparams[pid]}'),
  OPTIONS: '',
  LOWER: 'word=${(L)word}',
  PROCESS: '${sysparams[pid]}',
  CHANCE: `builtin printf -v __runlog_chance '%03x-%04x-%06x' "$((RANDOM & 0xfff))" "$((0x8000 | RANDOM & 0x3fff))" "$(((\${sysparams[pid]} ^ RANDOM << 9) & 0xffffff))"
    __runlog_process=\${sysparams[pid]} __runlog_count=99999`,
  LOCAL_TIME: `strftime -s __runlog_local '%Y-%m-%d %H:%M:%S %z' "$second"`,
  DECLARE: 'typeset -gA',
  OWN_EXIT: '',
};

/** What an entry has in common with the one before: its second, the run, the store, the folder, the zone, the process, the options. */
function known(process: string): string {
  return `${SECOND}' '\${RUNLOG_RUN-}' '\${RUNLOG_DIR-}' '$PWD' '\${TZ-.}' '${process}$-\${POSIXLY_CORRECT+.}`;
}

/** Patterns in variables, which a shell takes as they are: each costs half of one that stands in the text. */
class Patterns {
  readonly #values: string[] = [];

  /** The names of variables with these patterns, for a case. */
  of(values: readonly string[]): string {
    return values.map((value) => `$__runlog_p${this.#values.push(value)}`).join(' | ');
  }

  assignments(): string {
    return this.#values.map((value, index) => `__runlog_p${index + 1}='${value}'`).join('\n');
  }
}

/** A pattern for texts that hold any of some patterns; what another finds too is left out. */
function anyOf(patterns: readonly string[]): string {
  const needed = patterns.filter((one) => !patterns.some((other) => other !== one && one.includes(other)));
  return needed.map((pattern) => `*${pattern}*`).join(' | ');
}

function quote(word: string): string {
  return word.replaceAll(/[^A-Za-z0-9_./:~-]/g, (character) => `\\${character}`);
}
