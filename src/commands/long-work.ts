// Long pieces of work: how far they are, for who looks at a terminal, and the first Ctrl-C, which lets what is in hand come to its end.
import { Progress } from '../terminal/progress.js';
import { isTerminal } from '../terminal/screen.js';
import { say, type Context } from './input.js';

export class LongWork {
  readonly columns: number;
  readonly #progress: Progress | null;
  readonly #stop = (): void => void (this.isStopped = true);
  isStopped = false;

  constructor({ isJson, isQuiet }: Context) {
    const isShown = !isJson && !isQuiet && isTerminal(2);
    this.columns = (isShown && process.stderr.columns) || 80;
    this.#progress = isShown ? new Progress({ write: say, columns: this.columns, now: () => performance.now() }) : null;
    // Once: a second Ctrl-C ends us at once, as the system does.
    process.once('SIGINT', this.#stop);
  }

  show(lineOf: () => string): void {
    this.#progress?.show(lineOf);
  }

  end(): void {
    process.removeListener('SIGINT', this.#stop);
    this.#progress?.clear();
  }
}
