// What passed through the stages? Folds items, each with the stage that was current: carried on until changed; pure.
import { timeOf } from '../events/times.js';
import type { Json, RunlogEvent } from '../events/vocabulary.js';

export interface Stage {
  stage: number | null;
  stageIteration: number | null;
  loopIteration: number | null;
}

/** One item of the timeline, numbered from 1 in order of recording. */
export interface Item extends Stage {
  number: number;
  at: string | null;
  itemType: string;
  mediaType: string | null;
  content: string | null;
  file: string | null;
  config: string | null;
  model: string | null;
  backend: string | null;
  executionSeconds: number | null;
  metadata: Json;
}

/** Counts all, keeps the latest: a run of a million items folds into bounded memory. */
export interface Items {
  count: number;
  current: Stage;
  latest: Item[];
}

const KEPT = 200;

export function noItems(): Items {
  return { count: 0, current: { stage: null, stageIteration: null, loopIteration: null }, latest: [] };
}

/** The item that an event recorded; null where it recorded none. */
export function applyItemEvent(items: Items, event: RunlogEvent): Item | null {
  if (event.type === 'stage.entered') {
    items.current = {
      stage: event.stage,
      stageIteration: event.stage_iteration ?? null,
      loopIteration: event.loop_iteration ?? null,
    };
    return null;
  }
  if (event.type !== 'item.recorded') return null;
  items.count += 1;
  const { current } = items;
  // An item that names its own stage is none of the current one's iterations.
  const isOwn = (event.stage ?? current.stage) !== current.stage;
  const item: Item = {
    number: items.count,
    at: timeOf(event),
    itemType: event.item_type,
    mediaType: event.media_type ?? null,
    content: event.content ?? null,
    file: event.file ?? null,
    config: event.config ?? null,
    model: event.model ?? null,
    backend: event.backend ?? null,
    executionSeconds: event.execution_seconds ?? null,
    metadata: event.metadata ?? null,
    stage: event.stage ?? current.stage,
    stageIteration: event.stage_iteration ?? (isOwn ? null : current.stageIteration),
    loopIteration: event.loop_iteration ?? (isOwn ? null : current.loopIteration),
  };
  items.latest.push(item);
  if (items.latest.length > 2 * KEPT) items.latest.splice(0, items.latest.length - KEPT);
  return item;
}
