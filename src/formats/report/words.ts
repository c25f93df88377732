// What a run said: its actions, items and errors, and where it was when it was cut off.
import { latestActions } from '../../views/actions.js';
import { issueStatus } from '../../views/issues.js';
import type { RunState } from '../../views/run.js';
import { durationText } from '../quantities.js';
import type { Row, Section } from '../report.js';

const ACTIONS_SHOWN = 20;
const ITEMS_SHOWN = 20;

export function itemsSection({ items }: RunState): Section {
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

export function actionsSection({ actions }: RunState, showTime: (instant: string) => string): Section {
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

export function errorsSection({ errors }: RunState, showTime: (instant: string) => string): Section {
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

export function interruptedSection(status: string, state: RunState, showTime: (instant: string) => string): Section {
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
