// Columns of text: padded by what a terminal shows, cut to its width. string-width's one home.
import stringWidth from 'string-width';

const GAP = '  ';

/** Rows as lines. The column `flexible` gives way where a row is wider than `width`; Infinity cuts nothing. */
export function alignColumns(rows: readonly (readonly string[])[], width: number, flexible: number): string[] {
  const count = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const widths = Array.from({ length: count }, (_, column) =>
    rows.reduce((most, row) => Math.max(most, stringWidth(row[column] ?? '')), 0),
  );
  const used = widths.filter((columnWidth) => columnWidth > 0);
  const over = used.reduce((sum, columnWidth) => sum + columnWidth, 0) + GAP.length * (used.length - 1) - width;
  const flexibleWidth = widths[flexible] ?? 0;
  if (over > 0) widths[flexible] = Math.max(12, flexibleWidth - over);
  return rows.map((row) =>
    row
      .map((cell, column) => [cell, widths[column] as number] as const)
      .filter(([, columnWidth]) => columnWidth > 0)
      .map(([cell, columnWidth]) => padEnd(cutTo(cell, columnWidth), columnWidth))
      .join(GAP)
      .trimEnd(),
  );
}

/** Cuts text to so many columns, an ellipsis showing where. */
export function cutTo(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let cut = '';
  let used = 0;
  for (const character of text) {
    used += stringWidth(character);
    if (used > width - 1) break;
    cut += character;
  }
  return `${cut.trimEnd()}…`;
}

function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)));
}
