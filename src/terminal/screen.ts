// The screen: how wide it is, and how a stored time reads there.
import { format } from 'date-fns/format';

const DEFAULT_COLUMNS = 80;

/** Columns to write for: those of the terminal behind stdout, else COLUMNS, else 80. */
export function screenWidth(env: NodeJS.ProcessEnv): number {
  const given = Number(env['COLUMNS']);
  return process.stdout.columns || (Number.isSafeInteger(given) && given > 0 ? given : DEFAULT_COLUMNS);
}

/** Where a line may be cut at all: at the edge of a terminal. What goes into a pipe goes there whole. */
export function cuttingWidth(env: NodeJS.ProcessEnv): number {
  return process.stdout.isTTY ? screenWidth(env) : Infinity;
}

/** `YYYY-MM-DD HH:MM:SS` in the reader's own zone. */
export function localTime(instant: string): string {
  return format(new Date(instant), 'yyyy-MM-dd HH:mm:ss');
}
