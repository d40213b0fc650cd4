// Text as UTF-8 in shared memory, strictly: a lone surrogate is refused on the way in and a wrong
// byte on the way out, so a text never comes back different. Knows no structure that holds text.

/** Two views over the same memory, the second with the text functions of Buffer. */
export interface TextMemory {
  readonly bytes: Uint8Array;
  readonly buffer: Buffer;
}

/** Results of writeUtf8 that are not an end offset. */
export const UTF8_LONE_SURROGATE = -1;
export const UTF8_TOO_LONG = -2;

/** Up to here a loop is faster than a call into native code. */
export const ASCII_LOOP_UNITS_MAX = 32;
const UTF8_BYTES_PER_UNIT_MAX = 3;
const CONTINUATION = 0x80;

/** Writes a text at `at`, into at most `room` bytes. Returns its end or a result from above. */
export function writeUtf8(text: string, memory: TextMemory, at: number, room: number): number {
  const count = text.length;
  if (count > room) return isWellFormed(text) ? UTF8_TOO_LONG : UTF8_LONE_SURROGATE;
  if (count <= ASCII_LOOP_UNITS_MAX) {
    const end = writeAscii(text, memory.bytes, at);
    if (end >= 0) return end;
  }
  if (!isWellFormed(text)) return UTF8_LONE_SURROGATE;
  if (count * UTF8_BYTES_PER_UNIT_MAX > room && Buffer.byteLength(text, 'utf8') > room) {
    return UTF8_TOO_LONG;
  }
  return at + memory.buffer.write(text, at, room, 'utf8');
}

/** The text in [start, end), or undefined if those bytes are not UTF-8. */
export function readUtf8(memory: TextMemory, start: number, end: number): string | undefined {
  const count = end - start;
  if (count <= 16 && isAscii(memory.bytes, start, end))
    return shortAscii(memory.bytes, start, count);
  const text = memory.buffer.toString('utf8', start, end);
  if (text.indexOf('\ufffd') >= 0 && !isUtf8(memory.bytes, start, end)) return undefined;
  return text;
}

/** False for a text with a surrogate that has no partner. */
export function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}

/**
 * Writes ASCII text at `at` and returns its end, or -1 if it is something else. Two units a round:
 * measured faster than one or four.
 */
export function writeAscii(text: string, bytes: Uint8Array, at: number): number {
  const count = text.length;
  let index = 0;
  for (; index + 1 < count; index += 2) {
    const first = text.charCodeAt(index);
    const second = text.charCodeAt(index + 1);
    if ((first | second) > 0x7f) return -1;
    bytes[at + index] = first;
    bytes[at + index + 1] = second;
  }
  if (index < count) {
    const last = text.charCodeAt(index);
    if (last > 0x7f) return -1;
    bytes[at + index] = last;
  }
  return at + count;
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    if (bytes[at]! > 0x7f) return false;
  }
  return true;
}

/** 0 to 16 ASCII bytes: calls with a fixed number of arguments are a third of a native slice. */
function shortAscii(bytes: Uint8Array, at: number, count: number): string {
  if (count >= 8) return asciiFromEight(bytes, at, count);
  switch (count) {
    case 0:
      return '';
    case 1:
      return String.fromCharCode(bytes[at]!);
    case 2:
      return String.fromCharCode(bytes[at]!, bytes[at + 1]!);
    case 3:
      return String.fromCharCode(bytes[at]!, bytes[at + 1]!, bytes[at + 2]!);
    default:
      return asciiFromFour(bytes, at, count);
  }
}

function asciiFromFour(bytes: Uint8Array, at: number, count: number): string {
  const a = bytes[at]!;
  const b = bytes[at + 1]!;
  const c = bytes[at + 2]!;
  const d = bytes[at + 3]!;
  const code = String.fromCharCode;
  if (count === 4) return code(a, b, c, d);
  if (count === 5) return code(a, b, c, d, bytes[at + 4]!);
  if (count === 6) return code(a, b, c, d, bytes[at + 4]!, bytes[at + 5]!);
  return code(a, b, c, d, bytes[at + 4]!, bytes[at + 5]!, bytes[at + 6]!);
}

function asciiFromEight(bytes: Uint8Array, at: number, count: number): string {
  if (count >= 12) return asciiFromTwelve(bytes, at, count);
  const a = bytes[at]!;
  const b = bytes[at + 1]!;
  const c = bytes[at + 2]!;
  const d = bytes[at + 3]!;
  const e = bytes[at + 4]!;
  const f = bytes[at + 5]!;
  const g = bytes[at + 6]!;
  const h = bytes[at + 7]!;
  const code = String.fromCharCode;
  if (count === 8) return code(a, b, c, d, e, f, g, h);
  const i = bytes[at + 8]!;
  if (count === 9) return code(a, b, c, d, e, f, g, h, i);
  if (count === 10) return code(a, b, c, d, e, f, g, h, i, bytes[at + 9]!);
  return code(a, b, c, d, e, f, g, h, i, bytes[at + 9]!, bytes[at + 10]!);
}

function asciiFromTwelve(bytes: Uint8Array, at: number, count: number): string {
  const a = bytes[at]!;
  const b = bytes[at + 1]!;
  const c = bytes[at + 2]!;
  const d = bytes[at + 3]!;
  const e = bytes[at + 4]!;
  const f = bytes[at + 5]!;
  const g = bytes[at + 6]!;
  const h = bytes[at + 7]!;
  const i = bytes[at + 8]!;
  const j = bytes[at + 9]!;
  const k = bytes[at + 10]!;
  const l = bytes[at + 11]!;
  const code = String.fromCharCode;
  if (count === 12) return code(a, b, c, d, e, f, g, h, i, j, k, l);
  const m = bytes[at + 12]!;
  if (count === 13) return code(a, b, c, d, e, f, g, h, i, j, k, l, m);
  const n = bytes[at + 13]!;
  if (count === 14) return code(a, b, c, d, e, f, g, h, i, j, k, l, m, n);
  const o = bytes[at + 14]!;
  if (count === 15) return code(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o);
  return code(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, bytes[at + 15]!);
}

/** The shortest form of each code point and no surrogates, as RFC 3629 has it. */
function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    const lead = bytes[at]!;
    const more = continuationCount(lead);
    if (more < 0 || at + more >= end) return false;
    for (let index = 1; index <= more; index++) {
      if ((bytes[at + index]! & 0xc0) !== CONTINUATION) return false;
    }
    if (more > 1 && !isSecondByteInRange(lead, bytes[at + 1]!)) return false;
    at += more + 1;
  }
  return true;
}

function continuationCount(lead: number): number {
  if (lead < 0x80) return 0;
  if (lead < 0xc2) return -1;
  if (lead < 0xe0) return 1;
  if (lead < 0xf0) return 2;
  return lead < 0xf5 ? 3 : -1;
}

function isSecondByteInRange(lead: number, second: number): boolean {
  if (lead === 0xe0) return second >= 0xa0;
  if (lead === 0xed) return second < 0xa0;
  if (lead === 0xf0) return second >= 0x90;
  return lead !== 0xf4 || second < 0x90;
}
