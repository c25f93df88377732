// The kill storm in its short form; npm run faults -- storm is the long one.
import { expect, test } from 'vitest';
import { killStorm } from './campaigns/kill-storm.js';

test(
  'of sixteen writers that are killed at random, no acknowledged event is lost, none is invented, and every run ends right',
  { timeout: 300_000 },
  async () => {
    const { line, figures, failures } = await killStorm({
      kills: 50,
      seconds: 0,
      stride: 1,
      progress: () => undefined,
    });

    expect(failures).toEqual([]);
    expect(line).toMatch(/^acknowledged \d{2,}, lost 0$/);
    expect(new Map(figures).get('killed while they recorded')).toBe(50);
  },
);
