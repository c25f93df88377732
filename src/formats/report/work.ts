// What was done in a run, and what came of it: the plan, steps, issues, pipelines, debugging, corrections.
import { secondsBetween } from '../../events/instant.js';
import { firstTimeRight, retries, stepsOf } from '../../views/issue-outcome.js';
import { issueStatus } from '../../views/issues.js';
import { pipelineSeconds } from '../../views/pipelines.js';
import { planAttempts } from '../../views/plan.js';
import type { RunState } from '../../views/run.js';
import { executions, isOpen, stepSeconds, type Step } from '../../views/steps.js';
import { counted, durationText, measureText } from '../quantities.js';
import { statusTone, type Row, type Section, type Tone } from '../report.js';

export function plannedSection(state: RunState): Section {
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
  return { title: 'Plan', columns: ['', 'method', 'outcome'], rows, flexible: 1 };
}

export function stepsSection({ steps }: RunState, notesShown: number): Section {
  const rows = steps.map((step): Row => {
    const { word, tone } = stepOutcome(step);
    const what = [step.agent, step.task].filter((part) => part !== null).join(': ');
    const attempt = step.attempt > 1 ? ` (attempt ${step.attempt})` : '';
    const hidden = step.notes.length - notesShown;
    return {
      cells: [String(step.number), word, `${what}${attempt}`, isOpen(step) ? '' : stepDurationText(step)],
      tone,
      notes: [
        ...step.notes.slice(-notesShown).map(({ title, detail, metrics }) => {
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
  return {
    title: `Steps (${executions(steps).length})`,
    columns: ['#', 'status', 'agent and task', 'took'],
    rows,
    flexible: 2,
    outcome: 1,
  };
}

function stepOutcome(step: Step): { word: string; tone: Tone } {
  if (step.agent === null) return { word: '', tone: 'plain' };
  if (step.isInterrupted) return { word: 'interrupted', tone: 'warning' };
  if (step.status === 'STARTED') return { word: 'running', tone: 'plain' };
  return { word: step.status, tone: statusTone(step.status) };
}

/** A source may tell only how long several attempts took together. */
function stepDurationText(step: Step): string {
  const seconds = stepSeconds(step);
  if (seconds === null || step.durationAttempts === null) return durationText(seconds);
  return `${Number(seconds.toFixed(2))} s for ${step.durationAttempts} attempts`;
}

export function issuesSection(state: RunState): Section {
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
  return { title: 'Issues', columns: ['issue', 'status', 'took', ''], rows, flexible: 3, outcome: 1 };
}

export function correctionsSection({ corrections }: RunState): Section {
  const rows = corrections.map(({ subject, name, issue, success, evidence, by }): Row => ({
    cells: [
      subject === 'run' ? 'run' : `${subject} ${name ?? '-'}${issue === null ? '' : ` (issue ${issue})`}`,
      success ? 'success' : 'failure',
      `${evidence}${by === null ? '' : ` (${by})`}`,
    ],
    tone: success ? 'good' : 'bad',
    notes: [],
  }));
  return { title: 'Corrected', columns: ['what', 'outcome', 'evidence'], rows, flexible: 2, outcome: 1 };
}

export function pipelinesSection({ pipelines }: RunState): Section {
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
  return {
    title: `Pipelines (${rows.length})`,
    columns: ['pipeline', 'status', 'took', ''],
    rows,
    flexible: 3,
    outcome: 1,
  };
}

export function debuggingSection({ cycles }: RunState): Section {
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
  return { title: `Debugging (${rows.length})`, columns: ['error', '', 'attempts', 'took', 'by'], rows, outcome: 1 };
}
