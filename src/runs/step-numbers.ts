// Numbers of steps: 1, 2, 3… in order of their starts, each given once, whoever asks at the same time.
import fs from 'node:fs';
import path from 'node:path';
import { errnoOf } from '../events/errors.js';
import { runDir, type Store } from './paths.js';
import { makeFolder } from '../journal/folder.js';

/**
 * Reserves the next number by making the file `steps/<number>`, which only one process can do. The numbers taken are dense, so
 * the first free one is found by doubling and halving: the cost grows with the logarithm of the steps. Null where no file can be
 * made; the step is then known by its agent.
 */
export function reserveStepNumber(store: Store, runId: string): number | null {
  const folder = path.join(runDir(store, runId), 'steps');
  const file = (number: number): string => path.join(folder, String(number));
  try {
    for (let number = firstFree((candidate) => fs.existsSync(file(candidate))); ; number += 1) {
      try {
        fs.closeSync(fs.openSync(file(number), 'wx', 0o600));
        return number;
      } catch (error) {
        if (errnoOf(error) === 'ENOENT' && fs.existsSync(runDir(store, runId)) && !fs.existsSync(folder)) {
          makeFolder(folder);
          number -= 1;
        } else if (errnoOf(error) !== 'EEXIST') throw error;
      }
    }
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return null;
  }
}

function firstFree(isTaken: (number: number) => boolean): number {
  let high = 1;
  while (isTaken(high)) high *= 2;
  let low = Math.floor(high / 2);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isTaken(middle)) low = middle;
    else high = middle;
  }
  return high;
}
