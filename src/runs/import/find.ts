// What there is to import below the paths that a user names: files of the formats that are read, and runs, whose files belong together.
import fs from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { RunlogError, errnoOf, messageOf } from '../../events/errors.js';
import { detectFormat, recognizeFormat, type FileFormat } from '../../formats/detect.js';
import type { RunFileRole } from '../../formats/run-folder-import.js';
import { openRegular } from '../../journal/regular-file.js';

/** A file whose name says what it is of its run. */
export interface PlacedFile {
  role: RunFileRole;
  /** Within the run, as remarks name it. */
  name: string;
  path: string;
}

export type Unit =
  | { kind: 'file'; file: string }
  /** `source`: as the user named it; `name`: what it is called. */
  | { kind: 'run'; source: string; name: string; files: PlacedFile[] };

export interface Found {
  units: Unit[];
  /** runlog's own runs: they need no import. */
  own: string[];
  /** Files of a walked folder that are in none of the formats. */
  others: string[];
  /** What could not be looked into. */
  faults: RunlogError[];
}

export interface FindSettings {
  cwd: string;
  /** The formats that are looked for in folders. */
  formats: ReadonlySet<FileFormat>;
  /** Is called from time to time; what it throws ends the search. */
  onTurn: () => void;
}

const CANDIDATE = /\.(?:log|json|jsonl|ndjson|txt|out)$/i;
const SHORT_NAME = /^(?:_?(metadata)|_?(final)|(final)_report)\.json$/;
const LONG_NAME = /^(.+?)_(?:(metadata)|(final)(?:_report)?)\.json$/;
const ISSUE_NAME = /^issue_.+_(metrics|report)\.json$/;
const RUN_NAME = /^run_\d{8}_\d{6}/;
const HEAD_BYTES = 64 * 1024;
const FOLDERS_A_TURN = 50;

/** Units in the order of the paths, and within a folder in that of names. Throws `no_such_file` for a path that is not there. */
export async function findUnits(paths: readonly string[], settings: FindSettings): Promise<Found> {
  const search = new Search(settings);
  // oxlint-disable-next-line no-await-in-loop -- units keep the order of the paths
  for (const one of paths) await search.take(one);
  return search.found;
}

interface Listing {
  files: string[];
  folders: string[];
}

class Search {
  readonly found: Found = { units: [], own: [], others: [], faults: [] };
  readonly #settings: FindSettings;
  /** Absolute paths of what belongs to a unit. */
  readonly #claimed = new Set<string>();
  #folders = 0;

  constructor(settings: FindSettings) {
    this.#settings = settings;
  }

  async take(shown: string): Promise<void> {
    const stats = shown === '-' ? undefined : fs.statSync(this.#absolute(shown), { throwIfNoEntry: false });
    if (stats?.isDirectory() === true) {
      const own = this.#filesIn(shown);
      const isRun = own.length > 0 && this.#isRunFolder(shown, own);
      await this.#walk(shown, isRun ? this.#flatFiles(path.join(shown, '..'), this.#nameOf(shown)) : []);
    } else this.#takeFile(shown);
  }

  /** A file that the user names: alone, or with the run that its name says it is of. */
  #takeFile(shown: string): void {
    const run = shown === '-' ? null : this.#runAround(shown);
    if (run === null) this.#add({ kind: 'file', file: shown });
    else if (run === 'own') this.#addOwn(path.dirname(shown));
    else this.#add(run);
  }

  #addOwn(shown: string): void {
    if (!this.found.own.includes(shown)) this.found.own.push(shown);
  }

  #runAround(shown: string): Unit | 'own' | null {
    const [folder, base] = [path.dirname(shown), path.basename(shown)];
    const long = LONG_NAME.exec(base)?.[1];
    const isIssue = ISSUE_NAME.test(base);
    if (!this.#settings.formats.has('run') || !(isIssue || long !== undefined || SHORT_NAME.test(base))) return null;
    if (this.#isOfAnotherFormat(shown)) return null;
    const isFlat = !isIssue && long !== undefined && long !== this.#nameOf(folder);
    const home = isFlat
      ? path.join(folder, long)
      : isIssue && path.basename(folder) === 'issues'
        ? path.dirname(folder)
        : folder;
    const isOwn = this.#isOwn(home, this.#list(home));
    if (!isFlat && isOwn) return 'own';
    const files = [
      ...(isOwn ? [] : this.#filesIn(home)),
      ...this.#flatFiles(path.join(home, '..'), isFlat ? long : this.#nameOf(home)),
    ];
    if (!files.some((file) => file.path === this.#absolute(shown))) return null;
    const hasHome = files.some((file) => file.path.startsWith(`${this.#absolute(home)}${path.sep}`));
    return { kind: 'run', source: hasHome ? home : shown, name: isFlat ? long : this.#nameOf(home), files };
  }

  /** Its name is one of a run's, but it holds something else. */
  #isOfAnotherFormat(shown: string): boolean {
    try {
      return !['run', 'log', 'lines'].includes(detectFormat(this.#headOf(shown))[0] ?? 'run');
    } catch {
      return false; // what it is must be said by whoever reads it
    }
  }

  /** `flat`: files beside the folder that belong to the run that it is named after. */
  async #walk(shown: string, flat: PlacedFile[]): Promise<void> {
    this.#folders += 1;
    if (this.#folders % FOLDERS_A_TURN === 0) await nextTurn();
    this.#settings.onTurn();
    const listing = this.#list(shown);
    if (this.#isOwn(shown, listing)) {
      this.#addOwn(shown);
      return;
    }
    if (this.#settings.formats.has('run')) this.#addRun(shown, flat);
    const flats = this.#settings.formats.has('run')
      ? this.#flatGroups(shown, listing)
      : new Map<string, PlacedFile[]>();
    const homes = this.#homesOf(shown, listing, flats);
    const [folders, housed] = [new Set(listing.folders), new Set(homes.values())];
    for (const name of [...listing.folders, ...listing.files].toSorted()) {
      const inner = path.join(shown, name);
      if (folders.has(name)) {
        const home = homes.get(name);
        // oxlint-disable-next-line no-await-in-loop -- in the order of names
        await this.#walk(inner, home === undefined ? [] : (flats.get(home) ?? []));
      } else if (!this.#claimed.has(this.#absolute(inner))) this.#takeCandidate(inner, flats, housed);
    }
  }

  #addRun(shown: string, flat: PlacedFile[]): void {
    const inside = this.#filesIn(shown);
    const own = inside.length > 0 && this.#isRunFolder(shown, inside) ? inside : [];
    const files = [...own, ...flat];
    if (files.length === 0) return;
    const source = own.length === 0 ? path.join(shown, '..', path.basename((flat[0] as PlacedFile).path)) : shown;
    this.#add({ kind: 'run', source, name: this.#nameOf(shown), files });
  }

  /** Many tools call a file metadata.json: where no name tells that it is a run's, its words must. */
  #isRunFolder(shown: string, files: readonly PlacedFile[]): boolean {
    if (RUN_NAME.test(this.#nameOf(shown))) return true;
    return files.some(
      ({ role, path: file }) => role === 'metrics' || role === 'report' || this.#recognize(file).includes('run'),
    );
  }

  /** A file that nobody named: it is imported where it shows that it can be. */
  #takeCandidate(shown: string, flats: ReadonlyMap<string, PlacedFile[]>, housed: ReadonlySet<string>): void {
    const prefix = LONG_NAME.exec(path.basename(shown))?.[1];
    const group = prefix === undefined ? undefined : flats.get(prefix);
    if (group !== undefined && prefix !== undefined) {
      // Otherwise it goes with the folder of its run, whose turn comes.
      if (!housed.has(prefix)) this.#add({ kind: 'run', source: shown, name: prefix, files: group });
      return;
    }
    if (!CANDIDATE.test(shown)) return;
    const isKnown = this.#recognize(this.#absolute(shown)).some((format) => this.#settings.formats.has(format));
    if (isKnown) this.#add({ kind: 'file', file: shown });
    else this.found.others.push(shown);
  }

  #recognize(file: string): FileFormat[] {
    try {
      return recognizeFormat(this.#headOf(file));
    } catch (error) {
      this.#fault(file, error);
      return [];
    }
  }

  /** Flat files of a folder by the run that they are of. */
  #flatGroups(shown: string, listing: Listing): Map<string, PlacedFile[]> {
    const groups = new Map<string, PlacedFile[]>();
    for (const name of listing.files) {
      const prefix = LONG_NAME.exec(name)?.[1];
      const file = path.join(shown, name);
      if (prefix === undefined || prefix === this.#nameOf(shown) || this.#claimed.has(this.#absolute(file))) continue;
      if (!RUN_NAME.test(prefix) && !groups.has(prefix) && !this.#recognize(file).includes('run')) continue;
      groups.set(prefix, [...(groups.get(prefix) ?? []), placed(roleOf(name), name, this.#absolute(file))]);
    }
    return groups;
  }

  #flatFiles(shown: string, prefix: string): PlacedFile[] {
    if (!this.#settings.formats.has('run')) return [];
    return ['metadata', 'final', 'final_report'].flatMap((ending) => {
      const file = this.#absolute(path.join(shown, `${prefix}_${ending}.json`));
      if (fs.lstatSync(file, { throwIfNoEntry: false })?.isFile() !== true) return [];
      return [placed(ending === 'metadata' ? 'metadata' : 'final', path.basename(file), file)];
    });
  }

  /** Folders by their name, with the run whose flat files lie beside them: told by the name, else by the id that their files give. */
  #homesOf(shown: string, { folders }: Listing, flats: ReadonlyMap<string, PlacedFile[]>): Map<string, string> {
    const homes = new Map<string, string>();
    if (flats.size === 0) return homes;
    for (const name of folders) {
      const inner = path.join(shown, name);
      const id = flats.has(name) ? name : RUN_NAME.test(name) ? null : this.#idIn(inner);
      if (id === null || !flats.has(id) || this.#isOwn(inner, this.#list(inner))) continue;
      homes.set(name, id);
    }
    return homes;
  }

  #idIn(shown: string): string | null {
    for (const { path: file } of this.#filesIn(shown).slice(0, 1)) {
      try {
        const id = /"run_id"\s*:\s*"([^"\\]+)"/.exec(this.#headOf(file))?.[1];
        if (id !== undefined) return id;
      } catch {
        // Whoever reads the run will say so.
      }
    }
    return null;
  }

  /** The files of a run that lie in its own folder. */
  #filesIn(shown: string): PlacedFile[] {
    const { files, folders } = this.#list(shown);
    const own = this.#nameOf(shown);
    const ofRun = files.filter((name) => SHORT_NAME.test(name) || LONG_NAME.exec(name)?.[1] === own);
    const issues = folders.includes('issues')
      ? this.#list(path.join(shown, 'issues')).files.filter((name) => ISSUE_NAME.test(name))
      : [];
    const beside = ofRun.length === 0 ? [] : files.filter((name) => ISSUE_NAME.test(name));
    return [...ofRun, ...issues.map((name) => `issues/${name}`), ...beside].map((name) =>
      placed(roleOf(path.basename(name)), name, this.#absolute(path.join(shown, name))),
    );
  }

  #isOwn(shown: string, { folders }: Listing): boolean {
    return (
      folders.includes('journal') &&
      this.#list(path.join(shown, 'journal')).files.some((name) => name.endsWith('.jsonl'))
    );
  }

  #add(unit: Unit): void {
    const files = unit.kind === 'run' ? unit.files.map((file) => file.path) : [this.#absolute(unit.file)];
    if (files.every((file) => this.#claimed.has(file))) return;
    for (const file of files) if (file !== this.#absolute('-')) this.#claimed.add(file);
    this.found.units.push(unit);
  }

  /** Neither links nor what is hidden, nor what others have installed. */
  #list(shown: string): Listing {
    const listing: Listing = { files: [], folders: [] };
    try {
      for (const entry of fs.readdirSync(this.#absolute(shown), { withFileTypes: true })) {
        if (entry.name.startsWith('.')) continue;
        if (entry.isFile()) listing.files.push(entry.name);
        else if (entry.isDirectory() && entry.name !== 'node_modules') listing.folders.push(entry.name);
      }
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') this.#fault(shown, error);
    }
    listing.files.sort();
    listing.folders.sort();
    return listing;
  }

  #fault(shown: string, error: unknown): void {
    const message = `cannot read ${shown}: ${messageOf(error)}`;
    if (!this.found.faults.some((fault) => fault.message === message))
      this.found.faults.push(new RunlogError('io', message, { cause: error }));
  }

  #headOf(shown: string): string {
    const fd = openRegular(this.#absolute(shown));
    try {
      const head = Buffer.alloc(HEAD_BYTES);
      return head.toString('utf8', 0, fs.readSync(fd, head, 0, head.length, 0));
    } finally {
      fs.closeSync(fd);
    }
  }

  #absolute(shown: string): string {
    return path.resolve(this.#settings.cwd, shown);
  }

  #nameOf(shown: string): string {
    return path.basename(this.#absolute(shown));
  }
}

function placed(role: RunFileRole, name: string, file: string): PlacedFile {
  return { role, name, path: file };
}

function roleOf(name: string): RunFileRole {
  const issue = ISSUE_NAME.exec(name)?.[1];
  if (issue !== undefined) return issue === 'metrics' ? 'metrics' : 'report';
  return SHORT_NAME.exec(name)?.[1] === undefined && LONG_NAME.exec(name)?.[2] === undefined ? 'final' : 'metadata';
}
