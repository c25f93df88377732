// What the name of a key, an option or a variable says about its value.
import { NAME_HINT } from './suspicion.js';

export interface Named {
  readonly rule: string;
  /** Any value is masked; otherwise only one that looks random. */
  readonly isCertain: boolean;
  /** Such a name may hold the path of a key instead of the key. */
  readonly mayBePath: boolean;
}

const CERTAIN_KEY =
  /(?:^|_)(?:api|access|secret|private|auth|account|encryption|signing|master|subscription)_?keys?(?:_base)?$/;
const CERTAIN_TOKEN =
  /(?:^|_)(?:auth|access|refresh|id|api|bearer|session|security|csrf|xsrf|oauth|bot|deploy|private)_?token$/;
/** Keys of tables, caches and keyboards, tokens of language models and of paging. */
const NOT_KEY =
  /(?:^|_)(?:sort|primary|foreign|partition|cache|issue|public|map|group|row|dict|index|unique|object|config|lookup|search|hot|shortcut|project|ticket|order|join|merge|range|shard|routing|idempotency|translation|message|label|field|column|feature|metric|event|state|composite|parent|any|press|arrow|host|dataset|input|output|image|text|target|sample|batch|hash|s3|registry)_key$/;
const NOT_TOKEN =
  /(?:^|_)(?:eos|bos|pad|unk|sep|cls|mask|sot|eot|max|min|num|n|per|first|last|next|new|page|continuation|sync|stop|start|end|begin|special|image|audio|video|prompt|completion|input|output|cached?|reasoning|think|word|decoder_start|suppress|extra|additional|lower|fim|newline|pagination)_token$/;

/** What a name says about its value; null where it names no secret. A key or an option names more surely than a word before a colon. */
export function classifyName(name: string, isKey: boolean): Named | null {
  if (!NAME_HINT.test(name)) return null;
  const known = isKey ? KNOWN_KEYS : KNOWN_WORDS;
  let named = known.get(name);
  if (named === undefined) {
    // Names recur; but no input may make this grow.
    if (known.size >= 200) known.clear();
    named = classify(name, isKey);
    if (name.length <= 80) known.set(name, named);
  }
  return named;
}

const KNOWN_KEYS = new Map<string, Named | null>();
const KNOWN_WORDS = new Map<string, Named | null>();

function classify(name: string, isKey: boolean): Named | null {
  const tail = name.slice(-64).trim();
  const words = tail
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/[\s.-]/g, '_')
    .toLowerCase()
    .replace(/(password|secret|token|key)_(?:value|string)$/, '$1');
  const isUpper = !/[a-z]/.test(tail);
  const said = (rule: string, isCertain: boolean, mayBePath = false): Named => ({ rule, isCertain, mayBePath });
  if (/(?:password|passwort|passwd|passphrase|passcode)s?$/.test(words))
    return said('password', isKey || !words.endsWith('s'));
  if (/(?:^|_)pwd$/.test(words))
    return /(?:^|_)old_?pwd$/.test(words) ? null : said('password', /._pwd$/.test(words), words === 'pwd');
  if (/(?:^|_)(?:pw|psk)$/.test(words)) return said('password', /._(?:pw|psk)$/.test(words));
  if (/(?:^|_|store|key)pass$/.test(words))
    return said('password', isUpper ? words.length > 4 : /.pass$/.test(words) && isKey);
  if (/(?:^|_)secrets?$/.test(words)) return said('secret', isKey || isUpper || /.secrets?$/.test(words));
  if (CERTAIN_KEY.test(words)) return said('key', true, !words.includes('secret'));
  if (words.endsWith('_key')) return isUpper && !NOT_KEY.test(words) ? said('key', true, true) : null;
  if (/(?:^|_|identity)token$/.test(words))
    return NOT_TOKEN.test(words) ? null : said('token', isKey || isUpper || CERTAIN_TOKEN.test(words));
  if (/(?:^|_)cred(?:ential)?s?$/.test(words))
    return said('credentials', (isKey || isUpper) && words.includes('credential'), true);
  if (/(?:^|_)authorization$/.test(words)) return said('authorization', isKey);
  if (/(?:^|_)cookie$/.test(words)) return said('cookie', isKey);
  return /^_*auth$/.test(words) ? said('authorization', false) : null;
}

/** Short names that mean a secret only in a query. */
export function classifyParameter(name: string): Named | null {
  if (/(?:^|-)(?:sig|signature)$/.test(name)) return { rule: 'signature', isCertain: true, mayBePath: false };
  if (/^(?:pass|pwd)$/.test(name)) return { rule: 'password', isCertain: true, mayBePath: false };
  return name === 'key' || name === 'auth' ? { rule: 'key', isCertain: false, mayBePath: true } : null;
}

const SWITCH = /^(?:no|with|show|print|use|ask|prompt|reset)-/;

/** An option whose value is a secret. One dash is enough only where the name leaves no doubt. */
export function classifyOption(option: string): Named | null {
  const name = option.replace(/^--?/, '');
  if (SWITCH.test(name)) return null;
  const named = classifyName(name, true);
  // `--pass 2` counts passes.
  if (name === 'pass' && option.startsWith('--')) return named;
  return named === null || (named.isCertain && (option.startsWith('--') || named.rule === 'password')) ? named : null;
}
