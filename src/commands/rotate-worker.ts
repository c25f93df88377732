// A thread of runlog rotate: runs come in, what they are or what became of them goes out. runs/hands.ts has the other end.
import { on } from 'node:events';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { secondHand, type Hand, type HandAnswer, type HandData, type HandQuestion } from '../runs/hands.js';
import { faultOf, type Answer } from '../runs/thread.js';

const port = parentPort as MessagePort;
let hand: Hand | null = null;

// One after the other: answers have no number.
for await (const [question] of on(port, 'message') as AsyncIterable<[HandQuestion]>) {
  try {
    hand ??= secondHand(workerData as HandData);
    const done = 'look' in question ? await hand.look(question.look) : await hand.putAway(question.putAway);
    port.postMessage({ done } satisfies Answer<HandAnswer>, []);
  } catch (error) {
    port.postMessage(faultOf(error), []);
  }
}
