// Does an event end something of an issue: itself, an execution, a pipeline, a debugging cycle? Pure.
import type { EventBody, EventType } from '../events/vocabulary.js';
import { isOver } from './pipelines.js';

const ENDINGS = new Set<EventType>(['issue.ended', 'step.ended', 'debug.ended', 'outcome.corrected']);

export function endsSomething(event: EventBody): boolean {
  return ENDINGS.has(event.type) || (event.type === 'pipeline.recorded' && isOver(event.status));
}
