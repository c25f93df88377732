// Whether a text could hold a secret at all. Recording commands load the rules only then, so this accepts everything that a rule
// can mask, and much that the rules then leave alone. A rule that is added must be accepted here too: suspicion.test.ts makes
// texts of the rules' own patterns and holds this against them. Plain searches come first, for a regular expression is compiled
// when it is first used, and these would take a millisecond of each recording command.

import { Finder, type WordList } from './finder.js';
import { BEYOND_ASCII, HAS_WORD, JsonScanner } from './json-scan.js';

export { BEYOND_ASCII };

/** Parts of names whose value may be a secret. */
export const NAME_HINT: RegExp = /pass|pw|psk|token|secret|key|cred|auth|cookie|sig/i;
/** Commands that take a password in a short option. */
export const COMMAND_HINT: RegExp =
  /mysql|mariadb|sshpass|redis-cli|curl|login|mongo|cqlsh|ldap|sqlcmd|mosquitto|7z|ssh-keygen/;

/** `password: x` in any dress, or the option `--password x`; whether a value follows is not asked. */
const namedValue = (): RegExp =>
  /(?:pass(?:wor[dt]|wd|phrase|code)?|pwd?|psk|token|secret|key|cred(?:ential)?|cookie|auth(?:orization)?|sig(?:nature)?)(?:s|_base|[_-](?:value|string))?(?:\\{0,3}["'`]\]?)?(?:[ \t]{0,20}[:=]|>)|password[ \t]{1,9}["']|(?:password|secret|api_key|token)["']?[\s,]{1,40}["']?value|(?:env|setx)[ \t]{1,9}[a-z0-9_]{0,40}(?:pass|token|secret|key)|:_auth(?:token)?[ \t]|(?<![\w-])--?(?=[\w-]{0,80}?(?:pass|pw|psk|token|secret|key|cred|auth|cookie|sig))[A-Z][\w-]{0,80}[ \t]/i;
const userOfUrl = (): RegExp => /:\/\/(?:[^\s/:]*:|[\w~.%-]{20})[^\s/]*@/;
const commandOption = (): RegExp => /-(?:[A-Za-z]*[apuUPNw]|-(?:proxy-)?user)/;

/** How tokens begin (see tokens.ts), and keys in PEM. */
export const TOKEN_STARTS: readonly string[] =
  'AKIA ASIA ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ glpat- gldt- glrt- glcbt- glptt- glft- glsoat- glagent- gloas- xapp- hooks.slack.com/ /webhooks/ AIza ya29. 1//0 GOCSPX- hf_ npm_ pypi- k_live_ k_test_ k_prod_ whsec_ _v1_ glsa_ glc_ hvs. hvb. hvr. dckr_ dapi 8Q~ :AA lin_api_ lin_oauth_ shpat_ shpss_ shpca_ shppa_ sq0atp- sq0csp- TT3 r8_ gsk_ xai- nvapi- pplx- FlyV1 fo1_ sntrys_ sntryu_ AGE-SECRET-KEY- PRIVATE figd_ dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit. pscale_ ntn_ nfp_ CCIPAT_ bkua_ xkeysib- xsmtpsib- lsv2_ pcsk_ tvly- HRKU- tskey- wandb_v1_ dt0c01. sb_secret_ rdme_ tfp_ pnu_ pul- sbp_ rubygems_ NRAK- ATBB AKCp LTAI PMAK- .atlasv1. client-key-data Private-Lines'.split(
    ' ',
  );
/** Starts that other words have too: what must follow to make a token of them. */
const VAGUE_STARTS: readonly (readonly [start: string, token: () => RegExp])[] = [
  ['eyJ', () => /eyJ[\w-]{8}/],
  ['sk-', () => /sk-[\w-]{16}/],
  ['xox', () => /xox[abdeoprs]-/],
  ['SG.', () => /SG\.[\w-]{16}/],
  ['SK', () => /SK[0-9a-f]{32}/],
  ['fm', () => /fm[12][ar]?_/],
  ['key-', () => /key-[0-9a-f]{32}/],
  ['sk_', () => /sk_[0-9a-f]{48}/],
  ['sq', () => /sq[apu]_[0-9a-f]{40}/],
  ['secret_', () => /secret_[A-Za-z0-9]{43}/],
  ['pat', () => /pat[A-Za-z0-9]{14}\./],
  ['EAA', () => /EAA[\w-]{57}/],
  ['AAAA', () => /AAAA[\w-]{7}:/],
  ['login', () => /login\s{1,9}\S{1,200}\s{1,9}password\s/],
  [' BY', () => /IDENTIFIED BY[ \t]/],
  [' by', () => /identified by[ \t]/],
  ['earer', () => /earer[ \t\\]/],
  ['aws_secret_access_key', () => /aws_secret_access_key /],
];

/** Base64 of numbers: how its groups of four begin. */
const NUMBER_STARTS = [...'MNO'].flatMap((first) => [...'DTjz'].map((second) => first + second));
const numberGroups = (): RegExp => /(?:[MNO][DTjz][AEIMQUYcgk][wxyz0-5]){5}/;

const [NAME, TOKEN, COMMAND, VAGUE, NUMBER, URL] = [1, 2, 4, 8, 16, 32];
const LISTS: readonly WordList[] = [
  { words: NAME_HINT.source.split('|'), ignoresCase: true },
  { words: TOKEN_STARTS, ignoresCase: false },
  { words: COMMAND_HINT.source.split('|'), ignoresCase: false },
  { words: VAGUE_STARTS.map(([start]) => start), ignoresCase: false },
  { words: NUMBER_STARTS, ignoresCase: false },
  { words: ['://'], ignoresCase: false },
];
const HINTS = new Finder(LISTS);
let scanner: JsonScanner | undefined;

/**
 * Whether a stretch of JSON in UTF-8 has any word of the lists (`HAS_WORD`); without one no rule masks anything in it. Where it has
 * none: how many quotes it has (and `BEYOND_ASCII` where not all is printable ASCII), and below 0 where strings in it may stand as something other than themselves (see json-scan.ts). JSON
 * leaves the words as they are: none has a quote, a backslash or a control character. At least one byte follows the last word.
 */
export function scanJson(json: Uint8Array, from: number, to: number): number {
  scanner ??= new JsonScanner(LISTS, HINTS);
  return scanner.scan(json, from, to);
}

/** Whether a stretch of JSON has any word of the lists. */
export function hasHint(json: Uint8Array, from: number, to: number): boolean {
  return scanJson(json, from, to) === HAS_WORD;
}

/** Whether any rule could mask something in a text. */
export function mayBeSecret(text: string): boolean {
  const hints = HINTS.find(text);
  return (
    ((hints & NAME) !== 0 && namedValue().test(text)) ||
    (hints & TOKEN) !== 0 ||
    ((hints & VAGUE) !== 0 && VAGUE_STARTS.some(([start, token]) => text.includes(start) && token().test(text))) ||
    ((hints & NUMBER) !== 0 && text.includes('.') && numberGroups().test(text)) ||
    ((hints & URL) !== 0 && userOfUrl().test(text)) ||
    ((hints & COMMAND) !== 0 && commandOption().test(text))
  );
}

/** Whether any rule could mask something in an event. Depth costs no stack. */
export function mayHoldSecret(event: object): boolean {
  const pending: unknown[] = [event];
  let hints = 0;
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value === 'string') {
      hints |= HINTS.find(value);
    } else if (Array.isArray(value)) {
      // The key of a field may make a secret of any value.
      if (value.length === 2 && isSuspiciousName(value[0], value[1])) return true;
      for (let index = 0; index < value.length; index += 1) pending.push(value[index]);
    } else if (typeof value === 'object' && value !== null) {
      const record = value as Record<string, unknown>;
      if (isSuspiciousName(record['name'], record['value']) || isSuspiciousName(record['key'], record['value']))
        return true;
      for (const key of Object.keys(record)) {
        const inner = record[key];
        const ofKey = hintsOfKey(key);
        if (((ofKey & NAME) !== 0 && canHold(inner)) || (key === 'argv' && isSuspiciousArgv(inner))) return true;
        hints |= ofKey;
        pending.push(inner);
      }
    }
  }
  // No word of any list in any text: then none is in them put together. Else suspicion of a part is suspicion of the whole.
  return hints !== 0 && mayBeSecret(textsOf(event).join('\n'));
}

const keyHints = new Map<string, number>();

/** Keys come again and again. */
function hintsOfKey(key: string): number {
  let hints = keyHints.get(key);
  if (hints === undefined) {
    hints = HINTS.find(key);
    if (key.length < 100 && keyHints.size < 1000) keyHints.set(key, hints);
  }
  return hints;
}

/** All texts of an event, keys among them. */
function textsOf(event: object): string[] {
  const texts: string[] = [];
  const pending: unknown[] = [event];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value === 'string') texts.push(value);
    else if (typeof value === 'object' && value !== null) {
      if (!Array.isArray(value)) texts.push(...Object.keys(value));
      for (const inner of Object.values(value)) pending.push(inner);
    }
  }
  return texts;
}

function isSuspiciousName(name: unknown, value: unknown): boolean {
  return typeof name === 'string' && canHold(value) && (hintsOfKey(name) & NAME) !== 0;
}

function canHold(value: unknown): boolean {
  return typeof value === 'string' || (typeof value === 'object' && value !== null);
}

/** In a list of arguments, a command and its option, an option and its value are elements of their own. */
function isSuspiciousArgv(argv: unknown): boolean {
  if (!Array.isArray(argv)) return false;
  const text = argv.filter((element) => typeof element === 'string').join('\n');
  return (HINTS.find(text) & (NAME | COMMAND)) !== 0;
}
