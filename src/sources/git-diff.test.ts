import { describe, expect, it } from 'vitest';
import { parseDiff, parseRaw } from './git-diff.js';

const [OLD, NEW, NONE] = ['a'.repeat(40), 'b'.repeat(40), '0'.repeat(40)];
const raw = (status: string, ...paths: string[]): string =>
  `:100644 100644 ${OLD} ${NEW} ${status}\0${paths.join('\0')}\0`;

describe('what git says of a difference', () => {
  it('is counted by status, renames and changes of kind as modifications', () => {
    const files = raw('A', 'a') + raw('M', 'm') + raw('T', 't') + raw('D', 'd') + raw('R087', 'old', 'new');
    const lines = '3\t0\ta\0' + '1\t2\tm\0' + '1\t10\tt\0' + '0\t4\td\0' + '5\t6\t\0old\0new\0';
    expect(parseDiff(files + lines)).toEqual({
      filesCreated: 1,
      filesModified: 3,
      filesDeleted: 1,
      linesAdded: 10,
      linesDeleted: 22,
    });
  });

  it('has no lines where a file is binary', () => {
    expect(parseDiff(`${raw('M', 'image.png')}-\t-\timage.png\0`)).toMatchObject({ filesModified: 1, linesAdded: 0 });
  });

  it('is nothing where nothing differs', () => {
    expect(parseDiff('')).toEqual({
      filesCreated: 0,
      filesModified: 0,
      filesDeleted: 0,
      linesAdded: 0,
      linesDeleted: 0,
    });
  });

  it('is not confused by names that look like its own', () => {
    const names = [':100644 100644 a b M', '1\t2\tx', 'a\nb', '-', ' '];
    const text = names.map((name) => raw('M', name)).join('') + names.map((name) => `1\t0\t${name}\0`).join('');
    expect(parseRaw(text).map(({ path }) => path)).toEqual(names);
    expect(parseDiff(text)).toMatchObject({ filesModified: 5, linesAdded: 5 });
  });

  it('keeps mode and ids, as they tell what the work tree holds', () => {
    expect(parseRaw(`:120000 100755 ${OLD} ${NONE} T\0a\0`)).toEqual([
      { oldMode: '120000', oldId: OLD, newId: NONE, status: 'T', path: 'a' },
    ]);
  });

  it('is refused where it is of another form', () => {
    expect(() => parseDiff('diff --git a/x b/x\0')).toThrow('git diff wrote what is not known');
  });
});
