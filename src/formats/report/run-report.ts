// The report of a run: which sections it has, in which order.
import type { RunState } from '../../views/run.js';
import { statusTone, type Report, type Section } from '../report.js';
import { toVisibleLine } from '../visible-text.js';
import { codeSection, metricsSection, tokensSection, toolsSection } from './amounts.js';
import { factsOf } from './facts.js';
import { actionsSection, errorsSection, interruptedSection, itemsSection } from './words.js';
import {
  correctionsSection,
  debuggingSection,
  issuesSection,
  pipelinesSection,
  plannedSection,
  stepsSection,
} from './work.js';

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
