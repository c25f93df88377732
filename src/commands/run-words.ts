// The ids of runs for a shell's completion, newest first. Somebody is typing: nothing is read that the index knows, and where the store
// cannot be read there are none.
import { toVisibleLine } from '../formats/visible-text.js';
import { findStore, listArchived } from '../runs/paths.js';
import { newestRuns } from '../runs/resolve.js';
import { localTime } from '../terminal/screen.js';
import type { Context } from './input.js';

/** More than anybody looks through, and quick to print. */
const MOST = 500;

export function runWords(
  { dir, env, cwd }: Context,
  which: 'stored' | 'archived',
  start: string,
): (readonly [id: string, what: string])[] {
  try {
    const store = findStore(dir, env, cwd);
    if (which === 'archived')
      return listArchived(store)
        .flatMap((id) => (id.startsWith(start) ? [[id, 'archived'] as const] : []))
        .reverse();
    return newestRuns(store, start, MOST).map(({ id, start: begin, status }) => [
      id,
      toVisibleLine(
        `${begin === '' ? '' : localTime(begin).slice(0, 'YYYY-MM-DD HH:MM'.length)}  ${status ?? 'open'}`.trim(),
      ),
    ]);
  } catch {
    return [];
  }
}
