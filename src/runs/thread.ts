// A thread that is asked things and answers them in their order. It fails as one: what is still unanswered then fails with it.
import type { Transferable, Worker } from 'node:worker_threads';
import { RunlogError, type ErrorCode } from '../events/errors.js';

/** What a thread says. A class does not survive the way, so an error of ours comes in its parts. */
export type Answer<Done> = { done: Done } | { fault: { code: ErrorCode; message: string; hint: string | undefined } };

export class Thread<Question, Done> {
  readonly #worker: Worker;
  readonly #waiting: { resolve: (done: Done) => void; reject: (error: unknown) => void }[] = [];
  #end: unknown = null;

  /** `what` is the work that fails where the thread ends before its time. */
  constructor(worker: Worker, what: string) {
    this.#worker = worker;
    const fail = (error: unknown): void => {
      this.#end ??= error;
      for (const { reject } of this.#waiting.splice(0)) reject(this.#end);
    };
    worker.on('message', (answer: Answer<Done>) => {
      if ('done' in answer) {
        this.#waiting.shift()?.resolve(answer.done);
        return;
      }
      const { code, message, hint } = answer.fault;
      fail(new RunlogError(code, message, hint === undefined ? {} : { hint }));
    });
    worker.on('error', fail);
    worker.on('exit', () => fail(new RunlogError('io', `a thread of ${what} has ended too early`)));
  }

  ask(question: Question, transferred: readonly Transferable[] = []): Promise<Done> {
    return new Promise((resolve, reject) => {
      if (this.#end !== null) {
        reject(this.#end);
        return;
      }
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(question, [...transferred]);
    });
  }

  close(): Promise<unknown> {
    return this.#worker.terminate();
  }
}

/** An error as an answer; one that is not ours is a fault of the program and is thrown. */
export function faultOf(error: unknown): Answer<never> {
  if (!(error instanceof RunlogError)) throw error;
  const { code, message, hint } = error;
  return { fault: { code, message, hint } };
}
