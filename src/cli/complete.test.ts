import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMMANDS, readOptions } from './command-table.js';
import { complete } from './complete.js';

const wordsOf = (...words: string[]): string[] => complete(words).words.map(([word]) => word);

describe('completion', () => {
  it('offers every command, its second word, and help of each', () => {
    for (const { name } of COMMANDS) {
      const [first = '', second] = name.split(' ');
      expect(wordsOf(first)).toContain(first);
      expect(wordsOf('help', first)).toContain(first);
      if (second !== undefined) expect(wordsOf(first, '')).toContain(second);
      if (second !== undefined) expect(wordsOf('help', first, '')).toContain(second);
    }
    expect(wordsOf('')).toContain('help');
    expect(wordsOf('help', '')).not.toContain('help');
  });

  it.each(COMMANDS)('offers every option of $name, and says what it is for', ({ name, options }) => {
    const { words } = complete([...name.split(' '), '--']);
    for (const option of readOptions(options)) expect(words.map(([word]) => word)).toContain(`--${option.name}`);
    for (const [, what] of words) expect(what).not.toBe('');
  });

  it('offers an option once, unless it may be repeated', () => {
    expect(wordsOf('list', '--failed', '--fa')).toEqual([]);
    expect(wordsOf('list', '--status', 'failed', '--stat')).toEqual(['--status']);
  });

  it('offers values, behind a blank or behind =', () => {
    expect(wordsOf('issue', 'end', '3', '--status', '')).toEqual(['completed', 'failed', 'skipped']);
    expect(wordsOf('issue', 'end', '3', '--status=s')).toEqual(['--status=skipped']);
    expect(wordsOf('tail', '--type', 'run.')).toEqual(['run.started', 'run.beat', 'run.ended']);
    expect(wordsOf('start', '--owner-pid', '')).toEqual(['none']);
    expect(wordsOf('correct', 'a')).toEqual(['agent']);
    expect(wordsOf('correct', '--success', '')).toEqual(['issue', 'agent', 'run']);
    expect(wordsOf('append', 'A', '--result', '')).toEqual([]);
  });

  it('knows where runs, files and folders stand', () => {
    expect(complete(['summary', ''])).toMatchObject({ runs: 'stored', files: 'none' });
    expect(complete(['summary', 'latest', ''])).toMatchObject({ runs: 'none' });
    expect(complete(['verify', 'a', 'b', ''])).toMatchObject({ runs: 'stored' });
    expect(complete(['append', 'A', '--run=x'])).toMatchObject({ runs: 'stored', prefix: '--run=' });
    expect(complete(['restore', ''])).toMatchObject({ runs: 'archived', words: [] });
    expect(complete(['lint', ''])).toMatchObject({ runs: 'stored', files: 'files' });
    expect(complete(['import', ''])).toMatchObject({ files: 'files' });
    expect(complete(['--dir', ''])).toMatchObject({ files: 'folders' });
    expect(complete(['export', 'csv', '--out', ''])).toMatchObject({ files: 'folders' });
    expect(complete(['append', 'A', ''])).toMatchObject({ files: 'none', runs: 'none', words: [] });
  });

  it('leaves what stands behind -- to the command whose words they are, where one may stand there', () => {
    expect(complete(['append', 'A', '--', ''])).toMatchObject({ commandAt: 3, words: [] });
    expect(complete(['--json', 'run', '--', 'ls', '--no'])).toMatchObject({ commandAt: 3, words: [] });
    expect(complete(['show', '--', '-'])).toMatchObject({ commandAt: null, runs: 'stored', words: [] });
    expect(wordsOf('append', 'A', '-')).toContain('--');
    expect(wordsOf('show', '-')).not.toContain('--');
  });

  it('knows the store that the line names', () => {
    expect(complete(['--dir', 'here', 'summary', ''])).toMatchObject({ dir: 'here', runs: 'stored' });
    expect(complete(['summary', '--dir=here', ''])).toMatchObject({ dir: 'here', runs: 'stored' });
    expect(complete(['summary', ''])).toMatchObject({ dir: undefined });
  });

  it('takes any words, and offers nothing that does not begin as the last one does', () => {
    const table = COMMANDS.flatMap(({ name, options }) => [
      ...name.split(' '),
      ...readOptions(options).map((option) => `--${option.name}`),
    ]);
    const word = fc.oneof(fc.constantFrom(...table, '--', '-', '', 'help', '--dir', '--status='), fc.string());
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (words) => {
        const { words: offered, prefix } = complete(words);
        const current = words.at(-1) ?? '';
        for (const [offer] of offered) expect(offer.startsWith(current)).toBe(true);
        expect(current.startsWith(prefix)).toBe(true);
      }),
    );
  });
});
