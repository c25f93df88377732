// The functions that a shell evaluates to record by its own builtins. The shell's text lies in shell-init/; what it must know of
// secrets comes from the lists of the rules, so that a word added there is known here.
import { COMMAND_HINT, NAME_HINT, TOKEN_STARTS } from '../events/redaction/suspicion.js';
import { FIELD_KEYS } from './field-keys.js';
import bash from './shell-init/bash.sh';
import finish from './shell-init/finish.sh';
import record from './shell-init/record.sh';
import sh from './shell-init/sh.sh';
import zsh from './shell-init/zsh.sh';

export const SHELLS = ['bash', 'zsh', 'sh'] as const;
export type Shell = (typeof SHELLS)[number];

/**
 * What makes the executable look at a text for secrets, in patterns that a shell is quick with; the others of the rules' words begin
 * tokens that are long, which is asked first. A test holds what the rules mask against these.
 */
const HINTS = [
  '://*@',
  'k_[lpt]',
  'xox',
  'xapp',
  'whsec_',
  'glc_',
  'sntry',
  'dapi',
  'eyJ',
  'fm[12]',
  'FlyV1',
  '1//0',
  'hooks',
  'PRIVATE',
  'rivate-',
  'dentified',
  'DENTIFIED',
  'earer',
  'aws_secret',
];
/** Starts of tokens that the rules tell by what follows. */
const VAGUE_TOKENS = ['SG.', 'SK[0-9a-f]', 'sk-', 'key-', 'sk_', 'sq[apu]_', 'pat', 'EAA', 'AAAA', '[MNO][DTjz]'];

/** The options of append that become fields, and their keys. */
const FIELDS = Object.entries(FIELD_KEYS);

/** The text for a shell. `segment`: the name of the file that this host appends to in a run's journal. */
export function shellInit(shell: Shell, segment: string): string {
  if (shell === 'sh') return filled([finish, sh], { OWN_EXIT: '' });
  const names = NAME_HINT.source.split('|');
  const parts: Readonly<Record<string, string>> = {
    ...(shell === 'bash' ? BASH : ZSH),
    HINTS: anyOf(HINTS),
    SIXTEEN: '[!\\ \\"/]'.repeat(16),
    TWELVE: '[!\\ \\"]'.repeat(12),
    TOKENS: anyOf([...TOKEN_STARTS.map(quote), ...VAGUE_TOKENS]),
    NAMES: anyOf([...names, ...COMMAND_HINT.source.split('|')]),
    VALUES: anyOf(names.map((name) => `${name}*[:=\\>]`)),
    COMMANDS: anyOf(COMMAND_HINT.source.split('|')),
    FIELDS: FIELDS.map(([option, key]) =>
      shell === 'bash' ? `  [--${option}]='${key}'` : `  --${option} '${key}'`,
    ).join('\n'),
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
  ENTER: '',
  LEAVE: 'return "$((__runlog_status * __runlog_keeps))"',
  OPTIONS: '[[ ${BASHOPTS-}$SHELLOPTS = "$__runlog_options" ]] || __runlog_know_options',
  LOWER: 'word=${word,,}',
  NOW: 'now=${EPOCHREALTIME/[!0-9]/}',
  PROCESS: '$BASHPID',
  CHANCE: `{
      builtin printf -v __runlog_chance '%04x-%06x' "$((0x8000 | SRANDOM & 0x3fff))" "$((SRANDOM & 0xffffff))"
      __runlog_process=$BASHPID
    }`,
  LOCAL_TIME: `builtin printf -v __runlog_local '%(%Y-%m-%d %H:%M:%S %z)T' "$second"`,
  DECLARE: 'declare -gA',
  OWN_EXIT: '__runlog_own_exit',
};
const ZSH = {
  ENTER: `local __runlog_flags=$-
  emulate -L sh`,
  LEAVE: `# Under set -e, cmd || runlog append FAILED must not end the script.
    case $__runlog_flags in *e*) return 0 ;; esac
    return "$__runlog_status"`,
  OPTIONS: ':',
  LOWER: 'word=${(L)word}',
  NOW: 'now=$((epochtime[0] * 1000000 + epochtime[1] / 1000))',
  PROCESS: '${sysparams[pid]}',
  CHANCE: `{
      __runlog_process=\${sysparams[pid]}
      builtin printf -v __runlog_chance '%04x-%06x' "$((0x8000 | RANDOM & 0x3fff))" "$(((__runlog_process ^ RANDOM << 9) & 0xffffff))"
    }`,
  LOCAL_TIME: `strftime -s __runlog_local '%Y-%m-%d %H:%M:%S %z' "$second"`,
  DECLARE: 'typeset -gA',
  OWN_EXIT: '',
};

/** A pattern for texts that hold any of some patterns; what another finds too is left out. */
function anyOf(patterns: readonly string[]): string {
  const needed = patterns.filter((one) => !patterns.some((other) => other !== one && one.includes(other)));
  return needed.map((pattern) => `*${pattern}*`).join(' | ');
}

function quote(word: string): string {
  return word.replaceAll(/[^A-Za-z0-9_./:~-]/g, (character) => `\\${character}`);
}
