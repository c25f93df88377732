// A source becomes runs: each appears whole, and importing the same again changes nothing.
import { RunlogError } from '../../events/errors.js';
import { formatInstant } from '../../events/instant.js';
import type { DraftRun, ImportContext, ImportFormat, Remark } from '../../formats/draft.js';
import { nowMicros } from '../../journal/clock.js';
import type { Store } from '../paths.js';
import { isWorthBlocks, readBlocks } from './blocks.js';
import {
  beginRun,
  describeRun,
  finishRun,
  keptAsText,
  type Imported,
  type ImportSettings,
  type WrittenRun,
} from './import-draft.js';
import { ImportedRun } from './imported-run.js';
import { findPlace, placeInto, type Place } from './place.js';
import { byteHash, textHash, walk, type Source } from './source.js';

/** Runs whose files are open at once. A source with more of them is read once for each so many. */
const RUNS_AT_ONCE = 200;

/**
 * Imports every run of a source, by the first of the formats that can read it. Throws `invalid_input` where none can; `io`. A run
 * that was there already stays as it is.
 */
export async function importSource(
  store: Store,
  source: Source,
  name: string,
  formats: readonly ImportFormat[],
  settings: ImportSettings,
): Promise<Imported[]> {
  const context: ImportContext = {
    name,
    offsetMinutesAt: settings.offsetMinutesAt,
    newHash: textHash,
    now: formatInstant(nowMicros()),
    keepsOtherLines: settings.keepsOtherLines,
  };
  const { format, drafts, sha256 } = await survey(source, formats, context, settings);
  if (settings.into !== undefined && drafts.length > 1)
    throw new RunlogError('usage', `${source.name} holds ${drafts.length} runs; --run takes one`, {
      hint: 'Without --run each gets a run of its own.',
    });
  const places =
    settings.into === undefined
      ? placesOf(store, drafts, sha256)
      : [placeInto(store, settings.into, drafts[0]?.sha256 ?? sha256)];
  const imported: Imported[] = [];
  for (let from = 0; from < drafts.length; from += RUNS_AT_ONCE) {
    const group = new Group(store, source.name, format.name, drafts, places, from, sha256, settings);
    // oxlint-disable-next-line no-await-in-loop -- files are open for one group at a time
    imported.push(...(await group.read(source, format, context)));
  }
  return imported;
}

/** The same thing twice in one source is one run, too. */
function placesOf(store: Store, drafts: readonly DraftRun[], sha256: string): Place[] {
  const taken = new Set<string>();
  const known = new Map<string, Place>();
  return drafts.map((draft) => {
    const own = draft.sha256 ?? sha256;
    const before = known.get(own);
    if (before !== undefined) return { ...before, isKnown: true, warning: null };
    const place = findPlace(store, draft, own, taken);
    taken.add(place.runId);
    known.set(own, place);
    return place;
  });
}

interface Surveyed {
  format: ImportFormat;
  drafts: DraftRun[];
  /** Of the whole source. */
  sha256: string;
}

async function survey(
  source: Source,
  formats: readonly ImportFormat[],
  context: ImportContext,
  settings: ImportSettings,
): Promise<Surveyed> {
  const faults: RunlogError[] = [];
  for (const format of formats) {
    const pass = format.survey(context);
    const hash = byteHash();
    try {
      // oxlint-disable-next-line no-await-in-loop -- the next format is tried only where this one cannot read it
      await walk(source, {
        onText: (text) => pass.push(text),
        wantsText: () => pass.isDone?.() !== true,
        onBytes: hash.update,
        onProgress: (bytes) => settings.onProgress?.(bytes, 2 * source.sizeBytes),
      });
      return { format, drafts: pass.end(), sha256: hash.digest() };
    } catch (error) {
      if (!(error instanceof RunlogError) || error.code !== 'invalid_input') throw error;
      faults.push(error);
    }
  }
  const [first] = faults;
  if (first !== undefined && faults.length === 1) throw first;
  throw new RunlogError('invalid_input', faults.map(({ message }) => message).join(', and '));
}

/** Some runs of a source, from an index on, being read together. */
class Group {
  readonly #sourceName: string;
  readonly #drafts: readonly DraftRun[];
  readonly #places: readonly Place[];
  readonly #from: number;
  readonly #to: number;
  readonly #settings: ImportSettings;
  readonly #store: Store;
  readonly #runs = new Map<number, WrittenRun>();
  readonly #counts: number[];
  readonly #remarks: Remark[] = [];
  readonly #sourceOf: (draft: DraftRun) => { format: string; file: string; sha256: string };

  constructor(
    store: Store,
    sourceName: string,
    format: string,
    drafts: readonly DraftRun[],
    places: readonly Place[],
    from: number,
    sha256: string,
    settings: ImportSettings,
  ) {
    this.#store = store;
    this.#sourceName = sourceName;
    this.#drafts = drafts;
    this.#places = places;
    this.#from = from;
    this.#to = Math.min(drafts.length, from + RUNS_AT_ONCE);
    this.#settings = settings;
    this.#counts = drafts.map(() => 0);
    this.#sourceOf = (draft) => ({
      format,
      file: sourceName === 'stdin' ? '-' : sourceName,
      sha256: draft.sha256 ?? sha256,
    });
  }

  async read(source: Source, format: ImportFormat, context: ImportContext): Promise<Imported[]> {
    try {
      for (let index = this.#from; index < this.#to; index += 1) this.#begin(index);
      if (await this.#readInBlocks(source, format)) return this.#finish();
      const pass = format.read(
        context,
        this.#drafts,
        (index, event) => {
          if (event.type !== 'run.ended') this.#counts[index] = (this.#counts[index] ?? 0) + 1;
          const problem = this.#runs.get(index)?.add(event) ?? null;
          if (problem !== null) this.#remarks.push(keptAsText(problem));
        },
        (remark) => this.#remarks.push(remark),
      );
      await walk(source, {
        onText: (text) => pass.push(text),
        remark: (remark) => this.#remarks.push(remark),
        onProgress: (bytes) => this.#settings.onProgress?.(source.sizeBytes + bytes, 2 * source.sizeBytes),
      });
      pass.end();
      return this.#finish();
    } finally {
      for (const run of this.#runs.values()) run.discard();
    }
  }

  /** False where the source is to be read as one text. */
  async #readInBlocks(source: Source, { blocks: format }: ImportFormat): Promise<boolean> {
    const { blocks: choices = {}, offsetMinutesAt, isUnredacted, onProgress } = this.#settings;
    if (format === undefined || this.#drafts.length !== 1 || !isWorthBlocks(source, choices)) return false;
    const run = this.#runs.get(0);
    if (run !== undefined && !(run instanceof ImportedRun)) return false;
    const { at } = (this.#drafts[0] as DraftRun).start;
    const settings = { at, isUnredacted, place: run?.place ?? null };
    const read = await readBlocks(source, format, settings, { ...choices, offsetMinutesAt }, (lines, bytes) => {
      if (lines.length > 0) run?.addLines(lines);
      onProgress?.(source.sizeBytes + bytes, 2 * source.sizeBytes);
    });
    if (read === null) {
      run?.discard();
      this.#begin(0);
      return false;
    }
    this.#counts[0] = read.sum.events;
    this.#remarks.push(...read.remarks);
    const ended = format.ending(read.sum);
    if (ended !== null) run?.add(ended);
    return true;
  }

  #begin(index: number): void {
    const draft = this.#drafts[index] as DraftRun;
    const place = this.#places[index] as Place;
    if (!place.isKnown)
      this.#runs.set(index, beginRun(this.#store, draft, place, this.#sourceOf(draft), this.#settings));
  }

  #finish(): Imported[] {
    const imported: Imported[] = [];
    for (let index = this.#from; index < this.#to; index += 1) {
      const place = this.#places[index] as Place;
      const run = this.#runs.get(index);
      this.#runs.delete(index);
      if (run !== undefined) finishRun(run);
      const remarks = run === undefined || index > 0 ? [] : this.#remarks;
      imported.push(describeRun(place, this.#sourceName, this.#counts[index] ?? 0, remarks));
    }
    return imported;
  }
}
