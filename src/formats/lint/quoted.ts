// A text from a log as a message may repeat it: its beginning, in quotes. Pure.

const LONGEST = 40;

export function quoted(text: string): string {
  const characters = Array.from(text.slice(0, 2 * LONGEST + 2));
  return characters.length > LONGEST ? `"${characters.slice(0, LONGEST).join('')}…"` : `"${text}"`;
}
