// A view in pieces becomes the very file that it would be as a whole, whatever was there.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { PRIVATE } from '../journal/folder.js';
import { writePieces, writeTogether, type WholeFile } from './atomic-file.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'runlog-pieces-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const file = path.join(folder, 'view');
const never = (): void => undefined;

/** Long enough to fill some chunks. */
const pieces = fc.array(
  fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.nat(300_000).map((length) => 'é'.repeat(length)),
  ),
  { maxLength: 6 },
);
const before = (text: string): fc.Arbitrary<string | null> =>
  fc.oneof(
    fc.constantFrom(null, '', text, `${text}x`, text.slice(0, text.length >> 1), `x${text}`),
    fc.nat(Math.max(0, text.length - 1)).map((at) => `${text.slice(0, at)}x${text.slice(at + 1)}`),
  );

describe('a view that is written in pieces', () => {
  it('is their text, and not touched where it is that already', () => {
    const cases = pieces.chain((some) => fc.tuple(fc.constant(some), before(Buffer.from(some.join('')).toString())));
    fc.assert(
      fc.property(cases, ([some, old]) => {
        fs.rmSync(file, { force: true });
        if (old !== null) fs.writeFileSync(file, old);
        const inode = old === null ? null : fs.statSync(file).ino;
        const text = Buffer.from(some.join('')).toString();
        writePieces(file, some, PRIVATE, never);
        if (text === '' && old === null) return !fs.existsSync(file);
        if (old === text) expect(fs.statSync(file).ino).toBe(inode);
        expect(fs.readdirSync(folder)).toEqual(['view']);
        return fs.readFileSync(file, 'utf8') === text;
      }),
      { numRuns: 60 },
    );
  });

  it('stays as it was where the pieces end in an error, or what is asked before it says no', () => {
    fs.writeFileSync(file, 'old');
    const failing = function* (): Generator<string> {
      yield 'n'.repeat(600_000);
      throw new Error('no more');
    };
    expect(() => writePieces(file, failing(), PRIVATE, never)).toThrow('no more');
    const refuse = (): void => {
      throw new Error('refused');
    };
    expect(() => writePieces(file, ['new'], PRIVATE, refuse)).toThrow('refused');
    expect(fs.readdirSync(folder).map((name) => fs.readFileSync(path.join(folder, name), 'utf8'))).toEqual(['old']);
  });
});

describe('views that are written together', () => {
  const names = ['one', 'two', 'three'];
  const inFolder = (own: string): Record<string, string> =>
    Object.fromEntries(names.map((name) => [name, fs.readFileSync(path.join(own, name), 'utf8')]));
  const prepare = (): { own: string; files: WholeFile[] } => {
    const own = fs.mkdtempSync(path.join(os.tmpdir(), 'runlog-together-'));
    onTestFinished(() => fs.rmSync(own, { recursive: true }));
    for (const name of names) fs.writeFileSync(path.join(own, name), `old ${name}`);
    return {
      own,
      files: names.map((name) => ({ file: path.join(own, name), pieces: [Buffer.from('new '), Buffer.from(name)] })),
    };
  };

  it('have their content, and are not touched where they have it already', async () => {
    const { own, files } = prepare();
    fs.writeFileSync(path.join(own, 'two'), 'new two');
    const { ino } = fs.statSync(path.join(own, 'two'));
    await writeTogether(files, PRIVATE);
    expect(inFolder(own)).toEqual({ one: 'new one', two: 'new two', three: 'new three' });
    expect(fs.statSync(path.join(own, 'two')).ino).toBe(ino);
    expect(fs.readdirSync(own).sort()).toEqual([...names].sort());
  });

  it('copy from open files, themselves too, what is longer than one read', async () => {
    const { own } = prepare();
    const [file, other] = [path.join(own, 'one'), path.join(own, 'two')];
    const text = Array.from({ length: 100_000 }, (_, index) => String(index)).join(' ');
    fs.writeFileSync(file, text);
    const fd = fs.openSync(file, 'r');
    onTestFinished(() => fs.closeSync(fd));
    const { ino } = fs.statSync(file);
    const all = { fd, from: 0, to: text.length };
    await writeTogether([{ file, pieces: [all] }], PRIVATE);
    expect(fs.statSync(file).ino).toBe(ino);
    const some = { fd, from: 3, to: text.length - 3 };
    await writeTogether(
      [
        { file, pieces: [Buffer.from('x'), some, Buffer.from('y')] },
        { file: other, pieces: [all, some] },
      ],
      PRIVATE,
    );
    expect(fs.readFileSync(file, 'utf8') === `x${text.slice(3, -3)}y`).toBe(true);
    expect(fs.readFileSync(other, 'utf8') === text + text.slice(3, -3)).toBe(true);
    await expect(writeTogether([{ file, pieces: [{ fd, from: 0, to: text.length + 1 }] }], PRIVATE)).rejects.toThrow(
      'became shorter',
    );
  });

  it('are all as they were where one of them cannot be written, and that one is named', async () => {
    const { own, files } = prepare();
    // A folder stands where it would be written first.
    fs.mkdirSync(path.join(own, '.three.tmp'));
    await expect(writeTogether(files, PRIVATE)).rejects.toThrow(`cannot write ${path.join(own, 'three')}`);
    expect(inFolder(own)).toEqual({ one: 'old one', two: 'old two', three: 'old three' });
    expect(fs.readdirSync(own).sort()).toEqual(['.three.tmp', ...names].sort());
  });
});
