// One event as one line of plain text: what tail shows and what grep looks in.
import type { RunlogEvent } from '../events/vocabulary.js';
import { measureText } from './quantities.js';
import { toVisibleLine } from './visible-text.js';

const ENVELOPE = new Set(['v', 'id', 'at', 'type', 'crc', 'blobs', 'utc_offset_minutes']);

/** What an event says, without its time; safe to print. */
export function eventLine(event: RunlogEvent): string {
  return toVisibleLine(words(event).replaceAll('\n', ' ⏎ '));
}

function words(event: RunlogEvent): string {
  switch (event.type) {
    case 'action.logged': {
      const fields = (event.fields ?? []).map(([key, value]) => `${key}: ${value}`);
      return [event.action, event.description, ...fields].filter(Boolean).join(' | ');
    }
    case 'run.started':
      return say('run started', [event.run_id, event.execution_mode, event.intent_type, event.llm?.model]);
    case 'run.ended':
      return say(`run ${event.status}`, [
        event.cause?.reason,
        event.error === event.cause?.reason ? null : event.error,
      ]);
    case 'step.started':
      return say(`step ${event.step ?? '?'} started: ${event.agent}`, [event.task]);
    case 'step.noted':
      return say(`step ${event.step} ${event.title}`, [
        event.detail,
        ...Object.entries(event.metrics ?? {}).map(([name, value]) => `${name}=${measureText(value)}`),
      ]);
    case 'step.ended':
      return say(`step ${event.step ?? event.agent ?? '?'} ${event.status}`, [event.output_summary, event.error]);
    case 'metric.measured':
      return say(`metric ${event.name} = ${measureText(event.value)}${event.unit ?? ''}`, [limitWords(event)]);
    case 'error.raised':
      return say(`error ${event.error_type}`, [event.message, event.agent]);
    default:
      return say(
        event.type,
        Object.entries(event)
          .filter(([key, value]) => !ENVELOPE.has(key) && value !== null)
          .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`),
      );
  }
}

function say(head: string, rest: readonly (string | null | undefined)[]): string {
  return [head, ...rest].filter((part) => part !== null && part !== undefined && part !== '').join(' | ');
}

function limitWords({ limit, direction }: RunlogEvent<'metric.measured'>): string | null {
  return limit === null || limit === undefined ? null : `${direction === 'min' ? 'at least' : 'at most'} ${limit}`;
}
