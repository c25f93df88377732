// One run of an import: begun aside, given its events, put in its place. What a source or a folder of files has read becomes this.
import { RunlogError } from '../../events/errors.js';
import type { DraftEvent, DraftRun, ImportContext, Remark } from '../../formats/draft.js';
import type { Store } from '../paths.js';
import type { BlockChoices } from './blocks.js';
import { AppendedRun } from './appended-run.js';
import { ImportedRun } from './imported-run.js';
import { findPlace, placeInto, type Place } from './place.js';

export interface ImportSettings {
  offsetMinutesAt: ImportContext['offsetMinutesAt'];
  keepsOtherLines: boolean;
  /** Keep secrets as they are. */
  isUnredacted: boolean;
  /** The run that gets it all, which may be there already; without it each gets one of its own. */
  into?: string | undefined;
  /** How long sources are read. */
  blocks?: BlockChoices;
  /** Is told how much of how much has been read; what it throws ends the import, and nothing of the source is left. */
  onProgress?: (bytes: number, ofBytes: number) => void;
}

export interface Imported {
  runId: string;
  /** The source, as the user named it. */
  source: string;
  /** How many events the source had for this run, its start and end not counted. */
  events: number;
  warnings: string[];
  /** Whether part of the source could not be read. */
  isPartial: boolean;
}

/** What a run's start says of where it came from. */
export interface Origin {
  format: string;
  file: string;
  sha256: string;
}

/** Imports a run whose events are all there. One that was imported before stays as it is. */
export function importDraft(
  store: Store,
  draft: DraftRun,
  events: readonly DraftEvent[],
  remarks: readonly Remark[],
  origin: Origin,
  settings: ImportSettings,
): Imported {
  const place =
    settings.into === undefined
      ? findPlace(store, draft, origin.sha256, new Set())
      : placeInto(store, settings.into, origin.sha256);
  const count = events.filter(({ type }) => type !== 'run.ended').length;
  if (place.isKnown) return describeRun(place, origin.file, count, []);
  const run = beginRun(store, draft, place, origin, settings);
  const kept: Remark[] = [];
  try {
    for (const event of events) {
      const problem = run.add(event);
      if (problem !== null) kept.push(keptAsText(problem));
    }
    finishRun(run);
  } catch (error) {
    run.discard();
    throw error;
  }
  return describeRun(place, origin.file, count, [...remarks, ...kept]);
}

export function keptAsText(problem: string): Remark {
  return { where: '', message: `kept as text, for it is no event: ${problem}`, isLoss: true };
}

/** A run that is being written. */
export type WrittenRun = Pick<ImportedRun, 'runId' | 'add' | 'finish' | 'discard'>;

export function beginRun(
  store: Store,
  draft: DraftRun,
  { runId, joins }: Place,
  source: Origin,
  settings: ImportSettings,
): WrittenRun {
  if (joins) return new AppendedRun(store, runId, source.sha256, settings);
  const { at, ...rest } = draft.start;
  return new ImportedRun(store, { type: 'run.started', at, run_id: runId, ...rest, source }, settings);
}

/** Throws `cannot_create` where another run has got the id meanwhile. */
export function finishRun(run: WrittenRun): void {
  if (run.finish() === 'taken')
    throw new RunlogError('cannot_create', `another run has got the id ${run.runId} meanwhile`, {
      hint: 'Import it once more.',
    });
}

export function describeRun(place: Place, source: string, events: number, remarks: readonly Remark[]): Imported {
  return {
    runId: place.runId,
    source,
    events,
    warnings: [
      ...(place.warning === null ? [] : [place.warning]),
      ...(place.joins ? [`joined ${place.runId}; what the source says of its run as a whole was left out`] : []),
      ...remarks.map(remarkText),
    ],
    isPartial: remarks.some(({ isLoss }) => isLoss),
  };
}

function remarkText({ where, message }: Remark): string {
  return where === '' ? message : `${where}: ${message}`;
}
