// runlog beat: still alive. By when the next one is due follows from the interval that start promised.
import { formatInstant } from '../events/instant.js';
import { nowMicros } from '../journal/clock.js';
import type { Input } from './input.js';
import { recordOne } from './recording.js';
import { parseDuration } from './values.js';

export function beat(input: Input): void {
  const within = input.text('within');
  const due = within === undefined ? null : formatInstant(nowMicros() + parseDuration(within, '--within') * 1e6);
  recordOne(input, { type: 'run.beat', due });
}
