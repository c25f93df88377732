// The line that tells how far it is: rarely drawn, never too long, and gone at the end.
import { expect, test } from 'vitest';
import { countLine, fileLine, Progress } from './progress.js';

function screen(): { progress: Progress; written: string[]; wait: (millis: number) => void } {
  const written: string[] = [];
  let clock = 0;
  const progress = new Progress({ write: (text) => void written.push(text), columns: 30, now: () => clock });
  return { progress, written, wait: (millis) => void (clock += millis) };
}

test('it is drawn ten times a second at the most, and not even made in between', () => {
  const { progress, written, wait } = screen();
  let made = 0;
  for (let index = 0; index < 100; index += 1) {
    progress.show(() => `line ${(made += 1)}`);
    wait(10);
  }
  expect({ made, drawn: written.length }).toEqual({ made: 10, drawn: 10 });
});

test('a shorter line leaves nothing of a longer one, and the end leaves nothing at all', () => {
  const { progress, written, wait } = screen();
  progress.show(() => 'a long line');
  wait(100);
  progress.show(() => 'short');
  progress.clear();
  progress.clear();
  expect(written).toEqual(['\ra long line', '\rshort      ', '\r     ', '\r']);
});

test('what was never shown is not cleared', () => {
  const { progress, written } = screen();
  progress.clear();
  expect(written).toEqual([]);
});

test('no name makes it longer than the screen, or speaks to the terminal', () => {
  const { progress, written } = screen();
  progress.show(() => `\u001b[2J${'x'.repeat(99)}`);
  expect(written[0]).toMatch(/^\r\\u001b\[2Jx+…$/);
  expect(written[0]).toHaveLength(30);
});

test('it says how many, or how much and how fast', () => {
  expect(countLine('importing', 1234, 10_000, 'runs')).toBe('importing 1,234 of 10,000 runs');
  expect(fileLine('big.log', 45, 100, 0.1, 80)).toBe('importing big.log  45%');
  expect(fileLine('big.log', 120 * 2 ** 20, 200 * 2 ** 20, 1, 80)).toBe('importing big.log  60%  120 MiB/s');
  expect(fileLine('a/very/long/name/of/a.log', 1, 2, 0, 40)).toBe('importing a/very/long/name/of/a.l…  50%');
});
