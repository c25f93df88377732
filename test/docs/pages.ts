// The pages of the project as the tests read them: files, code fences, headings. It asserts nothing.
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from '../support/runlog.js';

export interface Fence {
  /** All that stands behind the three backticks: `sh`, `sh no-run`, `text`. */
  info: string;
  code: string;
  line: number;
}

/** The Markdown pages, as paths from the root. */
export function pages(): string[] {
  const inFolder = (folder: string): string[] =>
    fs
      .readdirSync(path.join(ROOT, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => path.posix.join(folder, name));
  return [...inFolder('.'), ...inFolder('docs')];
}

export function readPage(page: string): string {
  return fs.readFileSync(path.join(ROOT, page), 'utf8');
}

export function fencesOf(page: string): Fence[] {
  const text = readPage(page);
  return [...text.matchAll(/^```([^\n]+)\n(.*?)^```$/gms)].map(({ 1: info = '', 2: code = '', index }) => ({
    info,
    code,
    line: text.slice(0, index).split('\n').length,
  }));
}

/** The rows of every Markdown table under a heading, up to the next heading of any level; cells without white space around. */
export function rowsUnder(page: string, heading: string): string[][] {
  const lines = readPage(page).split('\n');
  const start = lines.indexOf(heading);
  if (start === -1) return [];
  const end = lines.findIndex((line, index) => index > start && line.startsWith('#'));
  return lines
    .slice(start + 1, end === -1 ? undefined : end)
    .filter((line) => line.startsWith('|') && !/^\|[ |-]*\|$/.test(line))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

/** The anchors that headings get, as GitHub makes them. */
export function anchorsOf(page: string): string[] {
  const text = readPage(page).replaceAll(/^```[^]*?^```$/gm, '');
  return [...text.matchAll(/^#+ (.+)$/gm)].map(({ 1: heading = '' }) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
