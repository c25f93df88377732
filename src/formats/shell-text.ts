// Whether a text that stands for a command is one that may be run: people also write prose there, and names for values that only
// they know. In doubt it is not: what a script leaves out can be put in by hand, what it did cannot be undone.
import { LONGEST_COMMAND, ShellScan, type ShellWord } from './shell-scan.js';
import { RESERVED, shellWord } from './shell-words.js';

/** Programs whose name alone says that a command line follows. */
const PROGRAMS = new Set(
  `awk aws az b2sum base64 basename bash bc black bun bzip2 cargo chmod chown cksum clang cmake cmp conda cp cpio curl dash dask dd deno
   df diff dig dirname dmesg docker dotnet du echo egrep env eslint expr fd ffmpeg ffprobe fgrep flake8 free g++ gawk gcc gcloud gem gh
   git go gpg gradle grep gsutil gunzip gzip helm hf hostname htop iconv id ifconfig ip java jq julia k6 kaggle kubectl ldd ln ls lsblk
   lscpu lsof lspci make mamba md5sum mdadm mkdir mkfifo mktemp mlflow module mpiexec mpirun mv mvn mypy nice ninja nl nm node nohup npm
   npx nproc numactl nvcc nvidia-smi nvtop od openssl pandoc perl pgrep php ping pip pip3 pipx pnpm podman poetry pre-commit printenv
   printf ps psql pwd pytest python python2 python3 quota R rclone readlink realpath rg rm rmdir rocm-smi Rscript rsync ruby ruff rustc
   sacct salloc sbatch scancel scontrol scp sdiff sed seq sh sha1sum sha256sum shellcheck shuf sinfo sprio sqlite3 squeue srun ss ssh
   sshare stat strace sudo tar tee terraform tmux torchrun tox tr tsc tsx ulimit uname uniq uptime uv uvx vmstat wandb wc wget whoami
   xargs xxd xz yarn yq zcat zip unzip zsh zstd`.split(/\s+/),
);
/** Programs whose names people also begin a sentence with. */
const WORDS = new Set(
  `[ cal cat clear column comm cut cd date expand export false file find finger fold groups head host install join kill last less link
   locate log look mail man more mount nc open paste patch pr printf reset run script sleep sort split strings sum sync tail test time
   timeout top touch tree true truncate type uniq wait watch which who write yes`.split(/\s+/),
);
const PROSE =
  /^(?:an|the|is|are|was|were|been|has|have|had|this|that|these|those|of|with|from|because|which|its?|and|or|not|we|you|they)$/i;
/** Builtins that are for nothing but the shell that they run in. */
const STATEFUL = new Set(
  '. alias cd chdir declare eval exec exit export hash local popd pushd readonly return set shift shopt source trap typeset ulimit umask unalias unset'.split(
    ' ',
  ),
);
/** Behind these a command begins; before the others a header ends. */
const LEADING = new Set('! { do elif else if then time until while'.split(' '));
const HEADERS = new Set('case coproc for function select'.split(' '));
const CLOSING = new Set('done esac fi }'.split(' '));
/** `<run_id>`, and `{models_dir}` where it is neither `${models_dir}` nor, in quotes, part of a program: `awk '{print}'`. */
const PLACEHOLDER = /(?<![$\\@%#])\{([A-Za-z_]\w*)\}|<([A-Za-z][\w-]*)>/g;
const QUOTED_PLACEHOLDER = /(?<!\$)\{([A-Za-z]\w*_\w*)\}/g;
const PLACEHOLDER_OR_QUOTE = new RegExp(`${PLACEHOLDER.source}|\\\\[^]|['"]`, 'g');
/** `cd DIR` or `export NAME=VALUE`, and nothing in it that a shell would expand but `~`. */
const LASTING =
  /^(?:cd[ \t]+(?!-)(?:[\w.~/+@%,-]|'[^']*'|"[^"\\$`]*")+|export[ \t]+(?!BASH_)[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+=(?:[\w./:+@%,-]|'[^']*'|"[^"\\$`]*")*)$/;
/** What only bash takes as it is meant. */
const BASH =
  /&>|>&(?![\d-])|\|&|\[\[|[<>]\(|<<<|\$'|\$"|(?<!\$)\(\(|\{\w+\.\.|\w\+=|=\(|(?:^|[;&|\n]\s{0,9})(?:source|time|function|declare|local|pushd|popd|shopt|mapfile)\s|pipefail|\$\{\w+(?:[/^,:@]|\[)/;

/** A line of a script that runs a command, or why there is none. */
export type Verdict = { line: string; whyNot: null } | { line: null; whyNot: string };

/** The line that a script runs for a text. */
export function judgeText(text: string, hasFailed: boolean): Verdict {
  const trimmed = text.trim();
  if (trimmed.length > LONGEST_COMMAND) return no('it is longer than any command line');
  const names = placeholdersOf(trimmed);
  if (names.length > 0) return no(`needs values for: ${names.join(', ')}`);
  const scan = new ShellScan(trimmed);
  if (!scan.isWhole) return no('it cannot be read as a command');
  if (isProse(scan)) return no('it does not look like a command');
  // What was recorded after it was meant to have it, and to run nowhere else.
  if (!hasFailed && LASTING.test(trimmed))
    return { line: trimmed.startsWith('cd') ? `${trimmed} || exit` : trimmed, whyNot: null };
  if (scan.commands.every(([first]) => STATEFUL.has(first?.raw ?? '')))
    return no('it only changes the shell that it runs in');
  const isForBash = BASH.test(trimmed.replaceAll(/'[^']*'|"(?:[^"\\]|\\[^])*"/g, "''"));
  if (scan.isSimple && !isForBash) return { line: trimmed, whyNot: null };
  // A shell of its own keeps what it does to itself, and refuses variables that are not set: `rm -r "$DIR/"` without DIR.
  return { line: `${isForBash ? 'bash' : 'sh'} -uc ${shellWord(trimmed)}`, whyNot: null };
}

function no(whyNot: string): Verdict {
  return { line: null, whyNot };
}

/** The names of the values that a text leaves to its reader, each once. */
export function placeholdersOf(text: string): string[] {
  const names = new Set<string>();
  for (const { part, isSingle } of quotedParts(text))
    for (const [, first, second] of part.matchAll(isSingle ? QUOTED_PLACEHOLDER : PLACEHOLDER))
      names.add((first ?? second) as string);
  return [...names];
}

/**
 * Puts values in, each quoted for the place where it stands. A text with substitutions or here-documents keeps its placeholders: how
 * a value must be quoted there, no one look tells.
 */
export function fillPlaceholders(text: string, values: Readonly<Record<string, string>>): string {
  if (text.length > LONGEST_COMMAND || /\$\(|`|<</.test(text)) return text;
  let quote = '';
  return text.replaceAll(PLACEHOLDER_OR_QUOTE, (match, first?: string, second?: string) => {
    const name = first ?? second;
    if (name !== undefined) return Object.hasOwn(values, name) ? valueIn(quote, values[name] as string) : match;
    // A backslash says nothing in single quotes.
    const mark = quote === "'" ? match.slice(-1) : match;
    if (mark === quote) quote = '';
    else if (quote === '' && (mark === "'" || mark === '"')) quote = mark;
    return match;
  });
}

function valueIn(quote: string, value: string): string {
  if (quote === "'") return value.replaceAll("'", "'\\''");
  return quote === '"' ? value.replaceAll(/["\\$`]/g, '\\$&') : shellWord(value);
}

/** What stands in single quotes, and what does not. */
function quotedParts(text: string): { part: string; isSingle: boolean }[] {
  return [...text.matchAll(/'[^']*(?:'|$)|(?:[^'"\\]|\\[^]?|"(?:[^"\\]|\\[^])*(?:"|$))+/g)].map(([part]) => ({
    part,
    isSingle: part.startsWith("'"),
  }));
}

function isProse({ commands, isCompound, hasOperators }: ShellScan): boolean {
  if (commands.length === 0) return true;
  if (isCompound && !isClosed(commands)) return true;
  return !commands.every((command) => isCommandLike(command, hasOperators));
}

/** `for the next run, use less` begins as a loop does; a loop also ends as one. */
function isClosed(commands: readonly ShellWord[][]): boolean {
  const firsts = commands.map(([first]) => first?.raw ?? '');
  const opens = firsts.some((first) => ['{', 'case', 'for', 'if', 'select', 'until', 'while'].includes(first));
  return !opens || firsts.some((first) => CLOSING.has(first));
}

function isCommandLike(words: readonly ShellWord[], hasOperators: boolean): boolean {
  const [first, ...args] = words;
  if (first === undefined) return true;
  if (first.isBare && LEADING.has(first.raw)) return isCommandLike(args, hasOperators);
  if (first.isBare && (HEADERS.has(first.raw) || RESERVED.has(first.raw))) return true;
  if (args.some(({ raw, isBare }) => isBare && PROSE.test(raw))) return false;
  if (!first.isBare) return /^\$[\w{(]|^["'`].*\/.*["'`]$/.test(first.raw);
  const name = first.raw;
  if (PROGRAMS.has(name)) return true;
  if (/^(?:\.{0,2}|~)\/[\w.]|^[\w.-]+\/[\w./-]*\w$/.test(name)) return true;
  const isSigned = hasOperators || args.some(isSign);
  if (WORDS.has(name)) return isSigned || args.length < 2;
  return isSigned && /^[a-z][\w.+-]*\w$/.test(name) && !/(?:ed|ing)$/.test(name);
}

/** What sentences do not have: options, paths, files, variables, patterns. */
function isSign({ raw, isBare }: ShellWord): boolean {
  return !isBare || /^--?[A-Za-z]|\/|=|\*|^[\w-]+\.[a-z]\w{0,4}$/.test(raw);
}
