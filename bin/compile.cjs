// Compiles the command line for this Node: the build does so, and the first `runlog start` under another one. It records into a folder
// of its own and asks for answers, so that V8 knows the functions that these commands call, and keeps them. Without it all works, slower.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { STAMP_BYTES, cachePath, dist, load, loaded } = require('./runlog');

/** Those that scripts call most. What these do not need would only make theirs longer to read. */
const CALLS = [
  ['append', 'VERIFY_MODEL', 'Checking', '--command', 'ls', '--result', 'ok'],
  ['metric', 'KS', '0.32', '--max', '0.1'],
  ['step', 'start', 'coding', '--task', 'write it'],
];
/** Where a person waits for the answer. */
const QUESTIONS = [
  ['list'],
  ['list', '--failed', '--json'],
  ['summary', 'told'],
  ['summary', 'told', '--json'],
  ['summary', 'told', '--format', 'markdown'],
  ['cost'],
  ['compare', 'run', 'told'],
  ['tail', 'told'],
  ['show', 'told'],
  ['finalize', 'told', '--status', 'completed'],
  ['list'],
  ['summary'],
  ['verify', 'told'],
  ['export', 'csv'],
  ['export', 'csv'],
  ['rotate', '--max-runs', '1'],
  [],
  ['help', 'append'],
  ['completion', 'zsh', '--', 'summary', ''],
];
const READABLE = 0o644;

if (fs.existsSync(path.join(dist, 'record.cjs'))) {
  let folder = null;
  process.once('exit', () => {
    if (folder !== null) fs.rmSync(folder, { recursive: true, force: true });
    process.exitCode = 0;
  });
  try {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'runlog-compile-'));
    compile(folder).catch(() => undefined);
  } catch {
    // Nothing must fail for it.
  }
}

async function compile(folder) {
  for (const name of Object.keys(process.env)) if (/^(RUNLOG_|XDG_)/.test(name)) delete process.env[name];
  Object.assign(process.env, { HOME: folder, RUNLOG_DIR: path.join(folder, 'logs'), RUNLOG_RUN: 'run' });
  fs.mkdirSync(path.join(folder, 'logs/runs/run/journal'), { recursive: true });
  const { record } = load('record.cjs');
  for (const call of CALLS) record(call);
  keep();
  record(['start', '--id', 'told', '--owner-pid', 'none', '--json']);
  keep();
  process.env.RUNLOG_RUN = 'told';
  for (const call of CALLS) record(call);
  const { main } = load('main.cjs');
  for (const question of QUESTIONS) await main(question);
  keep();
}

/** Of each file that has been loaded, once. */
function keep() {
  for (const [name, own] of loaded) {
    if (own.isKept) continue;
    own.isKept = true;
    const file = cachePath(path.join(dist, name));
    // Whole or not at all: another call may read it, or write it too. And on the disk: V8 does not survive a part of it.
    const aside = `${file}.${process.pid}`;
    fs.writeFileSync(aside, Buffer.concat([own.script.createCachedData(), own.source.subarray(-STAMP_BYTES)]), {
      flush: true,
    });
    // Whoever installs it is not who uses it, and recording has set a umask.
    fs.chmodSync(aside, READABLE);
    fs.renameSync(aside, file);
  }
}
