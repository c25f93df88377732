// Small pictures of numbers and outcomes in one line of text.

/** One character an outcome, the latest last: high where it succeeded, low where it did not, a dot where that is not known. */
export function outcomeStrip(outcomes: readonly (boolean | null)[]): string {
  return outcomes.map((success) => (success === null ? '\u00b7' : success ? '\u2588' : '\u2581')).join('');
}

const EIGHTHS = ['', '\u258f', '\u258e', '\u258d', '\u258c', '\u258b', '\u258a', '\u2589'];

/** A bar for a share from 0 to 1, in eighths of a column; what is more than nothing is seen. */
export function bar(share: number, columns: number): string {
  const eighths = Math.max(share > 0 ? 1 : 0, Math.round(Math.min(1, share) * columns * 8));
  return '\u2588'.repeat(eighths >> 3) + (EIGHTHS[eighths & 7] as string);
}
