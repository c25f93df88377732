#!/usr/bin/env bash
# Makes docs/recording.svg, and prints the transcript that stands in README.md: examples/training.sh is started and killed, then
# the real output of list, finalize and summary is drawn. Only two lines of it (Host, Folder) are left out.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
unset CI RUNLOG_RUN RUNLOG_DIR NO_COLOR LLM_PROVIDER LLM_MODEL LLM_TEMPERATURE
export PATH="$root/bin:$PATH" FORCE_COLOR=1 COLUMNS=80

session() {
  printf '\033[1m$ ./training.sh & sleep 4; kill -9 $!\033[0m\n'
  "$root/examples/training.sh" >training.out 2>&1 &
  sleep 4
  kill -9 $!
  wait $! 2>/dev/null || true
  for command in 'runlog list' 'runlog finalize' 'runlog summary'; do
    printf '\n\033[1m$ %s\033[0m\n' "$command"
    $command
  done
}

EPOCHS=60 SECONDS_PER_EPOCH=1 session 2>/dev/null | grep -vE '^  (Host|Folder) ' >session.txt
sed 's/\x1b\[[0-9;]*m//g' session.txt
node - session.txt "$root/docs/recording.svg" <<'SCRIPT'
const fs = require('node:fs');
const [source, target] = process.argv.slice(2);
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
    const attributes = Object.entries(style).map(([name, value]) => ` ${name}="${value}"`).join('');
    if (text !== '') spans += `<tspan${attributes}>${escape(text)}</tspan>`;
  }
  return `<text x="16" y="${30 + index * 19}" xml:space="preserve">${spans}</text>`;
});
const width = 32 + Math.max(...lines.map((line) => line.replace(/\x1b\[[\d;]*m/g, '').length)) * 8.45;
const height = 26 + lines.length * 19;
fs.writeFileSync(
  target,
  `<svg xmlns="http://www.w3.org/2000/svg" width="${Math.ceil(width)}" height="${height}" role="img" aria-label="A recorded run is killed; runlog list, finalize and summary tell what happened">
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="#c9d1d9">
${rows.join('\n')}
</g>
</svg>
`,
);
SCRIPT
