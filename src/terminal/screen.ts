// The screen: how wide it is, and how a stored time reads there.
import { formatCivil } from '../formats/civil-time.js';

const DEFAULT_COLUMNS = 80;

/** Columns to write for: those of the terminal behind stdout, else COLUMNS, else 80. */
export function screenWidth(env: NodeJS.ProcessEnv): number {
  const given = Number(env['COLUMNS']);
  return (
    (isTerminal(1) && process.stdout.columns) || (Number.isSafeInteger(given) && given > 0 ? given : DEFAULT_COLUMNS)
  );
}

/** Where a line may be cut at all: at the edge of a terminal. What goes into a pipe goes there whole. */
export function cuttingWidth(env: NodeJS.ProcessEnv): number {
  return isTerminal(1) ? screenWidth(env) : Infinity;
}

/** `YYYY-MM-DD HH:MM:SS` in the reader's own zone. */
export function localTime(instant: string): string {
  const civil = formatCivil(instant, -new Date(instant).getTimezoneOffset());
  return civil.slice(0, 'YYYY-MM-DDTHH:MM:SS'.length).replace('T', ' ');
}

/** Whether a person is behind a descriptor. Most often a look at the file tells, and Node's module for terminals is not loaded. */
export function isTerminal(fd: number): boolean {
  try {
    const { fstatSync } = process.getBuiltinModule('node:fs');
    return fstatSync(fd).isCharacterDevice() && process.getBuiltinModule('node:tty').isatty(fd);
  } catch {
    return false;
  }
}
