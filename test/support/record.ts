// An execution record's way through runlog without a store: its text becomes events as a journal keeps them, and these its text again.
// It asserts nothing.
import type { RunlogEvent } from '../../src/events/vocabulary.js';
import type { DraftEvent, DraftRun, ImportContext, Remark } from '../../src/formats/draft.js';
import { RECORD_FORMAT } from '../../src/formats/record-import.js';
import { recordPieces } from '../../src/formats/record.js';
import { foldRun } from '../../src/views/run.js';

const CONTEXT: ImportContext = {
  name: 'source',
  offsetMinutesAt: () => 60,
  newHash: () => ({ update: () => undefined, digest: () => '' }),
  now: '2026-01-02T03:04:05.000000Z',
  keepsOtherLines: true,
};

export interface ImportedRecord {
  run: DraftRun;
  /** With `run.started` in front. */
  events: RunlogEvent[];
  remarks: Remark[];
}

/** Throws as an import does; the text comes in pieces of so many characters. */
export function importRecord(text: string, pieceLength = 1000): ImportedRecord {
  const feed = <Result>(pass: { push(text: string): void; end(): Result }): Result => {
    for (let from = 0; from < text.length; from += pieceLength) pass.push(text.slice(from, from + pieceLength));
    return pass.end();
  };
  const runs = feed(RECORD_FORMAT.survey(CONTEXT));
  const [run] = runs as [DraftRun];
  const source = { format: 'record', file: '-', sha256: '' };
  const drafts: DraftEvent[] = [{ type: 'run.started', run_id: 'run', ...run.start, source }];
  const remarks: Remark[] = [];
  feed(
    RECORD_FORMAT.read(
      CONTEXT,
      runs,
      (_run, event) => drafts.push(event),
      (remark) => remarks.push(remark),
    ),
  );
  const events = drafts.map((draft, index) => ({ v: 1, id: `id-${index}`, ...draft }));
  return { run, events: JSON.parse(JSON.stringify(events)) as RunlogEvent[], remarks };
}

export function exportRecord(events: readonly RunlogEvent[]): string {
  return [...recordPieces(foldRun(events), events)].join('');
}

/** Import and export at once. */
export function roundTrip(text: string, pieceLength?: number): string {
  return exportRecord(importRecord(text, pieceLength).events);
}
