// The files of an agent run's folder become a run: who ran, how it ended, and its issues one after the other.
import { nestsDeeper } from '../events/check.js';
import { RunlogError } from '../events/errors.js';
import type { Json } from '../events/vocabulary.js';
import { emptyRun, type RunState } from '../views/run.js';
import { formatCivil, offsetOf, parseTime } from './civil-time.js';
import { isRecord, type DraftEvent, type DraftRun, type ImportContext, type Remark } from './draft.js';
import { parseJson } from './json-splitter.js';
import { mergeFiles, restOf, shown, type LooseFile, type LooseObject } from './loose-values.js';
import type { IssueContext } from './run-folder-issue.js';
import { draftIssues, eventsOf, fold, issuesOf, keep, keepRestOfIssue, type IssueFiles } from './run-folder-issues.js';
import { finalObject, metadataObject } from './run-files.js';

export type RunFileRole = 'metadata' | 'final' | 'metrics' | 'report';

/** A file of a run. Of two with the same role the first counts where both say something. */
export interface RunFile {
  role: RunFileRole;
  /** As remarks name it. */
  path: string;
  text: string;
}

/** What a `given` may nest within its event. */
const DEEPEST = 90;
const STATUSES: Readonly<Record<string, 'completed' | 'failed' | 'cancelled' | 'partial' | 'interrupted'>> = {
  completed: 'completed',
  failed: 'failed',
  stopped: 'cancelled',
  cancelled: 'cancelled',
  partial: 'partial',
  interrupted: 'interrupted',
};

const RUN_NAME = /^run_\d{8}_\d{6}/;

type Files = Record<RunFileRole, LooseFile[]>;

/** Throws `invalid_input` where the files are not those of a run, or none of them can be read. */
export function readRunFolder(
  files: readonly RunFile[],
  context: ImportContext,
): { run: DraftRun; events: DraftEvent[]; remarks: Remark[] } {
  const remarks: Remark[] = [];
  const said = new Set<string>();
  const remark = (one: Remark): void => {
    // What is asked of two files at once may be found odd twice.
    const text = `${one.where}: ${one.message}`;
    if (!said.has(text)) remarks.push(one);
    said.add(text);
  };
  const read = readFiles(files, remark);
  if (!isRun(read))
    throw new RunlogError('invalid_input', 'these are not the files of a run', {
      hint: 'The metadata of a run has run_id, llm_configuration or execution_mode; docs/agent-runs.md has the rest.',
    });
  return { ...draftRun(read, { ...context, remark, lastStep: 0, retries: new Map() }), remarks };
}

function readFiles(files: readonly RunFile[], remark: (remark: Remark) => void): Files {
  const read: Files = { metadata: [], final: [], metrics: [], report: [] };
  let fault: string | null = null;
  const lose = (path: string, message: string): void => {
    fault ??= `${path}: ${message}`;
    remark({ where: path, message, isLoss: true });
  };
  for (const { role, path, text } of files) {
    const parsed = parseJson(text.replace(/^\ufeff/, ''), 1);
    if ('fault' in parsed) lose(path, parsed.fault);
    else if (!isRecord(parsed.value)) lose(path, 'an object is wanted');
    else if (nestsDeeper(parsed.value, DEEPEST)) lose(path, `its values are nested more than ${DEEPEST} levels deep`);
    else read[role].push({ path, values: parsed.value });
  }
  if (fault !== null && Object.values(read).every((list) => list.length === 0))
    throw new RunlogError('invalid_input', fault, { hint: 'None of its files could be read.' });
  return read;
}

/** What a file is of its run, where its name does not tell. */
export function roleOfText(text: string): RunFileRole {
  const parsed = parseJson(text, 1);
  const values = 'value' in parsed && isRecord(parsed.value) ? parsed.value : {};
  const has = (...keys: string[]): boolean => keys.some((key) => Object.hasOwn(values, key));
  if (has('agent_metrics', 'issue_iid', 'issue_id'))
    return has('end_time', 'pipeline_details', 'debugging_details') ? 'report' : 'metrics';
  return has('end_time', 'duration_seconds', 'total_issues', 'success_rate') ? 'final' : 'metadata';
}

/** Many tools call a file metadata.json: it must say something that only a run does. */
function isRun({ metadata, final, metrics, report }: Files): boolean {
  const has = (files: LooseFile[], ...keys: string[]): boolean =>
    files.some(({ values }) => keys.some((key) => Object.hasOwn(values, key)));
  const ofRun = [...metadata, ...final];
  return (
    has([...metrics, ...report], 'run_id', 'issue_iid', 'issue_id', 'agent_metrics') ||
    has(ofRun, 'run_id', 'llm_configuration', 'execution_mode') ||
    (has(ofRun, 'status') && has(ofRun, 'start_time'))
  );
}

type RunContext = IssueContext & ImportContext;

function draftRun(files: Files, context: RunContext): { run: DraftRun; events: DraftEvent[] } {
  const file = mergeFiles([...files.metadata, ...files.final], context);
  const final = mergeFiles(files.final, context);
  const issueFiles = issuesOf(files, context);
  const runId = file.id('run_id') ?? firstId(issueFiles) ?? (RUN_NAME.test(context.name) ? context.name : null);
  const startedAt = file.time('start_time');
  const at = startedAt ?? guessStart(runId ?? context.name, files, context);
  const start = startOf(file, at, startedAt !== null, context);
  const started = { type: 'run.started', run_id: runId ?? '', source: { format: 'run' }, ...start } as const;
  const state = emptyRun();
  fold(state, [started]);
  const issues = draftIssues(issueFiles, mentioned(file, final), at, state, context);
  const last = issues.flatMap(eventsOf).reduce((latest, event) => (event.at > latest ? event.at : latest), at);
  const end = endOf(file, final, last);
  fold(state, end);
  for (const { draft, files: own } of issues) if (draft !== null) keepRestOfIssue(draft, own, state, context);
  const given = restOfRun(files, runId ?? '', state, context);
  if (given !== null) start.given = given;
  const project = file.id('project_id');
  const localTime = formatCivil(at, start.utc_offset_minutes ?? 0)
    .slice(0, 19)
    .replace('T', ' ');
  return {
    run: { runId, localTime, name: project === null ? context.name : `project_${project}`, start, sha256: null },
    events: [...issues.flatMap(eventsOf), ...end],
  };
}

function startOf(file: LooseObject, at: string, isTimed: boolean, context: RunContext): DraftRun['start'] {
  const llm = file.object('llm_configuration');
  return {
    at,
    ...(isTimed ? {} : { untimed: true }),
    project: file.id('project_id'),
    execution_mode: file.text('execution_mode'),
    specific_issue: file.id('specific_issue'),
    llm: {
      provider: known(llm.text('provider')),
      model: known(llm.text('model')),
      temperature: llm.number('temperature'),
    },
    utc_offset_minutes: offsetOf(at, context.offsetMinutesAt),
  };
}

/** That system writes the word where nobody told it. */
function known(name: string | null): string | null {
  return name === 'unknown' || name === '' ? null : name;
}

/** Where no start is on record: the time in the run's id, else the first that anything tells of, else now. */
function guessStart(name: string, files: Files, { offsetMinutesAt, now }: ImportContext): string {
  const [, year, month, day, hour, minute, second] = /(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)/.exec(name) ?? [];
  const named = parseTime(`${year}-${month}-${day} ${hour}:${minute}:${second}`, offsetMinutesAt);
  const told = Object.values(files)
    .flat()
    .flatMap(({ values }) => [parseTime(values['start_time'], offsetMinutesAt)])
    .filter((time) => time !== null);
  return named ?? told.toSorted()[0] ?? now;
}

function firstId(issues: readonly IssueFiles[]): string | null {
  const ids = issues.flatMap(({ metrics, report }) => [...report, ...metrics].map(({ values }) => values['run_id']));
  const found = ids.find((id) => typeof id === 'string' && id !== '');
  return typeof found === 'string' ? found : null;
}

/** The issues that the run names, in its order. */
function mentioned(file: LooseObject, final: LooseObject): string[] {
  const named = [...final.list('issues_processed'), ...file.list('issues_processed')].flatMap((entry) => {
    const id = isRecord(entry) ? (entry['issue_iid'] ?? entry['issue_id'] ?? entry['iid']) : entry;
    if (typeof id === 'string' || typeof id === 'number') return [String(id)];
    file.say('issues_processed', `an issue's id is wanted, not ${shown(entry)}`);
    return [];
  });
  return [...new Set(named)];
}

function endOf(file: LooseObject, final: LooseObject, last: string): DraftEvent[] {
  const isFinal = Object.keys(final.values).length > 0;
  const source = isFinal ? final : file;
  const said = source.text('status');
  const status = said === null || !Object.hasOwn(STATUSES, said) ? undefined : STATUSES[said];
  if (status === undefined) {
    if (said !== null && said !== 'running') source.say('status', `no status of a run: ${shown(said)}`);
    return [];
  }
  const endedAt = source.time('end_time');
  const error = typeof source.get('error') === 'string' ? source.text('error') : null;
  return [
    {
      type: 'run.ended',
      at: endedAt ?? last,
      ...(endedAt === null ? { untimed: true } : { ended_at: endedAt }),
      status,
      error,
      cause: {
        reason: error ?? `the ${isFinal ? 'final report' : 'metadata'} says ${said}`,
        decided_by: 'import',
      },
    },
  ];
}

function restOfRun(
  { metadata, final }: Files,
  runId: string,
  state: RunState,
  context: RunContext,
): Record<string, Json> | null {
  const given: Record<string, Json> = {};
  const [ofMetadata, ofFinal] = [metadataObject(runId, state), finalObject(runId, state)];
  for (const [index, { values }] of metadata.entries())
    keep(given, 'metadata', index, restOf(values, ofMetadata, context));
  for (const [index, { values }] of final.entries()) keep(given, 'final', index, restOf(values, ofFinal, context));
  return Object.keys(given).length > 0 ? given : null;
}
