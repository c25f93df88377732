// The functions that a shell evaluates to record by its own builtins. The shell's text lies in shell-init/; what it must know of
// secrets comes from the lists of the rules, so that a word added there is known here.
import { COMMAND_HINT, NAME_HINT, TOKEN_STARTS } from '../events/redaction/suspicion.js';
import { FIELD_KEYS } from './field-keys.js';
import { BEGINNINGS, BITS, TOKEN_RUN, VAGUE_TOKENS } from './shell-hints.js';
import bash from './shell-init/bash.sh';
import finish from './shell-init/finish.sh';
import record from './shell-init/record.sh';
import sh from './shell-init/sh.sh';
import zsh from './shell-init/zsh.sh';

export const SHELLS = ['bash', 'zsh', 'sh'] as const;
export type Shell = (typeof SHELLS)[number];

/** The options of append that become fields, and their keys. */
const FIELDS = Object.entries(FIELD_KEYS);

/** The text for a shell. `segment`: the name of the file that this host appends to in a run's journal. */
export function shellInit(shell: Shell, segment: string): string {
  if (shell === 'sh') return filled([finish, sh], { OWN_EXIT: '' });
  const names = NAME_HINT.source.split('|');
  // A second has ten digits, until 2286; behind them a shell's clock has six for the microseconds, and bash a point between.
  const fractionAt = shell === 'bash' ? 11 : 10;
  /** How a line begins, up to the fraction of its second. */
  const head = `$__runlog_head$((__runlog_count += 1))$__runlog_at\${__runlog_now:${fractionAt}}`;
  const parts: Readonly<Record<string, string>> = {
    ...(shell === 'bash' ? BASH : ZSH),
    HEAD: head,
    ACTION: String.raw`${head}$__runlog_between$2\",\"description\":\"$3\",\"fields\":[`,
    TOKEN_RUN,
    BITS: anyOf(BITS),
    BEGINNINGS: anyOf(BEGINNINGS),
    TOKENS: anyOf([...TOKEN_STARTS.map(quote), ...VAGUE_TOKENS]),
    VALUES: anyOf(names.map((name) => `${name}*[:=\\>]`)),
    COMMANDS: anyOf(COMMAND_HINT.source.split('|')),
    FIELDS: FIELDS.map(([option, key]) =>
      shell === 'bash' ? `  [--${option}]='${key}'` : `  --${option} '${key}'`,
    ).join('\n'),
    CLOCK: `${shell === 'bash' ? '.' : ''}??????`,
    SEGMENT: segment,
  };
  return withShortNames(filled([record, finish, shell === 'bash' ? bash : zsh], parts));
}

function filled(texts: readonly string[], parts: Readonly<Record<string, string>>): string {
  return texts
    .join('\n')
    .replaceAll(/RUNLOG_([A-Z_]+)/g, (all, name: string) => parts[name] ?? all)
    .replaceAll(/^ +\n/gm, '');
}

/**
 * The variables of the first function by names of four signs: a shell goes over each letter of a name wherever it stands, which is
 * a twentieth of an entry.
 */
function withShortNames(text: string): string {
  const isFunction = (name: string): boolean => text.includes(`\n${name}() {`);
  const names = new Set(text.slice(0, text.indexOf('\n}\n')).match(/__runlog_\w+/g));
  const short = new Map(
    [...names].filter((name) => !isFunction(name)).map((name, index) => [name, `__r${index.toString(36)}`]),
  );
  return text.replaceAll(/__runlog_\w+/g, (name) => short.get(name) ?? name);
}

const BASH = {
  LOCALE: ' "$__runlog_locale"',
  ENTER: '__runlog_now=${EPOCHREALTIME-}',
  // As bash would quote them: a $ in front stands for what cannot be printed, and an apostrophe is '\'' there.
  SHOWN: '${__runlog_texts@Q}',
  ODD: String.raw`\'\'. | \$* | \'[\ \|-]* | *\|\ [\ \|-]* | *\\[!\']* | *\\\'\\* | *\"*`,
  LEAVE: 'return "${__runlog_kept-$__runlog_status}"',
  THEIRS: '__runlog_theirs',
  KNOWN: known('$BASHPID', '${LC_ALL-}${LC_CTYPE-}${LANG-}'),
  OPTIONS: '__runlog_know_options || return 1',
  LOWER: '${__runlog_texts,,}',
  PROCESS: '$BASHPID',
  CHANCE: `builtin printf -v __runlog_chance '%03x-%04x-%06x' "$((SRANDOM & 0xfff))" "$((0x8000 | SRANDOM & 0x3fff))" "$((SRANDOM & 0xffffff))"
    __runlog_process=$BASHPID __runlog_count=99999`,
  LOCAL_TIME: `builtin printf -v __runlog_local '%(%Y-%m-%d %H:%M:%S %z)T' "$second"`,
  DECLARE: 'declare -gA',
  OWN_EXIT: '__runlog_own_exit',
};
const ZSH = {
  LOCALE: '',
  ENTER: `local __runlog_flags=$-
  emulate -L sh
  __runlog_now=$((epochtime[0] * 1000000 + epochtime[1] / 1000))`,
  SHOWN: '$__runlog_texts',
  ODD: String.raw`. | [\ \|-]* | *\|\ [\ \|-]* | *\\* | *\"* | *[!\ -~]*`,
  LEAVE: `# Under set -e, cmd || runlog append FAILED must not end the script.
    case $__runlog_flags in *e*) return 0 ;; esac
    return "$__runlog_status"`,
  THEIRS: '',
  KNOWN: known('${sysparams[pid]}'),
  OPTIONS: '',
  LOWER: '${(L)__runlog_texts}',
  PROCESS: '${sysparams[pid]}',
  CHANCE: `builtin printf -v __runlog_chance '%03x-%04x-%06x' "$((RANDOM & 0xfff))" "$((0x8000 | RANDOM & 0x3fff))" "$(((\${sysparams[pid]} ^ RANDOM << 9) & 0xffffff))"
    __runlog_process=\${sysparams[pid]} __runlog_count=99999`,
  LOCAL_TIME: `strftime -s __runlog_local '%Y-%m-%d %H:%M:%S %z' "$second"`,
  DECLARE: 'typeset -gA',
  OWN_EXIT: '',
};

/** What an entry has in common with the one before, its second aside: the run, the store, the folder, the zone, the process, the options, the locale. */
function known(...others: readonly string[]): string {
  return ['', '${RUNLOG_RUN-}', '${RUNLOG_DIR-}', '$PWD', '${TZ-.}', '$-${POSIXLY_CORRECT+.}', ...others].join('\\ ');
}

/** A pattern for texts that hold any of some patterns; what another finds too is left out. */
function anyOf(patterns: readonly string[]): string {
  const needed = patterns.filter((one) => !patterns.some((other) => other !== one && one.includes(other)));
  return needed.map((pattern) => `*${pattern}*`).join(' | ');
}

function quote(word: string): string {
  return word.replaceAll(/[^A-Za-z0-9_./:~-]/g, (character) => `\\${character}`);
}
