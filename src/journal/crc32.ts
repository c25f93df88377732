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

/** So much takes as long by our own code as the loading of that one. */
const MUCH_BYTES = 512 * 1024;

/** The checksum as eight lower-case hex digits. */
export function crc32(bytes: Uint8Array): string {
  const sum = bytes.length > NATIVE_FROM_BYTES ? nativeCrc32(bytes) : checksum(bytes);
  return hexOf(sum);
}

export function hexOf(sum: number): string {
  return sum.toString(16).padStart(8, '0');
}

let zlib: typeof import('node:zlib') | undefined;

/** By node:zlib, whatever the length: for a process that writes much. */
export function nativeCrc32(bytes: Uint8Array): number {
  zlib ??= process.getBuiltinModule('node:zlib');
  return zlib.crc32(bytes);
}

let summedBytes = 0;

/** Of a part of some bytes; `isMuch` where it is one of many. Whoever sums up much comes to the native code by itself. */
export function crcOf(bytes: Uint8Array, from: number, to: number, isMuch: boolean): number {
  const part = new Uint8Array(bytes.buffer, bytes.byteOffset + from, to - from);
  summedBytes += part.length;
  return isMuch || summedBytes > MUCH_BYTES ? nativeCrc32(part) : checksum(part);
}

function checksum(bytes: Uint8Array): number {
  table ??= makeTable();
  let crc = 0xffffffff;
  for (let index = 0; index < bytes.length; index++)
    crc = (crc >>> 8) ^ (table[(crc ^ (bytes[index] as number)) & 255] as number);
  return (crc ^ 0xffffffff) >>> 0;
}
