// The end of runs: the ending goes into the journal, the views are written from it, and _final.json seals it. Doing it twice, or
// being killed anywhere and doing it again, gives the same.
import fs from 'node:fs';
import path from 'node:path';
import { RunlogError } from '../events/errors.js';
import type { EventBody } from '../events/vocabulary.js';
import { encodeLog } from '../formats/design-log.js';
import { logBlocks } from '../formats/log-events.js';
import { encodeFinal, encodeIssueFile, encodeMetadata } from '../formats/run-files.js';
import { encodeTrace } from '../formats/trace.js';
import type { Damage } from '../journal/line.js';
import type { Ending, RunState } from '../views/run.js';
import { traceOf } from '../views/trace.js';
import { writeWhole } from './atomic-file.js';
import { endingByName, type Wish } from './ending.js';
import { withLock } from './lock.js';
import { readEvents } from './open-run.js';
import * as paths from './paths.js';
import type { Store } from './paths.js';
import { lineage } from './processes.js';
import { bringHome, record } from './record.js';
import { coversAll, readSeal, sealJournal } from './seal.js';
import { spooledRuns } from './spool.js';
import { runRows, writeTables, type RunRows } from './tables.js';
import { deathOf, readRun, vantage, type RunReading, type Vantage } from './verdict.js';

export interface FinalizeOptions {
  env: NodeJS.ProcessEnv;
  /** The runs to end; null for all that have died. */
  runIds: readonly string[] | null;
  wish: Wish;
  isForced: boolean;
  isDryRun: boolean;
  staleAfterSeconds: number;
  lockTimeoutSeconds: number;
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
}

export async function finalizeRuns(store: Store, options: FinalizeOptions): Promise<FinalizeResult> {
  if (!options.isDryRun) return withLock(store, options.lockTimeoutSeconds, () => finalizeLocked(store, options));
  return finalizeLocked(store, options);
}

function finalizeLocked(store: Store, options: FinalizeOptions): FinalizeResult {
  const from = vantage(options.staleAfterSeconds);
  const result: FinalizeResult = { runs: [], errors: [] };
  if (!options.isDryRun) comeHome(store, options);
  const sealing = new Map<string, RunState>();
  for (const runId of options.runIds ?? paths.listRunIds(store)) {
    const plan = planRun(store, runId, options, from, result);
    if (plan === null) continue;
    const { reading, ending } = plan;
    const status = ending?.status ?? reading.status;
    const cause = ending?.reason ?? reading.reason;
    const oldStatus = reading.status;
    result.runs.push({ runId, oldStatus, status, cause, changed: plan.needsWork, damage: reading.damage });
    if (options.isDryRun || !plan.needsWork) continue;
    if (ending !== null) record(store, runId, [endEvent(ending)], { env: options.env });
    const { state } = readRun(store, runId, from);
    writeViews(store, runId, state);
    sealing.set(runId, state);
  }
  if (sealing.size > 0) {
    updateTables(store, new Map([...sealing].map(([runId, state]) => [runId, runRows(state)])), from);
    // Last: it says that everything else of the run is in place.
    for (const [runId, state] of sealing)
      writeWhole(paths.finalPath(store, runId), encodeFinal(state, sealJournal(store, runId)));
  }
  return result;
}

interface Plan {
  reading: RunReading;
  /** The end to record; null where the journal has one. */
  ending: Ending | null;
  needsWork: boolean;
}

/** What finalize has to do for a run; null where nothing is to be said of it. */
function planRun(
  store: Store,
  runId: string,
  options: FinalizeOptions,
  from: Vantage,
  result: FinalizeResult,
): Plan | null {
  const isNamed = options.runIds !== null;
  const seal = readSeal(store, runId);
  if (seal !== null && coversAll(seal, store, runId)) {
    if (!isNamed) return null;
    return { reading: readRun(store, runId, from), ending: null, needsWork: false };
  }
  const reading = readRun(store, runId, from);
  if (reading.state.eventCount === 0) {
    const why = reading.damage[0]?.message ?? 'its journal is empty';
    const error = new RunlogError('invalid_input', `${runId} cannot be finalized: ${why}`, {
      hint: 'Nothing is recorded of it. If the folder is not wanted, remove it by hand.',
    });
    result.errors.push(error);
    return null;
  }
  const { judgement } = reading;
  if (judgement === null) return { reading, ending: null, needsWork: true };
  try {
    if (isNamed) {
      const ending = endingByName(reading, options.wish, lineage(process.pid), options.isForced, from);
      return { reading, ending, needsWork: true };
    }
    const isOver = judgement.life === 'dead' || judgement.life === 'silent';
    return isOver ? { reading, ending: deathOf(reading.state, judgement.reason), needsWork: true } : null;
  } catch (error) {
    if (!(error instanceof RunlogError)) throw error;
    result.errors.push(error);
    return null;
  }
}

function comeHome(store: Store, { runIds, env }: FinalizeOptions): void {
  for (const runId of spooledRuns(store, env))
    if (runIds === null || runIds.includes(runId)) bringHome(store, runId, env);
}

function endEvent({ status, endedAt, error, exitCode, signal, reason, decidedBy }: Ending): EventBody<'run.ended'> {
  return {
    type: 'run.ended',
    status,
    ended_at: endedAt,
    error,
    cause: { exit_code: exitCode, signal, reason, decided_by: decidedBy },
  };
}

/** Writes every view of a run but its seal, from its journal alone. */
function writeViews(store: Store, runId: string, state: RunState): void {
  const folder = paths.runDir(store, runId);
  const log = encodeLog(logBlocks(readEvents(store, runId, [], { withBlobs: true })));
  if (log !== '' || fs.existsSync(paths.designLogPath(store, runId)))
    writeWhole(paths.designLogPath(store, runId), log);
  for (const issue of state.issues) {
    const { name, text } = encodeIssueFile(state, issue);
    writeWhole(path.join(folder, 'issues', name), text);
    if (name.endsWith('_report.json'))
      fs.rmSync(path.join(folder, 'issues', name.replace(/_report\.json$/, '_metrics.json')), { force: true });
  }
  writeWhole(path.join(folder, 'trace.json'), encodeTrace(traceOf(state)));
  writeWhole(paths.metadataPath(store, runId), encodeMetadata(state));
}

/** Brings the rows of some runs into the store's tables. */
function updateTables(store: Store, rows: ReadonlyMap<string, RunRows>, from: Vantage): void {
  writeTables(
    paths.csvDir(store),
    rows,
    () => true,
    () => everyRow(store, from),
  );
}

/** The rows of every run of a store. */
function everyRow(store: Store, from: Vantage): Map<string, RunRows> {
  return new Map(paths.listRunIds(store).map((runId) => [runId, runRows(readRun(store, runId, from).state)]));
}
