// A design-experiment log becomes a run: an entry an event, text between entries kept where it stood.
import { RunlogError } from '../events/errors.js';
import { formatInstant } from '../events/instant.js';
import { LogDecoder, isEntryHeader, parseLocalTime, type PlacedBlock } from './design-log.js';
import { actionOfEntry } from './log-events.js';
import type { DraftEvent, DraftRun, ImportContext, ImportFormat, Pass } from './draft.js';

/** An entry and its fields fit into memory. */
const LONGEST_BLOCK_CHARACTERS = 32 * 1024 * 1024;

export const LOG_FORMAT: ImportFormat = { name: 'log', survey, read };

/** The run begins with its first entry; text before it has no time. */
function survey(context: ImportContext): Pass<DraftRun[]> {
  let first: DraftRun | null = null;
  let tail = '';
  const look = (text: string): void => {
    const header = text
      .replace(/^\ufeff/, '')
      .split('\n')
      .find((line) => isEntryHeader(line));
    if (header === undefined) return;
    const localTime = header.slice(1, 'YYYY-MM-DD HH:MM:SS'.length + 1);
    const local = parseLocalTime(localTime) as number;
    const offset = context.offsetMinutesAt(local);
    const at = formatInstant((local - offset * 60_000) * 1000);
    const { name } = context;
    first = { runId: null, localTime, name, start: { at, name, utc_offset_minutes: offset }, sha256: null };
  };
  return {
    push(text) {
      if (first !== null) return;
      const end = text.lastIndexOf('\n');
      if (end !== -1) {
        look(tail + text.slice(0, end).replaceAll('\r\n', '\n').replace(/\r$/, ''));
        tail = text.slice(end + 1);
      } else tail += text;
      refuseLonger(tail.length, context);
    },
    end() {
      if (first === null) look(tail);
      if (first === null)
        throw new RunlogError(
          'invalid_input',
          'it has no entry such as "[2025-10-22 14:23:15] VERIFY_MODEL: Checking"',
          {
            hint: 'See docs/design-log.md for the layout that is read.',
          },
        );
      return [first];
    },
  };
}

function read(
  context: ImportContext,
  runs: readonly DraftRun[],
  emit: (run: number, event: DraftEvent) => void,
  remark: Parameters<ImportFormat['read']>[3],
): Pass<void> {
  // Text has no time of its own: it gets that of the entry before it, or of the first.
  let at = runs[0]?.start.at ?? context.now;
  let latest = at;
  let last: string | null = null;
  const decoder = new LogDecoder((block) => {
    const event = eventOf(block, at, context);
    at = event.at;
    if (at > latest) latest = at;
    if (block.kind === 'entry') last = block.action;
    emit(0, event);
  });
  return {
    push(text) {
      decoder.push(text);
      refuseLonger(decoder.heldCharacters, context);
    },
    end() {
      for (const { line, message } of decoder.end()) remark({ where: `line ${line}`, message, isLoss: false });
      // A log that ends with COMPLETE says itself that the work was done; any other was left unfinished.
      if (last === null || !/^COMPLETE(_|$)/.test(last)) return;
      const cause = { reason: `the log ends with ${last}`, decided_by: 'import' };
      emit(0, { type: 'run.ended', at: latest, ended_at: latest, status: 'completed', cause });
    },
  };
}

function eventOf(block: PlacedBlock, at: string, { offsetMinutesAt }: ImportContext): DraftEvent {
  return block.kind === 'entry' ? actionOfEntry(block, offsetMinutesAt) : { type: 'text.kept', at, text: block.text };
}

function refuseLonger(characters: number, { name }: ImportContext): void {
  if (characters > LONGEST_BLOCK_CHARACTERS)
    throw new RunlogError('invalid_input', `an entry or a line of ${name} is longer than 32 MiB`, {
      hint: 'Split it, or leave it out.',
    });
}
