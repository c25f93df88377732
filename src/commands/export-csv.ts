// runlog export csv: the tables of many runs. Its own file, for it loads nothing of what shows a run.
import path from 'node:path';
import { toVisibleLine } from '../formats/visible-text.js';
import { exportTables } from '../runs/export-tables.js';
import type { Store } from '../runs/paths.js';
import { pricesOf } from '../runs/pricing.js';
import { loadPriceLists } from '../sources/price-lists.js';
import { answer, warn, type Input } from './input.js';

export async function exportCsv(input: Input): Promise<void> {
  const { env, cwd } = input.context;
  const out = input.text('out');
  const named = input.list('run');
  const only = named.length === 0 ? [] : await resolved(input.store, named, env);
  const { folder, rows, damaged } = await exportTables(input.store, {
    folder: out === undefined ? null : path.resolve(cwd, out),
    runIds: only.length === 0 ? null : only,
    isRebuild: input.has('rebuild'),
    lockTimeoutSeconds: input.number('lock-timeout') ?? 0,
    loadPricer: pricesOf(input.store, loadPriceLists),
  });
  const lines = Object.entries(rows).map(
    ([table, count]) =>
      `${toVisibleLine(path.join(folder, `${table}.csv`))}  ${count} ${count === 1 ? 'row' : 'rows'}\n`,
  );
  answer(input.context, { dir: folder, rows }, lines.join(''));
  if (damaged.length > 0) {
    warn(`damaged, exported as far as they can be read: ${damaged.join(', ')}`);
    process.exitCode = 3;
  }
}

async function resolved(store: Store, texts: readonly string[], env: NodeJS.ProcessEnv): Promise<string[]> {
  const { resolveRun } = await import('../runs/resolve.js');
  return texts.map((text) => resolveRun(store, text, env));
}
