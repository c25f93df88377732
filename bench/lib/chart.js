// One chart as SVG: time over size, both logarithmic, a line a case. Readable on light and dark pages.
const WIDTH = 720;
const HEIGHT = 360;
const BOX = { left: 76, right: WIDTH - 210, top: 34, bottom: HEIGHT - 52 };
const COLORS = ['#2563eb', '#dc2626', '#059669', '#9333ea', '#d97706', '#0891b2', '#64748b', '#db2777', '#65a30d'];

/** @param {{ title: string, sizeName: string, sizes: { size: number, milliseconds: Record<string, number> }[] }} result */
export function chart({ title, sizeName, sizes }) {
  const cases = Object.keys(sizes.at(-1).milliseconds);
  const values = sizes.flatMap(({ milliseconds }) => Object.values(milliseconds));
  const [low, high] = [
    10 ** Math.floor(Math.log10(Math.min(...values))),
    10 ** Math.ceil(Math.log10(Math.max(...values))),
  ];
  const [first, last] = [sizes[0].size, sizes.at(-1).size];
  const x = scale(first, last, BOX.left, BOX.right);
  const y = scale(low, high, BOX.bottom, BOX.top);
  const parts = [text(BOX.left, 18, title, 'font-weight="600"')];
  for (let tick = low; tick <= high * 1.001; tick *= 10) {
    parts.push(
      `<line x1="${BOX.left}" x2="${BOX.right}" y1="${y(tick)}" y2="${y(tick)}" stroke="#94a3b8" stroke-opacity=".4"/>`,
    );
    parts.push(text(BOX.left - 8, y(tick) + 4, timeLabel(tick), 'text-anchor="end"'));
  }
  for (const { size } of sizes)
    parts.push(text(x(size), BOX.bottom + 18, size.toLocaleString('en'), 'text-anchor="middle"'));
  parts.push(text((BOX.left + BOX.right) / 2, HEIGHT - 14, sizeName, 'text-anchor="middle"'));
  const labels = spread(cases.map((name) => y(lastOf(sizes, name))));
  cases.forEach((name, index) => {
    const color = COLORS[index % COLORS.length];
    const points = sizes
      .filter(({ milliseconds }) => milliseconds[name] !== undefined)
      .map(({ size, milliseconds }) => [x(size), y(milliseconds[name])]);
    parts.push(
      `<polyline fill="none" stroke="${color}" stroke-width="2" points="${points.map((point) => point.join()).join(' ')}"/>`,
    );
    for (const [cx, cy] of points) parts.push(`<circle cx="${cx}" cy="${cy}" r="3" fill="${color}"/>`);
    parts.push(text(BOX.right + 12, labels[index] + 4, name, `style="fill:${color}"`));
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${escape(title)}">
<style>text{font:13px system-ui,sans-serif;fill:#475569}@media(prefers-color-scheme:dark){text{fill:#cbd5e1}}</style>
${parts.join('\n')}
</svg>
`;
}

const lastOf = (sizes, name) =>
  sizes.findLast(({ milliseconds }) => milliseconds[name] !== undefined).milliseconds[name];

/** Logarithmic; rounded to tenths, which is enough for a screen and keeps the file the same. */
function scale(from, to, begin, end) {
  const span = Math.log10(to / from) || 1;
  return (value) => Math.round((begin + (Math.log10(value / from) / span) * (end - begin)) * 10) / 10;
}

/** Labels that would cover each other move apart. */
function spread(places) {
  const order = places.map((_, index) => index).sort((one, other) => places[one] - places[other]);
  const moved = [...places];
  for (let index = 1; index < order.length; index += 1)
    moved[order[index]] = Math.max(moved[order[index]], moved[order[index - 1]] + 16);
  return moved;
}

function timeLabel(milliseconds) {
  if (milliseconds >= 1000) return `${milliseconds / 1000} s`;
  return milliseconds >= 1 ? `${milliseconds} ms` : `${Math.round(milliseconds * 1e6) / 1000} µs`;
}

const escape = (value) => value.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
const text = (x, y, value, more) => `<text x="${x}" y="${y}" ${more}>${escape(value)}</text>`;
