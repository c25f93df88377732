// CRC-32 (ISO 3309, the one of zip and PNG) of bytes.

let table: Uint32Array | undefined;

function makeTable(): Uint32Array {
  const made = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let rest = byte;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
    made[byte] = rest;
  }
  return made;
}

/** Above this length node:zlib's native code is worth its loading time of two milliseconds. */
const NATIVE_FROM_BYTES = 16_384;

/** The checksum of bytes, or of a text in UTF-8, as eight lower-case hex digits. A text goes to the native code at once. */
export function crc32(content: Uint8Array | string): string {
  const isNative = typeof content === 'string' || content.length > NATIVE_FROM_BYTES;
  const sum = isNative ? native(content) : checksum(content);
  return hex16(sum >>> 16) + hex16(sum & 0xffff);
}

function native(content: Uint8Array | string): number {
  zlib ??= process.getBuiltinModule('node:zlib');
  return zlib.crc32(content);
}

let zlib: typeof import('node:zlib') | undefined;

/** In two halves, for small numbers become text much quicker than those above 2 to the 31. */
function hex16(half: number): string {
  return (half + 0x10000).toString(16).slice(1);
}

function checksum(bytes: Uint8Array): number {
  table ??= makeTable();
  let crc = 0xffffffff;
  for (let index = 0; index < bytes.length; index++)
    crc = (crc >>> 8) ^ (table[(crc ^ (bytes[index] as number)) & 255] as number);
  return (crc ^ 0xffffffff) >>> 0;
}
