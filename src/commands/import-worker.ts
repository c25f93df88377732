// A thread of runlog import: blocks of a long log come in, lines of its run go out. blocks.ts has the other end.
import { parentPort, workerData } from 'node:worker_threads';
import { LOG_BLOCKS } from '../formats/log-import.js';
import { BlockReader, type Block, type BlockSettings, type ReadBlock } from '../runs/import/block-reader.js';
import { faultOf, type Answer } from '../runs/thread.js';
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
    parentPort?.postMessage({ done } satisfies Answer<ReadBlock>, [done.bytes, done.lines]);
  } catch (error) {
    parentPort?.postMessage(faultOf(error), []);
  }
});
