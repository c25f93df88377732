// What a report is: sections of rows with tones, before anyone decides whether they become terminal text or Markdown.

export type Tone = 'good' | 'bad' | 'warning' | 'faint' | 'plain';

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
}

export interface Report {
  runId: string;
  status: string;
  tone: Tone;
  /** Why it has that status; null where there is nothing to say. */
  reason: string | null;
  facts: [name: string, value: string][];
  sections: Section[];
}

export function statusTone(status: string): Tone {
  if (/^(completed|success|passed|ok)$/i.test(status)) return 'good';
  if (/^(failed|fail|error|blocked)$/i.test(status)) return 'bad';
  if (/^(partial|interrupted|stale|skipped)$/i.test(status)) return 'warning';
  return 'plain';
}
