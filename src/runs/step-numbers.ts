// Numbers of steps: 1, 2, 3… in order of their starts, each given once, whoever asks at the same time.
import fs from 'node:fs';
import path from 'node:path';
import { errnoOf } from '../events/errors.js';
import { isRun, rightsOf, runDir, type Store } from './paths.js';
import { spooledStepsDir } from './spool.js';
import { PRIVATE, makeFolder, refuseLink, type Rights } from '../journal/folder.js';

/** Numbers given while the store could not be written begin here, far from those that the store gives. */
const SPOOLED_FROM = 1_000_000;

/**
 * Reserves the next number by making the file `steps/<number>` in the run's folder; beside the spool where that cannot be written.
 * Null where that fails too; the step is then known by its agent.
 */
export function reserveStepNumber(store: Store, runId: string, env: NodeJS.ProcessEnv): number | null {
  const own = canLook(store, runId) ? reserveIn(path.join(runDir(store, runId), 'steps'), () => rightsOf(store)) : null;
  if (own !== null) return own;
  const spooled = reserveIn(spooledStepsDir(store, runId, env));
  return spooled === null ? null : SPOOLED_FROM + spooled;
}

/** A store that cannot even be looked at gives no numbers. */
function canLook(store: Store, runId: string): boolean {
  try {
    return isRun(store, runId);
  } catch {
    return false;
  }
}

/**
 * Only one process can make a file that was not there. The numbers taken are dense, so the first free one is found by doubling and
 * halving: the cost grows with the logarithm of the steps.
 */
function reserveIn(folder: string, rights: () => Rights = () => PRIVATE): number | null {
  const file = (number: number): string => path.join(folder, String(number));
  try {
    refuseLink(folder);
    if (!fs.existsSync(folder)) makeFolder(folder, rights());
    for (let number = firstFree((candidate) => fs.existsSync(file(candidate))); ; number += 1) {
      try {
        fs.closeSync(fs.openSync(file(number), 'wx', rights().file));
        return number;
      } catch (error) {
        if (errnoOf(error) !== 'EEXIST') throw error;
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
