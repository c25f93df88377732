// An id that a method of the library gave back is an event that outlives the program, however that dies.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { expect, it } from 'vitest';
import { writeProgram } from '../support/program.js';
import { sealedEnv, tempStore, type TempStore } from '../support/runlog.js';

/** Lines of 300 bytes, of 9,000 and of 60,000, and values too long for a line. */
const PROGRAM = `import { openRun } from 'runlog';
import fs from 'node:fs';
const run = openRun('run', { dir: process.argv[2] });
for (let count = 0; ; count += 1) {
  const length = [200, 9000, 200, 60000, 200, 80000][count % 6];
  const id = run.action('WRITE', 'number ' + count, { Text: 'x'.repeat(length) });
  fs.writeSync(1, id + '\\n');
}`;
const WRITERS = 6;

/** Runs a writer until it is killed; gives the ids that it was given. */
async function acknowledgedBy(store: TempStore, file: string, killAfterMs: number): Promise<string[]> {
  const child = spawn(process.execPath, [file, store.dir], {
    cwd: store.cwd,
    env: sealedEnv(store.home),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  // From its first event on: how long a program takes to start is no matter here.
  child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), killAfterMs));
  await new Promise((resolve) => child.on('close', resolve));
  // The last line may have been cut.
  return output.split('\n').slice(0, -1);
}

it('six programs write to one run and are killed: no acknowledged event is lost, and none is torn but the last of each', async () => {
  const store = tempStore();
  await store.start('--id', 'run');
  const file = writeProgram('program.mjs', PROGRAM);
  const writers = Array.from({ length: WRITERS }, (_, index) => acknowledgedBy(store, file, 40 + 25 * index));
  const acknowledged = (await Promise.all(writers)).flat();
  const journal = fs.readFileSync(store.segment('run'), 'utf8').split('\n');
  const found = new Set<string>();
  let torn = 0;
  for (const line of journal.filter(Boolean))
    try {
      found.add((JSON.parse(line) as { id: string }).id);
    } catch {
      torn += 1;
    }
  expect(acknowledged.length).toBeGreaterThan(WRITERS);
  expect(acknowledged.filter((id) => !found.has(id))).toEqual([]);
  expect(new Set(acknowledged).size).toBe(acknowledged.length);
  expect(torn).toBeLessThanOrEqual(WRITERS);
  const { runs } = await store.json('verify', 'run');
  const kinds = runs[0].findings.map(({ kind }: { kind: string }) => kind);
  expect(kinds.filter((kind: string) => !['torn', 'garbled', 'missing'].includes(kind))).toEqual([]);
});
