// A thread of runlog rotate: runs come in, what they are or what became of them goes out. runs/hands.ts has the other end.
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { secondHand, type Hand, type HandAnswer, type HandData, type HandQuestion } from '../runs/hands.js';
import { faultOf, type Answer } from '../runs/thread.js';

/** Answers until the other end has had enough. */
export function serveRotation(): void {
  const port = parentPort as MessagePort;
  let hand: Hand | null = null;
  let turn = Promise.resolve();
  const serve = async (question: HandQuestion): Promise<void> => {
    try {
      hand ??= secondHand(workerData as HandData);
      const done = 'look' in question ? await hand.look(question.look) : await hand.putAway(question.putAway);
      port.postMessage({ done } satisfies Answer<HandAnswer>, []);
    } catch (error) {
      port.postMessage(faultOf(error), []);
    }
  };
  // One after the other: answers have no number.
  port.on('message', (question: HandQuestion) => {
    turn = turn.then(() => serve(question));
  });
}
