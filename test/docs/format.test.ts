// docs/format.md against the code: the tables of events, the worked example, and the writer in Python.
import fs from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { ALLOWED, ENVELOPE, VOCABULARY, type KindTable } from '../../src/events/vocabulary.js';
import { crc32 } from '../../src/journal/crc32.js';
import { LINE_LIMIT_BYTES, decodeLine, encodeLine } from '../../src/journal/line.js';
import { TempStore, hasProgram } from '../support/runlog.js';
import { fencesOf, readPage, rowsUnder } from './pages.js';

const PAGE = 'docs/format.md';

/** A table of keys as the page has it: dotted keys, kinds, and `yes` where they are required. */
function documented(table: KindTable, prefix = ''): [key: string, kind: string, required: string][] {
  return Object.entries(table).flatMap(([key, kind]): [string, string, string][] =>
    typeof kind === 'string'
      ? [[`\`${prefix}${key}\``, kind.replace('!', ''), kind.endsWith('!') ? 'yes' : '']]
      : documented(kind, `${prefix}${key}.`),
  );
}

describe('the events of docs/format.md', () => {
  it('are those of the vocabulary, in its order', () => {
    const headings = [...readPage(PAGE).matchAll(/^### `(.+)`$/gm)].map(({ 1: type }) => type);
    expect(headings).toEqual(Object.keys(VOCABULARY));
  });

  it.each(Object.entries(VOCABULARY))('%s has every key with its kind, and says what it means', (type, table) => {
    const [, ...rows] = rowsUnder(PAGE, `### \`${type}\``);
    expect(rows.map((row) => row.slice(0, 3))).toEqual(documented(table));
    expect(rows.filter(([, , , meaning = '']) => meaning === '')).toEqual([]);
  });

  it.each(Object.entries(ALLOWED))('%s names the values that are allowed', (type, keys) => {
    const rows = rowsUnder(PAGE, `### \`${type}\``);
    for (const [key, values] of Object.entries(keys)) {
      const meaning = rows.find(([name]) => name === `\`${key}\``)?.[3] ?? '';
      expect([...meaning.matchAll(/`([^`]+)`/g)].map(({ 1: value }) => value)).toEqual(values);
    }
  });

  it('explain each kind that the vocabulary uses', () => {
    const used = new Set(
      Object.values(VOCABULARY).flatMap((table) => documented(table as KindTable).map(([, kind]) => kind)),
    );
    const explained = new Set(rowsUnder(PAGE, '## The events').map(([kind]) => kind));
    expect([...used].filter((kind) => !explained.has(kind))).toEqual([]);
  });
});

describe('the format of docs/format.md', () => {
  it('has the envelope of the vocabulary', () => {
    const rows = rowsUnder(PAGE, '## The envelope').map((row) => row.slice(0, 3));
    expect(rows.filter(([, , required]) => required === 'yes')).toEqual(documented(ENVELOPE));
  });

  it('has the limit of a line', () => {
    expect(readPage(PAGE)).toContain(`shorter than ${LINE_LIMIT_BYTES.toLocaleString('en-US')} bytes`);
  });

  it('has an example whose checksum is right, and which runlog would write so', () => {
    const [body = '', line = ''] = fencesOf(PAGE)
      .filter(({ code }) => code.includes('0192f3a4-5b6c-7d8e-9f00-112233445566'))
      .map(({ code }) => code.trimEnd());
    expect(line).toBe(`${body},"crc":"${crc32(Buffer.from(body))}"}`);
    const event = decodeLine(Buffer.from(line));
    expect(event).toMatchObject({ type: 'metric.measured', value: 0.25 });
    expect(encodeLine(event).toString()).toBe(`\n${line}\n`);
  });

  it.skipIf(!hasProgram('python3'))('has a writer in Python whose run is read without damage', async () => {
    const store = new TempStore();
    const code = fencesOf(PAGE).find(({ info }) => info === 'python')?.code ?? '';
    const script = path.join(store.home, 'writer.py');
    fs.writeFileSync(script, code);
    const { stdout: runId } = await execa('python3', [script, store.dir]);
    const { exitCode, stderr, stdout } = await store.runlog(['summary', runId]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('loss  0.25  <= 1  ok');
    expect(stdout).toContain('completed');
    const checked = fs.readFileSync(store.segment(runId), 'utf8').trim().split(/\n+/);
    expect(checked.map((line) => 'crc' in decodeLine(Buffer.from(line)))).toEqual([false, false, false]);
  });
});
