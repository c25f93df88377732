// How far a long piece of work is: one line that is written over in place, and gone when the work is done.
import { countText, sizeText } from '../formats/quantities.js';
import { toVisibleLine } from '../formats/visible-text.js';
import { cutTo, padEnd, widthOf } from './columns.js';

const LEAST_MILLIS = 100;

export interface Screen {
  write: (text: string) => void;
  columns: number;
  /** Milliseconds of a clock that only goes forward. */
  now: () => number;
}

export class Progress {
  readonly #screen: Screen;
  #shownAt = -Infinity;
  #width = 0;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** Shows a line, at the most ten times a second; it is not made where it is not shown. */
  show(lineOf: () => string): void {
    const now = this.#screen.now();
    if (now - this.#shownAt < LEAST_MILLIS) return;
    this.#shownAt = now;
    this.#draw(lineOf());
  }

  /** Leaves nothing of it on the screen. */
  clear(): void {
    if (this.#width === 0) return;
    this.#draw('');
    this.#screen.write('\r');
  }

  /** Blanks take away what the line before was longer: even a terminal without escape sequences can do that. */
  #draw(line: string): void {
    const text = cutTo(toVisibleLine(line), this.#screen.columns - 1);
    this.#screen.write(`\r${padEnd(text, this.#width)}`);
    this.#width = widthOf(text);
  }
}

/** `importing 1,234 of 10,000 runs` */
export function countLine(doing: string, done: number, all: number, what: string): string {
  return `${doing} ${countText(done)} of ${countText(all)} ${what}`;
}

/** `importing big.log  45%  120 MB/s`, the name cut where the line would be too long. */
export function fileLine(name: string, bytes: number, ofBytes: number, seconds: number, columns: number): string {
  const percent = ofBytes === 0 ? 100 : Math.floor((bytes / ofBytes) * 100);
  const rate = seconds < 0.5 ? '' : `  ${sizeText(bytes / seconds)}/s`;
  const tail = `  ${percent}%${rate}`;
  return `importing ${cutTo(toVisibleLine(name), Math.max(10, columns - 11 - tail.length))}${tail}`;
}
