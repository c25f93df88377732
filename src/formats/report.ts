// The summary of a run as sections of rows, before anyone decides whether they become terminal text or Markdown.
import { secondsBetween } from '../events/instant.js';
import type { Ending, RunState } from '../views/run.js';
import { durationSeconds, startTime } from '../views/run.js';
import { planAttempts } from '../views/plan.js';
import { executions, isOpen, type Step } from '../views/steps.js';
import { costRows } from '../views/costs.js';
import { totalTokens, unpricedModels } from '../views/tokens.js';
import { costName, costText, unpricedText } from './cost.js';
import { countText, durationText, measureText } from './quantities.js';
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
    metricsSection(state),
    modelsSection(state),
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
    ['Tokens', tokens.calls === 0 ? null : countText(totalTokens(tokens))],
    ['Cost', tokens.calls === 0 ? null : costText(tokens)],
    ['No price for', unpricedText(unpricedModels(state.usage))],
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
      cells: [
        String(step.number),
        word,
        `${what}${attempt}`,
        isOpen(step) ? '' : durationText(secondsBetween(step.startedAt, step.endedAt)),
      ],
      tone,
      notes: [
        ...step.notes.slice(-NOTES_SHOWN).map(({ title, detail, metrics }) => {
          const values = Object.entries(metrics).map(([name, value]) => `${name}=${measureText(value)}`);
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

function issuesSection({ issues }: RunState): Section {
  const rows = issues.map((issue): Row => ({
    cells: [
      issue.iid,
      issue.status?.replace('_', ' ') ?? 'not said',
      durationText(secondsBetween(issue.startTime, issue.endTime)),
    ],
    tone: statusTone(issue.status ?? ''),
    notes: issue.error === null ? [] : [`Error: ${issue.error}`],
  }));
  return { title: 'Issues', columns: ['issue', 'status', 'took'], rows };
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

function modelsSection(state: RunState): Section {
  const rows = costRows([state], 'model').map((row): Row => {
    const { calls, input, output } = row.sums;
    const cost = costText(row.sums);
    return {
      cells: [
        costName(row),
        `${countText(calls)} ${calls === 1 ? 'call' : 'calls'}`,
        `${countText(input)} in`,
        `${countText(output)} out`,
        cost,
      ],
      tone: cost === 'unknown' ? 'warning' : 'plain',
      notes: [],
    };
  });
  return { title: 'Models', columns: ['model', 'calls', 'input', 'output', 'cost'], rows };
}

function errorsSection({ errors }: RunState, showTime: (instant: string) => string): Section {
  const rows = errors.map((error): Row => ({
    cells: [showTime(error.at).slice(-8), error.type, error.message, error.resolved === true ? 'resolved' : ''],
    tone: error.resolved === true ? 'faint' : 'bad',
    notes: [],
  }));
  return { title: `Errors (${errors.length})`, columns: ['at', 'type', 'message', ''], rows };
}

function interruptedSection(status: string, state: RunState, showTime: (instant: string) => string): Section {
  const steps = state.steps.filter(({ isInterrupted }) => isInterrupted);
  const issues = state.issues.filter((issue) => issue.status === 'interrupted');
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
  const shown = actions.latest.slice(-ACTIONS_SHOWN);
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
