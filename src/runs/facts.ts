// What is asked of many runs at once and their rows do not say: found out once for each settled run, and kept beside the index. The
// journals are the truth: what was kept counts only while a run looks as the index has it, and whoever asks for many trusts that.
import type { Json } from '../events/vocabulary.js';
import { comparePlaces, placeOf, type IndexEntry } from '../formats/index-row.js';
import { runRow, type RunRow } from '../formats/run-json.js';
import { costFactsOf, type CostFacts } from '../views/costs.js';
import { faultsOf, type Fault } from '../views/faults.js';
import { retries } from '../views/issue-outcome.js';
import type { RunState } from '../views/run.js';
import { executions } from '../views/steps.js';
import { workOf, type Work } from '../views/work.js';
import { alignedFacts, lookOf, readKept, settledOf, writeKept, type Kept, type Settled } from './facts-file.js';
import type { Store } from './paths.js';
import { priceCalls, type LoadPricer } from './pricing.js';
import { journalStamp } from './settled-run.js';
import { askIndex } from './store-index.js';
import { vantage, type Vantage } from './verdict.js';

/** What can be asked. A version is raised when what is kept changes its meaning. */
export interface FactKinds {
  /** How many executions took up again what their agent had tried. */
  retries: number;
  work: Work;
  costs: CostFacts;
  faults: Fault[];
}
type FactName = keyof FactKinds;

const KINDS: { [Name in FactName]: { version: number; of: (state: RunState) => FactKinds[Name] } } = {
  retries: { version: 1, of: ({ steps }) => retries(executions(steps)) },
  work: { version: 3, of: workOf },
  costs: { version: 2, of: costFactsOf },
  faults: { version: 1, of: faultsOf },
};
const NAMES = Object.keys(KINDS) as FactName[];

export interface RunFacts<Facts> {
  row: RunRow;
  facts: Facts;
}

export interface FactsList<Facts> {
  /** Newest first. */
  runs: RunFacts<Facts>[];
  /** Every damaged run of the store, whether it fits or not; sorted. */
  damaged: string[];
}

/** What is known of the runs that fit. Calls of models without a price on record are priced by the lists of today. */
export async function readFacts<Name extends FactName>(
  store: Store,
  name: Name,
  fits: (row: RunRow) => boolean,
  loadPricer: LoadPricer,
): Promise<FactsList<FactKinds[Name]>> {
  const { version, of } = KINDS[name];
  const kept = readKept(store, name, version);
  const { settled, fresh, open, damaged } = survey(store, kept);
  const facts = kept?.settled === settled ? kept.facts : alignedFacts(kept, settled);
  const others = new Map<string, { look: number; facts: Json }>();
  const runs: RunFacts<FactKinds[Name]>[] = [];
  const found: Found[] = [];
  const broken: string[] = [];
  let from: Vantage | undefined;
  const readOpen = async (runId: string): Promise<void> => {
    const { state, status, damage } = (await import('./store.js')).readAnyRun(store, runId, (from ??= vantage()));
    if (damage.length > 0) broken.push(runId);
    await priceCalls(state, loadPricer);
    const row = runRow(runId, status, state);
    if (fits(row)) runs.push({ row, facts: of(state) });
  };
  /** What is not known yet of a settled run; its price list of today says nothing of tomorrow. */
  const readSettled = async (row: RunRow, isUnpriced: boolean): Promise<RunState | null> => {
    const read = isUnpriced ? null : (await import('./read-settled.js')).readSettled;
    const state = read?.(store, row.run_id, (from ??= vantage())) ?? null;
    if (state === null) await readOpen(row.run_id);
    else runs.push({ row, facts: of(state) });
    return state;
  };
  for (const [index, row] of settled.rows.entries()) {
    if (!fits(row)) continue;
    const own = facts[index] as Json | null;
    if (own !== null) {
      runs.push({ row, facts: own as unknown as FactKinds[Name] });
      continue;
    }
    // oxlint-disable-next-line no-await-in-loop -- the list of prices is loaded once
    const state = await readSettled(row, settled.unpriced[index] === true);
    if (state !== null) found.push({ runId: row.run_id, look: settled.looks[index] as number, index, state });
  }
  for (const { row, stamp, isUnpriced } of fresh) {
    const look = lookOf(journalStamp(stamp));
    const known = kept?.others.get(row.run_id);
    if (known?.look === look && !isUnpriced) {
      others.set(row.run_id, known);
      if (fits(row)) runs.push({ row, facts: known.facts as unknown as FactKinds[Name] });
      continue;
    }
    if (!fits(row)) continue;
    // oxlint-disable-next-line no-await-in-loop -- the list of prices is loaded once
    const state = await readSettled(row, isUnpriced);
    if (state !== null) found.push({ runId: row.run_id, look, index: null, state });
  }
  // oxlint-disable-next-line no-await-in-loop -- the list of prices is loaded once
  for (const runId of open) await readOpen(runId);
  runs.sort((one, other) => comparePlaces(placeOf(one.row), placeOf(other.row)));
  if (found.length > 0) keepAll(store, settled, found);
  else if (kept?.settled !== settled) writeKept(store, name, version, { settled, facts, others });
  return { runs, damaged: [...new Set([...damaged, ...broken])].sort() };
}

interface Surveyed {
  settled: Settled;
  /** Runs that were finalized since the index file was written. */
  fresh: readonly IndexEntry[];
  open: string[];
  damaged: string[];
}

/** The rows of settled runs: those that are kept, where the index file is still the one that they were taken from. */
function survey(store: Store, kept: Kept | null): Surveyed {
  return askIndex(store, ({ filed, entries, open, damaged }) => {
    if (filed === null) return { settled: settledOf([...entries()], ''), fresh: [], open, damaged };
    const { identity, fresh, rows } = filed;
    const isSame = kept !== null && kept.settled.identity === identity;
    return { settled: isSame ? kept.settled : settledOf([...rows()], identity), fresh, open, damaged };
  });
}

interface Found {
  runId: string;
  look: number;
  /** Among the settled; null where the run was finalized since. */
  index: number | null;
  state: RunState;
}

/** A run that was read for one question answers the others too. */
function keepAll(store: Store, settled: Settled, found: readonly Found[]): void {
  for (const name of NAMES) {
    const { version, of } = KINDS[name];
    const kept = readKept(store, name, version);
    const facts = alignedFacts(kept, settled);
    const others = new Map(kept?.others);
    for (const { runId, look, index, state } of found) {
      const own = of(state) as unknown as Json;
      if (index === null) others.set(runId, { look, facts: own });
      else facts[index] = own;
    }
    // Those that the index file has by now are among its rows.
    for (const { run_id: runId } of settled.rows) others.delete(runId);
    writeKept(store, name, version, { settled, facts, others });
  }
}
