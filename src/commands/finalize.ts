// runlog finalize: ends the run that is named, or all that have died. A line a run: id, old status, new status, why.
import { RunlogError } from '../events/errors.js';
import type { RunStatus } from '../events/vocabulary.js';
import { damageText } from '../formats/run-json.js';
import { toVisibleLine } from '../formats/visible-text.js';
import { isWishEmpty, type Wish } from '../runs/ending.js';
import { finalizeRuns, recordOwnEnd, type FinalizeResult, type Finalized, type OwnEnd } from '../runs/finalize.js';
import { DEFAULT_STALE_AFTER_SECONDS } from '../runs/liveness.js';
import { currentRun, resolveRun } from '../runs/resolve.js';
import { loadPriceLists } from '../sources/price-lists.js';
import { pricesOf } from '../runs/pricing.js';
import { answer, remark, warn, type Input } from './input.js';
import { parseDuration } from './values.js';

/** How long a script that ends its own run waits for another finalize, unless it says otherwise. */
const OWN_PATIENCE_SECONDS = 3;

const STATUSES: readonly RunStatus[] = ['completed', 'failed', 'partial', 'interrupted', 'cancelled'];

export async function finalize(input: Input): Promise<void> {
  const wish: Wish = {
    status: input.choice('status', STATUSES),
    exitCode: input.count('exit-code'),
    error: input.text('error'),
    cause: input.text('cause'),
  };
  const staleAfter = input.text('stale-after');
  const runIds = targets(input, wish);
  const isDryRun = input.has('dry-run');
  const [only] = runIds?.length === 1 ? runIds : [];
  const own =
    only === undefined || isDryRun
      ? null
      : recordOwnEnd(input.store, only, wish, input.context.env, input.args.length === 0);
  if (only !== undefined && own !== null && own.warning !== null) {
    present(input, { runs: [finalizedOf(only, own)], errors: [], stranded: [own.warning], pricingFault: null });
    return;
  }
  try {
    const result = await finalizeRuns(input.store, {
      env: input.context.env,
      runIds,
      wish,
      isForced: input.has('force'),
      isDryRun,
      staleAfterSeconds:
        staleAfter === undefined ? DEFAULT_STALE_AFTER_SECONDS : parseDuration(staleAfter, '--stale-after'),
      lockTimeoutSeconds: input.number('lock-timeout') ?? (own === null ? 0 : OWN_PATIENCE_SECONDS),
      loadPricer: pricesOf(input.store, loadPriceLists),
    });
    const [first] = result.errors;
    if (first !== undefined && only !== undefined) throw first;
    if (own !== null) for (const run of result.runs) run.oldStatus = own.oldStatus;
    present(input, result);
  } catch (error) {
    // A script that ends its own run must not fail for a busy or full store: the end is recorded, the views can wait.
    if (only === undefined || own === null || !(error instanceof RunlogError)) throw error;
    const warning = `the end is recorded, but the views could not be written now: ${error.message}`;
    present(input, { runs: [finalizedOf(only, own)], errors: [], stranded: [warning], pricingFault: null });
  }
}

/** Writes the views of a run that has ended. Throws where they cannot be written now; any later finalize does it. */
export async function writeViews(input: Input, runId: string): Promise<void> {
  const { errors, pricingFault } = await finalizeRuns(input.store, {
    env: input.context.env,
    runIds: [runId],
    wish: {},
    isForced: false,
    isDryRun: false,
    staleAfterSeconds: DEFAULT_STALE_AFTER_SECONDS,
    lockTimeoutSeconds: OWN_PATIENCE_SECONDS,
    loadPricer: pricesOf(input.store, loadPriceLists),
  });
  warnOfPrices(pricingFault);
  if (errors[0] !== undefined) throw errors[0];
}

function finalizedOf(runId: string, { oldStatus, ending }: OwnEnd): Finalized {
  return { runId, oldStatus, status: ending.status, cause: ending.reason, changed: true, damage: [] };
}

/** Nothing is lost: whoever reads the run works its prices out, once they can be had. */
function warnOfPrices(fault: string | null): void {
  if (fault !== null) warn(`calls of models have no price on record: ${fault}`);
}

function present(input: Input, { runs, errors, stranded, pricingFault }: FinalizeResult): void {
  answer(input.context, { runs: runs.map(rowOf) }, runs.map((run) => `${lineOf(run)}\n`).join(''));
  for (const run of runs) for (const found of run.damage) warn(`${run.runId}: ${damageText(found)}`);
  for (const text of [...errors.map(({ message }) => message), ...stranded]) warn(text);
  warnOfPrices(pricingFault);
  if (runs.length === 0 && errors.length === 0) remark(input.context, 'nothing to finalize');
  const isWhole = errors.length === 0 && runs.every(({ damage }) => damage.length === 0);
  if (!isWhole) process.exitCode = 3;
}

/** The runs named; else RUNLOG_RUN; else, to say how a run ended, the run of this script; else null: all that have died. */
function targets(input: Input, wish: Wish): string[] | null {
  const { env } = input.context;
  if (input.args.length > 0) return [...new Set(input.args.map((text) => resolveRun(input.store, text, env)))];
  if (input.has('all')) {
    if (!isWishEmpty(wish))
      throw new RunlogError('usage', '--all takes no --status, --exit-code, --error or --cause', {
        hint: 'How each run ended follows from its record.',
      });
    return null;
  }
  if (!env['RUNLOG_RUN'] && isWishEmpty(wish)) return null;
  return [currentRun(input.store, undefined, env)];
}

function rowOf({ runId, oldStatus, status, cause, changed }: Finalized): Record<string, unknown> {
  return { run_id: runId, old_status: oldStatus, status, cause, changed };
}

function lineOf({ runId, oldStatus, status, cause, changed }: Finalized): string {
  const why = cause === null ? '' : `: ${toVisibleLine(cause)}`;
  return changed ? `${runId}  ${oldStatus} -> ${status}${why}` : `${runId}  ${status} (finalized before)${why}`;
}
