// A sealed run of 200 events, cut and changed at every byte: see the campaign for how.
import { expect, test } from 'vitest';
import { bytes } from './campaigns/bytes.js';

test('no cut and no changed byte of a sealed run goes undetected, and none takes a neighbour with it', async () => {
  const { failures, line } = await bytes({ kills: 0, seconds: 0, stride: 101, progress: () => undefined });
  expect(failures).toEqual([]);
  expect(line).toMatch(/^bytes: 200 events, \d{5} prefixes, \d{5,6} flips: undetected 0, neighbours lost 0$/);
});
