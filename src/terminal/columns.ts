// Columns of text: padded by what a terminal shows, wrapped to its width. string-width's and wrap-ansi's one home.

import type { Column } from '../formats/columns.js';

const GAP = '  ';
const NARROWEST = 12;

/**
 * Rows as lines, a list of them for each row. Where a row is wider than `width`, the column `flexible` gives way: its text goes
 * on below itself. Nothing is cut.
 */
export function alignColumns(rows: readonly (readonly string[])[], width: number, flexible: number): string[][] {
  const count = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const widths = Array.from({ length: count }, (_, column) =>
    rows.reduce((most, row) => Math.max(most, widthOf(row[column] ?? '')), 0),
  );
  const used = widths.filter((columnWidth) => columnWidth > 0);
  const over = used.reduce((sum, columnWidth) => sum + columnWidth, 0) + GAP.length * (used.length - 1) - width;
  if (over > 0) widths[flexible] = Math.max(NARROWEST, (widths[flexible] ?? 0) - over);
  return rows.map((row) => {
    const cells = row.map((cell, column) =>
      column === flexible ? goOn(cell, widths[column] as number, column) : [cell],
    );
    const height = Math.max(1, ...cells.map((lines) => lines.length));
    return Array.from({ length: height }, (_, line) =>
      cells
        .map((lines, column) => [lines[line] ?? '', widths[column] as number] as const)
        .filter(([, columnWidth]) => columnWidth > 0)
        .map(([text, columnWidth]) => padEnd(text, columnWidth))
        .join(GAP)
        .trimEnd(),
    );
  });
}

export interface Table {
  /** The titles, then a line a row. */
  lines: string[];
  /** Titles of the columns that had no room. */
  left: string[];
}

/** Columns beside each other, as many as there is room for. */
export function tableOf(columns: readonly Column[], width: number): Table {
  const sized = columns.map((column) => ({
    ...column,
    width: Math.max(widthOf(column.title), ...column.cells.map(widthOf)),
  }));
  let shown = sized;
  const widthOfAll = (): number => shown.reduce((sum, column) => sum + column.width + GAP.length, -GAP.length);
  while (widthOfAll() > width && shown.some(({ rank }) => rank > 0)) {
    const most = Math.max(...shown.map(({ rank }) => rank));
    const last = shown.findLastIndex(({ rank }) => rank === most);
    shown = shown.filter((_, index) => index !== last);
  }
  const lineOf = (cellOf: (column: Column) => string): string =>
    shown
      .map((column) => (column.isLeft === true ? padEnd : padStart)(cellOf(column), column.width))
      .join(GAP)
      .trimEnd();
  const rows = columns[0]?.cells.map((_, row) => lineOf(({ cells }) => cells[row] as string)) ?? [];
  const titles = new Set(shown.map(({ title }) => title));
  return {
    lines: [lineOf(({ title }) => title), ...rows],
    left: columns.map(({ title }) => title).filter((title) => title !== '' && !titles.has(title)),
  };
}

/** In the first column what goes on is indented: it must not pass for a row of its own. */
function goOn(text: string, width: number, column: number): string[] {
  if (column > 0 || widthOf(text) <= width) return wrapTo(text, width);
  const [first = '', ...rest] = wrapTo(text, width - GAP.length);
  return [first, ...rest.map((line) => GAP + line)];
}

/** Text in lines of so many columns, broken between words where that is possible. */
export function wrapTo(text: string, width: number): string[] {
  if (widthOf(text) <= width) return [text];
  return NARROW.test(text) ? wrapNarrow(text, width) : wrapAnsi(text, width).split('\n');
}

/** What wrap-ansi does, for text without colours whose characters take one column each. */
function wrapNarrow(text: string, width: number): string[] {
  const lines = [''];
  for (const [index, word] of text.split(' ').entries()) {
    let line = (lines.pop() as string).trimStart();
    if (index > 0 && line !== '') line += ' ';
    let rest = word;
    if (word.length > width) {
      // A word that is cut anyway begins on this line where it takes no more lines for that.
      const here = Math.ceil((word.length - (width - line.length)) / width);
      if (Math.floor((word.length - 1) / width) < here) {
        lines.push(line);
        line = '';
      }
      for (let room = width - line.length; rest.length > room; room = width) {
        lines.push(line + rest.slice(0, room));
        rest = rest.slice(room);
        line = '';
      }
    } else if (line.length + word.length > width && line !== '' && word !== '') {
      lines.push(line);
      line = '';
    }
    lines.push(line + rest);
  }
  return lines.map((line) => line.trimEnd());
}

/** Cuts text to so many columns, an ellipsis showing where. */
export function cutTo(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let cut = '';
  let used = 0;
  for (const character of text) {
    used += widthOf(character);
    if (used > width - 1) break;
    cut += character;
  }
  return `${cut.trimEnd()}…`;
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text;
}

/** How many columns a text takes. */
export function widthOf(text: string): number {
  // oxlint-disable-next-line no-control-regex -- colours begin with just this
  const shown = text.includes('\x1b') ? text.replace(/\x1b\[[\d;]*m/g, '') : text;
  return NARROW.test(shown) ? shown.length : stringWidth(text);
}

/**
 * Text of which each character takes one column: Latin, Greek, Cyrillic, dashes, quotes, arrows, mathematics, boxes, blocks, dots.
 * The tables that know the width of all others take as long to load as half of Node's start.
 */
const NARROW =
  /^[ -~\u00a1-\u00ac\u00ae-\u02ff\u0391-\u03c9\u0410-\u044f\u2010-\u2027\u2030-\u205e\u2190-\u2199\u2200-\u22ff\u2500-\u25fc\u2713-\u2718\u2800-\u28ff]*$/;

// Required, not imported: then the bundler has them loaded when they are called.
function stringWidth(text: string): number {
  return (require('string-width') as typeof import('string-width')).default(text);
}

function wrapAnsi(text: string, width: number): string {
  return (require('wrap-ansi') as typeof import('wrap-ansi')).default(text, width, { hard: true });
}
