// Lines of a text that comes in pieces.

export class LineSplitter {
  readonly #onLine: (line: string, number: number) => void;
  #begun = '';
  #number = 0;

  /** Each line without its end, LF or CR LF, and its number from 1. */
  constructor(onLine: (line: string, number: number) => void) {
    this.#onLine = onLine;
  }

  push(text: string): void {
    let from = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      this.#give(this.#begun + text.slice(from, end));
      this.#begun = '';
      from = end + 1;
    }
    this.#begun += text.slice(from);
  }

  /** What follows the last line feed is a line only where it holds something. */
  end(): void {
    if (this.#begun !== '') this.#give(this.#begun);
    this.#begun = '';
  }

  /** How much is held of a line whose end has not come, in characters. */
  get heldCharacters(): number {
    return this.#begun.length;
  }

  #give(line: string): void {
    this.#number += 1;
    this.#onLine(line.endsWith('\r') ? line.slice(0, -1) : line, this.#number);
  }
}
