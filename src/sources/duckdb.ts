// The query engine: DuckDB in memory, given tables, then locked in with them. @duckdb/node-api's one home; the package is the user's
// to install, as it is large and nothing else needs it.
import type { DuckDBConnection, DuckDBPreparedStatement, DuckDBResult, DuckDBValue } from '@duckdb/node-api';
import { RunlogError, messageOf } from '../events/errors.js';
import { decodeCell } from '../formats/csv.js';
import { formatInstant } from '../events/instant.js';
import type { Json } from '../events/vocabulary.js';
import type { QueryColumn } from '../formats/query-tables.js';
import type { QueryRows } from '../formats/query-text.js';

type Engine = typeof import('@duckdb/node-api');

const PACKAGE = '@duckdb/node-api';
const READS_ONLY = 'query takes one statement that reads: SELECT, WITH, FROM, VALUES, DESCRIBE or SUMMARIZE';

export class QueryEngine {
  readonly #engine: Engine;
  readonly #connection: DuckDBConnection;

  private constructor(engine: Engine, connection: DuckDBConnection) {
    this.#engine = engine;
    this.#connection = connection;
  }

  /** An empty database in memory. Throws `unavailable` where the package is not there. */
  static async open(): Promise<QueryEngine> {
    const engine = loadEngine();
    const instance = await engine.DuckDBInstance.create(':memory:', {
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      // It would lie in the caller's folder, and stay there where we are killed.
      temp_directory: '',
    });
    const connection = await instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    return new QueryEngine(engine, connection);
  }

  /** Throws `invalid_input` where a text is not one statement. Nothing is run. */
  async check(sql: string): Promise<void> {
    const text = sql.trim();
    const count = text === '' ? 0 : (await told(this.#connection.extractStatements(sql))).count;
    if (count !== 1)
      throw new RunlogError('invalid_input', `${READS_ONLY}; ${count === 0 ? 'none is' : `${count} are`} given`);
  }

  /** Makes a table of a CSV file as formats/csv.ts writes it. */
  async load(name: string, columns: readonly QueryColumn[], file: string): Promise<void> {
    const types = columns.map((column) => `${quoted(column.name, "'")}: ${quoted(column.type, "'")}`);
    const options = `columns = {${types.join(', ')}}, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
      new_line = '\\r\\n', max_line_size = ${MOST_BYTES_A_ROW}`;
    try {
      await this.#connection.run(
        `CREATE TABLE ${quoted(name)} AS SELECT * FROM read_csv(${quoted(file, "'")}, ${options})`,
      );
      await this.#undoQuotes(
        name,
        columns.filter(({ type }) => type === 'VARCHAR'),
      );
    } catch (error) {
      throw new RunlogError('invalid_input', `the table ${name} could not be read: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  /** From here on no file is read or written and no setting changed, whatever the SQL says. `file`: but for this one. */
  async lock(file: string | null = null): Promise<void> {
    if (file !== null) await this.#connection.run(`SET allowed_paths = [${quoted(file, "'")}]`);
    await this.#connection.run('SET enable_external_access = false');
    await this.#connection.run('SET lock_configuration = true');
  }

  /** Runs one statement that reads. Throws `invalid_input` for any other, and for what the engine does not understand. */
  async select(sql: string): Promise<QueryRows> {
    const result = await told((await this.#prepare(sql)).run());
    const names = result.deduplicatedColumnNames();
    const types = result.columnTypes();
    const isJson = types.map(({ alias }) => alias === 'JSON');
    const rows = (await result.getRows()).map((row) =>
      row.map((value, column) => (isJson[column] === true ? parsed(value) : this.#plain(value))),
    );
    const columns = names.map((name, column) => ({
      name,
      type: isJson[column] === true ? 'JSON' : String(types[column]),
    }));
    return { columns, rows };
  }

  /** Writes what one statement gives to a Parquet file, the one that `lock` was told; gives the number of rows. */
  async selectToParquet(sql: string, file: string): Promise<number> {
    const result = await told((await this.#prepare(sql)).run());
    const table = await this.#keep(result);
    return this.#copy(`SELECT * FROM ${table}`, file, FILE);
  }

  /** Writes a table to a Parquet file, or to folders of some by the values of `keys`: each a name, and SQL over `r`, the run of a row. */
  async tableToParquet(name: string, to: string, keys: Readonly<Record<string, string>>): Promise<number> {
    const names = Object.keys(keys);
    if (names.length === 0) return this.#copy(`SELECT * FROM ${quoted(name)}`, to, FILE);
    const added = names.map((key) => `${keys[key]} AS ${quoted(key)}`).join(', ');
    const from = `SELECT t.*, ${added} FROM ${quoted(name)} t LEFT JOIN runs r USING (run_id)`;
    return this.#copy(from, to, `, PARTITION_BY (${names.map((key) => quoted(key)).join(', ')})`);
  }

  async #copy(select: string, to: string, options: string): Promise<number> {
    const sql = `COPY (${select}) TO ${quoted(to, "'")} (FORMAT parquet, COMPRESSION zstd${options})`;
    try {
      return Number((await this.#connection.runAndReadAll(sql)).getRows()[0]?.[0] ?? 0);
    } catch (error) {
      throw new RunlogError('cannot_create', `cannot write ${to}: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Puts a result into a table of its own, for a statement of ours: no text of the caller becomes part of that. */
  async #keep(result: DuckDBResult): Promise<string> {
    const table = quoted('what the query gave');
    const types = result.columnTypes();
    const columns = result
      .deduplicatedColumnNames()
      .map((name, column) => `${quoted(name)} ${types[column]?.alias ?? String(types[column])}`);
    await this.#connection.run(`CREATE TABLE ${table} (${columns.join(', ')})`);
    const appender = await this.#connection.createAppender('what the query gave');
    for (const chunk of await result.fetchAllChunks()) appender.appendDataChunk(chunk);
    appender.closeSync();
    return table;
  }

  async #prepare(sql: string): Promise<DuckDBPreparedStatement> {
    await this.check(sql);
    const statement = await told((await this.#connection.extractStatements(sql)).prepare(0));
    if (statement.statementType !== this.#engine.StatementType.SELECT)
      throw new RunlogError('invalid_input', `${READS_ONLY}; this one would do something else`);
    if (statement.parameterCount > 0) throw new RunlogError('invalid_input', 'the SQL has parameters without values');
    return statement;
  }

  /** CSV has a quote in front of what a spreadsheet would run; only encodeCsv's own reader knows which. */
  async #undoQuotes(table: string, columns: readonly QueryColumn[]): Promise<void> {
    const names = columns.map(({ name }) => quoted(name));
    const led = await this.#connection.runAndReadAll(
      `SELECT ${names.map((name) => `coalesce(bool_or(starts_with(${name}, '''')), false)`).join(', ')} FROM ${quoted(table)}`,
    );
    for (const [index, isLed] of (led.getRows()[0] ?? []).entries()) {
      if (isLed !== true) continue;
      const name = names[index] as string;
      const found = await this.#connection.runAndReadAll(
        `SELECT DISTINCT ${name} FROM ${quoted(table)} WHERE starts_with(${name}, '''')`,
      );
      await this.#connection.run('CREATE OR REPLACE TEMP TABLE cells (written VARCHAR, meant VARCHAR)');
      const appender = await this.#connection.createAppender('cells', null, 'temp');
      for (const [written] of found.getRows() as string[][]) {
        appender.appendVarchar(written as string);
        appender.appendVarchar(decodeCell(written as string));
        appender.endRow();
      }
      appender.closeSync();
      await this.#connection.run(`UPDATE ${quoted(table)} SET ${name} = meant FROM cells WHERE ${name} = written`);
      await this.#connection.run('DROP TABLE temp.cells');
    }
  }

  /** Values as the rest of runlog writes them: times in RFC 3339, numbers as numbers while they are exact. */
  #plain(value: DuckDBValue): Json {
    const {
      DuckDBDecimalValue,
      DuckDBTimestampTZValue,
      DuckDBListValue,
      DuckDBArrayValue,
      DuckDBStructValue,
      DuckDBMapValue,
    } = this.#engine;
    const plain = (inner: DuckDBValue): Json => this.#plain(inner);
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
    if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    if (value instanceof DuckDBDecimalValue)
      return /^-?\d{1,15}$/.test(String(value.value)) ? value.toDouble() : String(value);
    if (value instanceof DuckDBTimestampTZValue) {
      const micros = Number(value.micros);
      return micros >= FIRST_MICROS && micros < LAST_MICROS ? formatInstant(micros) : String(value);
    }
    if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) return value.items.map(plain);
    if (value instanceof DuckDBStructValue)
      return Object.fromEntries(Object.entries(value.entries).map(([key, inner]) => [key, plain(inner)]));
    if (value instanceof DuckDBMapValue)
      return value.entries.map(({ key, value: inner }) => ({ key: plain(key), value: plain(inner) }));
    return String(value);
  }
}

/** The caller puts it in its place. */
const FILE = ', USE_TMP_FILE false';
/** Far above what a run's event may hold, blobs included. */
const MOST_BYTES_A_ROW = 256 * 1024 * 1024;
/** The years that RFC 3339 has. */
const FIRST_MICROS = Date.parse('0001-01-01T00:00:00Z') * 1000;
const LAST_MICROS = Date.parse('9999-12-31T00:00:00Z') * 1000;

function loadEngine(): Engine {
  try {
    // Required, not imported: then the bundler leaves it to the call.
    return require('@duckdb/node-api') as Engine;
  } catch (error) {
    const isAbsent = (error as { code?: unknown }).code === 'MODULE_NOT_FOUND' && messageOf(error).includes(PACKAGE);
    throw new RunlogError(
      'unavailable',
      isAbsent ? `SQL needs DuckDB, which is not installed` : `DuckDB cannot be loaded: ${messageOf(error)}`,
      {
        hint: `Install it beside runlog: npm install -g ${PACKAGE} (without -g where runlog is a package of your project).`,
        cause: error,
      },
    );
  }
}

/** Says errors of the engine as errors of the SQL. */
async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const message = linesOf(messageOf(error));
    const isRefused = message.startsWith('Permission Error');
    throw new RunlogError('invalid_input', isRefused ? `the SQL reaches beyond the tables: ${message}` : message, {
      hint: isRefused
        ? 'query reads the tables of the store, and nothing else.'
        : 'runlog query --schema names the tables and their columns.',
      cause: error,
    });
  }
}

/** What the engine says, without its picture of the place. */
function linesOf(message: string): string {
  const lines = message.replace(/^Failed to extract statements: /, '').split('\n');
  const end = lines.findIndex((line) => /^LINE \d+:/.test(line));
  return lines
    .slice(0, end === -1 ? lines.length : end)
    .filter((line) => line.trim() !== '')
    .join(' ');
}

/** A name or a text in SQL. */
function quoted(text: string, quote: '"' | "'" = '"'): string {
  return quote + text.replaceAll(quote, quote + quote) + quote;
}

function parsed(value: DuckDBValue): Json {
  return typeof value === 'string' ? (JSON.parse(value) as Json) : null;
}
