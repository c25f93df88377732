// Private keys in PEM: from BEGIN to END, also where one of the two was cut off.
import { mark } from './values.js';

export const KEY_BORDER: RegExp = /-{4,5} ?(BEGIN|END) [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}/g;

export function maskKeyBlocks(text: string): string {
  let masked = '';
  let done = 0;
  let open = -1;
  for (const border of text.matchAll(KEY_BORDER)) {
    if (border[1] === 'BEGIN') {
      if (open < 0) open = border.index;
      continue;
    }
    masked += text.slice(done, open < 0 ? startOfBlock(text, done, border.index) : open) + mark('private-key');
    done = border.index + border[0].length;
    open = -1;
  }
  // A block without its end was cut off: what follows is the key.
  return open < 0 ? masked + text.slice(done) : masked + text.slice(done, open) + mark('private-key');
}

/** Where the base64 lines before an END begin whose BEGIN was cut off. Line ends may be escaped (`\n`). */
function startOfBlock(text: string, from: number, end: number): number {
  let start = end;
  let lines = 0;
  for (let at = end; at > from;) {
    const escaped = text.slice(at - 2, at) === '\\n' && at - 2 >= from;
    if (escaped || /\s/.test(text.charAt(at - 1))) {
      at -= escaped ? 2 : 1;
      continue;
    }
    const lineEnd = at;
    while (at > from && /[A-Za-z0-9+/=]/.test(text.charAt(at - 1)) && !endsEscape(text, at, from)) at--;
    // Only the first or the last line of a block is short, and below it the checksum of PGP.
    if (at === lineEnd || (lines > 0 && at > 0 && lineEnd - at < 32)) break;
    start = at;
    if (lines > 0 || lineEnd - at !== 5 || text.charAt(at) !== '=') lines++;
  }
  return start;
}

function endsEscape(text: string, at: number, from: number): boolean {
  return text.charAt(at - 1) === 'n' && at - 2 >= from && text.charAt(at - 2) === '\\';
}
