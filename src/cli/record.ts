// The entry of recording commands: one file, no third-party code, nothing asynchronous. What it does not know it leaves alone.
import { inputOf } from './context.js';
import { listJson } from '../commands/list-json.js';
import { parseDirect, type Parsed } from './parse.js';
import { RECORDING_ACTIONS } from './recording-actions.js';
import { reportError } from './report-error.js';

export { RunlogError, errnoOf, messageOf } from '../events/errors.js';

/** What became of a command line: done, or to be done when what it waits for comes; it may be another's. */
export type Recorded = 'done' | 'under way' | 'not ours';

/** Does what a command line says if it is a sound recording command. */
export function record(argv: readonly string[]): Recorded {
  const parsed = parseDirect(argv);
  if (parsed?.spec.name === 'list') return list(parsed) ? 'done' : 'not ours';
  const action = parsed === null ? undefined : RECORDING_ACTIONS[parsed.spec.name];
  if (parsed === null || action === undefined) return 'not ours';
  const input = inputOf(parsed);
  const report = (error: unknown): void => reportError(error, input.context.isJson);
  try {
    const pending = action(input);
    if (pending !== undefined) {
      void pending.catch(report);
      return 'under way';
    }
  } catch (error) {
    report(error);
  }
  return 'done';
}

/** Only what programs read: the table for people takes third-party code. */
function list(parsed: Parsed): boolean {
  const input = inputOf(parsed);
  try {
    return input.context.isJson && listJson(input);
  } catch (error) {
    reportError(error, true);
    return true;
  }
}
