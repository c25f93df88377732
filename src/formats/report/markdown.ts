// A report as GitHub-flavoured Markdown.
import type { Report, Section } from '../report.js';

export function reportMarkdown({ runId, status, reason, facts, sections }: Report): string {
  const head = [`# ${escapeCell(runId)}`, '', `**${status}**${reason === null ? '' : `: ${escapeCell(reason)}`}`];
  const factLines = facts.length === 0 ? [] : ['', ...table(['', ''], facts)];
  return `${[...head, ...factLines, ...sections.flatMap(sectionLines)].join('\n')}\n`;
}

function sectionLines({ title, columns, rows }: Section): string[] {
  const cells = rows.map((row) => [
    ...row.cells.slice(0, -1),
    [row.cells.at(-1) ?? '', ...row.notes].filter(Boolean).join('\n'),
  ]);
  return ['', `## ${title}`, '', ...table(columns, cells)];
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string[] {
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
