// What was measured, and did it keep its limits? Folds metric events by name, bounded by the number of names; pure.
import type { Measure, RunlogEvent } from '../events/vocabulary.js';
import { keyOfParts, placeOf } from './keyed.js';

/** All measurements of one name for one issue; `value` is the latest. */
export interface Metric {
  name: string;
  issue: string | null;
  unit: string | null;
  limit: number | null;
  direction: 'max' | 'min' | null;
  value: Measure;
  /** Null where there is no limit to keep. */
  passed: boolean | null;
  at: string;
  step: number | null;
  count: number;
  failures: number;
  min: number | null;
  max: number | null;
}

export function applyMetricEvent(metrics: Metric[], event: RunlogEvent, issue: string | null): void {
  if (event.type !== 'metric.measured') return;
  let metric = metrics[placeOf(metrics, keyOfParts(event.name, issue), ({ name, issue }) => keyOfParts(name, issue))];
  if (metric === undefined) {
    const empty = { unit: null, limit: null, direction: null, passed: null, step: null, min: null, max: null };
    metric = { name: event.name, issue, value: event.value, at: event.at, count: 0, failures: 0, ...empty };
    metrics.push(metric);
  }
  const limit = event.limit ?? null;
  const direction = limit === null ? null : ((event.direction ?? 'max') as 'max' | 'min');
  const passed = event.passed ?? (limit === null ? null : isWithin(event.value, limit, direction));
  Object.assign(metric, { value: event.value, at: event.at, step: event.step ?? null, limit, direction, passed });
  metric.unit = event.unit ?? metric.unit;
  metric.count += 1;
  if (passed === false) metric.failures += 1;
  if (typeof event.value === 'number') {
    metric.min = Math.min(metric.min ?? event.value, event.value);
    metric.max = Math.max(metric.max ?? event.value, event.value);
  }
}

/** Whether a value keeps its limit, which is itself allowed. What is not a number keeps none. */
export function isWithin(value: Measure, limit: number, direction: 'max' | 'min' | null): boolean {
  const number = Number(value);
  return direction === 'min' ? number >= limit : number <= limit;
}
