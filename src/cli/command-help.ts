// What help, completion and the man pages say: of each command its group, a summary, its options and examples. The grammar is in
// command-table.ts; a test holds that both name the same.
import { ALLOWED, VOCABULARY } from '../events/vocabulary.js';
import { COLUMN_NAMES } from '../formats/list-columns.js';

/** The groups of the overview, in its order. */
export const GROUPS = ['Record', 'Record agents', 'Afterwards', 'In and out', 'The store', 'The shell'] as const;

export interface CommandHelp {
  group: (typeof GROUPS)[number];
  /** Fits beside the name within 80 columns. */
  summary: string;
  /** What arguments are, as the table has them, where their names do not say it. */
  args?: Readonly<Record<string, string>>;
  /** What each option is for, by its name. A text that ends in a colon is followed by the values, here and of arguments. */
  options: Readonly<Record<string, string>>;
  /** Of an option, by its name, or of an argument, as the table has it: the values to choose from. */
  values?: Readonly<Record<string, readonly string[]>>;
  examples: readonly string[];
}

/** What the commands of two words are about, by the first of them. */
export const FAMILIES: Readonly<Record<string, string>> = {
  step: 'a task of an agent',
  issue: 'work on an issue',
  debug: 'an agent mends an error',
  export: 'for other tools',
};

function allowed(type: keyof typeof VOCABULARY, key: string): readonly string[] {
  return ALLOWED[type]?.[key] ?? [];
}

export const GLOBAL_HELP: Readonly<Record<string, string>> = {
  dir: 'the store (else RUNLOG_DIR, else runlog.config.json, else ./logs)',
  json: 'answer with one JSON document',
  quiet: 'say only what must be said',
  'no-color': 'no colours (as NO_COLOR, TERM=dumb)',
};

const RECORDING = {
  run: 'the run (else RUNLOG_RUN, else the run that this script started)',
  durable: 'wait until the disk has it',
  strict: 'exit 74 if the event could not be kept at all',
  'no-redact': 'keep secrets as they are',
};

const START = {
  project: 'the project',
  name: 'a name, for runs without a project',
  mode: 'execution mode: implement_all, single_issue, analyze…',
  issue: 'the one issue that the run is about',
  provider: 'who serves the model (else LLM_PROVIDER)',
  model: 'the model (else LLM_MODEL)',
  temperature: 'its temperature (else LLM_TEMPERATURE)',
  intent: 'what the run is for: development_flow, review_code…',
  trigger: 'what set it off',
  'trigger-issue': 'the issue that set it off',
  'trigger-status': 'and the status of that issue',
  tag: 'a tag; may be repeated',
  id: 'the run id, instead of one made of time and project',
  beat: 'promise a sign of life at least this often',
  'no-redact': 'keep secrets as they are',
};

export const COMMAND_HELP: Readonly<Record<string, CommandHelp>> = {
  start: {
    group: 'Record',
    summary: 'start a run and print its id',
    options: { 'owner-pid': 'the process whose death ends the run (default: the script that calls)', ...START },
    examples: [
      'export RUNLOG_RUN=$(runlog start --project 171)',
      'runlog start --name nightly --model gpt-5 --tag team=ml',
    ],
  },
  append: {
    group: 'Record',
    summary: 'log an action; with -- CMD run it and log how it went',
    options: {
      command: 'the command that was run',
      result: 'what came of it',
      explanation: 'why it was done',
      input: 'what a calculation starts from',
      calculation: 'how it goes',
      decision: 'what was decided',
      reasoning: 'and why',
      status: 'where things stand',
      'next-steps': 'what comes next',
      details: 'details',
      error: 'what went wrong',
      field: 'any other field; may be repeated',
      at: 'when it happened, if not now',
      log: 'append to this log file alone, without a run',
      stdin: 'read one JSON object a line',
      ack: 'with --stdin: print the id of each event once it is kept',
      ...RECORDING,
    },
    examples: [
      'runlog append VERIFY_MODEL "Checking the model" --command "ls models" --result "15 files"',
      'runlog append CHECK_DISK "Enough space?" -- df -h .',
      'git log -1 | runlog append CHECK_GIT --result -',
    ],
  },
  plan: {
    group: 'Record',
    summary: 'record the method chosen, and its backups',
    options: {
      choice: 'the method',
      rationale: 'why this one',
      backup: 'what to try where it fails; may be repeated',
      hyperparams: 'its parameters',
      ...RECORDING,
    },
    examples: [
      'runlog plan --choice gc --rationale "mostly continuous" --backup ctgan --backup tvae',
      `runlog plan --choice lora --hyperparams '{"rank": 8}'`,
    ],
  },
  'step start': {
    group: 'Record',
    summary: 'an agent begins a task; prints the step number',
    options: {
      task: 'what it does',
      issue: 'the issue it belongs to',
      attempt: 'which attempt (default: counted)',
      ...RECORDING,
    },
    examples: [
      'STEP=$(runlog step start coding --task "write the parser")',
      'runlog step start review --issue 3 --attempt 2',
    ],
  },
  'step note': {
    group: 'Record',
    summary: 'a note to a step, under a title',
    args: { '<N>': 'the number of the step', '<TITLE>': 'one of these or any other:' },
    options: { detail: 'what there is to say', metric: 'a value; may be repeated', ...RECORDING },
    values: { '<TITLE>': ['planned', 'training', 'metrics', 'error', 'cancelled'] },
    examples: [
      'runlog step note 1 training --detail "attempt 1: method=gc"',
      'runlog step note 1 metrics --metric KS=0.320 --metric MIA=0.974',
    ],
  },
  'step end': {
    group: 'Record',
    summary: 'a step ends',
    args: { '<N|AGENT>': 'the number of the step, or the agent whose open step it is' },
    options: {
      status: 'how it ended:',
      summary: 'what came out of it',
      error: 'what went wrong',
      ...RECORDING,
    },
    values: { status: allowed('step.ended', 'status') },
    examples: [
      'runlog step end "$STEP" --status SUCCESS --summary "12 tests pass"',
      'runlog step end review --status BLOCKED --error "needs a second reader"',
    ],
  },
  'issue start': {
    group: 'Record',
    summary: 'work on an issue begins',
    options: { complexity: 'its complexity score', ...RECORDING },
    examples: ['runlog issue start 3', 'runlog issue start 3 --complexity 5'],
  },
  'issue end': {
    group: 'Record',
    summary: 'work on an issue ends',
    options: { status: 'how it ended:', error: 'what went wrong', ...RECORDING },
    values: { status: allowed('issue.ended', 'status') },
    examples: ['runlog issue end 3 --status completed', 'runlog issue end 4 --status failed --error "no reviewer"'],
  },
  metric: {
    group: 'Record',
    summary: 'a measured value, and the limit it should keep',
    options: {
      unit: 'its unit',
      max: 'the most it may be',
      min: 'the least it may be',
      step: 'the step it belongs to',
      issue: 'the issue it belongs to',
      ...RECORDING,
    },
    examples: ['runlog metric KS 0.32 --max 0.10', 'runlog metric coverage 87.5 --unit % --min 80 --issue 3'],
  },
  error: {
    group: 'Record',
    summary: 'something went wrong, in its own words',
    options: {
      severity: 'how bad it is',
      agent: 'who met it',
      issue: 'the issue it belongs to',
      resolved: 'it has been dealt with',
      ...RECORDING,
    },
    examples: [
      'runlog error AssertionError "discrete columns must be present"',
      'runlog error Timeout "no answer in 30 s" --agent coding --resolved',
    ],
  },
  usage: {
    group: 'Record agents',
    summary: 'the tokens of one call of a model, and its cost',
    options: {
      model: 'the model, as its provider calls it',
      provider: 'who serves it',
      input: 'tokens read',
      output: 'tokens written, those of reasoning included',
      'cached-read': 'tokens read from a cache',
      'cached-write': 'tokens written to a cache',
      reasoning: 'of the output, spent on reasoning',
      'input-includes-cached': '--input counts cached tokens too (default: as the provider does)',
      'input-excludes-cached': '--input does not count them',
      cost: 'what it cost in US dollars, if you were told',
      agent: 'who called it',
      issue: 'the issue it belongs to',
      step: 'the step it belongs to',
      ...RECORDING,
    },
    examples: [
      'runlog usage --model gpt-5 --provider openai --input 1200 --output 300',
      'runlog usage --model claude-sonnet-4-5 --input 90 --cached-read 8000 --output 400',
    ],
  },
  tool: {
    group: 'Record agents',
    summary: 'one call of a tool; with -- CMD run and time it, exit as it does',
    options: {
      agent: 'who called it',
      issue: 'the issue it belongs to',
      step: 'the step it belongs to',
      'duration-ms': 'how long it took, in milliseconds',
      failed: 'it failed',
      error: 'what went wrong; it failed',
      ...RECORDING,
    },
    examples: [
      'runlog tool read_file --agent coding --duration-ms 12',
      'runlog tool pytest --agent testing -- pytest -q',
    ],
  },
  pipeline: {
    group: 'Record agents',
    summary: 'what CI says of a pipeline; say it again as it goes on',
    options: {
      status: 'as CI calls it: running, success, failed…',
      sha: 'the commit it ran on',
      'triggered-by': 'who set it off',
      retry: 'which retry it is',
      'failed-job': 'a job that failed; may be repeated',
      'error-type': 'the kind of error',
      error: 'what went wrong',
      'queue-time': 'seconds that it waited',
      'execution-time': 'seconds that it ran',
      'started-at': 'when it began (default: when first recorded as under way)',
      'ended-at': 'when it ended (default: when first recorded as over)',
      issue: 'the issue it belongs to',
      ...RECORDING,
    },
    examples: [
      'runlog pipeline 4711 --status success --sha 3f2a1c --issue 3',
      'runlog pipeline 4711 --status failed --failed-job unit --failed-job lint',
    ],
  },
  'debug start': {
    group: 'Record agents',
    summary: 'an agent begins to debug an error',
    options: {
      agent: 'who debugs',
      type: 'the type of the error',
      message: 'its message',
      issue: 'the issue it belongs to',
      ...RECORDING,
    },
    examples: [
      'runlog debug start --agent coding --type ImportError --message "no module yaml"',
      'runlog debug start --agent testing --type AssertionError --issue 3',
    ],
  },
  'debug attempt': {
    group: 'Record agents',
    summary: 'one more attempt to mend it',
    options: { agent: 'who debugs (default: the latest open cycle)', issue: 'the issue it belongs to', ...RECORDING },
    examples: ['runlog debug attempt', 'runlog debug attempt --agent testing --issue 3'],
  },
  'debug end': {
    group: 'Record agents',
    summary: 'the debugging ends',
    options: {
      resolved: 'the error is gone',
      unresolved: 'it is not',
      method: 'what resolved it',
      agent: 'who debugged (default: the latest open cycle)',
      issue: 'the issue it belongs to',
      ...RECORDING,
    },
    examples: ['runlog debug end --resolved --method "pinned the version"', 'runlog debug end --unresolved'],
  },
  stage: {
    group: 'Record agents',
    summary: 'a stage is entered; items belong to it until the next',
    options: { iteration: 'which iteration of the stage', loop: 'which iteration of the loop', ...RECORDING },
    examples: ['runlog stage 1', 'runlog stage 2 --iteration 1 --loop 3'],
  },
  item: {
    group: 'Record agents',
    summary: 'what passed through the pipeline: a text, an image, a check…',
    options: {
      media: 'its kind, one of these or another:',
      content: 'what it says (- reads the standard input)',
      file: 'where it lies',
      config: 'the configuration used',
      model: 'the model used',
      backend: 'the backend used',
      seconds: 'how long it took',
      meta: 'anything else; may be repeated',
      ...RECORDING,
    },
    values: { media: ['text', 'image', 'audio', 'music', 'video', '3d', 'metadata'] },
    examples: [
      'runlog item user_input_text --media text --content "a red house"',
      'runlog item output_image --media image --file out/1.png --model sdxl --seconds 4.2',
    ],
  },
  code: {
    group: 'Record agents',
    summary: 'what was changed in the code, by git, and how much tests cover',
    options: {
      base: 'measure from this revision (default: the commit that the run started at)',
      head: 'up to this one (default: the work tree as it is, new files too)',
      repo: 'the repository (default: the one around this folder)',
      coverage: 'a report: lcov, Istanbul json-summary, Cobertura or JaCoCo',
      issue: 'the issue it belongs to',
      ...RECORDING,
    },
    examples: ['runlog code --issue 3 --coverage coverage/lcov.info', 'runlog code --base main --head feature-12'],
  },
  correct: {
    group: 'Record agents',
    summary: 'correct an outcome on outside evidence, keep the attempts',
    args: {
      '<issue|agent|run>': 'what is corrected',
      '<NAME>': 'which one: the id of the issue or the run, or the name of the agent',
    },
    options: {
      success: 'it succeeded after all',
      failure: 'it failed after all',
      evidence: 'how that is known',
      by: 'who says so',
      issue: 'of an agent: for this issue alone',
      ...RECORDING,
    },
    examples: [
      'runlog correct agent review --success --evidence "!12 was merged" --by gitlab',
      'runlog correct issue 3 --failure --evidence "reopened: #88" --run latest',
    ],
  },
  beat: {
    group: 'Record',
    summary: 'still alive',
    options: { within: 'when the next one is due (default: as start promised)', ...RECORDING },
    examples: ['runlog beat', 'runlog beat --within 10m'],
  },
  'shell-init': {
    group: 'The shell',
    summary: 'print functions for a shell that record without a fork',
    args: { '<SHELL>': 'the shell:' },
    options: {},
    values: { '<SHELL>': ['bash', 'zsh', 'sh'] },
    examples: ['eval "$(runlog shell-init bash)"', 'runlog shell-init zsh > ~/.runlog.zsh'],
  },
  completion: {
    group: 'The shell',
    summary: 'print the completion script of a shell',
    args: { '<SHELL>': 'the shell:', '[WORD...]': 'what stands behind runlog up to the cursor: say what may follow' },
    options: {},
    values: { '<SHELL>': ['bash', 'zsh', 'fish'] },
    examples: ['eval "$(runlog completion bash)"', 'runlog completion fish | source'],
  },
  run: {
    group: 'Record',
    summary: 'start a run, run CMD in it, finalize; exits as CMD does',
    options: { ...START },
    examples: ['runlog run --project 171 -- ./train.sh', 'runlog run --name backup --beat 60 -- rsync -a src/ dst/'],
  },
  finalize: {
    group: 'Afterwards',
    summary: 'end runs: the one given, or all that have died',
    options: {
      all: 'every run that has died, even where RUNLOG_RUN is set',
      status: 'how it ended:',
      'exit-code': 'the exit status of what was recorded',
      error: 'what went wrong',
      cause: 'why it ended',
      'stale-after': 'how long a run without an owner may be silent (default 24h)',
      force: 'also a run that is alive',
      'dry-run': 'only say what would be done',
      'lock-timeout': 'wait for another finalize (default 0)',
    },
    values: { status: allowed('run.ended', 'status') },
    examples: [
      'runlog finalize',
      `trap 'runlog finalize --exit-code $?' EXIT`,
      'runlog finalize latest --status failed --error "out of memory"',
    ],
  },
  summary: {
    group: 'Afterwards',
    summary: 'what happened in a run',
    options: { format: 'how it is written (default text):', full: 'every row, however many there are' },
    values: { format: ['text', 'markdown', 'trace'] },
    examples: ['runlog summary latest~1 --full', 'runlog summary latest --format markdown'],
  },
  show: {
    group: 'Afterwards',
    summary: 'every event of a run, or those around one',
    options: {
      around: 'only around this time, event id or step:N',
      context: 'how many events before and after that (default 5)',
    },
    examples: ['runlog show latest --json', 'runlog show latest --around step:3'],
  },
  list: {
    group: 'Afterwards',
    summary: 'the runs of the store, newest first',
    options: {
      status: 'only with this status; may be repeated:',
      since: 'only started since',
      until: 'only started before',
      project: 'only of this project',
      model: 'only with this model',
      intent: 'only with this intent',
      tag: 'only with this tag; may be repeated',
      failed: 'only failed, partial and interrupted ones',
      grep: 'only with an event whose line matches, as tail shows it',
      sort: 'the largest or latest first, text from A to Z, or as KEY:asc and KEY:desc say:',
      columns: 'which columns, as status,started,took,cost,run',
      limit: 'at most so many',
      watch: 'draw it anew every two seconds, until Ctrl-C',
    },
    values: { status: ['running', 'stale', ...allowed('run.ended', 'status')], sort: COLUMN_NAMES },
    examples: ['runlog list --failed --since 2d', 'runlog list --sort cost --limit 10'],
  },
  cost: {
    group: 'Afterwards',
    summary: 'what models cost, by model, agent, issue, day or project',
    options: {
      by: 'by what (default model):',
      since: 'runs that started at or after this time or age',
      until: 'runs that started before it',
      project: 'runs of this project',
    },
    values: { by: ['model', 'agent', 'issue', 'day', 'project'] },
    examples: ['runlog cost --since 7d', 'runlog cost latest --by agent --json'],
  },
  stats: {
    group: 'Afterwards',
    summary: 'success, durations, retries, cost of many runs, by intent, day...',
    options: {
      by: 'by what (default intent), tag:KEY too:',
      since: 'runs that started at or after this time or age, beside the period of the same length before',
      until: 'runs that started before it',
      project: 'runs of this project',
      model: 'runs with this model',
      intent: 'runs with this intent',
      tag: 'runs with this tag; may be repeated',
    },
    values: { by: ['intent', 'model', 'project', 'status', 'day', 'agent', 'tool'] },
    examples: ['runlog stats --since 7d', 'runlog stats --by agent --intent train'],
  },
  errors: {
    group: 'Afterwards',
    summary: 'faults that come again across runs, and what solved them',
    args: { '[RUN]': 'only the faults of this run, and what solved them elsewhere' },
    options: {
      since: 'runs that started at or after this time or age',
      until: 'runs that started before it',
      project: 'runs of this project',
      intent: 'runs with this intent',
      agent: 'faults that this agent met',
      limit: 'how many faults (default 20)',
    },
    examples: ['runlog errors --since 30d', 'runlog errors latest'],
  },
  compare: {
    group: 'Afterwards',
    summary: 'in what runs differ from the first of them',
    options: {
      'last-good': 'with the last completed run of the same intent (else project) before RUN',
      'fail-on': 'exit 1 if so: cost>+20%, duration>5m, errors>0, metric:loss>+5%; may be repeated',
    },
    examples: ['runlog compare latest~1 latest', "runlog compare --last-good latest --fail-on 'cost>+20%'"],
  },
  query: {
    group: 'Afterwards',
    summary: 'ask all runs in SQL; needs the package @duckdb/node-api',
    options: {
      format: 'how the answer is written (default table):',
      out: 'into a file; its ending (.csv, .json, .md, .parquet) tells the format too',
      schema: 'the tables, their columns and types',
    },
    values: { format: ['table', 'csv', 'json', 'markdown', 'parquet'] },
    examples: [
      'runlog query "SELECT status, count(*) AS runs FROM runs GROUP BY status"',
      'runlog query "SELECT run_id, value FROM metrics WHERE name = \'loss\' ORDER BY timestamp" --out loss.csv',
      'runlog query --schema',
    ],
  },
  tail: {
    group: 'Afterwards',
    summary: 'the last events of a run; -f waits for more',
    options: {
      follow: 'wait for more, until the run has ended',
      lines: 'how many events (default 10)',
      type: 'only events of this type; may be repeated',
      grep: 'only events whose line matches',
      all: 'of all runs together',
    },
    values: { type: Object.keys(VOCABULARY) },
    examples: ['runlog tail -f', 'runlog tail --all --grep OutOfMemory'],
  },
  'export csv': {
    group: 'In and out',
    summary: 'the seven tables, for spreadsheets and data frames',
    options: {
      out: 'where to (default: csv/ of the store)',
      run: 'only this run; may be repeated',
      rebuild: 'all from the journals and the archive, nothing from the files that are there',
      'lock-timeout': 'wait for another export (default 0)',
    },
    examples: ['runlog export csv', 'runlog export csv --out tables --run latest'],
  },
  'export parquet': {
    group: 'In and out',
    summary: 'the tables of query as Parquet; needs the package @duckdb/node-api',
    options: {
      out: 'where to (default: parquet/ of the store)',
      partition: 'folders by what the run has; may be repeated:',
    },
    values: { partition: ['day', 'project', 'intent', 'model', 'status'] },
    examples: [
      'runlog export parquet --out lake',
      'runlog export parquet --out lake --partition project --partition day',
    ],
  },
  'export log': {
    group: 'In and out',
    summary: 'the design-experiment log of a run',
    options: {},
    examples: ['runlog export log latest > design-experiment.log', 'runlog import old.log | xargs runlog export log'],
  },
  'export trace': {
    group: 'In and out',
    summary: 'the execution trace of a run',
    options: {},
    examples: ['runlog export trace latest > trace.json', 'runlog export trace latest | jq .pipeline_status'],
  },
  'export record': {
    group: 'In and out',
    summary: 'the execution record of a run: its items',
    options: {},
    examples: [
      'runlog export record latest > record.json',
      'runlog import exec_20251105_091500_3fa91c07.json | xargs runlog export record',
    ],
  },
  'export steps': {
    group: 'In and out',
    summary: 'the steps of a run as lines; with --json as rows of a table',
    options: {},
    examples: ['runlog export steps latest > worker.log', 'runlog export steps latest --json | jq ".steps[].title"'],
  },
  'export json': {
    group: 'In and out',
    summary: 'a run in one JSON document: its summary and every event',
    options: {},
    examples: ['runlog export json latest > run.json', "runlog export json latest | jq '.events | length'"],
  },
  commands: {
    group: 'In and out',
    summary: 'the commands of a run as a shell script, to redo it by hand',
    options: { set: 'the value of a placeholder such as {models_dir}; may be repeated' },
    examples: ['runlog commands latest > redo.sh', 'runlog commands latest --set models_dir=/srv/models | sh'],
  },
  import: {
    group: 'In and out',
    summary: 'make runs of what other tools wrote; prints the run ids',
    options: {
      format: 'what it is (default auto, by content):',
      timezone: 'the zone of times without one, e.g. Europe/Berlin (default: this machine)',
      run: 'the run that gets the events: one that is there, or the id of a new one',
      'skip-other': 'of step lines: only count the lines that are none',
      'no-redact': 'keep secrets as they are',
    },
    values: { format: ['auto', 'log', 'run', 'trace', 'record', 'lines'] },
    examples: ['runlog import fixtures/design-experiment.log', 'runlog import fixtures/agent-runs --timezone UTC'],
  },
  rotate: {
    group: 'The store',
    summary: 'put old runs into the archive',
    options: {
      'max-runs': 'keep so many (default 100)',
      'max-age': 'keep those younger (default 30d)',
      'max-size': 'keep the newest that fit',
      'keep-failed': 'keep all but completed runs',
      'keep-tag': 'keep runs with this tag; may be repeated',
      delete: 'delete them instead',
      'dry-run': 'only say what would be done',
      'lock-timeout': 'wait for another rotate (default 0)',
      'max-runtime': 'begin no further run after that time',
    },
    examples: ['runlog rotate --dry-run', 'runlog rotate --max-age 90d --keep-failed --quiet'],
  },
  restore: {
    group: 'The store',
    summary: 'bring a run back from the archive',
    options: { 'lock-timeout': 'wait for a rotate (default 0)' },
    examples: [
      'runlog restore run_20251003_181952_project_171',
      'runlog restore run_20251003_181952_project_171 --lock-timeout 10',
    ],
  },
  lint: {
    group: 'In and out',
    summary: 'design-experiment logs against the rules of their format',
    args: { '<FILE|RUN...>': 'logs, or the runs whose logs they are' },
    options: {},
    examples: ['runlog lint design-experiment.log', 'runlog lint latest "experiments/**/design-experiment.log"'],
  },
  verify: {
    group: 'The store',
    summary: 'whether runs are as recorded: damage, seals, times, steps',
    options: { strict: 'what is only suspicious fails too' },
    examples: ['runlog verify', 'runlog verify latest --strict'],
  },
  pin: {
    group: 'The store',
    summary: 'keep a run from rotation',
    options: {},
    examples: ['runlog pin latest', 'runlog pin run_20251003_181952_project_171'],
  },
  unpin: {
    group: 'The store',
    summary: 'let rotation have it again',
    options: {},
    examples: ['runlog unpin latest', 'runlog unpin run_20251003_181952_project_171'],
  },
};

const RUN_TEXT = 'a run: its id, a beginning of it, latest or latest~N';

/** What an option of a command is for, its values named. */
export function optionText(help: CommandHelp, name: string): string {
  return withValues(help.options[name] ?? '', help.values?.[name]);
}

/** What an argument is; empty where its name says it. */
export function argText(help: CommandHelp, arg: string): string {
  const ofRun = arg === '[RUN]' ? `${RUN_TEXT} (else RUNLOG_RUN, else latest)` : /\bRUN\b/.test(arg) ? RUN_TEXT : '';
  return withValues(help.args?.[arg] ?? ofRun, help.values?.[arg]);
}

function withValues(text: string, values: readonly string[] = []): string {
  return text.endsWith(':') ? `${text} ${values.slice(0, -1).join(', ')} or ${values.at(-1)}` : text;
}
