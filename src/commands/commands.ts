// runlog commands: what a run ran, as a shell script to do it again by hand. Reading only; it runs nothing.
import { counted } from '../formats/quantities.js';
import { damageText } from '../formats/run-json.js';
import { commandsJson, scriptCommands, shellScript } from '../formats/shell-script.js';
import { canBeWord } from '../formats/shell-words.js';
import { hasDangerous } from '../formats/visible-text.js';
import type { Damage } from '../journal/line.js';
import { readEvents } from '../runs/open-run.js';
import { readRun, vantage } from '../runs/verdict.js';
import { ownCommand, recordedCommands } from '../views/commands.js';
import { namedRun, startProver } from './reading.js';
import { answer, quote, remark, usage, warn, type Input } from './input.js';

export function commands(input: Input): void {
  const { context, store } = input;
  const values = input.pairs('set');
  for (const [name, value] of Object.entries(values))
    if (!canBeWord(value) || hasDangerous(value))
      throw usage(`--set ${name}: ${quote(value)} holds control characters`);
  const runId = namedRun(input);
  const { state, reason } = readRun(store, runId, vantage(), startProver);
  const damage: Damage[] = [];
  const recorded = recordedCommands(readEvents(store, runId, damage, { withBlobs: true }));
  const found = scriptCommands(ownCommand(state), recorded, values);
  answer(context, commandsJson(runId, state, found), context.isJson ? '' : shellScript(runId, state, reason, found));
  const left = found.filter(({ verdict }) => verdict.line === null).length;
  if (found.length === 0) remark(context, `${runId} has no commands`);
  else if (left > 0)
    remark(context, `${counted(left, 'command')} of ${found.length} commented out; why stands with each`);
  if (damage.length === 0) return;
  for (const fault of damage) warn(damageText(fault));
  process.exitCode = 3;
}
