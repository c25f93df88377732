// What a run is now: as it ended, or, where it never did, as its owner, its beats and its age let one judge.
import type { RunStatus } from '../events/vocabulary.js';
import { nowMicros } from '../journal/clock.js';
import type { Damage } from '../journal/line.js';
import type { StartProver } from '../journal/proofs.js';
import { endRun, foldRun, statusOf, type Ending, type RunState } from '../views/run.js';
import { DEFAULT_STALE_AFTER_SECONDS, judge, type Judgement } from './liveness.js';
import { readEvents } from './open-run.js';
import type { Store } from './paths.js';
import { here, type Place } from './processes.js';

/** A run as it reads now. */
export interface RunReading {
  runId: string;
  /** Its events folded; where the owner is dead, ended as finalize would end it. */
  state: RunState;
  status: RunStatus | 'running' | 'stale';
  reason: string | null;
  damage: Damage[];
  /** How an unfinished run was judged; null where it has ended. */
  judgement: Judgement | null;
}

/** Where and when runs are judged; one for all runs of a call, so that they are judged alike. */
export interface Vantage {
  nowMicros: number;
  place: Place;
  staleAfterSeconds: number;
}

export function vantage(staleAfterSeconds: number = DEFAULT_STALE_AFTER_SECONDS): Vantage {
  return { nowMicros: nowMicros(), place: here(), staleAfterSeconds };
}

/** Reads and judges a run; a long one with the help of another thread, where one can be started. */
export function readRun(store: Store, runId: string, from: Vantage, startProver?: StartProver): RunReading {
  const reading = readOnce(store, runId, from, startProver);
  // It may have ended between our reading and our look at its owner. The dead write no more: a second reading is the last word.
  return reading.judgement?.life === 'dead' ? readOnce(store, runId, from, startProver) : reading;
}

function readOnce(store: Store, runId: string, from: Vantage, startProver: StartProver | undefined): RunReading {
  const damage: Damage[] = [];
  const state = foldRun(readEvents(store, runId, damage, { skims: true, startProver }));
  return assess(runId, state, damage, from);
}

/** The same from events that were read already. */
export function assess(runId: string, state: RunState, damage: Damage[], from: Vantage): RunReading {
  if (state.ending !== null)
    return { runId, state, status: statusOf(state), reason: reasonOf(state), damage, judgement: null };
  const judgement = judge(signsOf(state), from.nowMicros, from.place, from.staleAfterSeconds);
  const { life, reason } = judgement;
  if (life === 'dead') endRun(state, deathOf(state, reason));
  if (life === 'silent') state.openStatus = 'stale';
  return { runId, state, status: statusOf(state), reason, damage, judgement };
}

/** Why an ended run has its status: what corrected it, else what ended it. */
function reasonOf({ ending, correction }: RunState): string | null {
  if (ending === null || correction === null) return ending?.reason ?? null;
  const said = ending.reason === null ? '' : ` (${ending.reason})`;
  return `corrected${correction.by === null ? '' : ` by ${correction.by}`}: ${correction.evidence}; it was ${ending.status}${said}`;
}

/** The end of a run that died: interrupted, at its last sign of life. */
export function deathOf(state: RunState, reason: string): Ending {
  return {
    status: 'interrupted',
    endedAt: state.lastEventAt,
    error: null,
    exitCode: null,
    signal: null,
    reason,
    decidedBy: 'finalize',
  };
}

function signsOf(state: RunState): Parameters<typeof judge>[0] {
  return {
    owner: state.started?.owner ?? null,
    host: state.started?.host ?? null,
    due: state.due,
    lastEventAt: state.lastEventAt,
    isImported: (state.started?.source ?? null) !== null,
  };
}
