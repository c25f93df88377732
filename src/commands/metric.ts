// runlog metric: one measured value, and the limit that it should keep.
import { usage, type Input } from './input.js';
import { recordOne } from './recording.js';
import { parseMeasure } from './step.js';

export function metric(input: Input): void {
  const [name = '', value = ''] = input.args;
  if (name === '') throw usage('a metric needs a name');
  const [most, least] = [input.number('max'), input.number('min')];
  if (most !== undefined && least !== undefined)
    throw usage('give --max or --min, not both', 'Record it twice for a range.');
  recordOne(input, {
    type: 'metric.measured',
    name,
    value: parseMeasure(value, name),
    unit: input.text('unit') ?? null,
    limit: most ?? least ?? null,
    direction: most !== undefined ? 'max' : least !== undefined ? 'min' : null,
    step: input.count('step') ?? null,
    issue: input.text('issue') ?? null,
  });
}
