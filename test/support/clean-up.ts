// After the tests of a file: nothing that they started or made is left.
import { afterAll } from 'vitest';
import { cleanUp } from './runlog.js';

afterAll(cleanUp);
