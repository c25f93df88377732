// Coverage reports: how many lines there are to run, and how many of them were run. The format is told by the content, not by a name.
import { RunlogError, messageOf } from '../events/errors.js';
import { readXml, type Attributes } from './xml.js';

export interface LineCoverage {
  format: 'lcov' | 'json-summary' | 'cobertura' | 'jacoco';
  covered: number;
  /** Lines that could be run. */
  lines: number;
}

type Counts = Omit<LineCoverage, 'format'>;

const HINT = 'Give an lcov file, an Istanbul json-summary, or a Cobertura or JaCoCo XML file.';

/** What a report says. Throws `invalid_input` where it is of no known format, cut off, or contradicts itself; `file` is for the message. */
export function parseCoverage(text: string, file: string): LineCoverage {
  const content = text.replace(/^\uFEFF/, '').trimStart();
  try {
    const coverage = parseKnown(content);
    if (coverage.covered > coverage.lines)
      throw new Error(`it says that ${coverage.covered} of ${coverage.lines} lines are covered`);
    return coverage;
  } catch (error) {
    throw new RunlogError('invalid_input', `${file} is no coverage report that can be read: ${messageOf(error)}`, {
      hint: HINT,
      cause: error,
    });
  }
}

/** Percent of lines, 0 to 100. Null where there are no lines: none of none is neither all nor nothing. */
export function coveragePercent({ covered, lines }: Counts): number | null {
  return lines === 0 ? null : (covered / lines) * 100;
}

function parseKnown(content: string): LineCoverage {
  if (content === '') throw new Error('it is empty');
  if (content.startsWith('{')) return { format: 'json-summary', ...parseJsonSummary(content) };
  if (content.startsWith('<')) return parseXml(content);
  if (/^(#.*\n\s*)*(TN|SF):/.test(content)) return { format: 'lcov', ...parseLcov(content) };
  throw new Error('its format is not known');
}

interface LcovFile {
  /** Whether a line was run, by its number. */
  wasRun: Map<number, boolean>;
  /** The totals, for reports that leave out the lines. */
  lines: number;
  covered: number;
}

/** The format of geninfo(1). A merged report may speak of one file several times: a line that was run once was run. */
function parseLcov(text: string): Counts {
  const files = new Map<string, LcovFile>();
  let current: LcovFile | null = null;
  for (const [index, line] of text.split('\n').entries()) {
    const [, key = '', value = ''] = /^([A-Za-z_]+):?(.*?)\s*$/.exec(line) ?? [];
    const where = `line ${index + 1}`;
    if (key === 'SF') {
      if (current !== null) throw new Error(`${where}: the record before has no end_of_record`);
      current = files.get(value) ?? { wasRun: new Map(), lines: 0, covered: 0 };
      files.set(value, current);
    } else if (key === 'end_of_record') {
      current = null;
    } else if (key === 'DA' || key === 'LF' || key === 'LH') {
      if (current === null) throw new Error(`${where}: ${key} stands outside a record`);
      if (key === 'DA') takeLine(current, value, where);
      // Totals cannot be merged line by line; the highest is what is sure.
      else if (key === 'LF') current.lines = Math.max(current.lines, countOf(value, where));
      else current.covered = Math.max(current.covered, countOf(value, where));
    } else if (key === '' && line.trim() !== '' && !line.startsWith('#')) {
      throw new Error(`${where} is not of the lcov format`);
    }
  }
  if (current !== null) throw new Error('it is cut off: its last record has no end_of_record');
  return sumOf([...files.values()].map((file) => (file.wasRun.size === 0 ? file : countsOf(file.wasRun))));
}

function takeLine(file: LcovFile, value: string, where: string): void {
  const [number = '', hits = ''] = value.split(',');
  const times = Number(hits);
  if (hits.trim() === '' || !Number.isFinite(times)) throw new Error(`${where}: ${JSON.stringify(hits)} is no number`);
  const line = countOf(number, where);
  file.wasRun.set(line, times > 0 || file.wasRun.get(line) === true);
}

/** Istanbul's json-summary: `{"total": {"lines": {"total", "covered", …}, …}, "<file>": …}`. */
function parseJsonSummary(text: string): Counts {
  const report = JSON.parse(text) as { total?: { lines?: { total?: unknown; covered?: unknown } } };
  const lines = report.total?.lines;
  if (isCount(lines?.total) && isCount(lines.covered)) return { covered: lines.covered, lines: lines.total };
  const isDetailed = Object.values(report).some((entry) => entry !== null && Object.hasOwn(entry, 'statementMap'));
  throw new Error(
    isDetailed
      ? "it is Istanbul's coverage-final.json, which counts statements: add the reporter json-summary or lcovonly"
      : 'its JSON has no total.lines with total and covered',
  );
}

function parseXml(text: string): LineCoverage {
  let reader: XmlReader | null = null;
  readXml(text, {
    opened(name, attributes) {
      reader ??= readerFor(name, attributes);
      reader.opened(name, attributes);
    },
    closed: (name) => reader?.closed(name),
  });
  const coverage = (reader as XmlReader | null)?.result() ?? null;
  if (coverage === null) throw new Error('its XML is neither of Cobertura nor of JaCoCo');
  return coverage;
}

interface XmlReader {
  opened(name: string, attributes: Attributes): void;
  closed(name: string): void;
  /** Null where the root alone was of the format. */
  result(): LineCoverage | null;
}

function readerFor(root: string, attributes: Attributes): XmlReader {
  // Clover's root is `coverage` too; it has no rate.
  if (root === 'coverage' && attributes['line-rate'] !== undefined) return new Cobertura(attributes);
  if (root === 'report' && attributes['name'] !== undefined) return new Jacoco();
  throw new Error(`its XML is neither of Cobertura nor of JaCoCo: it begins with <${root}>`);
}

/** `coverage > packages > package > classes > class > lines > line`. Methods list their lines once more. */
class Cobertura implements XmlReader {
  readonly #stated: Counts | null;
  readonly #files = new Map<string, Map<number, boolean>>();
  readonly #path: string[] = [];
  #file = '';
  #hasPackages = false;

  constructor(root: Attributes) {
    const [lines, covered] = [root['lines-valid'], root['lines-covered']];
    this.#stated =
      lines === undefined || covered === undefined
        ? null
        : { lines: countOf(lines, 'lines-valid'), covered: countOf(covered, 'lines-covered') };
  }

  opened(name: string, attributes: Attributes): void {
    if (name === 'packages' && this.#path.length === 1) this.#hasPackages = true;
    if (name === 'class') this.#file = attributes['filename'] ?? attributes['name'] ?? '';
    // Where the root has the totals, lines need not be kept.
    if (name === 'line' && this.#stated === null && this.#path.at(-2) === 'class') this.#takeLine(attributes);
    this.#path.push(name);
  }

  closed(): void {
    this.#path.pop();
  }

  result(): LineCoverage | null {
    if (this.#stated === null && !this.#hasPackages) return null;
    return { format: 'cobertura', ...(this.#stated ?? sumOf([...this.#files.values()].map(countsOf))) };
  }

  #takeLine({ number = '', hits = '' }: Attributes): void {
    const wasRun = this.#files.get(this.#file) ?? new Map<number, boolean>();
    this.#files.set(this.#file, wasRun);
    const line = countOf(number, 'the number of a line');
    // Inner classes of one file list the same lines.
    wasRun.set(line, countOf(hits, `the hits of line ${number}`) > 0 || wasRun.get(line) === true);
  }
}

/** Elements of JaCoCo that lines are counted by without counting one twice: classes and methods share those of a source file. */
const JACOCO_PARTS = new Set(['report', 'group', 'package', 'sourcefile']);

interface JacocoElement {
  own: Counts | null;
  parts: Counts[];
}

/** `report > group* > package > sourcefile`, each with its own counters of the types LINE, BRANCH… after its parts. */
class Jacoco implements XmlReader {
  readonly #open: JacocoElement[] = [];
  #total: Counts | null = null;
  #isKnown = false;

  opened(name: string, { type, missed = '', covered = '' }: Attributes): void {
    if (name === 'counter' || name === 'package' || name === 'group' || name === 'sessioninfo') this.#isKnown = true;
    const parent = this.#open.at(-1);
    if (name === 'counter' && type === 'LINE' && parent !== undefined) {
      const run = countOf(covered, 'the covered lines of a counter');
      parent.own = { covered: run, lines: run + countOf(missed, 'the missed lines of a counter') };
    }
    this.#open.push({ own: null, parts: [] });
  }

  closed(name: string): void {
    const { own, parts } = this.#open.pop() as JacocoElement;
    if (!JACOCO_PARTS.has(name)) return;
    const total = own ?? sumOf(parts);
    this.#open.at(-1)?.parts.push(total);
    if (this.#open.length === 0) this.#total = total;
  }

  result(): LineCoverage | null {
    return this.#isKnown && this.#total !== null ? { format: 'jacoco', ...this.#total } : null;
  }
}

function countsOf(wasRun: ReadonlyMap<number, boolean>): Counts {
  return { covered: [...wasRun.values()].filter(Boolean).length, lines: wasRun.size };
}

function sumOf(parts: readonly Counts[]): Counts {
  return parts.reduce((sum, { covered, lines }) => ({ covered: sum.covered + covered, lines: sum.lines + lines }), {
    covered: 0,
    lines: 0,
  });
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function countOf(text: string, what: string): number {
  if (!/^\s*\d{1,15}\s*$/.test(text)) throw new Error(`${what}: ${JSON.stringify(text)} is no whole number`);
  return Number(text);
}
