// Importing without files: a text in one of the formats, handed over in pieces, and the events of its runs.
import { createHash } from 'node:crypto';
import { checkEvent } from '../../src/events/check.js';
import type { RunlogEvent } from '../../src/events/vocabulary.js';
import type { DraftRun, ImportContext, ImportFormat, Remark } from '../../src/formats/draft.js';

export interface ImportedText {
  runs: { draft: DraftRun; events: RunlogEvent[] }[];
  remarks: Remark[];
}

/** Imports a text as the command does, in pieces of a length. Throws where an event is none. */
export function importText(
  format: ImportFormat,
  text: string,
  { pieceLength = 64 * 1024, ...context }: Partial<ImportContext> & { pieceLength?: number } = {},
): ImportedText {
  const whole: ImportContext = {
    name: 'source',
    offsetMinutesAt: () => 0,
    newHash: () => {
      const hash = createHash('sha256');
      return { update: (part) => void hash.update(part), digest: () => hash.digest('hex') };
    },
    now: '2026-11-21T00:00:00.000000Z',
    keepsOtherLines: true,
    ...context,
  };
  const remarks: Remark[] = [];
  const drafts = walk(format.survey(whole), text, pieceLength);
  const runs = drafts.map((draft, index) => {
    const start = { type: 'run.started', run_id: `run_${index}`, source: { format: format.name, sha256: '' } };
    return { draft, events: [envelop({ ...start, ...draft.start }, 0)] };
  });
  const pass = format.read(
    whole,
    drafts,
    (index, event) => {
      const { events } = runs[index] as (typeof runs)[number];
      events.push(envelop(event, events.length));
    },
    (remark) => remarks.push(remark),
  );
  walk(pass, text, pieceLength);
  return { runs, remarks };
}

function walk<Result>(pass: { push: (text: string) => void; end: () => Result }, text: string, length: number): Result {
  for (let from = 0; from < text.length; from += length) pass.push(text.slice(from, from + length));
  return pass.end();
}

/** Also brings it to JSON and back, as the journal does. */
function envelop(body: object, number: number): RunlogEvent {
  const event = JSON.parse(JSON.stringify({ v: 1, id: `e${number}`, ...body })) as RunlogEvent;
  const problem = checkEvent(event)[0];
  if (problem !== undefined) throw new Error(`${problem.message}: ${JSON.stringify(event)}`);
  return event;
}

/** An event without what differs from one import to the next. */
export function essence(event: RunlogEvent): object {
  return { ...event, id: '' };
}
