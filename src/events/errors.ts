// The one error that runlog throws on purpose. It owns the list of codes; it must not know exit statuses or how errors are shown.

/** Stable codes; scripts may match on them. The command line maps each to an exit status in one table. */
export type ErrorCode =
  | 'usage'
  | 'invalid_event'
  | 'invalid_input'
  | 'no_such_run'
  | 'no_such_file'
  | 'unavailable'
  | 'cannot_create'
  | 'io'
  | 'not_recorded'
  | 'locked'
  | 'run_is_live'
  | 'interrupted';

/** What is known besides the message. */
export interface ErrorDetails {
  /** What the reader can do about it, one sentence. */
  hint?: string;
  cause?: unknown;
}

/** Says what happened (message), what to do about it (hint) and why (cause). */
export class RunlogError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'RunlogError';
    this.code = code;
    this.hint = details.hint;
  }
}

/** Linux's number for a full quota, for which Node has no name. */
const EDQUOT = 122;

/** The operating system's name of a failure (`ENOSPC`, `EACCES`…), or undefined for anything else. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, errno } = error as NodeJS.ErrnoException;
  if (typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) && !code.startsWith('ERR_')) return code;
  if (typeof errno !== 'number') return undefined;
  return Math.abs(errno) === EDQUOT ? 'EDQUOT' : 'UNKNOWN';
}

/** The words of any thrown value. */
export function messageOf(error: unknown): string {
  if (errnoOf(error) === 'EDQUOT') return 'EDQUOT: disk quota exceeded';
  return error instanceof Error ? error.message : String(error);
}
