// The full command line: every command, whose code is loaded when it is called. Commander comes only where the arguments are not
// sound or ask for help: nobody who waits for an answer waits for it.
import type { Input } from '../commands/input.js';
import { inputOf } from './context.js';
import { parseBare, parseDirect, type Parsed } from './parse.js';
import { reportError } from './report-error.js';

// The bundler leaves these to this file alone: see scripts/bundle.js.
export { RunlogError, errnoOf, messageOf } from '../events/errors.js';

type Action = (input: Input) => void | Promise<void>;

/** `parse` gives null for what is to be left to commander. */
export async function main(
  argv: readonly string[],
  parse: (argv: readonly string[]) => Parsed | null = parseDirect,
): Promise<void> {
  try {
    const parsed = parse(argv);
    const bare = parsed === null && !argv.includes('--json') ? parseBare(argv) : null;
    if (bare !== null) await (await import('./bare.js')).overview(inputOf({ args: [], given: bare, command: null }));
    else if (parsed === null) await (await import('./by-commander.js')).byCommander(argv, act);
    else await act(parsed);
  } catch (error) {
    reportError(error, argv.includes('--json'));
  }
}

async function act(parsed: Parsed): Promise<void> {
  const action = await loadAction(parsed.spec.name);
  await action(inputOf(parsed));
}

const loadAction = async (name: string): Promise<Action> => {
  switch (name) {
    case 'shell-init':
      return (await import('../commands/shell-init.js')).shellInitText;
    case 'completion':
      return (await import('./completion.js')).completion;
    case 'run':
      return (await import('../commands/run.js')).run;
    case 'code':
      return (await import('../commands/code.js')).code;
    case 'correct':
      return (await import('../commands/correct.js')).correct;
    case 'finalize':
      return (await import('../commands/finalize.js')).finalize;
    case 'summary':
      return (await import('../commands/summary.js')).summary;
    case 'show':
      return (await import('../commands/show.js')).show;
    case 'list':
      return (await import('../commands/list.js')).list;
    case 'cost':
      return (await import('../commands/cost.js')).cost;
    case 'stats':
      return (await import('../commands/stats.js')).stats;
    case 'errors':
      return (await import('../commands/errors.js')).errors;
    case 'compare':
      return (await import('../commands/compare.js')).compare;
    case 'query':
      return (await import('../commands/query.js')).query;
    case 'tail':
      return (await import('../commands/tail.js')).tail;
    case 'export csv':
      return (await import('../commands/export-csv.js')).exportCsv;
    case 'export parquet':
      return (await import('../commands/export-parquet.js')).exportParquet;
    case 'export log':
      return (await import('../commands/export.js')).exportLog;
    case 'export trace':
      return (await import('../commands/export.js')).exportTrace;
    case 'export steps':
      return (await import('../commands/export.js')).exportSteps;
    case 'export json':
      return (await import('../commands/export.js')).exportJson;
    case 'export record':
      return (await import('../commands/export.js')).exportRecord;
    case 'commands':
      return (await import('../commands/commands.js')).commands;
    case 'import':
      return (await import('../commands/import.js')).importRuns;
    case 'rotate':
      return (await import('../commands/rotate.js')).rotate;
    case 'restore':
      return (await import('../commands/keep.js')).restore;
    case 'lint':
      return (await import('../commands/lint.js')).lint;
    case 'verify':
      return (await import('../commands/verify.js')).verify;
    case 'pin':
      return (await import('../commands/keep.js')).pin;
    case 'unpin':
      return (await import('../commands/keep.js')).unpin;
    default:
      return (await import('./recording-actions.js')).RECORDING_ACTIONS[name] as Action;
  }
};
