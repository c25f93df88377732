// A run of many MiB is read by two threads: what they say is what one says.
import fs from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { beforeAll, expect, test } from 'vitest';
import { encodeLine } from '../../src/journal/line.js';
import { PROVE_FROM_BYTES, type StartProver } from '../../src/journal/proofs.js';
import { readJournal, readSegment, type JournalItem } from '../../src/journal/read.js';
import { tempFolder } from '../support/runlog.js';

const startProver: StartProver = (workerData) => new Worker(path.resolve('dist/prove-worker.js'), { workerData });
const journal = path.join(tempFolder(), 'journal');
let plain: string[] = [];

/** Short enough to be compared by the hundred thousand. */
function shown(items: Iterable<JournalItem>): string[] {
  return Array.from(items, (item) => {
    if (!('event' in item)) return JSON.stringify(item);
    const { event, offsetBytes, lengthBytes } = item;
    const words = event.type === 'action.logged' ? [event.action, event.description, event.fields?.length] : [];
    return JSON.stringify([event.id, event.at, event.type, ...words, offsetBytes, lengthBytes]);
  });
}

const read = (start?: StartProver): Generator<JournalItem, void, undefined> =>
  readJournal(journal, (file, segment) => readSegment(file, segment, { skims: true, startProver: start }));

beforeAll(() => {
  fs.mkdirSync(journal);
  const fd = fs.openSync(path.join(journal, 'host.jsonl'), 'w');
  for (let size = 0, index = 0; size < PROVE_FROM_BYTES + 1e6;) {
    const lines: Buffer[] = [];
    for (const last = index + 1000; index < last; index += 1) {
      const id = `01941f29-7c00-7000-8000-${String(index % 997 === 0 ? index >> 1 : index).padStart(12, '0')}`;
      const at = `2025-01-01T00:${String(Math.floor(index / 60) % 60).padStart(2, '0')}:${String(index % 60).padStart(2, '0')}.000000Z`;
      const event =
        index % 10 === 3
          ? { v: 1, id, at, type: 'metric.measured', name: 'loss', value: index }
          : { v: 1, id, at, type: 'action.logged', action: 'CHECK', description: 'é'.repeat(index % 400), fields: [] };
      const line = encodeLine(event);
      if (index % 1013 === 0) line[40] = 0x21;
      lines.push(index % 2003 === 0 ? line.subarray(0, 60) : line);
      // Longer than what is read at a time, and longer than any line may be.
      if (index % 30_000 === 7)
        lines.push(Buffer.from(`\n{"v":1,"id":"long","x":"${'x'.repeat(index % 60_000 === 7 ? 200_000 : 1_200_000)}`));
    }
    size += fs.writevSync(fd, lines);
  }
  fs.closeSync(fd);
  fs.writeFileSync(
    path.join(journal, 'other.jsonl'),
    encodeLine({ v: 1, id: 'o', at: '2025-01-01T00:30:00.000000Z', type: 'run.beat' }),
  );
  plain = shown(readJournal(journal));
});

test('a long journal reads the same with another thread and without', () => {
  expect(shown(read(startProver))).toEqual(plain);
  expect(shown(read())).toEqual(plain);
});

test('a thread that cannot be started, that fails or that says nothing changes nothing', () => {
  const none: StartProver = () => {
    throw new Error('no thread');
  };
  const failing: StartProver = () => new Worker('throw new Error("not today")', { eval: true });
  const half: StartProver = ({ shared, fd }) => {
    // It dies in the middle: from its own descriptor, which it closes.
    const script = `const { workerData } = require('node:worker_threads'); const fs = require('node:fs');
      const read = fs.readSync; let count = 0;
      fs.readSync = (...args) => { if (count++ === 50) throw new Error('an input or output error'); return read(...args); };
      import(workerData.file);`;
    return new Worker(script, { eval: true, workerData: { shared, fd, file: path.resolve('dist/prove-worker.js') } });
  };
  for (const start of [none, failing, half]) expect(shown(read(start))).toEqual(plain);
});

test('a reading that is left early ends its thread', async () => {
  let worker: Worker | undefined;
  const items = read((work) => (worker = startProver(work)));
  for (const item of items) if ('event' in item) break;
  await new Promise((resolve) => worker?.once('exit', resolve));
  expect(worker?.threadId).toBe(-1);
});
