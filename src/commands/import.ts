// runlog import: what other tools wrote becomes runs. Prints the run ids.
import fs from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { RunlogError } from '../events/errors.js';
import { detectFormat, type FileFormat } from '../formats/detect.js';
import type { ImportFormat } from '../formats/draft.js';
import { LOG_FORMAT } from '../formats/log-import.js';
import { TRACE_FORMAT } from '../formats/trace-import.js';
import { importSource, type Imported, type ImportSettings } from '../runs/import/import-source.js';
import { openSource, type Source } from '../runs/import/source.js';
import { offsetFinder } from '../sources/time-zone.js';
import type { WorkerData } from './import-worker.js';
import { answer, warn, type Input } from './input.js';

const FORMATS: Partial<Record<FileFormat, ImportFormat>> = { log: LOG_FORMAT, trace: TRACE_FORMAT };
const HEAD_BYTES = 64 * 1024;

export async function importRuns(input: Input): Promise<void> {
  const named = input.choice('format', ['log', 'run', 'trace', 'record', 'lines', 'auto']);
  const settings: ImportSettings = {
    offsetMinutesAt: offsetFinder(input.text('timezone')),
    keepsOtherLines: true,
    isUnredacted: input.has('no-redact'),
    blocks: {
      startWorker: (blockSettings) => startWorker({ settings: blockSettings, timeZone: input.text('timezone') }),
    },
  };
  const runs: Imported[] = [];
  const errors: RunlogError[] = [];
  for (const file of await findFiles(input)) {
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

/** Long logs are read by several threads. */
function startWorker(workerData: WorkerData): Worker {
  // From dist/chunks/, where this is.
  return new Worker(new URL('../import-worker.js', import.meta.url), { workerData });
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

async function findFiles({ args, context }: Input): Promise<string[]> {
  const found: string[] = [];
  for (const text of args) {
    if (text === '-' || fs.existsSync(path.resolve(context.cwd, text))) {
      found.push(text);
      continue;
    }
    // A pattern that the shell did not expand, because it was quoted or matched nothing there.
    const { default: fastGlob } = await import('fast-glob');
    const matched = fastGlob.isDynamicPattern(text) ? await fastGlob(text, { cwd: context.cwd, onlyFiles: true }) : [];
    if (matched.length === 0)
      throw new RunlogError('no_such_file', `no such file: ${text}`, {
        hint: 'Check the name; quote patterns such as "logs/*.log".',
      });
    found.push(...matched.sort());
  }
  return found;
}
