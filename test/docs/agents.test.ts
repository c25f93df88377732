// docs/agents.md tells one story: its script is examples/agents.sh, and what it shows is what that script gives, but for ids, times
// and durations.
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { TABLE_NAMES, type TableName } from '../../src/formats/tables.js';
import { readTables, runTypeScript, type Tables } from '../support/agent-run.js';
import { ROOT, TempStore, stable } from '../support/runlog.js';
import { fencesOf, rowsUnder } from './pages.js';

const PAGE = 'docs/agents.md';
const fences = fencesOf(PAGE);
const script = fs.readFileSync(path.join(ROOT, 'examples/agents.sh'), 'utf8');

/** The commands of the page that show their output, in order. */
const shown = fences
  .filter(({ info }) => info === 'text')
  .flatMap(({ code, line }) =>
    code
      .split(/^\$ /m)
      .slice(1)
      .map((part) => ({ line, command: part.split('\n', 1)[0] as string, output: part.slice(part.indexOf('\n') + 1) })),
  );

/** Without what differs from run to run, and the lines that name the machine and the folder. */
function lasting(text: string): string[] {
  return stable(text)
    .split('\n')
    .filter((line) => !/^ {2}(Host|Folder) /.test(line))
    .map((line) =>
      line
        .replaceAll(/\d+(\.\d+)? ms\b/g, 'N ms')
        .replaceAll(/\b\d+(\.\d+)?s\b/g, 'Ns')
        .replaceAll(/\d+%/g, 'N%')
        .replace(/^( *at once) .*/, '$1')
        // Bars are as long as what they stand for.
        .replaceAll(/[\u2190\u2192\u2501\u2504\u2580-\u2593]+/g, '')
        .replaceAll(/(\S) +/g, '$1 ')
        .trimEnd(),
    )
    .filter((line) => line !== '');
}

describe(PAGE, () => {
  let store: TempStore;
  const given: string[] = [];

  beforeAll(async () => {
    store = new TempStore();
    fs.writeFileSync(path.join(store.cwd, 'agents.sh'), script, { mode: 0o755 });
    for (const { command } of shown) {
      const { stdout, stderr, exitCode } = await store.shell('dash', command);
      expect({ command, exitCode, stderr }).toEqual({ command, exitCode: 0, stderr: '' });
      given.push(stdout);
    }
  });

  it('shows examples/agents.sh as it is', () => {
    expect(fences.filter(({ info }) => info === 'sh').map(({ code }) => code)).toContain(script);
  });

  it.each(shown.map(({ command, line }, index) => ({ command, line, index })))(
    'shows what `$command` prints, line $line',
    ({ index }) => {
      expect(lasting(given[index] as string)).toEqual(lasting(shown[index]?.output as string));
    },
  );

  const tablesShown = TABLE_NAMES.filter((name) => rowsUnder(PAGE, `### ${name}.csv`).length > 0);
  const expectTablesAsShown = (tables: Tables, names: readonly TableName[]): void => {
    for (const name of names) {
      const [columns = [], ...rows] = rowsUnder(PAGE, `### ${name}.csv`);
      expect({ name, rows: tables[name].map((row) => columns.map((column) => row[column])) }).toEqual({ name, rows });
    }
  };

  it('shows rows of tables as they are, in the columns that it names', () => {
    expect(tablesShown.length).toBeGreaterThan(3);
    expectTablesAsShown(readTables(store.path('csv')), tablesShown);
  });

  it('shows a program in TypeScript that gives the same tables, before the issue is corrected', async () => {
    const program = fences.find(({ info }) => info === 'ts');
    const own = new TempStore();
    const { exitCode, stderr } = await runTypeScript(own, program?.code ?? '');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expectTablesAsShown(
      readTables(own.path('csv')),
      tablesShown.filter((name) => name !== 'issues' && name !== 'runs'),
    );
    expect((await own.json('list')).runs).toMatchObject([{ status: 'completed', total_tokens: 18_720 }]);
  });
});
