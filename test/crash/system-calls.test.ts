// The short form of `npm run faults -- calls`: some system calls of every command that writes, failed or killed at.
import { expect, test } from 'vitest';
import { HAS_STRACE } from '../support/strace.js';
import { SCENARIOS, systemCalls } from './campaigns/system-calls.js';

/** Coprime to the number of faults, so that each of them comes up. */
const STRIDE = 43;

const faulted = test.skipIf(!HAS_STRACE);
const why = HAS_STRACE ? '' : ' (skipped: strace is missing)';

for (const name of Object.keys(SCENARIOS))
  faulted(
    `a fault at any system call of ${name} loses nothing, leaves no view half-written, and is made up for by the next call${why}`,
    async () => {
      const { failures } = await systemCalls({ stride: STRIDE, progress: () => undefined }, [name]);
      expect(failures).toEqual([]);
    },
  );
