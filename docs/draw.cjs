// Draws the output of a terminal, colours and all, as an SVG: node docs/draw.cjs SOURCE TARGET LABEL
const fs = require('node:fs');
const [source, target, label] = process.argv.slice(2);
const COLOURS = { 31: '#ff7b72', 32: '#7ee787', 33: '#e3b341' };
const escape = (text) => text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
const lines = fs.readFileSync(source, 'utf8').trimEnd().split('\n');
let style = {};
const rows = lines.map((line, index) => {
  let spans = '';
  for (const [, codes, text] of line.matchAll(/(?:\x1b\[([\d;]*)m)?([^\x1b]*)/g)) {
    for (const code of codes === undefined ? [] : codes.split(';').map(Number)) {
      if (code === 0 || code === 22 || code === 39) style = {};
      else if (code === 1) style = { ...style, 'font-weight': 'bold' };
      else if (code === 2) style = { ...style, opacity: '0.6' };
      else if (COLOURS[code] !== undefined) style = { ...style, fill: COLOURS[code] };
    }
    const attributes = Object.entries(style)
      .map(([name, value]) => ` ${name}="${value}"`)
      .join('');
    if (text !== '') spans += `<tspan${attributes}>${escape(text)}</tspan>`;
  }
  return `<text x="16" y="${30 + index * 19}" xml:space="preserve">${spans}</text>`;
});
const width = 32 + Math.max(...lines.map((line) => line.replace(/\x1b\[[\d;]*m/g, '').length)) * 8.45;
const height = 26 + lines.length * 19;
fs.writeFileSync(
  target,
  `<svg xmlns="http://www.w3.org/2000/svg" width="${Math.ceil(width)}" height="${height}" role="img" aria-label="${escape(label)}">
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="#c9d1d9">
${rows.join('\n')}
</g>
</svg>
`,
);
