// The screen: how wide it is, and how a stored time reads there.
import { format } from 'date-fns/format';

const PIPE_WIDTH = Infinity;

/** Columns of the terminal behind stdout, COLUMNS where it is set; a pipe cuts nothing. */
export function screenWidth(env: NodeJS.ProcessEnv): number {
  const given = Number(env['COLUMNS']);
  if (!process.stdout.isTTY) return PIPE_WIDTH;
  return process.stdout.columns || (Number.isSafeInteger(given) && given > 0 ? given : 80);
}

/** `YYYY-MM-DD HH:MM:SS` in the reader's own zone. */
export function localTime(instant: string): string {
  return format(new Date(instant), 'yyyy-MM-dd HH:mm:ss');
}
