// Secrets that can be told by their own looks: the tokens of services, by prefix.
import { looksRandom, mark } from './values.js';

// A token may follow a letter that is no part of it: \n in escaped JSON, %3D in a URL, \u0026 from Go, a colour sequence.
export const START: string = String.raw`(?<=^|[^A-Za-z0-9]|\\[nrt]|%[0-9A-Fa-f]{2}|\\u00[0-9a-f]{2}|\x1b\[[\d;]{0,12}m)`;
// The same, but never in the middle of base64url: a JWT scans far before it can fail, so it may start only once per run.
export const START_OF_RUN: string = START.replace('[^A-Za-z0-9]', String.raw`[^\w-]`);
const at = (source: string): RegExp => new RegExp(START + source, 'g');

/**
 * [what the text must contain, rule, what is masked]; compiled on first use, for most runs never meet a secret.
 * Repetitions end at 9999: V8 overflows its stack when it backtracks over some 10 million characters.
 */
export const TOKENS: readonly (readonly [hint: string, rule: string, build: () => RegExp])[] = [
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
  [
    '',
    'service-token',
    () =>
      at(
        String.raw`(?:figd_|dp\.(?:pt|st|ct|sa|scim|audit)\.|pscale_(?:tkn|pw|oauth)_|ntn_|nfp_|CCIPAT_|bkua_|xkeysib-|xsmtpsib-|lsv2_(?:pt|sk)_|pcsk_|tvly-|HRKU-|tskey-|wandb_v1_|dt0c01\.|sb_secret_|rdme_|tfp_|pnu_)(?:[\w-]{1,30}\.)?[\w-]{24,9999}`,
      ),
  ],
  [
    '',
    'service-key',
    () =>
      at(
        '(?:(?:pul-|sbp_|sq[apu]_|rubygems_)[0-9a-f]{40,99}|key-[0-9a-f]{32}|sk_[0-9a-f]{48}|secret_[A-Za-z0-9]{43}|NRAK-[A-Z0-9]{27}|ATBB[A-Za-z0-9]{24,99}|AKCp[A-Za-z0-9]{60,98}|LTAI[A-Za-z0-9]{16,30}|PMAK-[0-9a-f]{24}-[0-9a-f]{34}|EAAA[A-Za-z0-9_-]{56,998}|EAA[A-Za-z0-9]{90,998}|pat[A-Za-z0-9]{14}[.][0-9a-f]{64})(?![A-Za-z0-9_])',
      ),
  ],
  ['sk.eyJ', 'mapbox-token', () => at(String.raw`sk\.eyJ[\w-]{20,999}\.[\w-]{20,999}`)],
  ['.atlasv1.', 'terraform-token', () => /[A-Za-z0-9]{14}\.atlasv1\.[\w-]{40,999}/g],
  ['AAAA', 'firebase-key', () => at(String.raw`AAAA[\w-]{7}:[\w-]{100,998}`)],
  // Its first part is a number in base64.
  [
    '.',
    'discord-token',
    () => at(String.raw`(?:[MNO][DTjz][AEIMQUYcgk][wxyz0-5]){5,6}[\w-]{0,4}\.[\w-]{6}\.[\w-]{27,99}`),
  ],
  ['key-data', 'private-key', () => /(?<=client-key-data["']?[ \t]{0,9}:[ \t]{0,9}["']?)[A-Za-z0-9+/=]{20,9999}/g],
  // .netrc
  [
    'password',
    'password',
    () => /(?<=login[ \t\r\n]{1,9}[^\s]{1,200}[ \t\r\n]{1,9}password[ \t]{1,9})(?=[^\s]{0,200}[^a-z\s])[^\s]{1,999}/g,
  ],
  // SQL, and configurations of words.
  [
    '',
    'password',
    () =>
      /(?<=(?:IDENTIFIED BY|identified by|PASSWORD|[Pp]assword)[ \t]{1,9}["'])(?![$<{*%[])(?=[^"'\n]{0,200}[^a-z"'\n ])[^"'\n]{1,999}/g,
  ],
  [
    '',
    'secret',
    () =>
      /(?<=(?:ENV|setx)[ \t]{1,9}[A-Z0-9_]{0,40}(?:PASSWORD|PASSWD|PASS|TOKEN|SECRET|_KEY)[ \t]{1,9}|:_auth(?:Token)?[ \t]{1,9})[^\s"'$=][^\s"']{3,999}/g,
  ],
  // A name in one place, its value in the next.
  [
    'value',
    'secret',
    () =>
      /(?<=(?:name|key)["']?[ \t]{0,9}[:=][ \t]{0,9}["']?[A-Za-z0-9_.-]{0,60}(?:[Pp]assword|PASSWORD|[Ss]ecret|SECRET|api_key|API_KEY|(?:access|auth)_token|[A-Z]_TOKEN)["']?[\s,]{1,40}["']?value["']?[ \t]{0,9}[:=][ \t]{0,9}["']?)[^\s"',;<>$\\{}]{4,999}/g,
  ],
  ['Private-Lines', 'private-key', () => /(?<=Private-Lines: \d{1,3}\r?\n)(?:[A-Za-z0-9+/=]{1,64}(?:\r?\n|$)){1,99}/g],
  ['pass:', 'password', () => /(?<=-pass(?:in|out)? ["']?pass:)[^\s"']{1,9999}/g],
];

const COMPILED: (RegExp | undefined)[] = [];

function jwt(): RegExp {
  const parts = String.raw`\.(?:eyJ[\w-]{4,9999}(?:\.[\w-]{0,9999})?|[\w-]{0,9999}\.[\w-]{8,9999}(?:\.[\w-]{1,9999}){0,2})`;
  return new RegExp(`${START_OF_RUN}eyJ[\\w-]{8,9999}${parts}`, 'g');
}

export const BEARER: RegExp = /(?<![A-Za-z0-9])[Bb]earer[ \t\\]{1,8}([\w.~+/=-]{8,9999})/g;

/** Masks tokens wherever they stand. */
export function maskTokens(text: string): string {
  let masked = text;
  if (masked.includes('earer'))
    masked = masked.replace(BEARER, (all, value: string) =>
      looksRandom(value) || value.length > 40 ? all.slice(0, all.length - value.length) + mark('bearer') : all,
    );
  for (const [index, [hint, rule, build]] of TOKENS.entries())
    if (masked.includes(hint)) masked = masked.replace((COMPILED[index] ??= build()), mark(rule));
  return masked;
}
