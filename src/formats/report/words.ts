// What a run said: its actions, items and errors, and where it was when it was cut off.
import { latestActions } from '../../views/actions.js';
import type { RaisedError } from '../../views/errors.js';
import { issueStatus } from '../../views/issues.js';
import { lastWords, wordsBefore, type Word } from '../../views/last-words.js';
import type { RunState } from '../../views/run.js';
import { countText, durationText } from '../quantities.js';
import type { Row, Section, ShowTime } from '../report.js';

const LAST_WORDS = 5;
/** Of how many errors, at the beginning and at the end, it is told what was before them; and how much. */
const TOLD_BEFORE = 12;
const WORDS_BEFORE = 2;

export function itemsSection({ items }: RunState, limit: number): Section {
  const shown = items.latest.slice(-limit);
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
  if (hidden > 0) rows.unshift({ cells: ['', `… ${countText(hidden)} earlier`, '', '', ''], tone: 'faint', notes: [] });
  return { title: `Items (${items.count})`, columns: ['#', 'stage', 'type', 'what', 'took'], rows, flexible: 3 };
}

export function actionsSection({ actions }: RunState, limit: number, showTime: ShowTime): Section {
  const shown = latestActions(actions, limit);
  const rows = shown.map(({ at, action, description, result, hasFailed }): Row => ({
    cells: [
      showTime(at).slice(-8),
      action,
      saidBy({ hasFailed, text: [description, result].filter(Boolean).join(' -> ') }),
    ],
    tone: hasFailed ? 'bad' : 'plain',
    notes: [],
  }));
  const hidden = actions.count - shown.length;
  if (hidden > 0) rows.unshift({ cells: ['', `… ${countText(hidden)} earlier`, ''], tone: 'faint', notes: [] });
  return { title: `Actions (${actions.count})`, columns: ['at', 'action', 'what'], rows, flexible: 2 };
}

function saidBy({ hasFailed, text }: Pick<Word, 'hasFailed' | 'text'>): string {
  return `${hasFailed ? 'FAILED ' : ''}${text}`;
}

export function errorsSection(state: RunState, showTime: ShowTime): Section {
  const { errors } = state;
  const before = (error: RaisedError, index: number): string[] =>
    (index < TOLD_BEFORE || index >= errors.length - TOLD_BEFORE ? wordsBefore(state, error, WORDS_BEFORE) : []).map(
      (word) => `after ${showTime(word.at).slice(-8)} ${word.subject} ${saidBy(word)}`.trimEnd(),
    );
  const rows = errors.map((error, index): Row => ({
    cells: [
      error.at === null ? '' : showTime(error.at).slice(-8),
      error.type,
      error.message,
      error.resolved === true ? 'resolved' : '',
    ],
    tone: error.resolved === true ? 'faint' : 'bad',
    notes: [
      [
        error.step === null ? null : `in step ${error.step}`,
        error.agent === null ? null : `by ${error.agent}`,
        error.issue === null ? null : `issue ${error.issue}`,
      ]
        .filter(Boolean)
        .join(', '),
      ...before(error, index),
    ].filter(Boolean),
  }));
  return { title: `Errors (${errors.length})`, columns: ['at', 'type', 'message', ''], rows, flexible: 2, outcome: 3 };
}

export function interruptedSection(status: string, state: RunState, showTime: ShowTime): Section {
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
  return { title: 'Interrupted', columns: ['what', '', ''], rows, flexible: 2 };
}

/** What a run that nobody ended said last. */
export function lastWordsSection(status: string, state: RunState, showTime: ShowTime): Section {
  const words = status === 'interrupted' || status === 'stale' ? lastWords(state, LAST_WORDS) : [];
  const rows = words.map((word): Row => ({
    cells: [showTime(word.at).slice(-8), word.subject, saidBy(word)],
    tone: word.hasFailed ? 'bad' : 'plain',
    notes: [],
  }));
  return { title: 'Last words', columns: ['at', 'what', ''], rows, flexible: 2 };
}
