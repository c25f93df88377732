import fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, it } from 'vitest';
import wrapAnsi from 'wrap-ansi';
import { alignColumns, cutTo, widthOf, wrapTo } from './columns.js';

it('pads by what a terminal shows: wide characters count twice, colours not at all', () => {
  expect(
    alignColumns(
      [
        ['日本', 'x'],
        ['\u001B[31mred\u001B[39m', 'y'],
      ],
      80,
      1,
    ),
  ).toEqual([['日本  x'], ['\u001B[31mred\u001B[39m   y']]);
});

it('lets the flexible column go on below itself, and loses nothing', () => {
  const [lines] = alignColumns([['12:00:00', 'NAME', 'one two three four five']], 32, 2);
  expect(lines).toEqual(['12:00:00  NAME  one two three', '                four five']);
});

it('leaves out columns that are empty in every row', () => {
  expect(alignColumns([['a', '', 'b']], 80, 2)).toEqual([['a  b']]);
});

it('breaks a word that is longer than the line', () => {
  expect(wrapTo('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
});

it('shows where text was cut', () => {
  expect(cutTo('one two three', 8)).toBe('one two…');
  expect(cutTo('short', 8)).toBe('short');
});

it('indents what goes on in the first column, so that it cannot pass for a row', () => {
  expect(alignColumns([['name   1  forged', 'x']], 14, 0)).toEqual([['name   1      x', '  forged']]);
});

it('says of every character what the tables of all characters say', () => {
  for (let code = 0; code <= 0xffff; code += 1) {
    const character = String.fromCharCode(code);
    expect([code, widthOf(character)]).toEqual([code, stringWidth(character)]);
  }
});

it('wraps text of narrow characters as all other text is wrapped', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'é', '—', ' ', ' ', 'word', 'a/long/path/of/a/file'), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 30 }), (parts, width) => {
      const whole = parts.join('');
      const wrapped = stringWidth(whole) <= width ? [whole] : wrapAnsi(whole, width, { hard: true }).split('\n');
      expect(wrapTo(whole, width)).toEqual(wrapped);
    }),
    { numRuns: 2000 },
  );
});
