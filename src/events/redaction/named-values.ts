// name = value, "name": "value", <name>value</name>, headers and queries.
import { classifyName, classifyParameter } from './names.js';
import { headerSpan, valueSpan } from './spans.js';
import { isSecret, mark } from './values.js';

export const NAME_END: RegExp =
  /(?:pass(?:wor[dt]|wd|phrase|code)?|pwd?|psk|token|secret|key|cred(?:ential)?|cookie|authorization|auth|sig(?:nature)?)(?:s|_base|[_-](?:value|string))?(\\{0,3}["'`]\]?)?(?:[ \t]{0,20}(?::=|=>|=(?!=)|:(?!:))[ \t]{0,20}(?:(?:str|string|String)[ \t]{0,4}=[ \t]{0,4})?|>)/gi;
const QUERY_END = /[&#\s"'`<>\\]/g;
const TAG_END = /[<\n]/g;

export function maskNamedValues(text: string): string {
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
