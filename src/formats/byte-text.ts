// May UTF-8 be read as one character a byte? A long log is taken apart in half the time so, where nothing in it asks what a character
// is: its layout is ASCII, and all else is only handed on.

// The bytes of the set in visible-text.ts, and CR, which ends lines only sometimes: byte-text.test.ts holds the two together.
const TELLING =
  /[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xd8\x9c|\xe2(?:\x80[\x8b\x8e\x8f\xa8-\xae]|\x81[\xa0-\xaf])|\xef\xbb\xbf|\xf3\xa0[\x80\x81]/;

const CONTROL = /[\x00-\x08\x0b-\x1f\x7f]/;
/** How the bytes of all others begin: to look for these takes no time, and most texts have none. */
const BEGINNINGS = ['\xc2', '\xd8\x9c', '\xe2\x80', '\xe2\x81', '\xef\xbb\xbf', '\xf3\xa0'];

/**
 * Whether a text in UTF-8, given as one character a byte, can be worked on as it is: it has no dangerous character, and nothing
 * written as one.
 */
export function isPlainByteText(text: string): boolean {
  if (text.includes('\\u')) return false;
  return !(BEGINNINGS.some((bytes) => text.includes(bytes)) ? TELLING : CONTROL).test(text);
}
