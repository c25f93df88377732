// A coverage report on disk.
import fs from 'node:fs';
import { RunlogError, errnoOf, messageOf } from '../events/errors.js';
import { coveragePercent, parseCoverage } from '../formats/coverage.js';

/**
 * Percent of lines that a report says were run, 0 to 100; null where it counts no lines. Throws `no_such_file` where it is not there,
 * `invalid_input` where it cannot be read or is of no known format.
 */
export function readCoverage(file: string): number | null {
  return coveragePercent(parseCoverage(readReport(file), file));
}

function readReport(file: string): string {
  try {
    return fs.readFileSync(file).toString();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR')
      throw new RunlogError('no_such_file', `no such coverage report: ${file}`, {
        hint: 'Run the tests with coverage first, and check the name.',
        cause: error,
      });
    throw new RunlogError('invalid_input', `the coverage report ${file} cannot be read: ${messageOf(error)}`, {
      hint: 'Name a file that you may read.',
      cause: error,
    });
  }
}
