// docs/benchmarks.md and its charts, from the results that benchmarks have saved.
import fs from 'node:fs';
import path from 'node:path';
import { chart } from './chart.js';

const root = path.join(import.meta.dirname, '../..');
const results = path.join(root, 'bench/results');
const docs = path.join(root, 'docs');

/** In this order; what is not named comes after. */
const ORDER = ['append', 'shell', 'stdin', 'library', 'summary', 'list', 'export-csv', 'rotate', 'import-log'];

export function writePage() {
  const all = fs
    .readdirSync(results)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(fs.readFileSync(path.join(results, name), 'utf8')))
    .sort((one, other) => place(one.name) - place(other.name) || (one.name < other.name ? -1 : 1));
  fs.mkdirSync(path.join(docs, 'benchmarks'), { recursive: true });
  for (const result of all)
    if (result.sizes.length > 1) fs.writeFileSync(path.join(docs, 'benchmarks', `${result.name}.svg`), chart(result));
  fs.writeFileSync(path.join(docs, 'benchmarks.md'), `${HEAD}\n${all.map(section).join('\n')}`);
}

const HEAD = `# Benchmarks

How fast is runlog, beside something that everybody has? Each figure is a ratio: runlog and its peer run in turn on the same machine,
and the median of the ratios of all rounds counts. Absolute times are of the machine named with them. \`node bench/NAME.js\` measures
anew, \`--save\` writes this page. Nothing here is a test: a busy machine fails nobody.
`;

function section({ name, title, about, sizeName, machine, missing, sizes }) {
  const last = sizes.at(-1);
  const lines = [`## ${title}`, '', about, ''];
  const goals = [
    ...last.ratios.map(({ of, to, ratio, ...goal }) => [`${of} / ${to}`, ratio.toFixed(2), goal]),
    ...last.figures.map(({ name: what, unit, value, ...goal }) => [what, `${value.toFixed(1)} ${unit}`, goal]),
  ];
  if (goals.length > 0) {
    lines.push(
      `| at ${sizeName === null ? 'once' : `${count(last.size)} ${sizeName}`} | measured | wanted |`,
      '| --- | ---: | --- |',
    );
    for (const [what, value, goal] of goals) lines.push(`| ${what} | ${value} | ${wanted(goal)} |`);
    lines.push('');
  }
  if (sizes.length > 1) lines.push(`![How it grows](benchmarks/${name}.svg)`, '');
  const cases = Object.keys(last.milliseconds);
  lines.push(`| ${sizeName ?? ''} | ${cases.join(' | ')} |`, `| ---: |${' ---: |'.repeat(cases.length)}`);
  for (const { size, milliseconds } of sizes)
    lines.push(
      `| ${sizeName === null ? '' : count(size)} | ${cases.map((own) => time(milliseconds[own])).join(' | ')} |`,
    );
  lines.push('');
  for (const [what, why] of Object.entries(missing)) lines.push(`Left out: ${what}, as ${why}.`, '');
  lines.push(
    `Medians of ${last.rounds} rounds with Node ${machine.node} on ${machine.cpu}, ${machine.memoryGib} GiB, ${machine.system}; \`node bench/${name}.js\`.`,
    '',
  );
  return lines.join('\n');
}

const place = (name) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
const count = (number) => number.toLocaleString('en');
const wanted = ({ atMost, atLeast }) =>
  atMost !== undefined ? `at most ${count(atMost)}` : atLeast !== undefined ? `at least ${count(atLeast)}` : '';

function time(milliseconds) {
  if (milliseconds === undefined) return '';
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(2)} s`;
  return milliseconds >= 1 ? `${milliseconds.toFixed(1)} ms` : `${(milliseconds * 1000).toFixed(1)} µs`;
}
