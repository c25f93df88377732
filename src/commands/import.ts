// runlog import: what other tools wrote becomes runs. Prints the run ids.
import path from 'node:path';
import { RunlogError } from '../events/errors.js';
import { detectFormat, type FileFormat } from '../formats/detect.js';
import type { ImportFormat } from '../formats/draft.js';
import { LINES_FORMAT } from '../formats/lines-import.js';
import { LOG_FORMAT } from '../formats/log-import.js';
import { RECORD_FORMAT } from '../formats/record-import.js';
import { TRACE_FORMAT } from '../formats/trace-import.js';
import { importSource, type Imported, type ImportSettings } from '../runs/import/import-source.js';
import { openSource, type Source } from '../runs/import/source.js';
import { offsetFinder } from '../sources/time-zone.js';
import { findFiles } from './input-files.js';
import { answer, warn, type Input } from './input.js';

const FORMATS: Partial<Record<FileFormat, ImportFormat>> = {
  log: LOG_FORMAT,
  trace: TRACE_FORMAT,
  record: RECORD_FORMAT,
  lines: LINES_FORMAT,
};
const HEAD_BYTES = 64 * 1024;

export async function importRuns(input: Input): Promise<void> {
  const named = input.choice('format', ['log', 'run', 'trace', 'record', 'lines', 'auto']);
  const settings: ImportSettings = {
    offsetMinutesAt: offsetFinder(input.text('timezone')),
    keepsOtherLines: !input.has('skip-other'),
    isUnredacted: input.has('no-redact'),
  };
  const runs: Imported[] = [];
  const errors: RunlogError[] = [];
  for (const file of await findFiles(input.args, input.context.cwd)) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one source after the other: each may be large
      runs.push(...(await importFile(input, file, named === 'auto' ? undefined : named, settings)));
    } catch (error) {
      if (!(error instanceof RunlogError)) throw error;
      errors.push(error);
    }
  }
  const [first] = errors;
  if (first !== undefined && runs.length === 0) throw first;
  const rows = runs.map(({ runId, source, events, warnings }) => ({ run_id: runId, source, events, warnings }));
  answer(input.context, { runs: rows }, runs.map(({ runId }) => `${runId}\n`).join(''));
  for (const { source, warnings } of runs) for (const text of warnings) warn(`${source}: ${text}`);
  for (const { message } of errors) warn(message);
  if (errors.length > 0 || runs.some(({ isPartial }) => isPartial)) process.exitCode = 3;
}

async function importFile(
  input: Input,
  file: string,
  named: FileFormat | undefined,
  settings: ImportSettings,
): Promise<Imported[]> {
  const source = openSource(file, input.context.cwd);
  try {
    const formats = (named === undefined ? detectFormat(headOf(source)) : [named])
      .map((format) => FORMATS[format])
      .filter((format) => format !== undefined);
    const name = file === '-' ? 'stdin' : path.basename(file).replace(/\.[^.]+$/, '');
    return await importSource(input.store, source, name, formats, settings);
  } catch (error) {
    if (!(error instanceof RunlogError) || error.code !== 'invalid_input') throw error;
    throw new RunlogError('invalid_input', `${source.name} cannot be imported: ${error.message}`, {
      hint: error.hint ?? 'docs/import.md says what is read.',
      cause: error,
    });
  } finally {
    source.close();
  }
}

function headOf(source: Source): string {
  const head = Buffer.alloc(HEAD_BYTES);
  return head.toString('utf8', 0, source.read(head, 0));
}
