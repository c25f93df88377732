// Which texts of errors tell of the same fault? What differs from one place or time to the next is replaced by what it is. Pure.

/** Longer texts are told apart by their beginning. */
const LENGTH_LIMIT = 300;
/** Of a longer one no more is looked at: a trace of a hundred thousand lines says at its beginning what it is. */
const LOOKED_AT = 4000;

const PLACEHOLDERS: readonly (readonly [RegExp, string])[] = [
  [/[a-z][a-z0-9+.-]*:\/\/[^\s'"<>)\]]*[^\s'"<>)\].,:;]/gi, '<url>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<uuid>'],
  [/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?\b/g, '<time>'],
  [/\b\d{1,2}:\d\d:\d\d(?:[.,]\d+)?\b/g, '<time>'],
  // C:\a\b, /a/b, ~/a, ./a, a/b.c: with at least one separator, and a name that is none of ours.
  [/\b[A-Z]:\\[\w.@+~\\-]+/g, '<path>'],
  [/(?<![\w<>/.~-])(?:~|\.{1,2})?(?:\/[\w.@+~-]+)+\/?/g, '<path>'],
  [/(?<![\w<>/.~-])[\w.@+~-]+(?:\/[\w.@+~-]+)*\/[\w@+~-]+\.[A-Za-z]\w*/g, '<path>'],
  [/<path>(?::\d+){1,2}/g, '<path>:<line>'],
  [/\b(lines?) \d+/gi, '$1 <line>'],
  [/\b0x[0-9a-f]+\b/gi, '<hash>'],
  [/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,128}\b/gi, '<hash>'],
  [/(?<![A-Za-z_\d])[+-]?\d+(?:[.,]\d+)*(?:e[+-]?\d+)?/gi, '<n>'],
];

/** A text with placeholders for paths, line numbers, times, UUIDs, hashes and numbers, on one line. */
export function signatureOf(text: string): string {
  let signature = text.slice(0, LOOKED_AT).replaceAll(/\s+/g, ' ').trim();
  for (const [pattern, placeholder] of PLACEHOLDERS) signature = signature.replaceAll(pattern, placeholder);
  return signature.length <= LENGTH_LIMIT ? signature : `${signature.slice(0, LENGTH_LIMIT - 1)}\u2026`;
}
