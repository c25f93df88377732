// A long log is read in blocks: whatever it holds and wherever it is cut, the run is the one that reading it as one text gives.
import fs from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LOG_FORMAT } from '../../src/formats/log-import.js';
import { decodeLine } from '../../src/journal/line.js';
import { importSource } from '../../src/runs/import/import-source.js';
import type { ImportSettings } from '../../src/runs/import/import-draft.js';
import type { Source } from '../../src/runs/import/source.js';
import { tempStore } from '../support/runlog.js';

const HEADER = '[2025-10-22 14:23:15] VERIFY';
const PIECES = [
  `\n\n${HEADER}: x\nResult: y`,
  `\r\n\r\n${HEADER}_TWO\r\nKey: é`,
  `\n\r\n${HEADER}_THREE:\n  more\n\tand more`,
  `\n\n[2025-10-21 00:00:00] EARLIER: ≈`,
  '\n\n[2025-10-22 14:23:15] COMPLETE: done',
  '\n\n[2025-13-22 14:23:15] NEVER: was',
  '\n\n[2025-10-26 02:30:00] CLOCK: set back',
  '\n\na paragraph\nover lines',
  `\n${HEADER}_UNSEPARATED  `,
  '\n\nText with a [bracket\n[and another',
  '\nToken: ghp_0123456789abcdefghijABCDEFGHIJ012345',
  '\npassword: hünter2 😀',
  '\nURL: https://user:secretword@example.org/ö',
  '\nSignificant: keys and auth are words, too: é',
  `\nLong: ${'long é '.repeat(40)}`,
  '\n',
  '\n\n\n',
  '\r',
  '\n ',
  ' ',
  'x',
  '\\u001b',
  '\\u005cu000a',
  '"\\"',
  '\u001b[2J',
  '\u00a0',
  '\u0085',
  '\u061c',
  '\u200b',
  '\u2028',
  '\u2066',
  '\ufeff',
  '\u{e0041}',
  '𝄞',
];
const BROKEN = [Buffer.from([0xff]), Buffer.from([0xc2]), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from([0xf0, 0x9f])];
const piece = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...PIECES).map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.constantFrom(...BROKEN) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }).map((text) => Buffer.from(text)) },
);
const log = fc
  .record({
    start: fc.constantFrom('', '', '', '\ufeff', 'Before.', '\n', '\ufeff\n\n'),
    pieces: fc.array(piece, { minLength: 1, maxLength: 30 }),
    end: fc.constantFrom('\n', '\n', '', '\n\n', '\r\n'),
  })
  .map(({ start, pieces, end }) =>
    Buffer.concat([Buffer.from(start), Buffer.from(`${HEADER}: first`), ...pieces, Buffer.from(end)]),
  );

function sourceOf(bytes: Buffer): Source {
  return {
    name: 'a.log',
    sizeBytes: bytes.length,
    read: (buffer, position) => bytes.copy(buffer, 0, position),
    close: () => undefined,
  };
}

/** What is there after an import, but for what differs each time: ids of events, and checksums, which must be right. */
async function importLog(bytes: Buffer, settings: Partial<ImportSettings>): Promise<unknown> {
  const { dir } = tempStore();
  const whole = { offsetMinutesAt: () => 90, keepsOtherLines: true, isUnredacted: false, ...settings };
  try {
    const [run, ...others] = await importSource({ dir }, sourceOf(bytes), 'a', [LOG_FORMAT], whole);
    expect(others).toEqual([]);
    const folder = `${dir}/runs/${run?.runId}`;
    const [segment] = fs.readdirSync(`${folder}/journal`);
    const journal = fs.readFileSync(`${folder}/journal/${segment}`);
    const ids = new Set<string>();
    const events = journal
      .toString('latin1')
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const event = decodeLine(Buffer.from(line, 'latin1')) as unknown as { id: string };
        ids.add(event.id);
        return { ...event, id: '' };
      });
    expect(ids.size).toBe(events.length);
    const blobs = fs.existsSync(`${folder}/blobs`) ? fs.readdirSync(`${folder}/blobs`).sort() : [];
    // The trace's id is that of its first event.
    const metadata = fs.readFileSync(`${folder}/_metadata.json`, 'utf8').replace(/("trace_id": ")[^"]+/, '$1');
    return { run, events, blobs, size: journal.length, metadata };
  } catch (error) {
    expect(fs.existsSync(`${dir}/runs`) ? fs.readdirSync(`${dir}/runs`) : []).toEqual([]);
    return { message: (error as Error).message };
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

const asOne = { blocks: { fromBytes: Number.POSITIVE_INFINITY } };
const inBlocks = (blockBytes: number): Partial<ImportSettings> => ({ blocks: { fromBytes: 0, blockBytes } });

test('cut into blocks of any size, a log gives the run that it gives as one text', async () => {
  await fc.assert(
    fc.asyncProperty(log, fc.integer({ min: 16, max: 600 }), fc.boolean(), async (bytes, size, isUnredacted) => {
      const expected = await importLog(bytes, { ...asOne, isUnredacted });
      expect(await importLog(bytes, { ...inBlocks(size), isUnredacted })).toEqual(expected);
    }),
    { numRuns: 400 },
  );
});

test('values that are too long for a line go to blobs, and secrets in them are masked first', async () => {
  const long = (text: string): string => `\n\n${HEADER}: x\nValue: ${text.repeat(9000)}`;
  const secret = long('a ghp_0123456789abcdefghijABCDEFGHIJ012345 ');
  const bytes = Buffer.from(`${HEADER}: first${long('é word ')}${secret}${long('plain text ')}${long('\\u0041 ')}\n`);
  const expected = (await importLog(bytes, asOne)) as { blobs: string[] };
  expect(expected.blobs).toHaveLength(4);
  for (const size of [64, 4096, 100_000, 10_000_000]) expect(await importLog(bytes, inBlocks(size))).toEqual(expected);
});

test('an import that is ended in the middle of its blocks leaves nothing', async () => {
  const bytes = Buffer.from(`${HEADER}: x\n\n`.repeat(200));
  const onProgress = (read: number): void => {
    if (read > 1.5 * bytes.length) throw new Error('enough');
  };
  expect(await importLog(bytes, { ...inBlocks(500), onProgress })).toEqual({ message: 'enough' });
});
