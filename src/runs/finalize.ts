// The end of runs: the ending goes into the journal, the views are written from it, and _final.json seals it. Doing it twice, or
// being killed anywhere and doing it again, gives the same.
import fs from 'node:fs';
import path from 'node:path';
import { RunlogError, messageOf } from '../events/errors.js';
import { formatInstant } from '../events/instant.js';
import type { EventBody } from '../events/vocabulary.js';
import { logPieces } from '../formats/design-log.js';
import { logBlocks } from '../formats/log-events.js';
import { encodeFinal, encodeIssueFile, encodeMetadata, type Seal } from '../formats/run-files.js';
import { encodeTrace } from '../formats/trace.js';
import { isThere } from '../journal/folder.js';
import type { Damage } from '../journal/line.js';
import { applyEvent, foldRun, type Ending, type RunState } from '../views/run.js';
import { traceOf } from '../views/trace.js';
import { removeBegunBlobs } from './abandoned.js';
import { writePieces, writeWhole } from './atomic-file.js';
import { endingByName, isOwner, isWishEmpty, type Wish } from './ending.js';
import { noteChange } from './index-change.js';
import { withLock } from './lock.js';
import { readEvents } from './open-run.js';
import { isUnreadable, refuseUnreadable } from './unreadable.js';
import { refuseLink } from '../journal/folder.js';
import * as paths from './paths.js';
import type { Store } from './paths.js';
import { priceCalls, priceEvents, type LoadPricer } from './pricing.js';
import { lineage } from './processes.js';
import { bringHome, record, type Recordable } from './record.js';
import { readAllRuns } from './store.js';
import { goesOn, readSeal, sealJournal } from './seal.js';
import { peekSpool, spoolDir, spooledRuns } from './spool.js';
import type { RunRows } from './table-parts.js';
import { Tables, ownTables, runRows } from './tables.js';
import { assess, deathOf, readRun, vantage, type RunReading, type Vantage } from './verdict.js';

export interface FinalizeOptions {
  env: NodeJS.ProcessEnv;
  /** The runs to end; null for all that have died. */
  runIds: readonly string[] | null;
  wish: Wish;
  isForced: boolean;
  isDryRun: boolean;
  staleAfterSeconds: number;
  lockTimeoutSeconds: number;
  loadPricer: LoadPricer;
}

export interface Finalized {
  runId: string;
  oldStatus: RunReading['status'];
  status: RunReading['status'];
  cause: string | null;
  changed: boolean;
  damage: Damage[];
}

/** What could not be finalized, beside what was. */
export interface FinalizeResult {
  runs: Finalized[];
  errors: RunlogError[];
  /** What waits in the spool and cannot come home; of a run that was removed it may be deleted by hand. */
  stranded: string[];
  /** Why calls of models have no price on record now; null where that did not fail. */
  pricingFault: string | null;
}

export async function finalizeRuns(store: Store, options: FinalizeOptions): Promise<FinalizeResult> {
  if (!options.isDryRun) return withLock(store, options.lockTimeoutSeconds, () => finalizeLocked(store, options));
  return finalizeLocked(store, options);
}

async function finalizeLocked(store: Store, options: FinalizeOptions): Promise<FinalizeResult> {
  const from = vantage(options.staleAfterSeconds);
  const result: FinalizeResult = { runs: [], errors: [], stranded: [], pricingFault: null };
  const loadPricer = forgivingly(options.loadPricer, result);
  if (options.isDryRun) sayWhatWaits(store, options, result);
  else comeHome(store, options, result);
  const sealing: Sealing[] = [];
  for (const runId of options.runIds ?? paths.listRunIds(store)) {
    // One run that cannot be ended keeps no other from its end.
    try {
      const plan = planRun(store, runId, options, from);
      if (plan === null) continue;
      const written =
        options.isDryRun || !plan.needsWork ? null : await writeRun(store, runId, plan, options.env, from, loadPricer);
      if (written !== null) sealing.push(written);
      result.runs.push(finalizedOf(runId, plan, written?.state.ending ?? plan.ending));
    } catch (error) {
      result.errors.push(asRunlogError(runId, error));
    }
  }
  if (sealing.length > 0) {
    await updateTables(
      store,
      new Map(sealing.map(({ runId, state }) => [runId, runRows(runId, state)])),
      from,
      loadPricer,
    );
    // Last: it says that everything else of the run is in place.
    for (const { runId, state, seal, damageCount } of sealing) {
      const file = paths.finalPath(store, runId);
      const wasFinal = isThere(file);
      writeWhole(file, encodeFinal(runId, state, seal, damageCount), paths.rightsOf(store));
      if (wasFinal) noteChange(store);
    }
  }
  return result;
}

interface Sealing {
  runId: string;
  state: RunState;
  seal: Seal;
  damageCount: number;
}

/**
 * Records the end and the prices, and writes the views of a run, but for what they share: the tables, and the seal that closes it.
 */
async function writeRun(
  store: Store,
  runId: string,
  { reading, ending }: Plan,
  env: NodeJS.ProcessEnv,
  from: Vantage,
  loadPricer: LoadPricer,
): Promise<Sealing> {
  // The end comes first: killed between them, the run has ended, and its next finalize finds the prices missing.
  const prices = await priceEvents(reading.state, loadPricer);
  recordHere(store, runId, [...(ending === null ? [] : [endEvent(ending)]), ...prices], env);
  const sealed = sealAndRead(store, runId, from);
  // Calls that were recorded since the run was read.
  const latePrices = await priceEvents(sealed.state, loadPricer);
  recordHere(store, runId, latePrices, env);
  const last = latePrices.length === 0 ? sealed : sealAndRead(store, runId, from);
  writeViews(store, runId, last.state);
  return last;
}

function recordHere(store: Store, runId: string, events: readonly Recordable[], env: NodeJS.ProcessEnv): void {
  if (events.length === 0) return;
  const { warning, where } = record(store, runId, events, { env });
  if (where !== 'journal')
    throw new RunlogError('io', warning ?? 'the end could not be recorded', {
      hint: 'The views are written once the store can be.',
    });
}

function sealAndRead(store: Store, runId: string, from: Vantage): Sealing {
  // Sealed before it is read: what is appended meanwhile makes the journal longer than its seal, and the next finalize sees that.
  const seal = sealJournal(store, runId);
  const { state, damage } = readRun(store, runId, from);
  refuseUnreadable(runId, damage);
  if (state.ending === null) throw new RunlogError('io', `the end of ${runId} cannot be read back from its journal`);
  return { runId, state, seal, damageCount: damage.length };
}

/** A run ends whatever becomes of its prices: where they cannot be had that is said, and its calls have none for now. */
function forgivingly(load: LoadPricer, result: FinalizeResult): LoadPricer {
  return async () => {
    try {
      return await load();
    } catch (error) {
      result.pricingFault = messageOf(error);
      return () => null;
    }
  };
}

/** What is said of a run: its end as it stands in the journal, which may be another's that came first. */
function finalizedOf(runId: string, { reading, needsWork }: Plan, ending: Ending | null): Finalized {
  return {
    runId,
    oldStatus: reading.status,
    status: ending?.status ?? reading.status,
    cause: ending?.reason ?? reading.reason,
    changed: needsWork,
    damage: reading.damage,
  };
}

function asRunlogError(runId: string, error: unknown): RunlogError {
  if (error instanceof RunlogError) return error;
  return new RunlogError('io', `${runId}: ${messageOf(error)}`, { cause: error });
}

interface Plan {
  reading: RunReading;
  /** The end to record; null where the journal has one. */
  ending: Ending | null;
  needsWork: boolean;
}

/** What finalize has to do for a run; null where nothing is to be said of it. */
function planRun(store: Store, runId: string, options: FinalizeOptions, from: Vantage): Plan | null {
  const isNamed = options.runIds !== null;
  const seal = readSeal(store, runId);
  if (seal !== null && !goesOn(seal, store, runId))
    return isNamed ? { reading: readRun(store, runId, from), ending: null, needsWork: false } : null;
  const reading = readRun(store, runId, from);
  refuseUnreadable(runId, reading.damage);
  if (reading.state.eventCount === 0)
    throw new RunlogError('invalid_input', `${runId}: ${reading.damage[0]?.message ?? 'its journal is empty'}`, {
      hint: 'Nothing is recorded of it. If the folder is not wanted, remove it by hand.',
    });
  const { judgement } = reading;
  if (judgement === null) return { reading, ending: null, needsWork: true };
  if (isNamed) {
    const ending = endingByName(reading, options.wish, lineage(process.pid), options.isForced, from);
    return { reading, ending, needsWork: true };
  }
  return judgement.isOver ? { reading, ending: deathOf(reading.state, judgement.reason), needsWork: true } : null;
}

/** The end of a run that its own script recorded. */
export interface OwnEnd {
  oldStatus: RunReading['status'];
  ending: Ending;
  /** Where the end waits in the spool, or was lost; null where it is in the journal. */
  warning: string | null;
}

/**
 * Records how a run of the caller's own ended (`isTrusted`: the caller got its id from its start, not from an argument): without a lock, and even where the store cannot be written, for then it waits in
 * the spool like any event. Null where the run has ended already or is somebody else's.
 */
export function recordOwnEnd(
  store: Store,
  runId: string,
  wish: Wish,
  env: NodeJS.ProcessEnv,
  isTrusted: boolean,
): OwnEnd | null {
  const from = vantage();
  const caller = lineage(process.pid);
  const damage: Damage[] = [];
  // What still waits in the spool is part of what the run has to say for itself.
  const state = foldRun(readEvents(store, runId, damage, { skims: true }));
  for (const event of peekSpool(store, runId, env)) applyEvent(state, event);
  // A store that is away for now says nothing of the owner. Who carries the run and knows how it ended is taken at his word, as for
  // any other event; what the record would say against it nobody can look up.
  const isAway = state.started === null && damage.some(({ segment }) => segment === 'journal');
  const isTaken = isAway && isTrusted && !isWishEmpty(wish);
  if (state.ending !== null || (!isTaken && !isOwner(state, caller))) return null;
  const reading = assess(runId, state, damage, from);
  const oldStatus = isTaken ? 'running' : reading.status;
  const ending = endingByName(reading, wish, caller, false, from);
  if (isTaken) Object.assign(ending, { decidedBy: 'owner', endedAt: formatInstant(from.nowMicros) });
  const { warning, where } = record(store, runId, [endEvent(ending)], { env });
  return { oldStatus, ending, warning: where === 'journal' ? null : warning };
}

function comeHome(store: Store, { runIds, env }: FinalizeOptions, result: FinalizeResult): void {
  for (const runId of spooledRuns(store, env)) {
    if (runIds !== null && !runIds.includes(runId)) continue;
    try {
      bringHome(store, runId, env);
    } catch (error) {
      const where = `${spoolDir(env)}/*-${runId}.jsonl`;
      result.stranded.push(`events of ${runId} wait in ${where} and could not be brought home: ${messageOf(error)}`);
    }
  }
}

/** A dry run judges by the journals alone; what would come home first may change its judgement. */
function sayWhatWaits(store: Store, { runIds, env }: FinalizeOptions, result: FinalizeResult): void {
  for (const runId of spooledRuns(store, env)) {
    if (runIds !== null && !runIds.includes(runId)) continue;
    const { length } = peekSpool(store, runId, env);
    const events = length === 1 ? 'an event' : `${length} events`;
    result.stranded.push(
      `${events} of ${runId} would come home from ${spoolDir(env)} first, and may change how it ends`,
    );
  }
}

function endEvent({ status, endedAt, error, exitCode, signal, reason, decidedBy }: Ending): EventBody<'run.ended'> {
  return {
    type: 'run.ended',
    status,
    ended_at: endedAt,
    error,
    cause: { exit_code: exitCode, signal, reason, decided_by: decidedBy },
    // Nothing of the run has a time: neither has its end.
    ...(endedAt === null ? { untimed: true } : {}),
  };
}

/** Writes every view of a run but its seal, from its journal alone. */
function writeViews(store: Store, runId: string, state: RunState): void {
  const folder = paths.runDir(store, runId);
  const rights = paths.rightsOf(store);
  refuseLink(path.join(folder, 'issues'));
  refuseLink(path.join(folder, 'blobs'));
  removeBegunBlobs(path.join(folder, 'blobs'));
  const damage: Damage[] = [];
  const log = logPieces(logBlocks(readEvents(store, runId, damage, { withBlobs: true })));
  writePieces(paths.designLogPath(store, runId), log, rights, () => refuseUnreadable(runId, damage));
  for (const issue of state.issues) {
    const { name, otherName, text } = encodeIssueFile(runId, state, issue);
    writeWhole(path.join(folder, 'issues', name), text, rights);
    fs.rmSync(path.join(folder, 'issues', otherName), { force: true });
  }
  writeWhole(path.join(folder, 'trace.json'), encodeTrace(traceOf(state)), rights);
  writeWhole(paths.metadataPath(store, runId), encodeMetadata(runId, state), rights);
}

/** Brings the rows of some runs into the store's tables. */
async function updateTables(
  store: Store,
  rows: ReadonlyMap<string, RunRows>,
  from: Vantage,
  loadPricer: LoadPricer,
): Promise<void> {
  const tables = new Tables(ownTables(store));
  try {
    await tables.write(
      rows,
      () => true,
      () => everyRow(store, from, loadPricer),
    );
  } finally {
    tables.close();
  }
}

/** The rows of every run of a store that can be read. */
async function everyRow(store: Store, from: Vantage, loadPricer: LoadPricer): Promise<Map<string, RunRows>> {
  const rows = new Map<string, RunRows>();
  for (const { runId, state, damage } of readAllRuns(store, from)) {
    if (damage.some(isUnreadable)) continue;
    await priceCalls(state, loadPricer);
    rows.set(runId, runRows(runId, state));
  }
  return rows;
}
