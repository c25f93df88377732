// How an error is shown: `error:` and `hint:` on stderr, or one JSON object on stdout under --json. It sets the exit status.
import { errnoOf, messageOf, RunlogError, type ErrorCode } from '../events/errors.js';
import { toVisible, toVisibleLine } from '../formats/visible-text.js';
import { jsonText, print, say } from '../commands/input.js';
import { EXIT_STATUS } from './exit-codes.js';

export function reportError(error: unknown, isJson: boolean): void {
  const { code, message, hint } = describe(error);
  const exit = EXIT_STATUS[code];
  process.exitCode = exit;
  if (!isJson || !isPrinted(`${jsonText({ error: { code, message, hint: hint ?? null, exit } })}\n`)) {
    const lines = [`error: ${toVisibleLine(message)}`, ...(hint === undefined ? [] : [`hint: ${toVisibleLine(hint)}`])];
    say(`${lines.join('\n')}\n`);
  }
  if (process.env['RUNLOG_DEBUG'] === '1' && error instanceof Error) say(`${toVisible(error.stack ?? '')}\n`);
}

function isPrinted(text: string): boolean {
  try {
    print(text);
    return true;
  } catch {
    return false; // the error may be just that
  }
}

function describe(error: unknown): { code: ErrorCode; message: string; hint: string | undefined } {
  if (error instanceof RunlogError) return error;
  const hint = errnoOf(error) === undefined ? 'This is a fault of runlog: RUNLOG_DEBUG=1 shows where.' : undefined;
  return { code: 'io', message: messageOf(error), hint };
}
