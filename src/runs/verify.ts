// Whether a run is as it was recorded: the lines of its journal, its blobs, its seal, and whether what it says can have been. It reads
// all of it once and changes nothing.
import { messageOf } from '../events/errors.js';
import type { RunlogEvent } from '../events/vocabulary.js';
import type { Seal } from '../formats/run-files.js';
import type { Damage } from '../journal/line.js';
import type { StartProver } from '../journal/proofs.js';
import { readJournal, readSegment, type JournalItem } from '../journal/read.js';
import { applyPlausibility, noPlausibility, suspicionsOf } from '../views/plausibility.js';
import { applyEvent, emptyRun } from '../views/run.js';
import type { SuspicionKind } from '../views/suspicions.js';
import { wholeValues } from './open-run.js';
import { journalDir, runDir, type Store } from './paths.js';
import { findSeal, SealCheck } from './seal.js';
import { assess, type Vantage } from './verdict.js';

/** Damage is proven. A suspicion may have a harmless cause: only who is strict counts it. */
export type Severity = 'damage' | 'suspicion';

export interface Finding {
  kind: Damage['kind'] | 'seal_broken' | 'late_events' | 'unsealed' | 'no_start' | SuspicionKind;
  severity: Severity;
  /** The file, by its path in the run's folder. */
  segment: string;
  offsetBytes: number;
  message: string;
}

/** All that is wrong with a run. What cannot even be read is a finding, for no run may hide another. */
export function verifyRun(store: Store, runId: string, from: Vantage, startProver?: StartProver): Finding[] {
  try {
    const findings = inspect(store, runId, from, startProver);
    // What the journal of a live run ends in may be a write under way: a second look finds it whole.
    const mayBeUnderWay = findings.some(({ kind, severity }) => kind === 'torn' && severity === 'suspicion');
    return mayBeUnderWay ? inspect(store, runId, from, startProver) : findings;
  } catch (error) {
    return [{ kind: 'unreadable', severity: 'damage', segment: 'journal', offsetBytes: 0, message: messageOf(error) }];
  }
}

function inspect(store: Store, runId: string, from: Vantage, startProver: StartProver | undefined): Finding[] {
  const { seal, fault } = findSeal(store, runId);
  const sealed = new SealedReading(seal ?? {}, startProver);
  const life = emptyRun();
  const plausibility = noPlausibility(from.nowMicros);
  const damage: Damage[] = [];
  for (const item of readJournal(journalDir(store, runId), (file, segment) => sealed.read(file, segment))) {
    if ('damage' in item) damage.push(item.damage);
    else {
      damage.push(...wholeValues(runDir(store, runId), item));
      applyEvent(life, signOfLife(item.event));
      applyPlausibility(plausibility, item);
    }
  }
  const { judgement } = assess(runId, life, [], from);
  const isOpen = judgement !== null && !judgement.isOver;
  const ofSeal = sealed.findings(runId);
  const isWhole = damage.length === 0 && ofSeal.every(({ severity }) => severity !== 'damage');
  const unreadable = new Set(damage.filter(({ kind }) => kind === 'unreadable').map(({ segment }) => segment));
  return [
    ...damage.map((found): Finding => ({
      ...found,
      severity: found.kind === 'torn' && isOpen ? 'suspicion' : 'damage',
    })),
    ...(fault === null
      ? []
      : [
          {
            kind: 'seal_unreadable',
            severity: 'damage',
            segment: '_final.json',
            offsetBytes: 0,
            message: fault,
          } as const,
        ]),
    ...ofSeal.filter(({ segment }) => !unreadable.has(segment)),
    // Of what could not be read nobody knows what it says.
    ...(unreadable.size > 0
      ? []
      : [
          ...(seal === null && fault === null && !isOpen ? [unsealed(runId, judgement?.reason ?? null)] : []),
          ...(life.started === null && damage.every(({ segment }) => segment !== 'journal') ? [NO_START] : []),
        ]),
    ...suspicionsOf(plausibility, isWhole).map((found): Finding => ({ ...found, severity: 'suspicion' })),
  ];
}

const NO_START: Finding = {
  kind: 'no_start',
  severity: 'suspicion',
  segment: 'journal',
  offsetBytes: 0,
  message: 'run.started, the first event of every run, is not there',
};

function unsealed(runId: string, reason: string | null): Finding {
  const what = reason === null ? 'the run has ended, but is not sealed' : `the run has no end (${reason}) and no seal`;
  return {
    kind: 'unsealed',
    severity: 'suspicion',
    segment: '_final.json',
    offsetBytes: 0,
    message: `${what}: runlog finalize ${runId}`,
  };
}

const LIFE = new Set<string>(['run.started', 'run.ended', 'run.beat']);

/** Of the run only its life is asked here. Any other event counts as a beat, and what it says would only take memory. */
function signOfLife(event: RunlogEvent): RunlogEvent {
  return LIFE.has(event.type) ? event : { v: event.v, id: event.id, at: event.at, type: 'run.beat' };
}

/** Reads the segments of a journal, each held against its seal on the way. */
class SealedReading {
  readonly #seal: Seal;
  readonly #startProver: StartProver | undefined;
  readonly #checks = new Map<string, SealCheck>();
  /** How many events of each segment stand after its sealed part. */
  readonly #late = new Map<string, number>();

  constructor(seal: Seal, startProver: StartProver | undefined) {
    this.#seal = seal;
    this.#startProver = startProver;
  }

  *read(file: string, segment: string): Generator<JournalItem, void, undefined> {
    const sealed = this.#seal[segment];
    const check = sealed === undefined ? null : new SealCheck(sealed);
    if (check !== null) this.#checks.set(segment, check);
    const watch = (chunk: Buffer): void => check?.bytes(chunk);
    for (const item of readSegment(file, segment, { watch, skims: true, startProver: this.#startProver })) {
      check?.item(item);
      if ('event' in item && item.offsetBytes >= (sealed?.bytes ?? 0))
        this.#late.set(segment, (this.#late.get(segment) ?? 0) + 1);
      yield item;
    }
  }

  /** To be asked once all was read. */
  findings(runId: string): Finding[] {
    const sealed = Object.entries(this.#seal);
    const broken = sealed.flatMap(([segment, { bytes }]): Finding[] => {
      const fault = this.#checks.has(segment)
        ? (this.#checks.get(segment) as SealCheck).fault()
        : `sealed with ${bytes} bytes, but the segment is gone`;
      if (fault === null) return [];
      return [{ kind: 'seal_broken', severity: 'damage', segment, offsetBytes: 0, message: fault }];
    });
    // Without any seal there is nothing to be late for.
    const late = [...(sealed.length === 0 ? [] : this.#late)].map(([segment, count]): Finding => ({
      kind: 'late_events',
      severity: 'suspicion',
      segment,
      offsetBytes: this.#seal[segment]?.bytes ?? 0,
      message: `${count === 1 ? 'one event' : `${count} events`} came after the end was sealed; runlog finalize ${runId} refreshes the seal`,
    }));
    return [...broken, ...late];
  }
}
