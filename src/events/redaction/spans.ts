// Where a value begins and ends in a text: quotes, separators, the schemes of headers.
import { REFERENCE_HERE, looksRandom } from './values.js';

const QUOTE = /(?:[bfru]{1,2}(?=["']))?(\\{0,3}["'`])/y;
const VALUE_END =
  /\s|\\{0,3}["'`](?![A-Za-z0-9])|[;,&](?=\s|$|[\w.-]{1,40}[=:])|&&|\|\||<\/|[)\]}]{1,4}(?=[\s,;"'`\\]|$)/g;
const SCHEME =
  /\\{0,3}["'`]?(?:(bearer|basic|token|apikey|bot|jwt|splunk|geniekey|ssws|oauth2)|(digest|negotiate|ntlm|oauth|hawk|sharedkey|aws4-hmac-sha256))[ \t\\]{1,8}/iy;
const COOKIE_PAIR = /\\{0,3}["'`]?[\w.-]{1,64}=/y;

export type EndFrom = (pattern: RegExp, start: number) => number;

export function valueSpan(text: string, start: number, endFrom: EndFrom): [from: number, to: number] {
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
export function headerSpan(
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
