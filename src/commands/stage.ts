// runlog stage and runlog item: where a pipeline of stages stands, and what passed through it.
import { usage, parseCount, readDash, type Input } from './input.js';
import { recordOne } from './recording.js';

/** It stays the stage of every item until it is changed. */
export function stage(input: Input): void {
  const [number = ''] = input.args;
  recordOne(input, {
    type: 'stage.entered',
    stage: parseCount(number, 'the stage'),
    stage_iteration: input.count('iteration') ?? null,
    loop_iteration: input.count('loop') ?? null,
  });
}

export function item(input: Input): void {
  const [itemType = ''] = input.args;
  if (itemType === '') throw usage('an item needs a type', 'For example: user_input_text, output_image, or any other.');
  const [content, file] = [input.text('content'), input.text('file')];
  if (content !== undefined && file !== undefined) throw usage('give --content or --file, not both');
  const seconds = input.number('seconds') ?? null;
  if (seconds !== null && seconds < 0) throw usage(`--seconds takes a duration, 0 or more; not ${seconds}`);
  const metadata = input.pairs('meta');
  recordOne(input, {
    type: 'item.recorded',
    item_type: itemType,
    media_type: input.text('media') ?? null,
    content: readDash(input, content) ?? null,
    file: file ?? null,
    config: input.text('config') ?? null,
    model: input.text('model') ?? null,
    backend: input.text('backend') ?? null,
    execution_seconds: seconds,
    metadata: Object.keys(metadata).length === 0 ? null : metadata,
  });
}
