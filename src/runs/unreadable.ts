// What the system could not read, as opposed to bytes that are damaged.
import { RunlogError } from '../events/errors.js';
import type { Damage } from '../journal/line.js';

export function isUnreadable({ kind }: Damage): boolean {
  return kind === 'unreadable';
}

/**
 * Throws `io` where the system could not read something of a run. Damage in the bytes is there for good, and all else is to be had in
 * spite of it; what cannot be read today may be whole tomorrow, and a view made without it would look as if it had never been.
 */
export function refuseUnreadable(runId: string, damage: readonly Damage[]): void {
  const found = damage.find(isUnreadable);
  if (found === undefined) return;
  throw new RunlogError('io', `${runId}: ${found.segment} cannot be read: ${found.message}`, {
    hint: 'Nothing was written. Run the same command again once the file can be read.',
  });
}
