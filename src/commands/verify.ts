// runlog verify: whether runs are as they were recorded. Exit status 1 where damage or a broken seal is proven.
import { findingRow, type VerifiedRow } from '../formats/run-json.js';
import { isGone, listRunIds, noStore } from '../runs/paths.js';
import { resolveRun } from '../runs/resolve.js';
import { vantage } from '../runs/verdict.js';
import { verifyRun } from '../runs/verify.js';
import { painter } from '../terminal/colors.js';
import { findingsText } from '../terminal/findings-text.js';
import { screenWidth } from '../terminal/screen.js';
import { startProver } from './reading.js';
import { answer, print, remark, type Input } from './input.js';

export function verify(input: Input): void {
  const { context, store } = input;
  const { env, isColorless, isJson, isQuiet } = context;
  const named = input.args.map((text) => resolveRun(store, text, env));
  // A store that was named and is not there must not pass for one without fault.
  if (named.length === 0 && isGone(store)) throw noStore(store);
  const from = vantage();
  const paint = painter(isColorless, env);
  const runs: VerifiedRow[] = [];
  for (const runId of new Set(named.length === 0 ? listRunIds(store) : named)) {
    const findings = verifyRun(store, runId, from, startProver).map(findingRow);
    const ok = findings.every(({ severity }) => severity === 'suspicion' && !input.has('strict'));
    const run = { run_id: runId, ok, findings };
    runs.push(run);
    // Run by run: a large store takes its time.
    if (!isJson && !(isQuiet && ok)) print(findingsText(run, paint, screenWidth(env)));
  }
  const ok = runs.every((run) => run.ok);
  if (isJson) answer(context, { ok, runs }, '');
  if (runs.length === 0) remark(context, `no runs in ${store.dir}`);
  if (!ok) process.exitCode = 1;
}
