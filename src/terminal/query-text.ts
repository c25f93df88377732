// What a query gave, on a screen: a table where it fits, else each row by itself. Nothing is cut.
import { isNumeric, valueText, type QueryRows } from '../formats/query-text.js';
import { toVisibleLine } from '../formats/visible-text.js';
import type { Painter } from './colors.js';
import { alignColumns, padEnd, widthOf } from './columns.js';

const GAP = 2;
/** A column that gives way should hold a few words a line. */
const NARROWEST = 24;

/** Lines for so many columns of the screen. */
export function queryLines({ columns, rows }: QueryRows, width: number, paint: Painter): string[] {
  const names = columns.map(({ name }) => toVisibleLine(name));
  const cells = rows.map((row) => row.map((value) => toVisibleLine(valueText(value))));
  const widths = names.map((name, column) =>
    cells.reduce((most, row) => Math.max(most, widthOf(row[column] as string)), widthOf(name)),
  );
  const whole = widths.reduce((sum, own) => sum + own + GAP, -GAP);
  const flexible = widths.indexOf(Math.max(...widths));
  if (whole > width && width - (whole - (widths[flexible] as number)) < NARROWEST)
    return records(names, cells, width, paint);
  const table = [names, ...cells].map((row) =>
    row.map((cell, column) =>
      isNumeric(columns[column]?.type ?? '') ? padStart(cell, widths[column] as number) : cell,
    ),
  );
  const [head = [], ...body] = alignColumns(table, width, flexible);
  return [...head.map((line) => paint.faint(line)), ...body.flat()];
}

/** `name  value`, a line each. */
function records(names: readonly string[], rows: readonly string[][], width: number, paint: Painter): string[] {
  const nameWidth = Math.max(...names.map(widthOf));
  return rows.flatMap((row, index) => [
    ...(index === 0 ? [] : ['']),
    paint.bold(`row ${index + 1}`),
    ...alignColumns(
      row.map((cell, column) => [padEnd(names[column] as string, nameWidth), cell]),
      width,
      1,
    ).flat(),
  ]);
}

function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text;
}
