// The table of commands: names, arguments, options, help. Both ways of parsing, help and completion are made from it.

export interface OptionSpec {
  name: string;
  /** One letter, where there is a short form. */
  short?: string;
  /** The value's placeholder; without one the option is a flag. */
  value?: string;
  summary: string;
}

export interface ArgumentSpec {
  name: string;
  isOptional?: boolean;
  isRepeatable?: boolean;
}

export interface CommandSpec {
  /** One word or two: `append`, `step start`. */
  name: string;
  group: 'Record' | 'Afterwards' | 'The store';
  summary: string;
  args: readonly ArgumentSpec[];
  options: readonly OptionSpec[];
  /** Whether `-- CMD ARG...` may or must follow. */
  command?: 'optional' | 'required';
  /** Recording commands start nearly as fast as bare node: nothing but their own code is loaded. */
  isDirect?: boolean;
  examples: readonly string[];
}

const arg = (name: string): ArgumentSpec => ({ name });
const optionalArg = (name: string): ArgumentSpec => ({ name, isOptional: true });
const manyArgs = (name: string): ArgumentSpec => ({ name, isOptional: true, isRepeatable: true });
const option = (name: string, value: string, summary: string): OptionSpec => ({ name, value, summary });
const flag = (name: string, summary: string): OptionSpec => ({ name, summary });

export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  option('dir', 'PATH', 'the store (else RUNLOG_DIR, else runlog.config.json, else ./logs)'),
  flag('json', 'answer with one JSON document'),
  flag('quiet', 'say only what must be said'),
  flag('no-color', 'no colours (as NO_COLOR, TERM=dumb)'),
];

const RUN = option('run', 'RUN', 'the run (else RUNLOG_RUN, else the run that this script started)');
const RECORDING: readonly OptionSpec[] = [
  RUN,
  flag('durable', 'wait until the disk has it'),
  flag('strict', 'exit 74 if the event could not be kept at all'),
  flag('no-redact', 'keep secrets as they are'),
];
const ISSUE = option('issue', 'IID', 'the issue it belongs to');

const START_OPTIONS: readonly OptionSpec[] = [
  option('project', 'P', 'the project'),
  option('name', 'N', 'a name, for runs without a project'),
  option('mode', 'MODE', 'execution mode: implement_all, single_issue, analyze…'),
  option('issue', 'IID', 'the one issue that the run is about'),
  option('provider', 'P', 'who serves the model (else LLM_PROVIDER)'),
  option('model', 'M', 'the model (else LLM_MODEL)'),
  option('temperature', 'T', 'its temperature (else LLM_TEMPERATURE)'),
  option('intent', 'TYPE', 'what the run is for: development_flow, review_code…'),
  option('trigger', 'SOURCE', 'what set it off'),
  option('trigger-issue', 'KEY', 'the issue that set it off'),
  option('trigger-status', 'S', 'and the status of that issue'),
  option('tag', 'K=V', 'a tag; may be repeated'),
  option('id', 'ID', 'the run id, instead of one made of time and project'),
  option('beat', 'SECONDS', 'promise a sign of life at least this often'),
  flag('no-redact', 'keep secrets as they are'),
];

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'start',
    group: 'Record',
    summary: 'start a run and print its id',
    isDirect: true,
    args: [],
    options: [
      ...START_OPTIONS,
      option('owner-pid', 'PID|none', 'the process whose death ends the run (default: the script that calls)'),
    ],
    examples: [
      'export RUNLOG_RUN=$(runlog start --project 171)',
      'runlog start --name nightly --model gpt-5 --tag team=ml',
    ],
  },
  {
    name: 'append',
    group: 'Record',
    summary: 'log an action; with -- CMD run it and log how it went',
    isDirect: true,
    command: 'optional',
    args: [optionalArg('ACTION_TYPE'), optionalArg('DESCRIPTION')],
    options: [
      option('command', 'C', 'the command that was run'),
      option('result', 'R', 'what came of it'),
      option('explanation', 'E', 'why it was done'),
      option('input', 'I', 'what a calculation starts from'),
      option('calculation', 'C', 'how it goes'),
      option('decision', 'D', 'what was decided'),
      option('reasoning', 'R', 'and why'),
      option('status', 'S', 'where things stand'),
      option('next-steps', 'N', 'what comes next'),
      option('details', 'D', 'details'),
      option('error', 'E', 'what went wrong'),
      option('field', 'Key=value', 'any other field; may be repeated'),
      option('at', 'TIME', 'when it happened, if not now'),
      option('log', 'FILE', 'append to this log file alone, without a run'),
      flag('stdin', 'read one JSON object a line'),
      ...RECORDING,
    ],
    examples: [
      'runlog append VERIFY_MODEL "Checking the model" --command "ls models" --result "15 files"',
      'runlog append CHECK_DISK "Enough space?" -- df -h .',
      'git log -1 | runlog append CHECK_GIT --result -',
    ],
  },
  {
    name: 'plan',
    group: 'Record',
    summary: 'record the method chosen, and its backups',
    isDirect: true,
    args: [],
    options: [
      option('choice', 'M', 'the method'),
      option('rationale', 'R', 'why this one'),
      option('backup', 'M', 'what to try where it fails; may be repeated'),
      option('hyperparams', 'JSON', 'its parameters'),
      ...RECORDING,
    ],
    examples: [
      'runlog plan --choice gc --rationale "mostly continuous" --backup ctgan --backup tvae',
      `runlog plan --choice lora --hyperparams '{"rank": 8}'`,
    ],
  },
  {
    name: 'step start',
    group: 'Record',
    summary: 'an agent begins a task; prints the step number',
    isDirect: true,
    args: [arg('AGENT')],
    options: [
      option('task', 'T', 'what it does'),
      ISSUE,
      option('attempt', 'N', 'which attempt (default: counted)'),
      ...RECORDING,
    ],
    examples: [
      'STEP=$(runlog step start coding --task "write the parser")',
      'runlog step start review --issue 3 --attempt 2',
    ],
  },
  {
    name: 'step note',
    group: 'Record',
    summary: 'a note to a step: planned, training, metrics, error, cancelled or any title',
    isDirect: true,
    args: [arg('N'), arg('TITLE')],
    options: [
      option('detail', 'D', 'what there is to say'),
      option('metric', 'NAME=VALUE', 'a value; may be repeated'),
      ...RECORDING,
    ],
    examples: [
      'runlog step note 1 training --detail "attempt 1: method=gc"',
      'runlog step note 1 metrics --metric KS=0.320 --metric MIA=0.974',
    ],
  },
  {
    name: 'step end',
    group: 'Record',
    summary: 'a step ends',
    isDirect: true,
    args: [arg('N|AGENT')],
    options: [
      option('status', 'S', 'SUCCESS, FAIL or BLOCKED'),
      option('summary', 'S', 'what came out of it'),
      option('error', 'E', 'what went wrong'),
      ...RECORDING,
    ],
    examples: [
      'runlog step end "$STEP" --status SUCCESS --summary "12 tests pass"',
      'runlog step end review --status BLOCKED --error "needs a second reader"',
    ],
  },
  {
    name: 'issue start',
    group: 'Record',
    summary: 'work on an issue begins',
    isDirect: true,
    args: [arg('IID')],
    options: [option('complexity', 'N', 'its complexity score'), ...RECORDING],
    examples: ['runlog issue start 3', 'runlog issue start 3 --complexity 5'],
  },
  {
    name: 'issue end',
    group: 'Record',
    summary: 'work on an issue ends',
    isDirect: true,
    args: [arg('IID')],
    options: [
      option('status', 'S', 'completed, failed or skipped'),
      option('error', 'E', 'what went wrong'),
      ...RECORDING,
    ],
    examples: ['runlog issue end 3 --status completed', 'runlog issue end 4 --status failed --error "no reviewer"'],
  },
  {
    name: 'metric',
    group: 'Record',
    summary: 'a measured value, and the limit it should keep',
    isDirect: true,
    args: [arg('NAME'), arg('VALUE')],
    options: [
      option('unit', 'U', 'its unit'),
      option('max', 'X', 'the most it may be'),
      option('min', 'X', 'the least it may be'),
      option('step', 'N', 'the step it belongs to'),
      ISSUE,
      ...RECORDING,
    ],
    examples: ['runlog metric KS 0.32 --max 0.10', 'runlog metric coverage 87.5 --unit % --min 80 --issue 3'],
  },
  {
    name: 'error',
    group: 'Record',
    summary: 'something went wrong, in its own words',
    isDirect: true,
    args: [arg('TYPE'), arg('MESSAGE')],
    options: [
      option('severity', 'S', 'how bad it is'),
      option('agent', 'A', 'who met it'),
      ISSUE,
      flag('resolved', 'it has been dealt with'),
      ...RECORDING,
    ],
    examples: [
      'runlog error AssertionError "discrete columns must be present"',
      'runlog error Timeout "no answer in 30 s" --agent coding --resolved',
    ],
  },
  {
    name: 'beat',
    group: 'Record',
    summary: 'still alive',
    isDirect: true,
    args: [],
    options: [option('within', 'DURATION', 'when the next one is due (default: as start promised)'), ...RECORDING],
    examples: ['runlog beat', 'runlog beat --within 10m'],
  },
  {
    name: 'run',
    group: 'Record',
    summary: 'start a run, run CMD in it, finalize; exits with the status of CMD',
    command: 'required',
    args: [],
    options: START_OPTIONS,
    examples: ['runlog run --project 171 -- ./train.sh', 'runlog run --name backup --beat 60 -- rsync -a src/ dst/'],
  },
  {
    name: 'finalize',
    group: 'Afterwards',
    summary: 'end runs: the one given, or all that have died',
    args: [manyArgs('RUN')],
    options: [
      flag('all', 'every run that has died, even where RUNLOG_RUN is set'),
      option('status', 'S', 'completed, failed, partial, interrupted or cancelled'),
      option('exit-code', 'N', 'the exit status of what was recorded'),
      option('error', 'E', 'what went wrong'),
      option('cause', 'C', 'why it ended'),
      option('stale-after', 'DURATION', 'how long a run without an owner may be silent (default 24h)'),
      flag('force', 'also a run that is alive'),
      flag('dry-run', 'only say what would be done'),
      option('lock-timeout', 'SECONDS', 'wait for another finalize (default 0)'),
    ],
    examples: [
      'runlog finalize',
      `trap 'runlog finalize --exit-code $?' EXIT`,
      'runlog finalize latest --status failed --error "out of memory"',
    ],
  },
  {
    name: 'summary',
    group: 'Afterwards',
    summary: 'what happened in a run',
    args: [optionalArg('RUN')],
    options: [option('format', 'F', 'text, markdown or trace')],
    examples: ['runlog summary', 'runlog summary latest~1 --format markdown'],
  },
  {
    name: 'show',
    group: 'Afterwards',
    summary: 'every event of a run',
    args: [optionalArg('RUN')],
    options: [],
    examples: ['runlog show latest', 'runlog show run_20251003_181952_project_171 --json'],
  },
  {
    name: 'list',
    group: 'Afterwards',
    summary: 'the runs of the store, newest first',
    args: [],
    options: [
      option('status', 'S', 'only with this status; may be repeated'),
      option('since', 'TIME', 'only started since'),
      option('until', 'TIME', 'only started before'),
      option('project', 'P', 'only of this project'),
      option('model', 'M', 'only with this model'),
      option('intent', 'I', 'only with this intent'),
      option('tag', 'K=V', 'only with this tag; may be repeated'),
      flag('failed', 'only failed, partial and interrupted ones'),
      option('limit', 'N', 'at most so many'),
    ],
    examples: ['runlog list --failed --since 2d', 'runlog list --project 171 --json'],
  },
  {
    name: 'tail',
    group: 'Afterwards',
    summary: 'the last events of a run; -f waits for more',
    args: [optionalArg('RUN')],
    options: [
      { name: 'follow', short: 'f', summary: 'wait for more, until the run has ended' },
      { name: 'lines', short: 'n', value: 'N', summary: 'how many events (default 10)' },
      option('type', 'T', 'only events of this type; may be repeated'),
      option('grep', 'RE', 'only events whose line matches'),
    ],
    examples: ['runlog tail -f', 'runlog tail latest -n 50 --type error.raised'],
  },
  {
    name: 'export csv',
    group: 'Afterwards',
    summary: 'the seven tables, for spreadsheets and data frames',
    args: [],
    options: [
      option('out', 'DIR', 'where to (default: csv/ of the store)'),
      option('run', 'RUN', 'only this run; may be repeated'),
      flag('rebuild', 'all from the journals and the archive, nothing from the files that are there'),
      option('lock-timeout', 'SECONDS', 'wait for another export (default 0)'),
    ],
    examples: ['runlog export csv', 'runlog export csv --out tables --run latest'],
  },
  {
    name: 'export log',
    group: 'Afterwards',
    summary: 'the design-experiment log of a run',
    args: [arg('RUN')],
    options: [],
    examples: ['runlog export log latest > design-experiment.log', 'runlog import old.log | xargs runlog export log'],
  },
  {
    name: 'export trace',
    group: 'Afterwards',
    summary: 'the execution trace of a run',
    args: [arg('RUN')],
    options: [],
    examples: ['runlog export trace latest > trace.json', 'runlog export trace latest | jq .pipeline_status'],
  },
  {
    name: 'import',
    group: 'Afterwards',
    summary: 'make runs of logs written by hand or by other tools; prints the run ids',
    args: [{ name: 'PATH', isRepeatable: true }],
    options: [
      option('format', 'F', 'log or auto'),
      option('timezone', 'TZ', 'the zone of times without one, e.g. Europe/Berlin (default: this machine)'),
      flag('no-redact', 'keep secrets as they are'),
    ],
    examples: [
      'runlog import fixtures/design-experiment.log',
      'runlog import experiments/*/design-experiment.log --timezone UTC',
    ],
  },
  {
    name: 'rotate',
    group: 'The store',
    summary: 'put old runs into the archive',
    args: [],
    options: [
      option('max-runs', 'N', 'keep so many (default 100)'),
      option('max-age', 'DURATION', 'keep those younger (default 30d)'),
      option('max-size', 'SIZE', 'keep the newest that fit'),
      flag('keep-failed', 'keep all but completed runs'),
      option('keep-tag', 'K=V', 'keep runs with this tag; may be repeated'),
      flag('delete', 'delete them instead'),
      flag('dry-run', 'only say what would be done'),
      option('lock-timeout', 'SECONDS', 'wait for another rotate (default 0)'),
    ],
    examples: ['runlog rotate --dry-run', 'runlog rotate --max-age 90d --keep-failed --quiet'],
  },
  {
    name: 'restore',
    group: 'The store',
    summary: 'bring a run back from the archive',
    args: [arg('RUN')],
    options: [option('lock-timeout', 'SECONDS', 'wait for a rotate (default 0)')],
    examples: [
      'runlog restore run_20251003_181952_project_171',
      'runlog restore run_20251003_181952_project_171 --lock-timeout 10',
    ],
  },
  {
    name: 'pin',
    group: 'The store',
    summary: 'keep a run from rotation',
    args: [arg('RUN')],
    options: [],
    examples: ['runlog pin latest', 'runlog pin run_20251003_181952_project_171'],
  },
  {
    name: 'unpin',
    group: 'The store',
    summary: 'let rotation have it again',
    args: [arg('RUN')],
    options: [],
    examples: ['runlog unpin latest', 'runlog unpin run_20251003_181952_project_171'],
  },
];
