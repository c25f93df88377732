// runlog export parquet: the tables of query as files for engines that read Parquet, whole or in folders by what their runs are.
import path from 'node:path';
import { counted } from '../formats/quantities.js';
import { QUERY_TABLE_NAMES } from '../formats/query-tables.js';
import { toVisibleLine } from '../formats/visible-text.js';
import { PRIVATE } from '../journal/folder.js';
import { writeBy } from '../runs/atomic-file.js';
import { rightsOf } from '../runs/paths.js';
import { replaceFolder } from '../runs/replace-folder.js';
import { answer, usage, type Input } from './input.js';
import { openTables } from './query-tables.js';

/** What runs are parted by: the column that folders are named by, which no table has, and its SQL over `r`, the run of a row. */
const KEYS: Readonly<Record<string, readonly [column: string, sql: string]>> = {
  day: ['day', "strftime(r.start_time, '%Y-%m-%d')"],
  project: ['project', 'r.project_id'],
  intent: ['intent', 'r.intent_type'],
  model: ['model', 'r.llm_model'],
  status: ['run_status', 'r.status'],
};

export async function exportParquet(input: Input): Promise<void> {
  const { store } = input;
  const out = input.text('out');
  const folder = out === undefined ? path.join(store.dir, 'parquet') : path.resolve(input.context.cwd, out);
  const rights = out === undefined ? rightsOf(store) : PRIVATE;
  const keys = keysOf(input);
  const engine = await openTables(input, QUERY_TABLE_NAMES);
  const rows: Record<string, number> = {};
  const lines: string[] = [];
  for (const name of QUERY_TABLE_NAMES) {
    const isParted = Object.keys(keys).length > 0;
    const to = path.join(folder, isParted ? name : `${name}.parquet`);
    const write = (aside: string): Promise<number> => engine.tableToParquet(name, aside, keys);
    const count = await (isParted ? replaceFolder(to, isPartition, rights, write) : writeBy(to, rights, write));
    rows[name] = count;
    lines.push(`${toVisibleLine(to)}  ${counted(count, 'row')}\n`);
  }
  answer(input.context, { dir: folder, partition: Object.keys(keys), rows }, lines.join(''));
}

function keysOf(input: Input): Record<string, string> {
  const named = [...new Set(input.list('partition'))];
  const unknown = named.find((name) => !Object.hasOwn(KEYS, name));
  if (unknown !== undefined)
    throw usage(`--partition takes ${Object.keys(KEYS).join(', ')}; not ${JSON.stringify(unknown)}`);
  return Object.fromEntries(named.map((name) => KEYS[name] as readonly [string, string]));
}

/** A folder or a file as a partitioned export has them. */
function isPartition(name: string): boolean {
  return /^data_\d+\.parquet$/.test(name) || Object.values(KEYS).some(([column]) => name.startsWith(`${column}=`));
}
