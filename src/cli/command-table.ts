// The grammar of the command line: commands, arguments, options. Both ways of parsing are made from it. What help says about
// them is in command-help.ts, for a recording command should not load it.

export interface CommandSpec {
  /** One word or two: `append`, `step start`. */
  name: string;
  /** As usage shows them: `<NEEDED> [OPTIONAL] [MANY...]`. */
  args: string;
  /** In one text, for texts cost the start of a recording command least: `flag`, `option=VALUE`, `f,flag` with its short form. */
  options: string;
  /** Whether `-- CMD ARG...` may or must follow. */
  command?: 'optional' | 'required';
}

export interface OptionSpec {
  name: string;
  /** One letter, where there is a short form. */
  short: string | undefined;
  /** The value's placeholder; without one the option is a flag. */
  value: string | undefined;
}

export const GLOBAL_OPTIONS = 'dir=PATH json quiet no-color';
const RECORDING = 'run=RUN durable strict no-redact';
const START =
  'project=P name=N mode=MODE issue=IID provider=P model=M temperature=T intent=TYPE trigger=SOURCE trigger-issue=KEY trigger-status=S tag=K=V id=ID beat=SECONDS no-redact';

export const COMMANDS: readonly CommandSpec[] = [
  { name: 'start', args: '', options: `${START} owner-pid=PID|none` },
  {
    name: 'append',
    args: '[ACTION_TYPE] [DESCRIPTION]',
    options: `command=C result=R explanation=E input=I calculation=C decision=D reasoning=R status=S next-steps=N details=D error=E field=Key=value at=TIME log=FILE stdin ack ${RECORDING}`,
    command: 'optional',
  },
  { name: 'plan', args: '', options: `choice=M rationale=R backup=M hyperparams=JSON ${RECORDING}` },
  { name: 'step start', args: '<AGENT>', options: `task=T issue=IID attempt=N ${RECORDING}` },
  { name: 'step note', args: '<N> <TITLE>', options: `detail=D metric=NAME=VALUE ${RECORDING}` },
  { name: 'step end', args: '<N|AGENT>', options: `status=S summary=S error=E ${RECORDING}` },
  { name: 'issue start', args: '<IID>', options: `complexity=N ${RECORDING}` },
  { name: 'issue end', args: '<IID>', options: `status=S error=E ${RECORDING}` },
  { name: 'metric', args: '<NAME> <VALUE>', options: `unit=U max=X min=X step=N issue=IID ${RECORDING}` },
  { name: 'error', args: '<TYPE> <MESSAGE>', options: `severity=S agent=A issue=IID resolved ${RECORDING}` },
  {
    name: 'usage',
    args: '',
    options: `model=M provider=P input=N output=N cached-read=N cached-write=N reasoning=N input-includes-cached input-excludes-cached cost=USD agent=A issue=IID step=N ${RECORDING}`,
  },
  {
    name: 'tool',
    args: '<NAME>',
    options: `agent=A issue=IID step=N duration-ms=N failed error=E ${RECORDING}`,
    command: 'optional',
  },
  {
    name: 'pipeline',
    args: '<ID>',
    options: `status=S sha=SHA triggered-by=A retry=N failed-job=J error-type=T error=E queue-time=S execution-time=S started-at=TIME ended-at=TIME issue=IID ${RECORDING}`,
  },
  { name: 'debug start', args: '', options: `agent=A type=T message=M issue=IID ${RECORDING}` },
  { name: 'debug attempt', args: '', options: `agent=A issue=IID ${RECORDING}` },
  { name: 'debug end', args: '', options: `resolved unresolved method=M agent=A issue=IID ${RECORDING}` },
  { name: 'stage', args: '<N>', options: `iteration=I loop=L ${RECORDING}` },
  {
    name: 'item',
    args: '<ITEM_TYPE>',
    options: `media=TYPE content=C file=F config=C model=M backend=B seconds=S meta=K=V ${RECORDING}`,
  },
  { name: 'code', args: '', options: `base=REV head=REV repo=DIR coverage=FILE issue=IID ${RECORDING}` },
  {
    name: 'correct',
    args: '<issue|agent|run> <NAME>',
    options: `success failure evidence=TEXT by=WHO issue=IID ${RECORDING}`,
  },
  { name: 'beat', args: '', options: `within=DURATION ${RECORDING}` },
  { name: 'shell-init', args: '<SHELL>', options: '' },
  { name: 'completion', args: '<SHELL> [WORD...]', options: '' },
  { name: 'run', args: '', options: START, command: 'required' },
  {
    name: 'finalize',
    args: '[RUN...]',
    options: 'all status=S exit-code=N error=E cause=C stale-after=DURATION force dry-run lock-timeout=SECONDS',
  },
  { name: 'summary', args: '[RUN]', options: 'format=F full' },
  { name: 'show', args: '[RUN]', options: 'around=WHAT context=N' },
  {
    name: 'list',
    args: '',
    options:
      'status=S since=TIME until=TIME project=P model=M intent=I tag=K=V failed grep=RE sort=KEY columns=LIST limit=N watch',
  },
  {
    name: 'cost',
    args: '[RUN...]',
    options: 'by=KEY since=TIME until=TIME project=P',
  },
  {
    name: 'stats',
    args: '',
    options: 'by=KEY since=TIME until=TIME project=P model=M intent=I tag=K=V',
  },
  { name: 'errors', args: '[RUN]', options: 'since=TIME until=TIME project=P intent=I agent=A limit=N' },
  { name: 'compare', args: '[RUN...]', options: 'last-good fail-on=CONDITION' },
  { name: 'query', args: '[SQL]', options: 'format=F out=FILE schema' },
  { name: 'tail', args: '[RUN]', options: 'f,follow n,lines=N type=T grep=RE all' },
  { name: 'export csv', args: '', options: 'out=DIR run=RUN rebuild lock-timeout=SECONDS' },
  { name: 'export parquet', args: '', options: 'out=DIR partition=KEY' },
  { name: 'export log', args: '<RUN>', options: '' },
  { name: 'export trace', args: '<RUN>', options: '' },
  { name: 'export record', args: '<RUN>', options: '' },
  { name: 'export steps', args: '<RUN>', options: '' },
  { name: 'export json', args: '<RUN>', options: '' },
  { name: 'commands', args: '[RUN]', options: 'set=NAME=VALUE' },
  { name: 'import', args: '<PATH...>', options: 'format=F timezone=TZ run=RUN skip-other no-redact' },
  {
    name: 'rotate',
    args: '',
    options:
      'max-runs=N max-age=DURATION max-size=SIZE keep-failed keep-tag=K=V delete dry-run lock-timeout=SECONDS max-runtime=DURATION',
  },
  { name: 'restore', args: '<RUN>', options: 'lock-timeout=SECONDS' },
  { name: 'lint', args: '<FILE|RUN...>', options: '' },
  { name: 'verify', args: '[RUN...]', options: 'strict' },
  { name: 'pin', args: '<RUN>', options: '' },
  { name: 'unpin', args: '<RUN>', options: '' },
];

export function readArgs(text: string): string[] {
  return text === '' ? [] : text.split(' ');
}

export function readOptions(text: string): OptionSpec[] {
  return readArgs(text).map((word) => {
    const end = word.indexOf('=');
    const names = end === -1 ? word : word.slice(0, end);
    const isShort = names[1] === ',';
    return {
      name: isShort ? names.slice(2) : names,
      short: isShort ? names[0] : undefined,
      value: end === -1 ? undefined : word.slice(end + 1),
    };
  });
}
