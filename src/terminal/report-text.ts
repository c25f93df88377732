// A report as text for a terminal or a pipe.
import type { Report, Section } from '../formats/report.js';
import type { Painter } from './colors.js';
import { alignColumns, wrapTo } from './columns.js';
import { timelineLines } from './timeline-text.js';

const INDENT = '  ';

export function reportText(report: Report, paint: Painter, width: number): string {
  const { runId, status, tone, reason, facts, timeline, sections } = report;
  const lines = [`${paint.bold(runId)}  ${paint.paint(tone, status)}`];
  if (reason !== null) lines.push(...wrapTo(reason, width - INDENT.length).map((line) => INDENT + line));
  lines.push(
    '',
    ...alignColumns(facts, width - INDENT.length, 1)
      .flat()
      .map((line) => INDENT + line),
  );
  if (timeline !== null) {
    const drawn = timelineLines(timeline, paint, width - INDENT.length);
    lines.push('', paint.bold('Timeline'), ...drawn.map((line) => INDENT + line));
  }
  for (const section of sections) lines.push('', paint.bold(section.title), ...sectionLines(section, paint, width));
  return `${lines.join('\n')}\n`;
}

function sectionLines({ rows, flexible = 0 }: Section, paint: Painter, width: number): string[] {
  const lines = alignColumns(
    rows.map(({ cells }) => cells),
    width - INDENT.length,
    flexible,
  );
  return rows.flatMap(({ tone, notes }, index) => [
    ...(lines[index] as string[]).map((line) => INDENT + paint.paint(tone, line)),
    ...notes
      .flatMap((note) => wrapTo(note, width - 3 * INDENT.length))
      .map((note) => INDENT.repeat(3) + paint.faint(note)),
  ]);
}
