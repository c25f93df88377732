// What did an outside truth say against what was recorded? Corrections change outcomes, never attempts; pure.
import type { RunlogEvent } from '../events/vocabulary.js';

/** Whether it succeeded after all, who says so, and how that is known. */
export interface Correction {
  at: string;
  success: boolean;
  evidence: string;
  by: string | null;
}

/** A correction, and what it is about. */
export interface CorrectionEntry extends Correction {
  subject: 'run' | 'issue' | 'agent';
  name: string | null;
  /** Of an agent: for which issue alone; null for all. */
  issue: string | null;
}

export function correctionOf(event: RunlogEvent<'outcome.corrected'>): CorrectionEntry {
  return {
    subject: event.subject as CorrectionEntry['subject'],
    name: event.name ?? null,
    issue: event.issue ?? null,
    at: event.at,
    success: event.success,
    evidence: event.evidence,
    by: event.by ?? null,
  };
}

/** `success: merged as !12 (gitlab)`; null where nothing was corrected. */
export function correctionText(correction: Correction | null): string | null {
  if (correction === null) return null;
  const { success, evidence, by } = correction;
  return `${success ? 'success' : 'failure'}: ${evidence}${by === null ? '' : ` (${by})`}`;
}
