// Two hundred sources that something has happened to: cut, doubled, in other encodings, of wrong types, with impossible times.
// fixtures/bad/expected.json has their exit statuses; scripts/grow-bad-inputs.js made them.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, tempFolder, tempStore } from '../support/runlog.js';

const BAD = path.join(ROOT, 'fixtures/bad');
const expected = JSON.parse(fs.readFileSync(path.join(BAD, 'expected.json'), 'utf8')) as Record<string, number>;
/** What a script that imports such a thing can spare. */
const MOST_MIB = 300;

/** Has Node say at its end how much memory it took at most, in KiB. */
function peakHook(): { options: string; peakMib: () => number } {
  const folder = tempFolder();
  const file = path.join(folder, 'peak');
  const hook = path.join(folder, 'hook.cjs');
  fs.writeFileSync(
    hook,
    `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(file)}, String(process.resourceUsage().maxRSS)));`,
  );
  return { options: `--require=${hook}`, peakMib: () => Number(fs.readFileSync(file, 'utf8')) / 1024 };
}

it('there are two hundred of them, each with its status', () => {
  expect(Object.keys(expected).length).toBeGreaterThanOrEqual(200);
  expect(fs.readdirSync(path.join(BAD, 'inputs')).toSorted()).toEqual(Object.keys(expected).toSorted());
  expect(new Set(Object.values(expected))).toEqual(new Set([0, 3, 65]));
});

describe.concurrent('a bad input', () => {
  it.each(Object.entries(expected))('%s ends with %i, and leaves whole runs or none', async (file, status) => {
    const store = tempStore();
    const { options, peakMib } = peakHook();
    const outcome = await store.runlog(['import', path.join(BAD, 'inputs', file)], { env: { NODE_OPTIONS: options } });
    const { exitCode, stdout, stderr } = outcome;
    expect({ exitCode, stderr }).toMatchObject({ exitCode: status });
    expect(stderr).not.toMatch(/\n {4}at |fault of runlog/);
    expect(peakMib()).toBeLessThan(MOST_MIB);
    const runs = fs.existsSync(store.path('runs')) ? fs.readdirSync(store.path('runs')) : [];
    expect(runs.toSorted()).toEqual([...new Set(stdout.split('\n').filter(Boolean))].toSorted());
    if (status === 65) {
      expect(runs).toEqual([]);
      expect(stderr).toMatch(/^error: \S+ cannot be imported: \S/);
      return;
    }
    expect(runs.length).toBeGreaterThan(0);
    if (status === 3) expect(stderr).toMatch(/^warning: /);
    // Whatever came in can be believed to be whole.
    expect((await store.runlog(['verify'])).exitCode).toBe(0);
  });
});
