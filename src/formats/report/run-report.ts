// The report of a run: which sections it has, in which order, and how much of each is shown.
import { hasFailed } from '../../views/outcome.js';
import type { RunState } from '../../views/run.js';
import { fold } from '../fold.js';
import { countText } from '../quantities.js';
import { statusTone, type Report, type Row, type Section, type ShowTime } from '../report.js';
import { timelineOf } from '../timeline/timeline.js';
import { toJoinedLine, toVisibleLine } from '../visible-text.js';
import { codeSection, metricsSection, spendingSection, tokensSection, toolsSection } from './amounts.js';
import { factsOf } from './facts.js';
import { nextSection, type Standing } from './next.js';
import { actionsSection, errorsSection, interruptedSection, itemsSection, lastWordsSection } from './words.js';
import {
  correctionsSection,
  debuggingSection,
  issuesSection,
  pipelinesSection,
  plannedSection,
  stepsSection,
} from './work.js';

const ROWS_SHOWN = 24;
const LATEST_SHOWN = 20;
const NOTES_SHOWN = 6;
/** With what was before it, an error takes several lines. */
const ERRORS_SHOWN = 12;

/** What a report needs to know beyond the events of its run. */
export interface Surroundings extends Omit<Standing, 'isFolded' | 'hasActions' | 'hasErrors' | 'hasKin'> {
  runId: string;
  reason: string | null;
  /** The time, where the run is under way; null where what it has recorded is all. */
  now: string | null;
  dir: string | undefined;
  /** Whether everything is wanted that is known, however long. */
  isFull: boolean;
  showTime: ShowTime;
}

/** Everything in it is safe to print on one line. */
export function reportOf(state: RunState, surroundings: Surroundings): Report {
  const { runId, status, reason, now, dir, isFull, showTime } = surroundings;
  const atMost = (limit: number): number => (isFull ? Infinity : limit);
  const latest = atMost(LATEST_SHOWN);
  const whole = [
    plannedSection(state),
    stepsSection(state, atMost(NOTES_SHOWN)),
    issuesSection(state),
    correctionsSection(state),
    metricsSection(state),
    spendingSection(state),
    tokensSection(state),
    toolsSection(state),
    pipelinesSection(state),
    debuggingSection(state),
    codeSection(state),
    itemsSection(state, latest),
    actionsSection(state, latest, showTime),
    errorsSection(state, showTime),
    interruptedSection(status, state, showTime),
    lastWordsSection(status, state, showTime),
  ];
  const sections = whole.map((section) =>
    folded(section, atMost(section.title.startsWith('Errors') ? ERRORS_SHOWN : ROWS_SHOWN)),
  );
  const timeline = timelineOf(state, now, atMost(ROWS_SHOWN), showTime);
  const isFolded =
    timeline?.isFolded === true ||
    sections.some(({ rows }, index) => rows.length < (whole[index] as Section).rows.length);
  const next = nextSection(runId, dir, {
    ...surroundings,
    isFolded,
    hasActions: state.actions.count > 0,
    hasErrors: state.errors.length > 0 || state.steps.some(hasFailed),
    hasKin: Boolean(state.started?.intent_type ?? state.started?.project),
  });
  return {
    runId,
    status,
    tone: statusTone(status),
    reason: reason === null ? null : toVisibleLine(reason),
    facts: factsOf(state, showTime).map(([name, value]) => [name, toVisibleLine(value)]),
    timeline,
    sections: [...sections, next].filter(({ rows }) => rows.length > 0).map(visible),
  };
}

/** What did not go well stays. */
function folded(section: Section, limit: number): Section {
  const places = fold(section.rows, limit, ({ tone }) => (tone === 'bad' || tone === 'warning' ? 1 : 0));
  return { ...section, rows: places.map((place) => ('item' in place ? place.item : hiddenRow(section, place.hidden))) };
}

/** `… 1,200 more: 1,198 SUCCESS, 2 FAIL`. */
function hiddenRow({ columns, flexible = 0, outcome }: Section, hidden: readonly Row[]): Row {
  const counts = new Map<string, number>();
  for (const { cells } of hidden) {
    const word = outcome === undefined ? '' : (cells[outcome] ?? '');
    if (word !== '') counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const isOne = counts.size === 1 && counts.values().next().value === hidden.length;
  const words = [...counts].map(([word, count]) => `${isOne ? 'all' : countText(count)} ${word}`).join(', ');
  const text = `… ${countText(hidden.length)} more${words === '' ? '' : `: ${words}`}`;
  return { cells: columns.map((_, column) => (column === flexible ? text : '')), tone: 'faint', notes: [] };
}

function visible(section: Section): Section {
  const rows = section.rows.map(({ cells, tone, notes }) => ({
    cells: cells.map(toJoinedLine),
    tone,
    notes: notes.flatMap((note) => note.split('\n').map(toVisibleLine)),
  }));
  return { ...section, rows };
}
