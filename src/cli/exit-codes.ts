// The one table from error codes to exit statuses (sysexits.h where it has one).
import type { ErrorCode } from '../events/errors.js';

export const EXIT_STATUS: Readonly<Record<ErrorCode, number>> = {
  usage: 2,
  invalid_event: 2,
  invalid_input: 65,
  no_such_run: 66,
  no_such_file: 66,
  unavailable: 69,
  cannot_create: 73,
  io: 74,
  not_recorded: 74,
  locked: 75,
  run_is_live: 75,
  interrupted: 130,
};
