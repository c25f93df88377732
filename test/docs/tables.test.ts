// docs/tables.md against the code: every table, every column, in order.
import { expect, it } from 'vitest';
import { TABLE_NAMES, columnsOf } from '../../src/formats/tables.js';
import { readPage, rowsUnder } from './pages.js';

const PAGE = 'docs/tables.md';

it('docs/tables.md has the seven tables', () => {
  expect([...readPage(PAGE).matchAll(/^## (\w+)$/gm)].map(({ 1: name }) => name)).toEqual([...TABLE_NAMES]);
});

it.each(TABLE_NAMES)('docs/tables.md has every column of %s, in order', (name) => {
  const [, ...rows] = rowsUnder(PAGE, `## ${name}`);
  const columns = rows.flatMap(([cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(({ 1: column }) => column));
  expect(columns).toEqual(columnsOf(name));
  expect(rows.filter(([, meaning = '']) => meaning === '')).toEqual([]);
});
