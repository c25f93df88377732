// The tables of a store in a query engine: made aside as files, read by it, deleted.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { queryColumns, type QueryTableName } from '../formats/query-tables.js';
import { isGone, noStore } from '../runs/paths.js';
import { pricesOf } from '../runs/pricing.js';
import { writeQueryFiles } from '../runs/query-files.js';
import { QueryEngine } from '../sources/duckdb.js';
import { loadPriceLists } from '../sources/price-lists.js';
import { warn, type Input } from './input.js';

/** An engine that has the tables named; `before` is called with it while it is empty. Says which runs are damaged. */
export async function openTables(
  input: Input,
  names: readonly QueryTableName[],
  before: (engine: QueryEngine) => Promise<void> = async () => {},
): Promise<QueryEngine> {
  const { store } = input;
  const engine = await QueryEngine.open();
  await before(engine);
  if (isGone(store)) throw noStore(store);
  // The files hold what the store does: theirs alone, and gone also where somebody does not want to wait.
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'runlog-query-'));
  const discard = (): void => fs.rmSync(folder, { recursive: true, force: true });
  const stop = (signal: NodeJS.Signals): void => {
    discard();
    process.kill(process.pid, signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.once(signal, stop);
  try {
    const damaged = await writeQueryFiles(store, folder, names, pricesOf(store, loadPriceLists));
    for (const name of names) await engine.load(name, queryColumns(name), path.join(folder, `${name}.csv`));
    if (damaged.length > 0) {
      warn(`damaged, read as far as they can be: ${damaged.join(', ')}; runlog verify says where`);
      process.exitCode = 3;
    }
  } finally {
    for (const signal of signals) process.removeListener(signal, stop);
    discard();
  }
  return engine;
}
