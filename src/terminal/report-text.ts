// A report as text for a terminal or a pipe.
import type { Report, Section } from '../formats/report.js';
import type { Painter } from './colors.js';
import { alignColumns, wrapTo } from './columns.js';

/** Which column of a section gives way: the one with the most to say. */
const FLEXIBLE: Readonly<Record<string, number>> = {
  Steps: 2,
  Errors: 2,
  Actions: 2,
  Plan: 1,
  Interrupted: 2,
  Metrics: 0,
  Issues: 3,
  Corrected: 2,
  Models: 0,
  Tools: 0,
  Pipelines: 3,
  Debugging: 0,
  Code: 1,
  Items: 3,
};
const INDENT = '  ';

export function reportText(report: Report, paint: Painter, width: number): string {
  const { runId, status, tone, reason, facts, sections } = report;
  const lines = [`${paint.bold(runId)}  ${paint.paint(tone, status)}`];
  if (reason !== null) lines.push(...wrapTo(reason, width - INDENT.length).map((line) => INDENT + line));
  lines.push(
    '',
    ...alignColumns(facts, width - INDENT.length, 1)
      .flat()
      .map((line) => INDENT + line),
  );
  for (const section of sections) lines.push('', paint.bold(section.title), ...sectionLines(section, paint, width));
  return `${lines.join('\n')}\n`;
}

function sectionLines({ title, rows }: Section, paint: Painter, width: number): string[] {
  const flexible = FLEXIBLE[title.split(' ')[0] as string] ?? 0;
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
