// How an answer looks: a table where it fits, one column giving way where that does, else each row by itself.
import { expect, test } from 'vitest';
import type { QueryRows } from '../formats/query-text.js';
import { painter } from './colors.js';
import { queryLines } from './query-text.js';

const plain = painter(true, {});
const colored = {
  paint: (_: unknown, text: string) => text,
  bold: (text: string) => `*${text}*`,
  faint: (text: string) => `_${text}_`,
};

const ANSWER: QueryRows = {
  columns: [
    { name: 'run_id', type: 'VARCHAR' },
    { name: 'runs', type: 'BIGINT' },
    { name: 'usd', type: 'DOUBLE' },
    { name: 'error_message', type: 'VARCHAR' },
    { name: 'list', type: 'INTEGER[]' },
  ],
  rows: [
    [
      'run_20250101_000100_bench',
      12,
      0.5,
      'the disk was full when the model was to be written, after\nthree attempts',
      [1, 2],
    ],
    ['run_20250101_000200_bench', 1234, null, '\u001b[31mred', null],
  ],
};

test('what fits is a table, numbers by their last digit, no text raw', () => {
  expect(queryLines(ANSWER, 200, plain).join('\n')).toMatchInlineSnapshot(`
    "run_id                     runs   usd  error_message                                                                  list
    run_20250101_000100_bench    12   0.5  the disk was full when the model was to be written, after\\u000athree attempts  [1,2]
    run_20250101_000200_bench  1234  NULL  \\u001b[31mred                                                                  NULL"
  `);
});

test('at 80 columns the widest column goes on below itself', () => {
  expect(queryLines(ANSWER, 80, plain).join('\n')).toMatchInlineSnapshot(`
    "run_id                     runs   usd  error_message                       list
    run_20250101_000100_bench    12   0.5  the disk was full when the model    [1,2]
                                           was to be written,
                                           after\\u000athree attempts
    run_20250101_000200_bench  1234  NULL  \\u001b[31mred                       NULL"
  `);
});

test('where that is not enough each row is by itself', () => {
  const wide = {
    columns: ANSWER.columns.map((column) => ({ ...column, name: `a_long_${column.name}` })),
    rows: ANSWER.rows,
  };
  const lines = queryLines(wide, 80, colored);
  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "*row 1*
    a_long_run_id         run_20250101_000100_bench
    a_long_runs           12
    a_long_usd            0.5
    a_long_error_message  the disk was full when the model was to be written,
                          after\\u000athree attempts
    a_long_list           [1,2]

    *row 2*
    a_long_run_id         run_20250101_000200_bench
    a_long_runs           1234
    a_long_usd            NULL
    a_long_error_message  \\u001b[31mred
    a_long_list           NULL"
  `);
  expect(lines.every((line) => line.length <= 80)).toBe(true);
});

test('the heads are faint and nothing else has a colour', () => {
  expect(queryLines({ ...ANSWER, rows: [] }, 200, colored)).toEqual(['_run_id  runs  usd  error_message  list_']);
});
