// What a report is: sections of rows with tones, before anyone decides whether they become terminal text or Markdown.
import type { Timeline } from './timeline/timeline.js';

export type Tone = 'good' | 'bad' | 'warning' | 'faint' | 'plain';

/** Writes a stored time for its reader: `YYYY-MM-DD HH:MM:SS`. */
export type ShowTime = (instant: string) => string;

export interface Row {
  cells: string[];
  tone: Tone;
  /** Lines that belong under the row. */
  notes: string[];
}

export interface Section {
  title: string;
  columns: string[];
  rows: Row[];
  /** Which column gives way where all are too wide: the one with the most to say. The first, where it is not said. */
  flexible?: number;
  /** Which column tells how a row went: of rows that are folded into one, it is counted. */
  outcome?: number;
}

export interface Report {
  runId: string;
  status: string;
  tone: Tone;
  /** Why it has that status; null where there is nothing to say. */
  reason: string | null;
  facts: [name: string, value: string][];
  timeline: Timeline | null;
  sections: Section[];
}

export function statusTone(status: string): Tone {
  if (/^(completed|success|passed|ok)$/i.test(status)) return 'good';
  if (/^(failed|fail|error|blocked)$/i.test(status)) return 'bad';
  if (/^(partial|interrupted|stale|skipped)$/i.test(status)) return 'warning';
  return 'plain';
}
