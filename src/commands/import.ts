// runlog import: what other tools wrote becomes runs. Prints the run ids.
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { RunlogError } from '../events/errors.js';
import { detectFormat, type FileFormat } from '../formats/detect.js';
import type { ImportFormat } from '../formats/draft.js';
import { LINES_FORMAT } from '../formats/lines-import.js';
import { LOG_FORMAT } from '../formats/log-import.js';
import { countText, counted } from '../formats/quantities.js';
import { RECORD_FORMAT } from '../formats/record-import.js';
import { TRACE_FORMAT } from '../formats/trace-import.js';
import { findUnits, type Found, type Unit } from '../runs/import/find.js';
import type { Imported, ImportSettings } from '../runs/import/import-draft.js';
import { importSource } from '../runs/import/import-source.js';
import { fileOfSource, fileOnDisk, importRunFolder } from '../runs/import/run-folder.js';
import { openSource, type Source } from '../runs/import/source.js';
import { isTaken } from '../runs/create.js';
import { isRunId } from '../runs/paths.js';
import { resolveRun } from '../runs/resolve.js';
import { offsetFinder } from '../sources/time-zone.js';
import { countLine, fileLine } from '../terminal/progress.js';
import type { WorkerData } from './import-worker.js';
import { findPaths } from './input-files.js';
import { answer, remark, usage, warn, type Input } from './input.js';
import { LongWork } from './long-work.js';

const FORMATS: Partial<Record<FileFormat, ImportFormat>> = {
  log: LOG_FORMAT,
  trace: TRACE_FORMAT,
  record: RECORD_FORMAT,
  lines: LINES_FORMAT,
};
const HEAD_BYTES = 64 * 1024;
const NAMES_SHOWN = 3;

export async function importRuns(input: Input): Promise<void> {
  const named = input.choice('format', ['log', 'run', 'trace', 'record', 'lines', 'auto']);
  const settings: ImportSettings = {
    offsetMinutesAt: offsetFinder(input.text('timezone')),
    keepsOtherLines: !input.has('skip-other'),
    isUnredacted: input.has('no-redact'),
    into: runNamed(input),
    blocks: {
      startWorker: (blockSettings) => startWorker({ settings: blockSettings, timeZone: input.text('timezone') }),
    },
  };
  const work = new ImportWork(input, settings, named === 'auto' ? undefined : named);
  try {
    await work.run(await findPaths(input.args, input.context.cwd));
  } finally {
    work.end();
  }
  const { runs, errors } = work;
  const [first] = errors;
  if (first !== undefined && runs.length === 0) throw first;
  const rows = runs.map(({ runId, source, events, warnings }) => ({ run_id: runId, source, events, warnings }));
  answer(input.context, { runs: rows }, runs.map(({ runId }) => `${runId}\n`).join(''));
  for (const { source, warnings } of runs) for (const text of warnings) warn(`${source}: ${text}`);
  for (const { message } of errors) warn(message);
  if (errors.length > 0 || runs.some(({ isPartial }) => isPartial)) process.exitCode = 3;
}

/** Of what a thread makes hardly anything lasts: more room for it costs memory and gains no time. */
const YOUNG_MIB = 4;

/** Long logs are read by several threads. */
function startWorker(workerData: WorkerData): Worker {
  // From dist/chunks/, where this is.
  const script = new URL('./import-worker.js', import.meta.url);
  return new Worker(script, { workerData, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB } });
}

/** The run that --run names; one that is not there is to get that id. */
function runNamed(input: Input): string | undefined {
  const text = input.text('run');
  if (text === undefined) return undefined;
  try {
    return resolveRun(input.store, text, input.context.env);
  } catch (error) {
    if (error instanceof RunlogError && error.code === 'no_such_run' && isRunId(text) && !isTaken(input.store, text))
      return text;
    throw error;
  }
}

/** The import of all that was named: one unit after the other, so that a Ctrl-C leaves whole runs and no part of one. */
class ImportWork {
  readonly runs: Imported[] = [];
  readonly errors: RunlogError[] = [];
  readonly #input: Input;
  readonly #settings: ImportSettings;
  readonly #named: FileFormat | undefined;
  readonly #long: LongWork;
  #units = 0;

  constructor(input: Input, settings: ImportSettings, named: FileFormat | undefined) {
    this.#input = input;
    this.#settings = settings;
    this.#named = named;
    this.#long = new LongWork(input.context);
  }

  end(): void {
    this.#long.end();
  }

  async run(paths: readonly string[]): Promise<void> {
    const found = await findUnits(paths, {
      cwd: this.#input.context.cwd,
      formats: this.#formatsSought(),
      onTurn: () => this.#check(),
    });
    this.errors.push(...found.faults);
    this.#tellPassedOver(found);
    const { units } = found;
    this.#units = units.length;
    if (this.#settings.into !== undefined && units.length > 1)
      throw usage(`--run takes one source, not ${units.length}`, 'Without --run each gets a run of its own.');
    if (units.length === 0 && this.errors.length === 0) throw nothingFound(paths, found);
    for (const [index, unit] of units.entries()) {
      if (units.length > 1) this.#long.show(() => countLine('importing', index, units.length, 'runs and files'));
      // oxlint-disable-next-line no-await-in-loop -- one unit after the other: each may be large
      await this.#take(unit);
      // oxlint-disable-next-line no-await-in-loop -- signals are seen between units
      await nextTurn();
      this.#check();
    }
  }

  async #take(unit: Unit): Promise<void> {
    try {
      if (unit.kind === 'file') this.runs.push(...(await this.#importFile(unit.file)));
      else this.runs.push(this.#importRun(unit));
    } catch (error) {
      if (!(error instanceof RunlogError) || error.code === 'interrupted') throw error;
      this.errors.push(error);
    }
  }

  #importRun({ source, name, files }: Unit & { kind: 'run' }): Imported {
    const read = files.map((file) => fileOnDisk(file.role, file.name, file.path));
    return worded(source, () => importRunFolder(this.#input.store, { source, name, files: read }, this.#settings));
  }

  async #importFile(file: string): Promise<Imported[]> {
    const source = openSource(file, this.#input.context.cwd);
    try {
      const formats = worded(source.name, () =>
        this.#named === undefined ? detectFormat(headOf(source)) : [this.#named],
      );
      const name = file === '-' ? 'stdin' : path.basename(file).replace(/\.[^.]+$/, '');
      if (formats[0] === 'run') {
        const files = [fileOfSource(source, file === '-' ? 'stdin' : path.basename(file))];
        return [
          worded(source.name, () =>
            importRunFolder(this.#input.store, { source: source.name, name, files }, this.#settings),
          ),
        ];
      }
      return await this.#importSource(source, name, formats);
    } finally {
      source.close();
    }
  }

  async #importSource(source: Source, name: string, formats: readonly FileFormat[]): Promise<Imported[]> {
    const readers = formats.map((format) => FORMATS[format]).filter((format) => format !== undefined);
    const begun = performance.now();
    const onProgress = (bytes: number, ofBytes: number): void => {
      this.#check();
      const seconds = (performance.now() - begun) / 1000;
      if (this.#units === 1) this.#long.show(() => fileLine(source.name, bytes, ofBytes, seconds, this.#long.columns));
    };
    try {
      return await importSource(this.#input.store, source, name, readers, { ...this.#settings, onProgress });
    } catch (error) {
      throw inWords(source.name, error);
    }
  }

  #formatsSought(): Set<FileFormat> {
    if (this.#named !== undefined) return new Set([this.#named]);
    return new Set([...(Object.keys(FORMATS) as FileFormat[]), 'run']);
  }

  #check(): void {
    if (!this.#long.isStopped) return;
    const done = this.runs.length;
    const of = this.#units > 1 ? ` of ${countText(this.#units)} runs and files` : '';
    throw new RunlogError('interrupted', `interrupted: ${counted(done, 'run')} imported${of}`, {
      hint: 'Those stay. The same command once more goes on with the rest.',
    });
  }

  #tellPassedOver({ own, others }: Found): void {
    const tell = (names: readonly string[], one: string, many: string): void => {
      if (names.length === 0) return;
      const more = names.length > NAMES_SHOWN ? ', …' : '';
      const shown = names.slice(0, NAMES_SHOWN).join(', ') + more;
      remark(this.#input.context, `passed over ${counted(names.length, one, many)}: ${shown}`);
    };
    tell(own, "run of runlog's own, which needs no import", "runs of runlog's own, which need no import");
    tell(others, 'file in none of the formats', 'files in none of the formats');
  }
}

function nothingFound(paths: readonly string[], { own }: Found): RunlogError {
  if (own.length > 0)
    return new RunlogError('invalid_input', `nothing to import in ${paths.join(' ')}: only runs of runlog's own`, {
      hint: 'They are runs already: runlog list --dir DIR shows them, DIR being the folder above runs/.',
    });
  return new RunlogError('invalid_input', `nothing to import in ${paths.join(' ')}`, {
    hint: 'docs/import.md says what is read.',
  });
}

function worded<T>(source: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw inWords(source, error);
  }
}

function inWords(source: string, error: unknown): unknown {
  if (!(error instanceof RunlogError) || error.code !== 'invalid_input') return error;
  return new RunlogError('invalid_input', `${source} cannot be imported: ${error.message}`, {
    hint: error.hint ?? 'docs/import.md says what is read.',
    cause: error,
  });
}

function headOf(source: Source): string {
  const head = Buffer.alloc(HEAD_BYTES);
  return head.toString('utf8', 0, source.read(head, 0));
}
