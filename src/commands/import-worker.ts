// A thread of runlog import: blocks of a long log come in, lines of its run go out. blocks.ts has the other end.
import { parentPort, workerData } from 'node:worker_threads';
import { RunlogError } from '../events/errors.js';
import { LOG_BLOCKS } from '../formats/log-import.js';
import { BlockReader, type Block, type BlockSettings } from '../runs/import/block-reader.js';
import type { WorkerAnswer } from '../runs/import/blocks.js';
import { offsetFinder } from '../sources/time-zone.js';

export interface WorkerData {
  settings: BlockSettings;
  timeZone: string | undefined;
}

const { settings, timeZone } = workerData as WorkerData;
const reader = new BlockReader(LOG_BLOCKS, settings, offsetFinder(timeZone));

parentPort?.on('message', (block: Block) => {
  try {
    const done = reader.read(block);
    parentPort?.postMessage({ done } satisfies WorkerAnswer, [done.bytes, done.lines]);
  } catch (error) {
    if (!(error instanceof RunlogError)) throw error;
    const { code, message, hint } = error;
    parentPort?.postMessage({ fault: { code, message, hint } } satisfies WorkerAnswer, []);
  }
});
