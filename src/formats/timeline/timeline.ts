// When was what under way in a run? Its spans, folded where there are many, with what to say of them: all but how wide they are drawn.
import { formatInstant, parseInstant } from '../../events/instant.js';
import { loadOf, type Interval, type Load } from '../../views/load.js';
import { startTime, type RunState } from '../../views/run.js';
import { fold } from '../fold.js';
import { countText, durationText } from '../quantities.js';
import type { ShowTime } from '../report.js';
import { toJoinedLine } from '../visible-text.js';
import type { Stretch } from './geometry.js';
import { spansOf, type Span, type SpanOutcome } from './spans.js';

export interface TimelineRow extends Stretch {
  kind: Span['kind'] | 'folded';
  label: string;
  depth: 0 | 1;
  outcome: SpanOutcome;
  seconds: number | null;
}

export interface Timeline {
  /** From the start of the run to its end, or to when it was looked at. Microseconds, as all times here. */
  axis: Interval;
  startText: string;
  endText: string;
  rows: TimelineRow[];
  /** How many steps and pipelines were under way at once, folded or not; null where not all of them tell. */
  loads: Load[] | null;
  errors: number[];
  remarks: string[];
  isFolded: boolean;
}

const WEIGHT: Readonly<Record<SpanOutcome, number>> = { bad: 2, cut: 2, open: 2, good: 0, unknown: 0 };
const LONGEST = 5;

/** At most `limit` rows. Null where nothing has a time. `now` is given of a run that is under way. */
export function timelineOf(state: RunState, now: string | null, limit: number, showTime: ShowTime): Timeline | null {
  const spans = spansOf(state);
  const axis = axisOf(state, now);
  if (axis === null || spans.length === 0) return null;
  const folded = fold(spans, limit, weights(spans));
  const rows = folded.map((place) => ('item' in place ? rowOf(place.item) : foldedRow(place.hidden)));
  const work = spans.filter(({ kind }) => kind === 'step' || kind === 'pipeline');
  const loads = loadsOf(work, axis);
  const hasPipelines = work.some(({ kind }) => kind === 'pipeline');
  const [startText, endText] = axisTexts(axis, showTime);
  const errors = state.errors.flatMap(({ at }) => (at === null ? [] : [parseInstant(at) as number]));
  return {
    axis,
    startText,
    endText,
    rows,
    loads,
    errors,
    remarks: loads === null ? [] : remarksOf(loads, hasPipelines ? 'step or pipeline' : 'step', showTime),
    isFolded: rows.length < spans.length,
  };
}

function axisOf(state: RunState, now: string | null): Interval | null {
  const from = startTime(state);
  const to = state.ending?.endedAt ?? now ?? state.lastEventAt ?? from;
  if (from === null || to === null) return null;
  const [begin, end] = [parseInstant(from) as number, parseInstant(to) as number];
  return { from: begin, to: Math.max(begin, end) };
}

/** Times of day; with the date where the run lasted past midnight. */
function axisTexts({ from, to }: Interval, showTime: ShowTime): [string, string] {
  const [start, end] = [from, to].map((micros) => showTime(formatInstant(micros))) as [string, string];
  const cut = start.slice(0, 10) === end.slice(0, 10) ? 'YYYY-MM-DD '.length : 'YYYY-'.length;
  return [start.slice(cut), end.slice(cut)];
}

/** What did not go well stays, with its issue; then the longest. */
function weights(spans: readonly Span[]): (span: Span) => number {
  const longest = new Set(
    spans
      .filter(({ seconds }) => seconds !== null)
      .sort((a, b) => (b.seconds as number) - (a.seconds as number))
      .slice(0, LONGEST),
  );
  const weightOf = new Map<Span, number>();
  let issue: Span | null = null;
  for (const span of spans) {
    if (span.depth === 0) issue = span;
    const own = Math.max(WEIGHT[span.outcome], longest.has(span) ? 1 : 0);
    weightOf.set(span, Math.max(own, weightOf.get(span) ?? 0));
    // An issue stands before what belongs to it, or nobody could tell whose that is.
    if (issue !== null && issue !== span) weightOf.set(issue, Math.max(weightOf.get(issue) as number, own + 0.5));
  }
  return (span) => weightOf.get(span) as number;
}

function rowOf({ kind, label, depth, outcome, seconds, from, to, isOpen }: Span): TimelineRow {
  return { kind, label: toJoinedLine(label), depth, outcome, seconds, from, to, isOpen };
}

function foldedRow(hidden: readonly Span[]): TimelineRow {
  const bad = hidden.filter(({ outcome }) => outcome === 'bad').length;
  const times = hidden.flatMap(({ from, to }) => [from, to]).filter((time) => time !== null);
  const isOpen = hidden.some((span) => span.isOpen);
  return {
    kind: 'folded',
    label: `… ${countText(hidden.length)} more${bad === 0 ? '' : `, ${countText(bad)} failed`}`,
    depth: hidden.every(({ depth }) => depth === 1) ? 1 : 0,
    outcome: bad > 0 ? 'bad' : 'unknown',
    seconds: null,
    from: times.reduce<number | null>((first, time) => (first === null || time < first ? time : first), null),
    to: isOpen ? null : times.reduce<number | null>((last, time) => (last === null || time > last ? time : last), null),
    isOpen,
  };
}

/** Null where a step or pipeline does not tell when it began or ended: then a gap could be a lack of records. */
function loadsOf(work: readonly Span[], axis: Interval): Load[] | null {
  const intervals = work.flatMap(({ from, to, isOpen }) => {
    const end = isOpen ? axis.to : to;
    return from === null || end === null ? [] : [{ from, to: end }];
  });
  return work.length === 0 || intervals.length < work.length ? null : loadOf(intervals, axis);
}

function remarksOf(loads: readonly Load[], what: string, showTime: ShowTime): string[] {
  const lengthOf = ({ from, to }: Interval): number => to - from;
  const sum = (parts: readonly Interval[]): number => parts.reduce((total, part) => total + lengthOf(part), 0);
  const gaps = loads.filter(({ count }) => count === 0);
  const shared = loads.filter(({ count }) => count > 1);
  const [idle, whole] = [sum(gaps), sum(loads)];
  const remarks: string[] = [];
  if (idle / whole >= 0.01) {
    const longest = gaps.reduce((most, gap) => (lengthOf(gap) > lengthOf(most) ? gap : most));
    const from = showTime(formatInstant(longest.from)).slice(-8);
    const where =
      gaps.length === 1 ? `from ${from}` : `the longest ${durationText(lengthOf(longest) / 1e6)} from ${from}`;
    const percent = idle === whole ? 100 : Math.min(99, Math.round((100 * idle) / whole));
    remarks.push(`No ${what} under way for ${durationText(idle / 1e6)} (${percent}%), ${where}.`);
  }
  if (shared.length > 0) {
    const most = shared.reduce((highest, { count }) => Math.max(highest, count), 0);
    remarks.push(`Up to ${most} at once; two or more for ${durationText(sum(shared) / 1e6)}.`);
  }
  return remarks;
}
