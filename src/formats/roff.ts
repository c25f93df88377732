// Manual pages in roff, with the macros of man(7).

export type ManBlock =
  | { kind: 'section' | 'subsection' | 'paragraph'; text: string }
  /** A command or option, and what it is for, indented below it. */
  | { kind: 'item'; term: string; text: string }
  /** Lines that stay as they are. */
  | { kind: 'lines'; lines: readonly string[] }
  /** How a command is called: its name, then what follows it. */
  | { kind: 'usage'; name: string; args: string };

export interface ManPage {
  /** `runlog-step`. */
  name: string;
  /** In one line: `tasks of agents`. */
  purpose: string;
  /** `YYYY-MM-DD`. */
  date: string;
  /** Where it belongs: `runlog 1.0.0`. */
  source: string;
  blocks: readonly ManBlock[];
}

/** Lines of the page's text, not of what is read. */
const WIDTH = 78;

/** The text of a page of section 1. */
export function manText({ name, purpose, date, source, blocks }: ManPage): string {
  const title = `.TH ${quoted(name.toUpperCase())} "1" "${date}" ${quoted(source)}`;
  const lines = [title, '.ad l', '.SH "NAME"', `${escaped(name)} \\-`, ...filled(purpose)];
  for (const [index, block] of blocks.entries()) {
    const before = blocks[index - 1]?.kind;
    const isFirst = before === 'section' || before === 'subsection';
    if (!isFirst && (block.kind === 'paragraph' || block.kind === 'lines' || block.kind === 'usage')) lines.push('.PP');
    lines.push(...linesOf(block));
  }
  return `${lines.join('\n')}\n`;
}

function linesOf(block: ManBlock): string[] {
  switch (block.kind) {
    case 'section':
      return [`.SH ${quoted(block.text)}`];
    case 'subsection':
      return [`.SS ${quoted(block.text)}`];
    case 'paragraph':
      return filled(block.text);
    case 'item':
      return ['.TP', `.B ${quoted(block.term)}`, ...filled(block.text)];
    case 'lines':
      return ['.RS 4', '.EX', ...block.lines.map(guarded), '.EE', '.RE'];
    case 'usage':
      return [`.B ${quoted(block.name)}`, guarded(block.args)];
  }
}

/** Text that is filled when it is read. */
function filled(text: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = `${lines.at(-1)} ${word}`.trimStart();
    if (escaped(line).length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = line;
  }
  // A name of a page is one word, however it is spelled.
  return lines.filter(Boolean).map((line) => guarded(line).replaceAll(/\S+\(1\)/g, '\\%$&'));
}

/** A line of text: one that begins with a dot or a quote would be a request. */
function guarded(text: string): string {
  return /^[.']/.test(text) ? `\\&${escaped(text)}` : escaped(text);
}

/** One argument of a macro. */
function quoted(text: string): string {
  return `"${escaped(text)}"`;
}

/** What roff would take for its own, and what not every terminal has. */
const SPECIAL: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '"': '\\(dq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
  '\u2026': '...',
};

function escaped(text: string): string {
  return text.replaceAll(
    /[^ !#-&(-,./-[\]_a-z{|}]/gu,
    (character) =>
      SPECIAL[character] ?? `\\[u${(character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}]`,
  );
}
