// Which texts are secrets and which only stand for one: variables, placeholders, paths, plain words.
import type { Named } from './names.js';

/** What is written in place of a secret. */
export const mark: (rule: string) => string = (rule: string): string => `[REDACTED:${rule}]`;

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
  String.raw`\*{3,100}|\.{3}|\u2026|[|>][+-]?|[-_~<\\]{1,40}|[[\](){}]{1,3}`,
].join('|');
const REFERENCE = new RegExp(`^(?:${REFERENCE_SOURCE})$`);
export const REFERENCE_HERE: RegExp = new RegExp(String.raw`(?:${REFERENCE_SOURCE})(?=[\s"'\`,;&)\]}\\<]|$)`, 'y');

const PLAIN_WORD =
  /^(?:null|none|nil|true|false|undefined|string|str|bool|boolean|int|number|bytes|any|yes|no|on|off|required|optional|missing|unset|empty|invalid|include|omit|same-origin)[.!]?$/i;
const PATH =
  /^(?:\/(?:[\w.@-]+\/)*[\w.@-]*|(?:~|\.{1,2})[/\\].*|[A-Za-z]:[/\\].*|file:.*|.*\.(?:pem|key|pub|json|p12|pfx|ppk|crt|ya?ml|toml|txt))$/;

export function isHarmless(value: string, name: string, named: Named): boolean {
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

export function looksRandom(value: string, least: number = 8): boolean {
  const head = value.slice(0, 256);
  return (
    head.length >= least &&
    /\d/.test(head) &&
    /[A-Za-z]/.test(head) &&
    !/[\s(){}<>]|:\/\/|^\d{4}-\d\d-\d\d|^v?\d+\.\d/.test(head) &&
    !isPath(head)
  );
}

export function isSecret(value: string, name: string, named: Named): boolean {
  return !isHarmless(value, name, named) && (named.isCertain || looksRandom(value, named.rule === 'secret' ? 6 : 8));
}
