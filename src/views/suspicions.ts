// What may be wrong with what a run says, and where it says it. A suspicion proves nothing; it names what was seen and why that is
// odd. Bounded: of each kind only the first few are kept, the rest is counted. Pure.
import type { RunlogEvent } from '../events/vocabulary.js';

export type SuspicionKind =
  | 'end_before_start'
  | 'outside_run'
  | 'clock_set_back'
  | 'recorded_early'
  | 'recorded_afterwards'
  | 'in_the_future'
  | 'impossible_duration'
  | 'unended_steps'
  | 'same_metrics'
  | 'equal_intervals'
  | 'rounded_times'
  | 'zero_durations'
  | 'vague_errors'
  | 'no_output';

/** Where in a run's journal an event stands. */
export interface Place {
  segment: string;
  offsetBytes: number;
}

export interface PlacedEvent extends Place {
  event: RunlogEvent;
}

export interface Suspicion extends Place {
  kind: SuspicionKind;
  message: string;
}

/** What is about the run, not about one event. */
export const WHOLE_JOURNAL: Place = { segment: 'journal', offsetBytes: 0 };

/** So many of a kind show what is going on; a million lines of it would hide everything else. */
const KEPT_OF_A_KIND = 5;

export class Suspicions {
  readonly #kept: Suspicion[] = [];
  readonly #counts = new Map<SuspicionKind, { seen: number; kept: number }>();

  /** Keeps at the most `keep` of a kind. */
  add(kind: SuspicionKind, { segment, offsetBytes }: Place, message: string, keep: number = KEPT_OF_A_KIND): void {
    const counts = this.#counts.get(kind) ?? { seen: 0, kept: 0 };
    this.#counts.set(kind, counts);
    counts.seen += 1;
    if (counts.kept >= keep) return;
    counts.kept += 1;
    this.#kept.push({ kind, segment, offsetBytes, message });
  }

  /** All of them, kind by kind; the last one of a kind tells how many more there are. */
  list(): Suspicion[] {
    return [...this.#counts].flatMap(([kind, { seen, kept }]) =>
      this.#kept
        .filter((one) => one.kind === kind)
        .map((one, index) =>
          index < kept - 1 || seen === kept ? one : { ...one, message: `${one.message}; and ${seen - kept} more` },
        ),
    );
  }
}

/** `1.5 s`, `12.5 min`, `3 h`, `40 days`: how far two times are apart, exact below two minutes. */
export function spanText(micros: number): string {
  const seconds = micros / 1e6;
  const [size, unit] = seconds < 120 ? [seconds, 's'] : seconds < 7200 ? [seconds / 60, 'min'] : [seconds / 3600, 'h'];
  if (unit === 'h' && size >= 48) return `${Number((size / 24).toFixed(1))} days`;
  return `${Number(size.toFixed(unit === 's' ? 6 : 1))} ${unit}`;
}

/** A name as a message carries it: whoever wrote the journal may have made it as long as a line. */
export function nameText(name: string): string {
  return name.length <= NAME_LENGTH ? name : `${name.slice(0, NAME_LENGTH)}…`;
}

const NAME_LENGTH = 60;

/** `step 4`, `steps 1, 2 and 3`, `steps 1, 2, 3, 4, 5 and 20 more`. */
export function stepsText(numbers: readonly number[]): string {
  if (numbers.length === 1) return `step ${numbers[0]}`;
  const shown = numbers.length <= KEPT_OF_A_KIND + 1 ? numbers.length - 1 : KEPT_OF_A_KIND;
  const last = shown === numbers.length - 1 ? String(numbers.at(-1)) : `${numbers.length - shown} more`;
  return `steps ${numbers.slice(0, shown).join(', ')} and ${last}`;
}
