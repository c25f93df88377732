// The JSON files of issues under way: a view that is brought up to date whenever something of an issue ends. Finalize writes them
// from the whole journal; until then this does, where the journal is small enough to be read in passing.
import fs from 'node:fs';
import path from 'node:path';
import { encodeIssueFile, encodeMetadata } from '../formats/run-files.js';
import { isThere, refuseLink } from '../journal/folder.js';
import type { Damage } from '../journal/line.js';
import { foldRun } from '../views/run.js';
import { writeWhole } from './atomic-file.js';
import { readEvents } from './open-run.js';
import { finalPath, journalDir, metadataPath, rightsOf, runDir, type Store } from './paths.js';

/** Some forty milliseconds to read: more would hold up what is recorded. */
const READ_IN_PASSING_BYTES = 2 * 1024 * 1024;

/** Writes the files of a run's issues, and its metadata, as they stand now. What fails is left to finalize. */
export function refreshIssueFiles(store: Store, runId: string): void {
  try {
    const before = lengthsOf(store, runId);
    if (before === null) return;
    const damage: Damage[] = [];
    const state = foldRun(readEvents(store, runId, damage));
    if (damage.length > 0 || state.ending !== null) return;
    const folder = runDir(store, runId);
    refuseLink(path.join(folder, 'issues'));
    const files = state.issues.map((issue) => encodeIssueFile(runId, state, issue));
    // What was appended meanwhile may be the run's end, and its views with it: then these are of yesterday.
    if (isThere(finalPath(store, runId)) || lengthsOf(store, runId) !== before) return;
    for (const { name, otherName, text } of files) {
      writeWhole(path.join(folder, 'issues', name), text, rightsOf(store), false);
      fs.rmSync(path.join(folder, 'issues', otherName), { force: true });
    }
    writeWhole(metadataPath(store, runId), encodeMetadata(runId, state), rightsOf(store), false);
  } catch {
    // Views: finalize writes them from the journal, which has the event.
  }
}

/** How long the segments are, as text to compare; null where they are too long to be read in passing. */
function lengthsOf(store: Store, runId: string): string | null {
  const folder = journalDir(store, runId);
  const segments = fs.readdirSync(folder).map((name) => [name, fs.statSync(path.join(folder, name)).size] as const);
  const bytes = segments.reduce((sum, [, size]) => sum + size, 0);
  return bytes > READ_IN_PASSING_BYTES ? null : JSON.stringify(segments);
}
