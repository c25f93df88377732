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
import { lookOf, readFactsFile, writeFactsFile, type KnownFacts } from './facts-file.js';
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
  work: { version: 2, of: workOf },
  costs: { version: 1, of: costFactsOf },
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
  const { entries, open, damaged } = survey(store, fits);
  const known = readFactsFile(store, name, KINDS[name].version);
  const runs: RunFacts<FactKinds[Name]>[] = [];
  const found: { runId: string; look: number; state: RunState }[] = [];
  let from: Vantage | undefined;
  const broken: string[] = [];
  const readOpen = async (runId: string): Promise<void> => {
    const { state, status, damage } = (await import('./store.js')).readAnyRun(store, runId, (from ??= vantage()));
    if (damage.length > 0) broken.push(runId);
    await priceCalls(state, loadPricer);
    const row = runRow(runId, status, state);
    if (fits(row)) runs.push({ row, facts: KINDS[name].of(state) });
  };
  for (const { row, stamp, isUnpriced } of entries) {
    const look = lookOf(journalStamp(stamp));
    const kept = known.get(row.run_id);
    if (!isUnpriced && kept?.look === look) {
      runs.push({ row, facts: kept.facts as unknown as FactKinds[Name] });
      continue;
    }
    const state = isUnpriced
      ? null
      : (await import('./read-settled.js')).readSettled(store, row.run_id, (from ??= vantage()));
    if (state === null) {
      // oxlint-disable-next-line no-await-in-loop -- the list of prices is loaded once
      await readOpen(row.run_id);
      continue;
    }
    found.push({ runId: row.run_id, look, state });
    runs.push({ row, facts: KINDS[name].of(state) });
  }
  // oxlint-disable-next-line no-await-in-loop -- the list of prices is loaded once
  for (const runId of open) await readOpen(runId);
  runs.sort((one, other) => comparePlaces(placeOf(one.row), placeOf(other.row)));
  if (found.length > 0) keep(store, found, name, known);
  return { runs, damaged: [...new Set([...damaged, ...broken])].sort() };
}

interface Surveyed {
  entries: IndexEntry[];
  open: string[];
  damaged: string[];
}

/** The settled runs that fit, all that are not settled, and the damaged. */
function survey(store: Store, fits: (row: RunRow) => boolean): Surveyed {
  return askIndex(store, (index) => {
    const entries: IndexEntry[] = [];
    for (const entry of index.entries()) if (fits(entry.row)) entries.push(entry);
    return { entries, open: index.open, damaged: index.damaged };
  });
}

/** A run that was read for one question answers the others too. */
function keep(
  store: Store,
  found: readonly { runId: string; look: number; state: RunState }[],
  asked: FactName,
  known: KnownFacts,
): void {
  for (const name of NAMES) {
    const { version, of } = KINDS[name];
    const own = name === asked ? known : readFactsFile(store, name, version);
    for (const { runId, look, state } of found) own.set(runId, { look, facts: of(state) as unknown as Json });
    writeFactsFile(store, name, version, own);
  }
}
