// Where problems go: never into the program that is recorded.
import { messageOf } from '../events/errors.js';

/** Told what goes wrong; what it throws is ignored. */
export type OnError = (error: Error) => void;

/** Gives an error to whoever asked for it; without such a one it becomes a line on stderr, as the command line's warnings. */
export function tell(onError: OnError | undefined, error: unknown): void {
  try {
    if (onError === undefined) process.stderr.write(`runlog: warning: ${messageOf(error)}\n`);
    else onError(error instanceof Error ? error : new Error(messageOf(error)));
  } catch {
    // Whoever records must not be stopped by whoever listens.
  }
}
