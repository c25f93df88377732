// A timeline as text: a row for each span, its bar in the columns that are left beside its label and its duration.
import { countText, shortDuration } from '../formats/quantities.js';
import type { Tone } from '../formats/report.js';
import { barOf, columnOf, loadByColumn } from '../formats/timeline/geometry.js';
import type { SpanOutcome } from '../formats/timeline/spans.js';
import type { Timeline, TimelineRow } from '../formats/timeline/timeline.js';
import type { Painter } from './colors.js';
import { cutTo, padEnd, widthOf, wrapTo } from './columns.js';

/** Told without colour: what went well, failed, was cut off, goes on. */
const MARK: Readonly<Record<SpanOutcome, string>> = { good: '✓', bad: '✗', cut: '!', open: '>', unknown: ' ' };
const TONE: Readonly<Record<SpanOutcome, Tone>> = {
  good: 'good',
  bad: 'bad',
  cut: 'warning',
  open: 'plain',
  unknown: 'plain',
};
/** The calls of a tool lie somewhere between the first and the last: no solid bar. */
const FILL: Readonly<Record<TimelineRow['kind'], string>> = {
  issue: '━',
  step: '█',
  pipeline: '▒',
  debugging: '▓',
  tool: '┄',
  folded: '░',
};
/** What a row of its own is for: bars alone show when the work began and ended. */
const OVERLAP_OR_GAP = /[2-9+]|\d\u00b7+\d/;
/** Of all but years. */
const DURATION_WIDTH = 6;
const LEAST_BAR = 8;
/** Columns between two times of the axis. */
const TICK_EVERY = 24;

/** Lines of at most `width` columns. */
export function timelineLines(timeline: Timeline, paint: Painter, width: number): string[] {
  const { rows, errors, loads, axis } = timeline;
  const labels = rows.map(({ depth, label }) => '  '.repeat(depth) + label);
  const durations = rows.map(({ seconds }) => (seconds === null ? '' : shortDuration(seconds)));
  const durationWidth = durations.reduce((most, { length }) => Math.max(most, length), DURATION_WIDTH);
  // Mark, two gaps of two and one of one stand beside label, bar and duration.
  const room = width - durationWidth - 6;
  const errorsLabel = `errors (${countText(errors.length)})`;
  const widest = labels.reduce((most, label) => Math.max(most, widthOf(label)), errorsLabel.length);
  const labelWidth = Math.max(1, Math.min(widest, Math.max(12, Math.floor(room * 0.42)), room - LEAST_BAR));
  const barWidth = Math.max(LEAST_BAR, room - labelWidth);
  const line = (mark: string, label: string, bar: string, duration = ''): string =>
    `${mark} ${padEnd(cutTo(label, labelWidth), labelWidth)}  ${padEnd(bar, barWidth)}  ${duration.padStart(durationWidth)}`.trimEnd();
  const lines = [paint.faint(line(' ', '', axisText(timeline, barWidth)))];
  for (const [index, row] of rows.entries()) {
    const text = line(MARK[row.outcome], labels[index] as string, barText(row, axis, barWidth), durations[index]);
    lines.push(paint.paint(TONE[row.outcome], text));
  }
  const load = (loads === null ? [] : loadByColumn(loads, axis, barWidth)).map(digitOf).join('');
  if (OVERLAP_OR_GAP.test(load)) lines.push(paint.faint(line(' ', 'at once', load)));
  if (errors.length > 0) {
    const at = new Set(errors.map((time) => columnOf(time, axis, barWidth)));
    const marks = Array.from({ length: barWidth }, (_, column) => (at.has(column) ? '✗' : ' '));
    lines.push(paint.paint('bad', line(' ', errorsLabel, marks.join('').trimEnd())));
  }
  return [...lines, ...timeline.remarks.flatMap((remark) => wrapTo(remark, width))];
}

function barText(row: TimelineRow, axis: Timeline['axis'], width: number): string {
  const bar = barOf(row, axis, width);
  if (bar === null) return '';
  const cells = Array.from({ length: bar.to - bar.from }, () => FILL[row.kind]);
  if (bar.opensLeft) cells[0] = '←';
  if (bar.opensRight) cells[cells.length - 1] = '→';
  return ' '.repeat(bar.from) + cells.join('');
}

function digitOf(count: number): string {
  return count === 0 ? '·' : count > 9 ? '+' : String(count);
}

/** The time of the start at the left, of the end at the right; between them, how long after the start. */
function axisText({ axis, startText, endText }: Timeline, width: number): string {
  const [start, end] = [`|${startText}`, `${endText}|`];
  if (start.length + 1 + end.length > width) return `|${startText}`.slice(0, width);
  const intervals = Math.max(1, Math.floor(width / TICK_EVERY));
  const seconds = (axis.to - axis.from) / 1e6;
  let text = start;
  for (let tick = 1; tick < intervals; tick += 1) {
    const column = Math.round((tick * width) / intervals);
    const label = `|+${shortDuration((tick * seconds) / intervals)}`;
    if (column > text.length && column + label.length < width - end.length) text = text.padEnd(column) + label;
  }
  return text.padEnd(width - end.length) + end;
}
