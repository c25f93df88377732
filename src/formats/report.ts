// The summary of a run as sections of rows, before anyone decides whether they become terminal text or Markdown.
import { secondsBetween } from '../events/instant.js';
import { latestActions } from '../views/actions.js';
import type { Ending, RunState } from '../views/run.js';
import { durationSeconds, startTime } from '../views/run.js';
import { planAttempts } from '../views/plan.js';
import { executions, isOpen, stepSeconds, type Step } from '../views/steps.js';
import { sumGroups, totalTokens, unpricedModels, type TokenSums } from '../views/tokens.js';
import { issueStatus, type CodeChanges } from '../views/issues.js';
import { firstTimeRight, retries, stepsOf } from '../views/issue-outcome.js';
import { pipelineSeconds } from '../views/pipelines.js';
import { countText, counted, durationText, measureText, moneyText } from './quantities.js';
import { toVisibleLine } from './visible-text.js';

export type Tone = 'good' | 'bad' | 'warning' | 'faint' | 'plain';

export interface Row {
  cells: string[];
  tone: Tone;
  /** Lines that belong under the row. */
  notes: string[];
}

export interface Section {
  title: string;
  columns: string[];
  rows: Row[];
}

export interface Report {
  runId: string;
  status: string;
  tone: Tone;
  /** Why it has that status; null where there is nothing to say. */
  reason: string | null;
  facts: [name: string, value: string][];
  sections: Section[];
}

const ACTIONS_SHOWN = 20;
const ITEMS_SHOWN = 20;
const NOTES_SHOWN = 6;

/** Everything in it is safe to print on one line. `showTime` writes a stored time for its reader. */
export function reportOf(
  runId: string,
  status: string,
  reason: string | null,
  state: RunState,
  showTime: (instant: string) => string,
): Report {
  const sections = [
    plannedSection(state),
    stepsSection(state),
    issuesSection(state),
    correctionsSection(state),
    metricsSection(state),
    tokensSection(state),
    toolsSection(state),
    pipelinesSection(state),
    debuggingSection(state),
    codeSection(state),
    itemsSection(state),
    errorsSection(state, showTime),
    interruptedSection(status, state, showTime),
    actionsSection(state, showTime),
  ];
  return {
    runId,
    status,
    tone: statusTone(status),
    reason: reason === null ? null : toVisibleLine(reason),
    facts: factsOf(state, showTime).map(([name, value]) => [name, toVisibleLine(value)]),
    sections: sections.filter(({ rows }) => rows.length > 0).map(visible),
  };
}

export function statusTone(status: string): Tone {
  if (/^(completed|success|passed|ok)$/i.test(status)) return 'good';
  if (/^(failed|fail|error|blocked)$/i.test(status)) return 'bad';
  if (/^(partial|interrupted|stale|skipped)$/i.test(status)) return 'warning';
  return 'plain';
}

function factsOf(state: RunState, showTime: (instant: string) => string): [string, string][] {
  const { started, ending, tokens } = state;
  const begin = startTime(state);
  const model = [started?.llm?.provider, started?.llm?.model].filter(Boolean).join(' / ');
  const temperature = started?.llm?.temperature ?? null;
  const all: [string, string | null | undefined][] = [
    ['Project', started?.project],
    ['Mode', started?.execution_mode],
    ['Issue', started?.specific_issue],
    ['Intent', started?.intent_type],
    [
      'Trigger',
      [started?.trigger?.source, started?.trigger?.issue_key, started?.trigger?.issue_status].filter(Boolean).join(' '),
    ],
    ['Model', `${model}${model !== '' && temperature !== null ? `, temperature ${temperature}` : ''}`],
    ['Started', begin === null ? null : showTime(begin)],
    ['Ended', endedText(ending, showTime)],
    ['Took', ending === null ? null : durationText(durationSeconds(state))],
    ['Tokens', tokenText(tokens)],
    ['Cost', tokens.calls === 0 ? null : costText(tokens)],
    ['Unpriced', unpricedText(state)],
    ['Error', ending?.error],
    ['Host', started?.host],
    ['Folder', started?.cwd],
    ['Commit', commitText(started?.git)],
    ['Imported', started?.source?.file],
    [
      'Tags',
      Object.entries(started?.tags ?? {})
        .map(([key, value]) => `${key}=${value}`)
        .join(' '),
    ],
  ];
  return all.filter((fact): fact is [string, string] => fact[1] !== null && fact[1] !== undefined && fact[1] !== '');
}

function endedText(ending: Ending | null, showTime: (instant: string) => string): string | null {
  return ending?.endedAt === null || ending === null ? null : showTime(ending.endedAt);
}

function tokenText(tokens: TokenSums): string | null {
  const total = totalTokens(tokens);
  if (total === null) return null;
  const cached = tokens.cachedRead === null ? '' : `, ${countText(tokens.cachedRead)} from caches`;
  return `${countText(total)} (${countText(tokens.input)} in${cached}; ${countText(tokens.output)} out)`;
}

function unpricedText({ usage }: RunState): string {
  return unpricedModels(usage)
    .map(({ provider, model }) => [model ?? 'model not said', provider === null ? null : `(${provider})`])
    .map((words) => words.filter(Boolean).join(' '))
    .join(', ');
}

/** `$0.0123`, `unknown`, or both: what is known, and how many calls are not in it. */
function costText({ costUsd, unpricedCalls }: TokenSums): string {
  if (costUsd === null) return 'unknown';
  return `${moneyText(costUsd)}${unpricedCalls === 0 ? '' : `, and ${counted(unpricedCalls, 'call')} of unknown cost`}`;
}

function commitText(git: { commit?: string | null; dirty?: boolean | null } | null | undefined): string | null {
  if (!git?.commit) return null;
  return `${git.commit.slice(0, 12)}${git.dirty === true ? ' with local changes' : ''}`;
}

function plannedSection(state: RunState): Section {
  const { plan, steps } = state;
  const rows: Row[] = [];
  if (plan !== null) {
    const notes = plan.rationale === null ? [] : [plan.rationale];
    const backups = plan.backups.length === 0 ? '' : `, else ${plan.backups.join(', ')}`;
    rows.push({ cells: ['chosen', `${plan.choice}${backups}`, ''], tone: 'plain', notes });
    for (const [index, { method, isBackup, step }] of planAttempts(plan, steps).entries()) {
      const outcome = stepOutcome(step);
      rows.push({
        cells: [
          `attempt ${index + 1}`,
          `${method}${isBackup ? ' (backup)' : ''}`,
          `step ${step.number}${outcome.word === '' ? '' : `: ${outcome.word}`}`,
        ],
        tone: outcome.tone,
        notes: [],
      });
    }
  }
  return { title: 'Plan', columns: ['', 'method', 'outcome'], rows };
}

function stepsSection({ steps }: RunState): Section {
  const rows = steps.map((step): Row => {
    const { word, tone } = stepOutcome(step);
    const what = [step.agent, step.task].filter((part) => part !== null).join(': ');
    const attempt = step.attempt > 1 ? ` (attempt ${step.attempt})` : '';
    const hidden = step.notes.length - NOTES_SHOWN;
    return {
      cells: [String(step.number), word, `${what}${attempt}`, isOpen(step) ? '' : stepDurationText(step)],
      tone,
      notes: [
        ...step.notes.slice(-NOTES_SHOWN).map(({ title, detail, metrics }) => {
          // A detail may name them already, with their limits.
          const unsaid = Object.entries(metrics).filter(([name]) => detail?.includes(name) !== true);
          const values = unsaid.map(([name, value]) => `${name}=${measureText(value)}`);
          return [`${title}:`, detail, values.join(', ')].filter(Boolean).join(' ');
        }),
        ...(hidden > 0 ? [`… and ${hidden} earlier notes`] : []),
        ...(step.outputSummary === null ? [] : [`-> ${step.outputSummary}`]),
        ...(step.error === null ? [] : [`Error: ${step.error}`]),
      ],
    };
  });
  return { title: `Steps (${executions(steps).length})`, columns: ['#', 'status', 'agent and task', 'took'], rows };
}

function stepOutcome(step: Step): { word: string; tone: Tone } {
  if (step.agent === null) return { word: '', tone: 'plain' };
  if (step.isInterrupted) return { word: 'interrupted', tone: 'warning' };
  if (step.status === 'STARTED') return { word: 'running', tone: 'plain' };
  return { word: step.status, tone: statusTone(step.status) };
}

function issuesSection(state: RunState): Section {
  const rows = state.issues.map((issue): Row => {
    const status = issueStatus(issue);
    const recorded = issue.correction === null || issue.status === status ? null : issue.status;
    const steps = stepsOf(state, issue);
    const tries = retries(steps);
    return {
      cells: [
        issue.iid,
        status?.replace('_', ' ') ?? 'not said',
        durationText(secondsBetween(issue.startTime, issue.endTime)),
        [
          firstTimeRight(state, issue) === true ? 'right the first time' : null,
          tries === 0 ? null : counted(tries, 'retry', 'retries'),
          recorded === null ? null : `recorded as ${recorded.replace('_', ' ')}`,
        ]
          .filter(Boolean)
          .join(', '),
      ],
      tone: statusTone(status ?? ''),
      notes: issue.error === null ? [] : [`Error: ${issue.error}`],
    };
  });
  return { title: 'Issues', columns: ['issue', 'status', 'took', ''], rows };
}

function correctionsSection({ corrections }: RunState): Section {
  const rows = corrections.map(({ subject, name, issue, success, evidence, by }): Row => ({
    cells: [
      subject === 'run' ? 'run' : `${subject} ${name ?? '-'}${issue === null ? '' : ` (issue ${issue})`}`,
      success ? 'success' : 'failure',
      `${evidence}${by === null ? '' : ` (${by})`}`,
    ],
    tone: success ? 'good' : 'bad',
    notes: [],
  }));
  return { title: 'Corrected', columns: ['what', 'outcome', 'evidence'], rows };
}

function tokensSection({ usage }: RunState): Section {
  const rows = sumGroups(usage.groups.values(), ({ provider, model }) => [provider, model]).map(
    ({ key, sums }): Row => ({
      cells: [
        [key[1] ?? 'model not said', key[0] === null ? null : `(${key[0]})`].filter(Boolean).join(' '),
        counted(sums.calls, 'call'),
        `${countText(totalTokens(sums))} tokens`,
        costText(sums),
      ],
      tone: sums.unpricedCalls === 0 ? 'plain' : 'warning',
      notes: [],
    }),
  );
  return { title: 'Models', columns: ['model', 'calls', 'tokens', 'cost'], rows };
}

function toolsSection({ tools }: RunState): Section {
  const rows = tools.map(({ tool, agent, issue, calls, failures, totalDurationMs, timedCalls }): Row => ({
    cells: [
      tool,
      [agent, issue === null ? null : `issue ${issue}`].filter(Boolean).join(', '),
      counted(calls, 'call'),
      failures === 0 ? '' : `${failures} failed`,
      totalDurationMs === null ? '' : `${callText(totalDurationMs / timedCalls)} each`,
    ],
    tone: failures === 0 ? 'plain' : 'warning',
    notes: [],
  }));
  return { title: `Tools (${rows.length})`, columns: ['tool', 'by', 'calls', '', 'took'], rows };
}

/** A call of a tool is often too short for seconds. */
function callText(ms: number): string {
  return ms < 999.5 ? `${Number(ms.toPrecision(3))} ms` : durationText(ms / 1000);
}

function pipelinesSection({ pipelines }: RunState): Section {
  const rows = pipelines.map((pipeline): Row => {
    const { id, retryAttempt, issue, status, failedJobs, errorType, errorMessage } = pipeline;
    return {
      cells: [
        `${id}${retryAttempt === null ? '' : ` (retry ${retryAttempt})`}`,
        status,
        durationText(pipelineSeconds(pipeline)),
        [issue === null ? null : `issue ${issue}`, failedJobs.length === 0 ? null : `failed: ${failedJobs.join(', ')}`]
          .filter(Boolean)
          .join(', '),
      ],
      tone: statusTone(status),
      notes: [[errorType, errorMessage].filter(Boolean).join(': ')].filter(Boolean),
    };
  });
  return { title: `Pipelines (${rows.length})`, columns: ['pipeline', 'status', 'took', ''], rows };
}

function debuggingSection({ cycles }: RunState): Section {
  const rows = cycles.map((cycle): Row => {
    const { agent, issue, errorType, errorMessage, attempts, resolved, resolutionMethod, startedAt, endedAt } = cycle;
    return {
      cells: [
        errorType ?? '-',
        resolved === null ? (endedAt === null ? 'open' : 'not said') : resolved ? 'resolved' : 'unresolved',
        counted(attempts, 'attempt'),
        durationText(secondsBetween(startedAt, endedAt)),
        [agent, issue === null ? null : `issue ${issue}`].filter(Boolean).join(', '),
      ],
      tone: resolved === true ? 'good' : resolved === false ? 'bad' : 'warning',
      notes: [errorMessage, resolutionMethod === null ? null : `-> ${resolutionMethod}`].filter(
        (note) => note !== null,
      ),
    };
  });
  return { title: `Debugging (${rows.length})`, columns: ['error', '', 'attempts', 'took', 'by'], rows };
}

function codeSection({ issues, code }: RunState): Section {
  const measured: [string, CodeChanges | null][] = [
    ...issues.map((issue): [string, CodeChanges | null] => [`issue ${issue.iid}`, issue.code]),
    ['run', code],
  ];
  const rows = measured.flatMap(([what, changes]): Row[] =>
    changes === null ? [] : [{ cells: [what, codeText(changes)], tone: 'plain', notes: [] }],
  );
  return { title: 'Code', columns: ['of', 'changes'], rows };
}

function codeText(code: CodeChanges): string {
  const files: [number | null, string][] = [
    [code.filesCreated, 'created'],
    [code.filesModified, 'modified'],
    [code.filesDeleted, 'deleted'],
  ];
  const changed = files.filter(([count]) => (count ?? 0) > 0).map(([count, how]) => `${count} ${how}`);
  return [
    code.linesAdded === null && code.linesDeleted === null
      ? null
      : `+${code.linesAdded ?? '?'} -${code.linesDeleted ?? '?'} lines`,
    code.filesModified === null ? null : `files: ${changed.join(', ') || 'none'}`,
    code.commits === null ? null : counted(code.commits, 'commit'),
    code.testCoverage === null ? null : `${Number(code.testCoverage.toFixed(1))}% covered`,
  ]
    .filter(Boolean)
    .join(', ');
}

function itemsSection({ items }: RunState): Section {
  const shown = items.latest.slice(-ITEMS_SHOWN);
  const rows = shown.map((item): Row => ({
    cells: [
      String(item.number),
      [
        item.stage === null ? null : `stage ${item.stage}`,
        item.stageIteration === null ? null : `iteration ${item.stageIteration}`,
        item.loopIteration === null ? null : `loop ${item.loopIteration}`,
      ]
        .filter(Boolean)
        .join(', '),
      item.itemType,
      [item.model, item.file ?? item.content].filter(Boolean).join(': '),
      item.executionSeconds === null ? '' : durationText(item.executionSeconds),
    ],
    tone: /blocked|error/.test(item.itemType) ? 'bad' : 'plain',
    notes: [],
  }));
  const hidden = items.count - shown.length;
  if (hidden > 0) rows.unshift({ cells: ['', `… ${hidden} earlier`, '', '', ''], tone: 'faint', notes: [] });
  return { title: `Items (${items.count})`, columns: ['#', 'stage', 'type', 'what', 'took'], rows };
}

function metricsSection({ metrics }: RunState): Section {
  const rows = metrics.map((metric): Row => {
    const range = metric.count > 1 && metric.min !== null && metric.max !== null;
    const word = metric.passed === null ? '' : metric.passed ? 'ok' : 'fail';
    return {
      cells: [
        metric.issue === null ? metric.name : `${metric.name} (issue ${metric.issue})`,
        `${measureText(metric.value)}${metric.unit === null ? '' : ` ${metric.unit}`}`,
        metric.limit === null ? '' : `${metric.direction === 'min' ? '>=' : '<='} ${metric.limit}`,
        word,
        range
          ? `${metric.count} values, ${measureText(metric.min as number)} to ${measureText(metric.max as number)}`
          : '',
      ],
      tone: word === 'fail' ? 'bad' : word === 'ok' ? 'good' : 'plain',
      notes: [],
    };
  });
  return { title: 'Metrics', columns: ['name', 'value', 'limit', '', ''], rows };
}

/** A source may tell only how long several attempts took together. */
function stepDurationText(step: Step): string {
  const seconds = stepSeconds(step);
  if (seconds === null || step.durationAttempts === null) return durationText(seconds);
  return `${Number(seconds.toFixed(2))} s for ${step.durationAttempts} attempts`;
}

function errorsSection({ errors }: RunState, showTime: (instant: string) => string): Section {
  const rows = errors.map((error): Row => ({
    cells: [
      error.at === null ? '' : showTime(error.at).slice(-8),
      error.type,
      error.message,
      error.resolved === true ? 'resolved' : '',
    ],
    tone: error.resolved === true ? 'faint' : 'bad',
    notes: [],
  }));
  return { title: `Errors (${errors.length})`, columns: ['at', 'type', 'message', ''], rows };
}

function interruptedSection(status: string, state: RunState, showTime: (instant: string) => string): Section {
  const steps = state.steps.filter(({ isInterrupted }) => isInterrupted);
  const issues = state.issues.filter((issue) => issueStatus(issue) === 'interrupted');
  const last = state.lastEventAt;
  const rows: Row[] = [
    ...steps.map((step) => ({
      cells: [`step ${step.number}`, step.agent ?? '', step.task ?? ''],
      tone: 'warning' as const,
      notes: [],
    })),
    ...issues.map((issue) => ({ cells: [`issue ${issue.iid}`, '', ''], tone: 'warning' as const, notes: [] })),
  ];
  if (status === 'interrupted' && last !== null)
    rows.push({ cells: ['last sign of life', showTime(last), ''], tone: 'plain', notes: [] });
  return { title: 'Interrupted', columns: ['what', '', ''], rows };
}

function actionsSection({ actions }: RunState, showTime: (instant: string) => string): Section {
  const shown = latestActions(actions, ACTIONS_SHOWN);
  const rows = shown.map((action): Row => ({
    cells: [
      showTime(action.at).slice(-8),
      action.action,
      `${action.hasFailed ? 'FAILED ' : ''}${[action.description, action.result].filter(Boolean).join(' -> ')}`,
    ],
    tone: action.hasFailed ? 'bad' : 'plain',
    notes: [],
  }));
  const hidden = actions.count - shown.length;
  if (hidden > 0) rows.unshift({ cells: ['', `… ${hidden} earlier`, ''], tone: 'faint', notes: [] });
  return { title: `Actions (${actions.count})`, columns: ['at', 'action', 'what'], rows };
}

function visible(section: Section): Section {
  const rows = section.rows.map(({ cells, tone, notes }) => ({
    cells: cells.map(oneLine),
    tone,
    notes: notes.flatMap((note) => note.split('\n').map(toVisibleLine)),
  }));
  return { ...section, rows };
}

function oneLine(text: string): string {
  return toVisibleLine(text.replaceAll(/\s*\n\s*/g, ' '));
}
