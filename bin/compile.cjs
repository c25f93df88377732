// Compiles the direct way for this Node: the build does so, and the first `runlog start` under another one. It records into a folder
// of its own, so that V8 knows the functions that a recording command calls, and keeps these. Without it all works, a little slower.
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
const READABLE = 0o644;

if (fs.existsSync(path.join(dist, 'record.cjs'))) {
  let folder = null;
  try {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'runlog-compile-'));
    compile(folder);
  } catch {
    // Nothing must fail for it.
  } finally {
    if (folder !== null) fs.rmSync(folder, { recursive: true, force: true });
  }
  process.exitCode = 0;
}

function compile(folder) {
  for (const name of Object.keys(process.env)) if (/^(RUNLOG_|XDG_)/.test(name)) delete process.env[name];
  Object.assign(process.env, { HOME: folder, RUNLOG_DIR: path.join(folder, 'logs'), RUNLOG_RUN: 'run' });
  fs.mkdirSync(path.join(folder, 'logs/runs/run/journal'), { recursive: true });
  const { record } = load('record.cjs');
  for (const call of CALLS) record(call);
  keep();
  record(['start', '--owner-pid', 'none', '--json']);
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
