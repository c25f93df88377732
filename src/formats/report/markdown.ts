// A report as GitHub-flavoured Markdown.
import { durationText } from '../quantities.js';
import type { Report, Section } from '../report.js';
import type { Timeline } from '../timeline/timeline.js';

export function reportMarkdown({ runId, status, reason, facts, timeline, sections }: Report): string {
  const head = [`# ${escapeCell(runId)}`, '', `**${status}**${reason === null ? '' : `: ${escapeCell(reason)}`}`];
  const factLines = facts.length === 0 ? [] : ['', ...markdownTable(['', ''], facts)];
  return `${[...head, ...factLines, ...timelineLines(timeline), ...sections.flatMap(sectionLines)].join('\n')}\n`;
}

/** When each began, after the start of the run: bars would need a width. */
function timelineLines(timeline: Timeline | null): string[] {
  if (timeline === null) return [];
  const { axis, rows, remarks } = timeline;
  const cells = rows.map(({ depth, label, from, seconds }) => [
    `${depth === 1 ? '- ' : ''}${label}`,
    from === null ? '' : `${from < axis.from ? '' : '+'}${durationText((from - axis.from) / 1e6)}`,
    seconds === null ? '' : durationText(seconds),
  ]);
  return [
    '',
    '## Timeline',
    '',
    ...markdownTable(['what', 'from', 'took'], cells),
    ...remarks.flatMap((text) => ['', escapeCell(text)]),
  ];
}

function sectionLines({ title, columns, rows }: Section): string[] {
  const cells = rows.map((row) => [
    ...row.cells.slice(0, -1),
    [row.cells.at(-1) ?? '', ...row.notes].filter(Boolean).join('\n'),
  ]);
  return ['', `## ${title}`, '', ...markdownTable(columns, cells)];
}

export function markdownTable(columns: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeCell).join(' | ')} |`;
  return [line(columns), `|${columns.map(() => ' --- |').join('')}`, ...rows.map(line)];
}

/** What would end a cell, begin markup or pass for HTML. */
function escapeCell(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\|`*_~[\]]/g, (character) => `\\${character}`)
    .replaceAll('\n', '<br>');
}
