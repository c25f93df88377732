// Options of commands whose value is the next word: --password hunter2.
import { classifyOption } from './names.js';
import { type EndFrom, valueSpan } from './spans.js';
import { isSecret, mark } from './values.js';

export const OPTION: RegExp =
  /(?<![\w-])--?([A-Za-z][\w-]{0,80})[ \t]{1,20}(?:\\\r?\n[ \t]{0,80})?(?=[^\s|;&<>-]|-[^-\s])/g;
const PROSE_AFTER_OPTION =
  /^(?:is|was|are|to|and|or|for|flag|flags|option|options|argument|must|can|cannot|in|the|a|an|if|when|value|not|from|has|should|requires?|required|with|given|instead|on|at|as)\W?$/;

export function maskOptions(text: string): string {
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

export function isNextOption(word: string): boolean {
  return /^--|^-[A-Za-z]$/.test(word);
}
