// A comparison of runs as text: a column a run, and what is too long for one below its row.
import type { ComparedCell, ComparedRow, ComparedTable, JudgedRow } from '../formats/comparison.js';
import type { Tone } from '../formats/report.js';
import type { Painter } from './colors.js';
import { alignColumns, padEnd, widthOf, wrapTo } from './columns.js';

export interface ComparisonText {
  /** A line of cells a run, its name last, for that must not be cut. */
  runs: { cells: string[]; tone: Tone }[];
  tables: ComparedTable[];
  /** What is the same, in words; '' for nothing. */
  same: string;
  judged: JudgedRow[];
}

const INDENT = '  ';
/** What the names of things need, and have where there is room: more would lead the eye too far to their values. */
const LABEL_WIDTHS = { least: 24, most: 60 };
const CELL_WIDTHS = { least: 8, most: 44 };

export function letterOf(run: number): string {
  return run < 26 ? String.fromCharCode(65 + run) : String(run + 1);
}

export function comparisonText({ runs, tables, same, judged }: ComparisonText, paint: Painter, width: number): string {
  const head = alignColumns(
    runs.map(({ cells }, run) => [letterOf(run), ...cells]),
    Infinity,
    0,
  ).flatMap((lines, run) => lines.map((line) => paint.paint(runs[run]?.tone ?? 'plain', line)));
  const lines = [...head, ...tableLines(tables, runs.length, paint, width)];
  if (tables.length === 0) lines.push('', 'No differences.');
  if (same !== '') lines.push('', ...wrapTo(`The same: ${same}`, width).map((line) => paint.faint(line)));
  if (judged.length > 0) lines.push('', paint.bold('Conditions'), ...judgedLines(judged, paint, width));
  return `${lines.join('\n')}\n`;
}

/** A row as it fits: null where its values go below it. */
interface FittedRow {
  row: ComparedRow;
  cells: string[] | null;
}

/** One width for the columns of all tables. */
function tableLines(tables: readonly ComparedTable[], runs: number, paint: Painter, width: number): string[] {
  const letters = Array.from({ length: runs }, (_, run) => letterOf(run));
  const room = Math.floor((width - LABEL_WIDTHS.least) / runs) - INDENT.length;
  const cellWidth = Math.min(CELL_WIDTHS.most, Math.max(CELL_WIDTHS.least, room));
  const fitted = tables.map(({ rows }) => rows.map((row): FittedRow => ({ row, cells: fittingCells(row, cellWidth) })));
  const widths = letters.map((letter, run) =>
    fitted.flat().reduce((most, { cells }) => Math.max(most, widthOf(cells?.[run] ?? '')), letter.length),
  );
  const left = width - widths.reduce((sum, own) => sum + INDENT.length + own, 0);
  const labelWidth = Math.min(LABEL_WIDTHS.most, Math.max(LABEL_WIDTHS.least, left));
  const labels = fitted.flat().flatMap(({ row }) => labelLines(row, labelWidth));
  const longest = labels.reduce((most, line) => Math.max(most, widthOf(line)), 0);
  const line = (label: string, cells: readonly string[]): string =>
    [padEnd(label, longest), ...cells.map((cell, run) => padEnd(cell, widths[run] as number))].join(INDENT).trimEnd();
  const rowLines = ({ row, cells }: FittedRow): string[] => {
    const [first = '', ...rest] = labelLines(row, labelWidth);
    const own = [cells === null ? first : line(first, cells), ...rest].map((text) => paint.paint(row.tone, text));
    return cells === null ? [...own, ...belowLines(row, letters, width)] : own;
  };
  return tables.flatMap(({ title, hidden }, index) => [
    '',
    paint.bold(line(title, letters)),
    ...(fitted[index] ?? []).flatMap(rowLines),
    ...(hidden === 0 ? [] : [paint.faint(`${INDENT}... and ${hidden} more that differ; --json has them all`)]),
  ]);
}

/** Values with their changes, else the values alone; null where they do not fit either. */
function fittingCells({ cells }: ComparedRow, width: number): string[] | null {
  const whole = cells.map(wholeCell);
  const values = cells.map(({ value }) => value);
  return [whole, values].find((texts) => texts.every((text) => widthOf(text) <= width)) ?? null;
}

function wholeCell({ value, change }: ComparedCell): string {
  return change === '' ? value : `${value} ${change}`;
}

/** What goes on is indented further than any row: it must not pass for one. */
function labelLines(row: ComparedRow, width: number): string[] {
  const indent = indentOf(row);
  const lines = wrapTo(row.label, width - indent.length - 2 * INDENT.length);
  return lines.map((line, index) => indent + (index === 0 ? '' : INDENT.repeat(2)) + line);
}

function indentOf({ depth }: ComparedRow): string {
  return INDENT.repeat(depth + 1);
}

function belowLines(row: ComparedRow, letters: readonly string[], width: number): string[] {
  const indent = indentOf(row) + INDENT;
  return row.cells.map(wholeCell).flatMap((cell, run) => {
    if (cell === '') return [];
    const letter = `${letters[run]}${INDENT}`;
    const lines = wrapTo(cell, width - indent.length - letter.length);
    return lines.map((line, index) => indent + (index === 0 ? letter : ' '.repeat(letter.length)) + line);
  });
}

function judgedLines(judged: readonly JudgedRow[], paint: Painter, width: number): string[] {
  const lines = alignColumns(
    judged.map(({ cells }) => cells),
    width - INDENT.length,
    2,
  );
  return judged.flatMap(({ tone }, index) =>
    (lines[index] as string[]).map((line) => INDENT + paint.paint(tone, line)),
  );
}
