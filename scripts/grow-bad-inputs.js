// Grows fixtures/bad/: each sample mutated in ways that happen to files (cut, doubled, other encodings, wrong types, impossible times)
// and in ways that chance picks, from a fixed seed. `node scripts/grow-bad-inputs.js` writes the inputs, imports each with the built
// executable and writes what it exited with to expected.json. What must hold of each kind is said here and checked before that; a
// changed status shows in the diff.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const ROOT = path.join(import.meta.dirname, '..');
const BAD = path.join(ROOT, 'fixtures/bad');
const SAMPLES = path.join(BAD, 'samples');
const PER_SAMPLE = 40;

/** Mulberry32: the same inputs each time. */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What happens to any file. `wanted`: the statuses that may follow, where the kind alone says so. */
const ANY = [
  { kind: 'empty', wanted: [65], make: () => Buffer.alloc(0) },
  { kind: 'blank', wanted: [65], make: () => Buffer.from('\n \n\n') },
  { kind: 'bom-alone', wanted: [65], make: () => Buffer.from([0xef, 0xbb, 0xbf]) },
  {
    kind: 'utf16le',
    wanted: [65],
    make: (text) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]),
  },
  {
    kind: 'utf16be',
    wanted: [65],
    make: (text) => Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(text, 'utf16le').swap16()]),
  },
  { kind: 'utf16-without-bom', wanted: [65], make: (text) => Buffer.from(text, 'utf16le') },
  {
    kind: 'binary',
    wanted: [65],
    make: (_, next) => Buffer.from(Array.from({ length: 2000 }, () => Math.floor(256 * next()))),
  },
  { kind: 'prose', wanted: [65], make: () => Buffer.from('Meeting notes\n\nNothing was decided.\n') },
  { kind: 'other-json', wanted: [65], make: () => Buffer.from('{"name": "left-pad", "version": "1.3.0"}\n') },
  { kind: 'crlf', wanted: [0], make: (text) => Buffer.from(text.replaceAll('\n', '\r\n')) },
  { kind: 'bom', wanted: [0], make: (text) => Buffer.from(`\ufeff${text}`) },
  {
    kind: 'latin1',
    wanted: [3, 65],
    make: (text) => Buffer.from(text.replaceAll(/[^\0-\xff]/g, 'ü').replace('e', 'é'), 'latin1'),
  },
  { kind: 'nul', wanted: [0, 3, 65], make: (text) => insert(text, text.length >> 1, '\0') },
  { kind: 'nuls-at-end', wanted: [0, 3, 65], make: (text) => Buffer.from(text + '\0'.repeat(50)) },
  { kind: 'twice-in-a-row', wanted: [0, 3, 65], make: (text) => Buffer.from(text + text) },
  { kind: 'month-13', wanted: [0, 3, 65], make: (text) => Buffer.from(text.replaceAll('2026-02-', '2026-13-')) },
  {
    kind: 'one-month-13',
    wanted: [0, 3],
    make: (text) => Buffer.from(text.replace(/2026-02-(?!.*2026-02-)/s, '2026-13-')),
  },
  {
    kind: 'two-zones',
    wanted: [0, 3, 65],
    make: (text) => Buffer.from(text.replace(/(T\d\d:\d\d:\d\d\.\d+)Z?/, '$1+05:30')),
  },
  {
    kind: 'backwards',
    wanted: [0, 3, 65],
    make: (text) => Buffer.from(text.replaceAll(':05:', ':59:').replace(':59:', ':05:')),
  },
  { kind: 'year-1', wanted: [0, 3, 65], make: (text) => Buffer.from(text.replace('2026', '0001')) },
  { kind: 'year-9999', wanted: [0, 3, 65], make: (text) => Buffer.from(text.replace('2026', '9999')) },
  {
    kind: 'long-value',
    wanted: [0, 3, 65],
    make: (text) => insert(text, text.indexOf('e', 60) + 1, 'x'.repeat(70_000)),
  },
  { kind: 'escapes', wanted: [0, 3, 65], make: (text) => insert(text, text.length >> 1, '\u001b[2J\u202e') },
];

/** What happens to JSON. */
const JSON_KINDS = [
  { kind: 'null', wanted: [65], make: () => 'null' },
  { kind: 'empty-list', wanted: [65], make: () => '[]' },
  { kind: 'empty-object', wanted: [65], make: () => '{}' },
  {
    kind: 'deep',
    wanted: [0, 3, 65],
    make: (text) => text.replace(/: "[^"]*"/, `: ${'['.repeat(5000)}${']'.repeat(5000)}`),
  },
  { kind: 'numbers-as-strings', wanted: [0], make: (text) => text.replaceAll(/: (-?\d[\d.]*)/g, ': "$1"') },
  { kind: 'strings-as-numbers', wanted: [0, 3, 65], make: (text) => text.replaceAll(/: "[^"]*"/g, ': 7') },
  {
    kind: 'all-null',
    wanted: [0, 3, 65],
    make: (text) => text.replaceAll(/: ("[^"]*"|-?\d[\d.]*|true|false)(,?\n)/g, ': null$2'),
  },
  { kind: 'lists-as-text', wanted: [0, 3, 65], make: (text) => text.replace(/: \[[^]*\]/, ': "none"') },
  { kind: 'huge-numbers', wanted: [0, 3, 65], make: (text) => text.replaceAll(/: \d[\d.]*/g, ': 1e400') },
  {
    kind: 'proto',
    wanted: [0],
    make: (text) => text.replace('{', '{"__proto__": {"polluted": true}, "constructor": 1,'),
  },
  { kind: 'trailing', wanted: [0, 3, 65], make: (text) => `${text}\n}` },
  { kind: 'comments', wanted: [3, 65], make: (text) => `{ // made by hand\n${text.slice(1)}` },
];

function insert(text, at, what) {
  return Buffer.from(text.slice(0, at) + what + text.slice(at));
}

/** What chance does. */
function byChance(text, next) {
  const bytes = Buffer.from(text);
  const at = Math.floor(next() * bytes.length);
  const length = 1 + Math.floor(next() * 60);
  switch (Math.floor(next() * 5)) {
    case 0:
      return ['cut', bytes.subarray(0, at)];
    case 1:
      return ['hole', Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)])];
    case 2:
      return ['doubled', Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)])];
    case 3: {
      const flipped = Buffer.from(bytes);
      for (let count = 0; count < 5; count += 1)
        flipped[Math.floor(next() * bytes.length)] ^= 1 << Math.floor(next() * 8);
      return ['flipped', flipped];
    }
    default: {
      const lines = text.split('\n');
      const [line] = lines.splice(Math.floor(next() * lines.length), 1);
      lines.splice(Math.floor(next() * lines.length), 0, line);
      return ['line-moved', Buffer.from(lines.join('\n'))];
    }
  }
}

function* inputs() {
  for (const [index, sample] of fs.readdirSync(SAMPLES).toSorted().entries()) {
    const next = random(index + 1);
    const text = fs.readFileSync(path.join(SAMPLES, sample), 'utf8');
    const { name, ext } = path.parse(sample);
    const kinds = ext === '.json' ? [...ANY, ...JSON_KINDS] : ANY;
    const made = new Set();
    for (const { kind, wanted, make } of kinds) {
      const bytes = Buffer.from(make(text, next));
      made.add(kind);
      yield { file: `${name}.${kind}${ext}`, bytes, wanted };
    }
    for (let number = 1; made.size < PER_SAMPLE; number += 1) {
      const [kind, bytes] = byChance(text, next);
      made.add(number);
      yield { file: `${name}.${kind}-${number}${ext}`, bytes, wanted: [0, 3, 65] };
    }
  }
}

const env = {
  PATH: process.env.PATH,
  HOME: fs.mkdtempSync(path.join(os.tmpdir(), 'runlog-bad-')),
  TZ: 'UTC',
  NO_COLOR: '1',
};
fs.rmSync(path.join(BAD, 'inputs'), { recursive: true, force: true });
fs.mkdirSync(path.join(BAD, 'inputs'), { recursive: true });
const expected = {};
for (const { file, bytes, wanted } of inputs()) {
  const input = path.join(BAD, 'inputs', file);
  fs.writeFileSync(input, bytes);
  const cwd = fs.mkdtempSync(path.join(env.HOME, 'case-'));
  const { status, stderr } = spawnSync(path.join(ROOT, 'bin/runlog'), ['import', input], {
    cwd,
    env,
    encoding: 'utf8',
    timeout: 20_000,
  });
  if (!wanted.includes(status))
    console.log(`${file}: ${status}, but ${wanted.join(' or ')} is right\n  ${stderr.trim()}`);
  expected[file] = status;
}
fs.writeFileSync(path.join(BAD, 'expected.json'), `${JSON.stringify(expected, null, 2)}\n`);
fs.rmSync(env.HOME, { recursive: true });
console.log(`${Object.keys(expected).length} inputs`);
