// What one adversarial line of 1 MiB costs beside a plain one: node bench/long-lines.js [--runs 5] [NAME...]. Each command takes a
// plain and an adversarial line in turn, and medians are printed. It judges nothing: figures are for people, and for this machine.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const BYTES = 1024 * 1024;
const runlog = fileURLToPath(new URL('../bin/runlog', import.meta.url));
const filled = (unit) => unit.repeat(Math.ceil(BYTES / unit.length)).slice(0, BYTES);
const LINES = {
  backslashes: filled('\\'),
  'written escapes': filled('\\u005c'),
  'escape of escapes': filled('\\u005cu005cu001b'),
  controls: filled('\u001b'),
  'single controls': filled('\u001ba'),
  quotes: filled('"\''),
  brackets: filled('[{(<'),
  assignments: filled('password='),
  'secrets alone': filled(`ghp_${'aB3'.repeat(12)} `),
  'token letters': filled('sk-'),
  base64: filled('QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo'),
  'key borders': filled('-----BEGIN PRIVATE KEY-----'),
  urls: filled('http://a:'),
  formulas: filled('=+-@'),
  dashes: filled('-'),
};
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '5' } },
});
const runs = Number(values.runs);
const folder = mkdtempSync(join(tmpdir(), 'runlog-bench-'));
try {
  console.log(`Node ${process.version}, 1 MiB a line, ${runs} pairs each; medians in ms, plain -> adversarial`);
  console.log(
    'line'.padEnd(19) +
      Object.keys(commands(''))
        .map((name) => name.padStart(15))
        .join(''),
  );
  const plain = commands(filled('plain words and more of them '));
  for (const [name, line] of Object.entries(LINES)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    const hostile = commands(line);
    const cells = Object.keys(hostile).map((command) => {
      const pairs = Array.from({ length: runs }, () => [timed(plain[command]), timed(hostile[command])]);
      const [one, other] = [0, 1].map((side) => median(pairs.map((pair) => pair[side])).toFixed(0));
      return `${one} -> ${other}`.padStart(15);
    });
    console.log(name.padEnd(19) + cells.join(''));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The commands that a line goes through, each as a function that runs it. */
function commands(line) {
  const home = mkdtempSync(join(folder, 'home-'));
  const { NODE_EXTRA_CA_CERTS: _, RUNLOG_RUN: __, ...rest } = process.env;
  const env = { ...rest, RUNLOG_DIR: join(home, 'logs'), XDG_STATE_HOME: join(home, 'state') };
  const run = (args, input) => {
    const { status, stderr } = spawnSync(process.execPath, [runlog, ...args], {
      env,
      input,
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    if (status !== 0) throw new Error(`runlog ${args.join(' ')}: ${stderr}`);
  };
  const error = JSON.stringify({ type: 'error.raised', error_type: 'Long', message: line });
  // Stored as it stands: what reads it must bear it unmasked.
  mkdirSync(env.RUNLOG_DIR, { recursive: true });
  run(['start', '--id', 'run', '--owner-pid', 'none']);
  run(['append', '--stdin', '--run', 'run', '--no-redact'], `${error}\n`);
  run(['start', '--id', 'other', '--owner-pid', 'none']);
  const log = join(home, 'design.log');
  writeFileSync(log, `[2025-10-03 18:19:52] RUN: ${line}\nResult: ${line}\n`);
  return {
    append: () => run(['append', 'LONG', '--run', 'other', '--result', '-'], line),
    // Into a new store each time: the same bytes are not imported twice.
    import: () => run(['import', log, '--dir', mkdtempSync(join(home, 'import-'))]),
    show: () => run(['show', 'run']),
    summary: () => run(['summary', 'run']),
    tail: () => run(['tail', 'run']),
    'export csv': () => run(['export', 'csv', '--run', 'run', '--out', join(home, 'csv')]),
  };
}

function timed(call) {
  const from = process.hrtime.bigint();
  call();
  return Number(process.hrtime.bigint() - from) / 1e6;
}

function median(numbers) {
  return numbers.toSorted((one, other) => one - other)[numbers.length >> 1];
}
