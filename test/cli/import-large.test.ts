// runlog import: a log that is long enough for several threads comes in as a short one does.
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { tempStore } from '../support/runlog.js';

/** Above the length from which threads are started. */
const LENGTH = 9 * 1024 * 1024;

function entries(make: (number: number) => string): string {
  const parts: string[] = [];
  for (let length = 0, number = 0; length < LENGTH; number += 1) {
    const entry = make(number);
    parts.push(entry);
    length += entry.length;
  }
  return parts.join('');
}

const timeOf = (number: number): string =>
  new Date(Date.UTC(2025, 2, 29) + number * 7000).toISOString().slice(0, 19).replace('T', ' ');

test('a long log comes back byte for byte, with its long values, in the zone that was named', async () => {
  const store = tempStore();
  const body = entries((number) =>
    number % 1000 === 7
      ? `[${timeOf(number)}] LONG_OUTPUT: ${number}\nOutput: ${`line ${number} é `.repeat(8000)}\n\n`
      : `[${timeOf(number)}] VERIFY_DATASET: check ${number} ≈ ${number % 61}\nResult: success\n\ntext between\n\n`,
  );
  const text = `Before.\n\n${body}[${timeOf(9e6)}] COMPLETE: done\n`;
  fs.writeFileSync(path.join(store.cwd, 'long.log'), text);
  const { runs } = await store.json('import', 'long.log', '--timezone', 'Europe/Berlin');
  const { run_id: runId, warnings, events } = runs[0];
  expect({ warnings, events }).toEqual({ warnings: [], events: text.split(/\n\n/).length });
  const exported = await store.runlog(['export', 'log', runId]);
  expect(exported.stdout === text).toBe(true);
  expect(store.readJson('runs', runId, '_metadata.json').status).toBe('completed');
  expect((await store.runlog(['verify', runId])).exitCode).toBe(0);
  // The same once more: what is there is counted, and nothing is written.
  expect((await store.json('import', 'long.log', '--timezone', 'Europe/Berlin')).runs).toEqual(runs);
});

test('secrets in a long log are masked, and its oddities are named with their lines', async () => {
  const store = tempStore();
  const body = entries(
    (number) =>
      `[${timeOf(number)}] DEPLOY: step ${number}\nCommand: curl -u me:hunter${number}x https://example.org\n\n`,
  );
  const lines = body.split('\n').length;
  const odd = `[${timeOf(1)}] ODD: \u001b[2J\nA: \xff\n\n\n[${timeOf(2)}] LAST`;
  const bytes = Buffer.concat([Buffer.from(body), Buffer.from(odd, 'latin1')]);
  fs.writeFileSync(path.join(store.cwd, 'odd.log'), bytes);
  const { exitCode, stdout } = await store.runlog(['import', 'odd.log', '--json']);
  expect(exitCode).toBe(3);
  const [{ run_id: runId, warnings }] = JSON.parse(stdout).runs;
  expect(warnings).toEqual([
    `byte ${bytes.indexOf(0xff)}: not UTF-8 here; such bytes were read as U+FFFD`,
    `line ${lines}: raw control, bidi or surrogate characters`,
    `line ${lines + 3}: more than one blank line in a row`,
    `line ${lines + 4}: the last line has no newline`,
  ]);
  expect(fs.readFileSync(store.segment(runId), 'utf8')).not.toMatch(/hunter\d/);
});

test('a long log that has no place to cut is read as one text', async () => {
  const store = tempStore();
  const text = entries((number) => `[${timeOf(number)}] STEP: ${number} ${'word '.repeat(100)}\n`).repeat(2);
  fs.writeFileSync(path.join(store.cwd, 'dense.log'), text);
  const { runs } = await store.json('import', 'dense.log');
  expect(runs[0].warnings).toEqual(['line 2: no blank line before an entry']);
  expect(runs[0].events).toBe(text.split('\n').length - 1);
  expect(fs.readdirSync(store.path('runs'))).toEqual([runs[0].run_id]);
});
