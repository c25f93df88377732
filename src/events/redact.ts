// Masks secrets before anything is written. Pure and linear in the length of its input: no nested quantifiers, every scan bounded or consumed once.
// It owns the rules; it must not know where texts come from. Long, because the rules mask and spare each other's texts and are read side by side.

interface Named {
  readonly rule: string;
  /** Any value is masked; otherwise only one that looks random. */
  readonly isCertain: boolean;
  /** Such a name may hold the path of a key instead of the key. */
  readonly mayBePath: boolean;
}

const mark = (rule: string): string => `[REDACTED:${rule}]`;

// A token may follow a letter that is no part of it: \n in escaped JSON, %3D in a URL, \u0026 from Go, a colour sequence.
const START = String.raw`(?<=^|[^A-Za-z0-9]|\\[nrt]|%[0-9A-Fa-f]{2}|\\u00[0-9a-f]{2}|\x1b\[[\d;]{0,12}m)`;
// The same, but never in the middle of base64url: a JWT scans far before it can fail, so it may start only once per run.
const START_OF_RUN = START.replace('[^A-Za-z0-9]', String.raw`[^\w-]`);
const at = (source: string): RegExp => new RegExp(START + source, 'g');

/**
 * [what the text must contain, rule, what is masked]; compiled on first use, for most runs never meet a secret.
 * Repetitions end at 9999: V8 overflows its stack when it backtracks over some 10 million characters.
 */
const TOKENS: readonly (readonly [hint: string, rule: string, build: () => RegExp])[] = [
  ['eyJ', 'jwt', jwt],
  ['AKIA', 'aws-key-id', () => at('AKIA[A-Z0-9]{16}(?![A-Za-z0-9])')],
  ['ASIA', 'aws-key-id', () => at('ASIA[A-Z0-9]{16}(?![A-Za-z0-9])')],
  ['gh', 'github-token', () => /gh[pousr]_\w{20,9999}/g],
  ['github_pat_', 'github-token', () => /github_pat_\w{20,9999}/g],
  [
    'gl',
    'gitlab-token',
    () => at(String.raw`gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|oas)-[\w-]{16,9999}(?:\.[\w-]{1,99}){0,3}`),
  ],
  ['xox', 'slack-token', () => /xox[abdeoprs]-[\w-]{10,9999}/g],
  ['xapp-', 'slack-token', () => at(String.raw`xapp-\d[\w-]{10,9999}`)],
  [
    'hooks.slack.com/',
    'slack-webhook',
    () => /(?<=hooks\.slack\.com\/(?:services|workflows|triggers)\/)[\w/-]{8,9999}/g,
  ],
  [
    '/webhooks/',
    'discord-webhook',
    () => /(?<=discord(?:app)?\.com\/api\/(?:v\d{1,2}\/)?webhooks\/\d{1,20}\/)[\w-]{8,9999}/g,
  ],
  ['AIza', 'google-api-key', () => at(String.raw`AIza[\w-]{30,9999}`)],
  ['ya29.', 'google-token', () => at(String.raw`ya29\.[\w.-]{16,9999}`)],
  ['1//0', 'google-token', () => at(String.raw`1\/\/0[\w-]{30,9999}`)],
  ['GOCSPX-', 'google-secret', () => /GOCSPX-[\w-]{16,9999}/g],
  ['sk-ant-', 'anthropic-key', () => at(String.raw`sk-ant-[\w-]{16,9999}`)],
  [
    'sk-',
    'openai-key',
    () => at(String.raw`sk-(?:(?:proj|svcacct|admin|None|or-v1|lf)-[\w-]{16,9999}|[A-Za-z0-9]{20,9999})`),
  ],
  ['hf_', 'huggingface-token', () => at('hf_[A-Za-z0-9]{30,9999}')],
  ['npm_', 'npm-token', () => at('npm_[A-Za-z0-9]{30,9999}')],
  ['pypi-', 'pypi-token', () => at(String.raw`pypi-[\w-]{50,9999}`)],
  ['k_', 'stripe-key', () => at('[rs]k_(?:live|test|prod)_[A-Za-z0-9]{10,9999}')],
  ['whsec_', 'webhook-secret', () => at('whsec_[A-Za-z0-9+/=]{16,9999}')],
  ['SG.', 'sendgrid-key', () => at(String.raw`SG\.[\w-]{16,9999}\.[\w-]{16,9999}`)],
  ['SK', 'twilio-key', () => at('SK[0-9a-f]{32}(?![A-Za-z0-9])')],
  ['_v1_', 'digitalocean-token', () => at('do[opr]_v1_[A-Za-z0-9]{32,9999}')],
  ['glsa_', 'grafana-token', () => at(String.raw`glsa_\w{20,9999}`)],
  ['glc_', 'grafana-token', () => at('glc_[A-Za-z0-9+/=]{20,9999}')],
  ['hv', 'vault-token', () => at(String.raw`hv[sbr]\.[\w-]{20,9999}`)],
  ['dckr_', 'docker-token', () => /dckr_[po]at_[\w-]{16,9999}/g],
  ['dapi', 'databricks-token', () => at('dapi[0-9a-f]{32}(?![A-Za-z0-9])')],
  ['8Q~', 'azure-secret', () => at(String.raw`[\w.~-]{3}8Q~[\w.~-]{31,34}`)],
  [':AA', 'telegram-token', () => /(?<!\d)\d{8,10}:AA[\w-]{32,9999}/g],
  ['lin_', 'linear-key', () => at('lin_(?:api|oauth)_[A-Za-z0-9]{20,9999}')],
  ['shp', 'shopify-token', () => at('shp(?:at|ss|ca|pa)_[A-Za-z0-9]{20,9999}')],
  ['sq0', 'square-token', () => at(String.raw`sq0(?:atp|csp)-[\w-]{16,9999}`)],
  ['TT3', 'atlassian-token', () => at(String.raw`A[TC][AC]?TT3[\w=+/-]{20,9999}`)],
  ['r8_', 'replicate-token', () => at('r8_[A-Za-z0-9]{30,9999}')],
  ['gsk_', 'groq-key', () => at('gsk_[A-Za-z0-9]{20,9999}')],
  ['xai-', 'xai-key', () => at('xai-[A-Za-z0-9]{20,9999}')],
  ['nvapi-', 'nvidia-key', () => at(String.raw`nvapi-[\w-]{20,9999}`)],
  ['pplx-', 'perplexity-key', () => at('pplx-[A-Za-z0-9]{20,9999}')],
  ['FlyV1', 'fly-token', () => at(String.raw`FlyV1[ \t]{1,9}[\w+/=,-]{16,9999}`)],
  ['fo1_', 'fly-token', () => at(String.raw`fo1_[\w-]{20,9999}`)],
  ['fm', 'fly-token', () => at('fm[12][ar]?_[A-Za-z0-9+/=_-]{20,9999}')],
  ['sntry', 'sentry-token', () => at('sntry[su]_[A-Za-z0-9+/=_-]{20,9999}')],
  ['AGE-SECRET-KEY-', 'age-key', () => /AGE-SECRET-KEY-1[A-Z0-9]{20,9999}/g],
  ['aws_secret_access_key ', 'aws-secret', () => /(?<=aws_secret_access_key )[A-Za-z0-9+/]{20,99}/g],
  ['pass:', 'password', () => /(?<=-pass(?:in|out)? ["']?pass:)[^\s"']{1,9999}/g],
];
const COMPILED: (RegExp | undefined)[] = [];

function jwt(): RegExp {
  const parts = String.raw`\.(?:eyJ[\w-]{4,9999}(?:\.[\w-]{0,9999})?|[\w-]{0,9999}\.[\w-]{8,9999}(?:\.[\w-]{1,9999}){0,2})`;
  return new RegExp(`${START_OF_RUN}eyJ[\\w-]{8,9999}${parts}`, 'g');
}

const NAME_HINT = /pass|pwd|token|secret|key|cred|auth|cookie|sig/i;
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
function classifyName(name: string, isKey: boolean): Named | null {
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
    .toLowerCase();
  const isUpper = !/[a-z]/.test(tail);
  const said = (rule: string, isCertain: boolean, mayBePath = false): Named => ({ rule, isCertain, mayBePath });
  if (/(?:password|passwd|passphrase|passcode)s?$/.test(words)) return said('password', isKey || !words.endsWith('s'));
  if (/(?:^|_)pwd$/.test(words))
    return /(?:^|_)old_?pwd$/.test(words) ? null : said('password', /._pwd$/.test(words), words === 'pwd');
  if (/(?:^|_|store|key)pass$/.test(words))
    return said('password', isUpper ? words.length > 4 : /.pass$/.test(words) && isKey);
  if (/(?:^|_)secrets?$/.test(words)) return said('secret', isKey || isUpper || /.secrets?$/.test(words));
  if (CERTAIN_KEY.test(words)) return said('key', true, !words.includes('secret'));
  if (words.endsWith('_key')) return isUpper && !NOT_KEY.test(words) ? said('key', true, true) : null;
  if (/(?:^|_)token$/.test(words))
    return NOT_TOKEN.test(words) ? null : said('token', isKey || isUpper || CERTAIN_TOKEN.test(words));
  if (/(?:^|_)credentials?$/.test(words)) return said('credentials', isKey || isUpper, true);
  if (/(?:^|_)authorization$/.test(words)) return said('authorization', isKey);
  if (/(?:^|_)cookie$/.test(words)) return said('cookie', isKey);
  return /^_*auth$/.test(words) ? said('authorization', false) : null;
}

/** Values that stand for a secret without holding it: our own marks, variables, placeholders. */
const REFERENCE_SOURCE = [
  String.raw`\[REDACTED:[a-z-]{1,40}\]`,
  String.raw`\$(?:[A-Z_][A-Z0-9_]{0,100}|\d|env:\w{1,100}|[a-z_]{0,40}(?:pass|token|secret|key|pwd|cred)[a-z_]{0,40})`,
  String.raw`\$\{[\w.]{1,100}(?::?\?[^{}\n]{0,100}|:?-)?\}`,
  String.raw`\$?\{\{[^{}\n]{1,100}\}\}`,
  String.raw`\{[A-Za-z_][\w.]{0,60}\}`,
  String.raw`\$\([^()\n]{1,200}\)`,
  String.raw`%[A-Z_][A-Z0-9_]{0,60}%`,
  String.raw`(?:process\.env|import\.meta\.env|os\.environ|os\.getenv|ENV)[\w.(["']{1,60}["')\]]{0,3}`,
  String.raw`<[/|A-Za-z][\w |/-]{0,40}>`,
  String.raw`\*{3,100}|\.{3}|…|[|>][+-]?|[-_~<\\]{1,40}|[[\](){}]{1,3}`,
].join('|');
const REFERENCE = new RegExp(`^(?:${REFERENCE_SOURCE})$`);
const REFERENCE_HERE = new RegExp(String.raw`(?:${REFERENCE_SOURCE})(?=[\s"'\`,;&)\]}\\<]|$)`, 'y');
const PLAIN_WORD =
  /^(?:null|none|nil|true|false|undefined|string|str|bool|boolean|int|number|bytes|any|yes|no|on|off|required|optional|missing|unset|empty|invalid|include|omit|same-origin)[.!]?$/i;
const PATH =
  /^(?:\/(?:[\w.@-]+\/)*[\w.@-]*|(?:~|\.{1,2})[/\\].*|[A-Za-z]:[/\\].*|file:.*|.*\.(?:pem|key|pub|json|p12|pfx|ppk|crt|ya?ml|toml|txt))$/;
const PROSE_AFTER_OPTION =
  /^(?:is|was|are|to|and|or|for|flag|flags|option|options|argument|must|can|cannot|in|the|a|an|if|when|value|not|from|has|should|requires?|required|with|given|instead|on|at|as)\W?$/;

function isHarmless(value: string, name: string, named: Named): boolean {
  if (value === '') return true;
  if (value.length > 256) return false;
  if (REFERENCE.test(value) || PLAIN_WORD.test(value)) return true;
  if (/^[A-Z_]+$/.test(value) && name.replace(/[\s-]/g, '_').toUpperCase().endsWith(value)) return true;
  if ((named.rule === 'token' || named.rule === 'key') && /^\d{1,5}(?:\.\d+)?$/.test(value)) return true;
  if (named.rule === 'token' && /^\[[A-Z]+\]$/.test(value)) return true;
  return named.mayBePath && isPath(value);
}

// One slash alone does not make a path: base64 starts with one now and then.
function isPath(value: string): boolean {
  return PATH.test(value) && (value.length < 20 || !/^\/[^/]*$/.test(value));
}

function looksRandom(value: string, least: number = 8): boolean {
  const head = value.slice(0, 256);
  return (
    head.length >= least &&
    /\d/.test(head) &&
    /[A-Za-z]/.test(head) &&
    !/[\s(){}<>]|:\/\/|^\d{4}-\d\d-\d\d|^v?\d+\.\d/.test(head) &&
    !isPath(head)
  );
}

function isSecret(value: string, name: string, named: Named): boolean {
  return !isHarmless(value, name, named) && (named.isCertain || looksRandom(value, named.rule === 'secret' ? 6 : 8));
}

/** Masks secrets in free text, command lines and command output. Redacting twice changes nothing more. */
export function redactText(text: string): string {
  if (text.length < 6) return text;
  let masked = text;
  // A mask can uncover the start of another secret. In practice the second pass changes nothing.
  for (let pass = 0; pass < 4; pass++) {
    const next = maskOnce(masked);
    if (next === masked) break;
    masked = next;
  }
  return masked;
}

function maskOnce(text: string): string {
  let masked = text;
  if (masked.includes('PRIVATE KEY')) masked = maskKeyBlocks(masked);
  // Before names: in https://token:…@host the name is a user.
  if (masked.includes('://')) masked = maskUrls(masked);
  if (masked.includes('=') || masked.includes(':') || masked.includes('</')) masked = maskNamedValues(masked);
  if (masked.includes('-')) masked = maskOptions(masked);
  if (COMMAND_HINT.test(masked)) masked = maskCommandFlags(masked);
  if (masked.includes('earer'))
    masked = masked.replace(BEARER, (all, value: string) =>
      looksRandom(value) || value.length > 40 ? all.slice(0, all.length - value.length) + mark('bearer') : all,
    );
  for (const [index, [hint, rule, build]] of TOKENS.entries())
    if (masked.includes(hint)) masked = masked.replace((COMPILED[index] ??= build()), mark(rule));
  return masked;
}

const BEARER = /(?<![A-Za-z0-9])[Bb]earer[ \t\\]{1,8}([\w.~+/=-]{8,9999})/g;

// --- private keys

const KEY_BORDER = /-{4,5} ?(BEGIN|END) [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}/g;

function maskKeyBlocks(text: string): string {
  let masked = '';
  let done = 0;
  let open = -1;
  for (const border of text.matchAll(KEY_BORDER)) {
    if (border[1] === 'BEGIN') {
      if (open < 0) open = border.index;
      continue;
    }
    masked += text.slice(done, open < 0 ? startOfBlock(text, done, border.index) : open) + mark('private-key');
    done = border.index + border[0].length;
    open = -1;
  }
  // A block without its end was cut off: what follows is the key.
  return open < 0 ? masked + text.slice(done) : masked + text.slice(done, open) + mark('private-key');
}

/** Where the base64 lines before an END begin whose BEGIN was cut off. Line ends may be escaped (`\n`). */
function startOfBlock(text: string, from: number, end: number): number {
  let start = end;
  let lines = 0;
  for (let at = end; at > from;) {
    const escaped = text.slice(at - 2, at) === '\\n' && at - 2 >= from;
    if (escaped || /\s/.test(text.charAt(at - 1))) {
      at -= escaped ? 2 : 1;
      continue;
    }
    const lineEnd = at;
    while (at > from && /[A-Za-z0-9+/=]/.test(text.charAt(at - 1)) && !endsEscape(text, at, from)) at--;
    // Only the first or the last line of a block is short.
    if (at === lineEnd || (lines > 0 && at > 0 && lineEnd - at < 32)) break;
    start = at;
    lines++;
  }
  return start;
}

function endsEscape(text: string, at: number, from: number): boolean {
  return text.charAt(at - 1) === 'n' && at - 2 >= from && text.charAt(at - 2) === '\\';
}

// --- name = value, "name": "value", <name>value</name>, headers

const NAME_END =
  /(?:pass(?:word|wd|phrase|code)?|pwd|token|secret|key|credential|cookie|authorization|auth|sig(?:nature)?)(?:s|_base)?(\\{0,3}["'`]\]?)?(?:[ \t]{0,20}(?::=|=>|=(?!=)|:(?!:))[ \t]{0,20}(?:(?:str|string|String)[ \t]{0,4}=[ \t]{0,4})?|>)/gi;
const QUOTE = /(?:[bfru]{1,2}(?=["']))?(\\{0,3}["'`])/y;
const VALUE_END =
  /\s|\\{0,3}["'`](?![A-Za-z0-9])|[;,&](?=\s|$|[\w.-]{1,40}[=:])|&&|\|\||<\/|[)\]}]{1,4}(?=[\s,;"'`\\]|$)/g;
const QUERY_END = /[&#\s"'`<>\\]/g;
const TAG_END = /[<\n]/g;
const SCHEME =
  /\\{0,3}["'`]?(?:(bearer|basic|token|apikey|bot|jwt|splunk|geniekey|oauth2)|(digest|negotiate|ntlm|oauth|hawk|sharedkey|aws4-hmac-sha256))[ \t\\]{1,8}/iy;
const COOKIE_PAIR = /\\{0,3}["'`]?[\w.-]{1,64}=/y;

function maskNamedValues(text: string): string {
  let masked = '';
  let done = 0;
  // The next end after an earlier start is also the next end after a later start before it: no character is searched twice.
  const ends = new Map<RegExp, number>();
  const endFrom = (pattern: RegExp, start: number): number => {
    const known = ends.get(pattern);
    if (known !== undefined && known >= start) return known;
    pattern.lastIndex = start;
    const end = pattern.exec(text)?.index ?? text.length;
    ends.set(pattern, end);
    return end;
  };
  const emit = (start: number, end: number, rule: string): void => {
    masked += text.slice(done, start) + mark(rule);
    done = end;
  };

  NAME_END.lastIndex = 0;
  for (let match = NAME_END.exec(text); match !== null; match = NAME_END.exec(text)) {
    const [all, quote] = match;
    const start = match.index + all.length;
    const nameStart = startOfName(text, match.index, done);
    const before = text.charAt(nameStart - 1);
    const isTag = all.endsWith('>') && !all.endsWith('=>');
    if ((isTag && before !== '<') || text.startsWith('://', nameStart - 3)) continue;
    const name = text.slice(nameStart, start).replace(/[^\w-][^]*$/, '');
    const lower = name.toLowerCase();
    const enclosing = quote === undefined && /["'`]/.test(before) ? before : null;
    if (/(?:^|-)(?:authorization|cookie)$/.test(lower)) {
      const span = headerSpan(text, start, lower.endsWith('cookie'), enclosing, endFrom);
      if (span === null) continue;
      emit(span[0], span[1], lower.endsWith('cookie') ? 'cookie' : 'authorization');
      NAME_END.lastIndex = done;
      continue;
    }
    const isQuery = (/[?&]/.test(before) || text.endsWith('\\u0026', nameStart)) && all.endsWith('=');
    const isKey = quote !== undefined || isTag || isQuery || name.startsWith('-');
    const fullName = nameWithWord(text, nameStart, name);
    const found = (isQuery ? classifyParameter(lower) : null) ?? classifyName(fullName, isKey);
    if (found === null) continue;
    const isCertain =
      fullName === name && (found.isCertain || (found.rule === 'secret' && all.trimEnd().endsWith('=')));
    const named = { ...found, isCertain };
    const [from, to] =
      isQuery || isTag ? [start, endFrom(isTag ? TAG_END : QUERY_END, start)] : valueSpan(text, start, endFrom);
    if ((isTag && !text.startsWith('</', to)) || !isSecret(text.slice(from, to), name, named)) continue;
    emit(from, to, named.rule);
    NAME_END.lastIndex = done;
  }
  return masked + text.slice(done);
}

type EndFrom = (pattern: RegExp, start: number) => number;

const COLOUR_END = new RegExp(String.raw`\x1b\[[\d;]{0,12}$`);

function startOfName(text: string, index: number, floor: number): number {
  let start = index;
  while (start > floor && index - start < 64 && isNameCode(text.charCodeAt(start - 1))) start--;
  if (!/[\\[;]/.test(text.charAt(start - 1))) return start;
  // What an escape or a colour sequence leaves in front is no part of the name (compare START).
  const escape = text.charAt(start - 1) === '\\' ? /^(?:u00[0-9a-f]{2}|[nrt])/ : /^\d{0,3}m/;
  const isEscaped = text.charAt(start - 1) === '\\' || COLOUR_END.test(text.slice(Math.max(0, start - 14), start));
  return isEscaped ? Math.min(index, start + (escape.exec(text.slice(start, start + 5))?.[0].length ?? 0)) : start;
}

function isNameCode(code: number): boolean {
  const letter = code | 32;
  return (letter >= 97 && letter <= 122) || (code >= 48 && code <= 57) || code === 45 || code === 95;
}

/** "API key: …": two words that make one name. Such a name is said, not written by a program, so it is never certain. */
function nameWithWord(text: string, start: number, name: string): string {
  if (text.charAt(start - 1) !== ' ' || !/^(?:key|token|secret)s?$/i.test(name)) return name;
  const word = /(?:api|access|secret|private|auth|client|refresh) $/i.exec(text.slice(Math.max(0, start - 8), start));
  return word === null ? name : word[0] + name;
}

/** Short names that mean a secret only in a query. */
function classifyParameter(name: string): Named | null {
  if (/(?:^|-)(?:sig|signature)$/.test(name)) return { rule: 'signature', isCertain: true, mayBePath: false };
  if (/^(?:pass|pwd)$/.test(name)) return { rule: 'password', isCertain: true, mayBePath: false };
  return name === 'key' || name === 'auth' ? { rule: 'key', isCertain: false, mayBePath: true } : null;
}

function valueSpan(text: string, start: number, endFrom: EndFrom): [from: number, to: number] {
  QUOTE.lastIndex = start;
  const quote = QUOTE.exec(text);
  if (quote !== null) {
    const from = start + quote[0].length;
    return [from, endOfQuoted(text, from, quote[1] as string)];
  }
  REFERENCE_HERE.lastIndex = start;
  const reference = REFERENCE_HERE.exec(text);
  return [start, reference === null ? endFrom(VALUE_END, start) : start + reference[0].length];
}

/** The closing quote, or the end of the line where there is none. A quote behind a backslash closes only what such a quote opened. */
function endOfQuoted(text: string, from: number, quote: string): number {
  for (let end = text.indexOf(quote, from); end >= 0; end = text.indexOf(quote, end + 1)) {
    let slashes = 0;
    while (end - slashes > from && text.charAt(end - slashes - 1) === '\\') slashes++;
    if (slashes % 2 === 0) return lineEndBefore(text, from, end);
  }
  return lineEndBefore(text, from, text.length);
}

function lineEndBefore(text: string, from: number, limit: number): number {
  const newline = text.slice(from, limit).indexOf('\n');
  return newline < 0 ? limit : from + newline;
}

/** The secret part of an Authorization or Cookie header; null where it holds none. */
function headerSpan(
  text: string,
  start: number,
  isCookie: boolean,
  enclosing: string | null,
  endFrom: EndFrom,
): [from: number, to: number] | null {
  const opening = ((QUOTE.lastIndex = start), QUOTE.exec(text));
  const from = start + (opening?.[0].length ?? 0);
  const close = opening?.[1] ?? enclosing;
  const pattern = isCookie ? COOKIE_PAIR : SCHEME;
  pattern.lastIndex = start;
  const match = pattern.exec(text);
  const secret = isCookie || match === null ? from : start + match[0].length;
  if (text.startsWith('[REDACTED:', secret) || (isCookie && match === null)) return null;
  if (isCookie || match?.[2] !== undefined)
    return [secret, close === null ? lineEndBefore(text, secret, text.length) : endOfQuoted(text, secret, close)];
  REFERENCE_HERE.lastIndex = secret;
  if (REFERENCE_HERE.test(text)) return null;
  const end = endFrom(VALUE_END, secret);
  const isMasked = match === null ? looksRandom(text.slice(secret, end)) : end - secret >= 6;
  return isMasked ? [secret, end] : null;
}

// --- options

const OPTION = /(?<![\w-])--?([A-Za-z][\w-]{0,80})[ \t]{1,20}(?:\\\r?\n[ \t]{0,80})?(?=[^\s|;&<>-]|-[^-\s])/g;
const SWITCH = /^(?:no|with|show|print|use|ask|prompt|reset)-/;

/** An option whose value is a secret. One dash is enough only where the name leaves no doubt. */
function classifyOption(option: string): Named | null {
  const name = option.replace(/^--?/, '');
  if (SWITCH.test(name)) return null;
  const named = classifyName(name, true);
  return named === null || (named.isCertain && (option.startsWith('--') || named.rule === 'password')) ? named : null;
}

function maskOptions(text: string): string {
  let masked = '';
  let done = 0;
  OPTION.lastIndex = 0;
  const ends = { at: -1 };
  const endFrom: EndFrom = (pattern, start) => {
    if (ends.at >= start) return ends.at;
    pattern.lastIndex = start;
    return (ends.at = pattern.exec(text)?.index ?? text.length);
  };
  for (let match = OPTION.exec(text); match !== null; match = OPTION.exec(text)) {
    const start = match.index + match[0].length;
    const option = match[0].trimEnd().split(/[ \t\\]/)[0] as string;
    const named = classifyOption(option);
    if (named === null) continue;
    const [from, to] = valueSpan(text, start, endFrom);
    const value = text.slice(from, to);
    if (isNextOption(value) || PROSE_AFTER_OPTION.test(value.slice(0, 20)) || !isSecret(value, option, named)) continue;
    masked += text.slice(done, from) + mark(named.rule);
    done = to;
    OPTION.lastIndex = to;
  }
  return masked + text.slice(done);
}

function isNextOption(word: string): boolean {
  return /^--|^-[A-Za-z]$/.test(word);
}

// --- URLs

const USER_AND_PASSWORD = /(:\/\/[^\s/?#"'`<>@:[\]]{0,999}:)([^\s/"'`<>]{1,9999})(?=@(?!sha256:))/g;
const TOKEN_AS_USER = /(:\/\/)([\w~.%-]{20,9999})(?=(?::x-oauth-basic|:)?@)/g;
const URL_PASSWORD: Named = { rule: 'url-password', isCertain: true, mayBePath: false };

function maskUrls(text: string): string {
  return text
    .replace(USER_AND_PASSWORD, (all, before: string, value: string) =>
      isSecret(value, '', URL_PASSWORD) && !/^(?:x-oauth-basic$|\d{1,5}[?#,;&)])/.test(value)
        ? before + mark('url-password')
        : all,
    )
    .replace(TOKEN_AS_USER, (all, before: string, value: string) =>
      /\d/.test(value) && /[A-Za-z]/.test(value) ? before + mark('url-token') : all,
    );
}

// --- commands with short options for passwords

interface Flags {
  /** The option with its value in the same word (`-pSECRET`). */
  attached?: RegExp;
  /** The option whose value is the next word. */
  separate?: RegExp;
  /** The value is `user:password`, and only what follows the colon is secret. */
  isPair?: true;
}

const MYSQL: Flags = { attached: /^-p(?=.)/ };
const REGISTRY: Flags = {};
const COMMANDS = new Map<string, Flags>([
  ...['mysql', 'mysqldump', 'mysqladmin', 'mysqlimport', 'mariadb', 'mariadb-dump'].map(
    (name) => [name, MYSQL] as const,
  ),
  ['sshpass', { attached: /^-p(?=.)/, separate: /^-p$/ }],
  ['redis-cli', { separate: /^-a$/ }],
  [
    'curl',
    {
      attached: /^(?:-u|--user=|--proxy-user=)(?=.)/,
      separate: /^(?:-[A-Za-z]*[uU]|--user|--proxy-user)$/,
      isPair: true,
    },
  ],
  ...['docker', 'podman', 'nerdctl', 'helm'].map((name) => [name, REGISTRY] as const),
]);
const LOGIN: Flags = { separate: /^-p$/ };
const COMMAND_HINT = /mysql|mariadb|sshpass|redis-cli|curl|login/;
const SHELL_WORD = /[^\s"';|&]+|"[^"\n]*"|'[^'\n]*'|[;|&\n]/g;

/** Follows a command line word by word; a word comes back masked where the command makes it a password. */
class CommandWalk {
  #flags: Flags | undefined;
  #isPending = false;

  next(word: string, continuesInQuotes: boolean): string {
    if (/^[;|&\n]$/.test(word)) {
      this.#flags = undefined;
      this.#isPending = false;
      return word;
    }
    if (this.#isPending) {
      this.#isPending = false;
      return this.#mask('', word);
    }
    const command = COMMANDS.get(word.slice(word.lastIndexOf('/') + 1));
    if (command !== undefined) this.#flags = command;
    else if (word === 'login' && this.#flags === REGISTRY) this.#flags = LOGIN;
    else if (this.#flags !== undefined) return this.#flag(word, this.#flags, continuesInQuotes);
    return word;
  }

  #flag(word: string, flags: Flags, continuesInQuotes: boolean): string {
    const isOpen = continuesInQuotes && (flags.attached?.test(`${word}x`) ?? false) && !flags.attached?.test(word);
    this.#isPending = isOpen || (flags.separate?.test(word) ?? false);
    const option = this.#isPending ? null : (flags.attached?.exec(word) ?? null);
    return option === null ? word : this.#mask(option[0], word.slice(option[0].length));
  }

  #mask(option: string, word: string): string {
    const quote = /^["']/.exec(word)?.[0] ?? '';
    const value = quote === '' ? word : word.slice(1, -1);
    const colon = this.#flags?.isPair ? value.indexOf(':') : -1;
    const secret = value.slice(colon + 1);
    if ((this.#flags?.isPair && colon < 0) || isHarmless(secret, '', URL_PASSWORD)) return option + word;
    return option + quote + value.slice(0, colon + 1) + mark('password') + quote;
  }
}

function maskCommandFlags(text: string): string {
  const walk = new CommandWalk();
  return text.replace(SHELL_WORD, (word, offset: number) => {
    const next = walk.next(word, /["']/.test(text.charAt(offset + word.length)));
    // `sh -c "mysql -p…"`: a command line within a word. It cannot hold its own kind of quote, so this goes two deep at most.
    if (next !== word || !/^["']/.test(word) || !COMMAND_HINT.test(word)) return next;
    return word.charAt(0) + maskCommandFlags(word.slice(1, -1)) + word.charAt(0);
  });
}

/** Masks a list of arguments, where a value may be an element of its own and may hold spaces. */
export function redactArgv(argv: readonly string[]): string[] {
  const walk = new CommandWalk();
  let option = '';
  let named: Named | null = null;
  return argv.map((element) => {
    const walked = walk.next(element, false);
    if (named !== null && !isNextOption(element)) {
      const masked = isSecret(element, option, named) ? mark(named.rule) : redactText(element);
      named = null;
      return masked;
    }
    named = /^--?[A-Za-z][\w-]*$/.test(element) ? classifyOption(element) : null;
    option = element;
    return redactText(maskAssignment(walked));
  });
}

function maskAssignment(element: string): string {
  const [all, name] = /^(-{0,2}[A-Za-z_][\w-]{0,80})=/.exec(element) ?? [];
  if (all === undefined || name === undefined) return element;
  const named = name.startsWith('-') ? classifyOption(name) : classifyName(name, false);
  const value = element.slice(all.length);
  return named?.isCertain && isSecret(value, name, named) ? all + mark(named.rule) : element;
}

// --- events

/** Top-level keys that runlog writes itself: ids, hashes, times, names of types. They hold no secrets and must stay exact. */
const OWN_KEYS = new Set(['v', 'id', 'at', 'type', 'run_id', 'trace_id', 'action', 'owner', 'git', 'source']);

/** Copies an event with every text in it masked; the same object where there was nothing to mask. Depth costs no stack. */
export function redactEvent<T extends object>(event: T): T {
  const jobs: { from: object; to: object; named: Named | null; isFields: boolean }[] = [];
  let isChanged = false;
  const text = (value: string, name: string, named: Named | null): string => {
    const masked = named !== null && isSecret(value, name, named) ? mark(named.rule) : redactText(value);
    if (masked !== value) isChanged = true;
    return masked;
  };
  const copy = (value: unknown, key: string, named: Named | null, isFields: boolean): unknown => {
    if (typeof value === 'string') return text(value, key, named);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value) && key === 'argv' && value.every((element) => typeof element === 'string')) {
      const masked = redactArgv(value);
      if (masked.some((element, index) => element !== value[index])) isChanged = true;
      return masked;
    }
    const to = Array.isArray(value) ? [] : {};
    jobs.push({ from: value, to, named, isFields });
    return to;
  };

  const masked = copy(event, '', null, false);
  for (let job = jobs.pop(); job !== undefined; job = jobs.pop()) {
    const { from, to, named, isFields } = job;
    if (Array.isArray(from)) {
      const [key, value] = from as unknown[];
      const isPair = isFields && from.length === 2 && typeof key === 'string' && typeof value === 'string';
      if (isPair) (to as unknown[]).push(text(key, '', null), text(value, key, classifyName(key, true)));
      else for (const element of from) (to as unknown[]).push(copy(element, '', named, isFields));
      continue;
    }
    for (const [key, value] of Object.entries(from)) {
      const isOwn = to === masked && OWN_KEYS.has(key);
      const kept = isOwn ? value : copy(value, key, named ?? classifyName(key, true), key === 'fields');
      const name = to === masked ? key : text(key, '', null);
      // Not by assignment: a key may be called __proto__.
      Object.defineProperty(to, name, { value: kept, enumerable: true, writable: true, configurable: true });
    }
  }
  return isChanged ? (masked as T) : event;
}
