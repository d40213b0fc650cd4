// docs/key-order.md: keys of any type as bytes whose unsigned order is the order of the keys.
// Each key has exactly one encoding, and none inside an array is the beginning of another one.

import { byteLengthOf, isUint8Array } from '../format/byte-array.js';
import { UTF8_LONE_SURROGATE, writeUtf8 } from '../format/utf8.js';
import {
  keyDepthError,
  keySizeError,
  keyTypeError,
  loneSurrogateError,
  timeOf,
} from './describe-key.js';
import { KEY_BYTES_MAX, KEY_DEPTH_MAX, type KeyMemory } from './key.js';

/** Ends an array, a string or bytes within an array. Below all else that can stand there. */
export const END = 0x00;
/** Within an array, zero and one are written as ESCAPE and themselves plus one. */
export const ESCAPE = 0x01;

export const TAG_NULL = 0x10;
export const TAG_FALSE = 0x18;
export const TAG_TRUE = 0x19;
export const TAG_NUMBER = 0x20;
export const TAG_BIGINT = 0x28;
export const TAG_STRING = 0x30;
export const TAG_DATE = 0x38;
export const TAG_BYTES = 0x40;
export const TAG_ARRAY = 0x48;

export const NUMBER_BYTES = 8;
/** The length of a bigint stands before it as this plus its bytes, or minus for a negative one. */
export const BIGINT_LENGTH_ZERO = 0x8000;
/** Tag and length. */
export const BIGINT_HEADER_BYTES = 3;

const ALLOWED =
  'a key is null, a boolean, a number (not NaN), a bigint, a string, a valid Date, ' +
  'a Uint8Array or an array of these';

/** Writes a key of any type at `start`; returns its end. */
export function encodeOrdered(
  key: unknown,
  memory: KeyMemory,
  start: number,
  scratch: DataView,
): number {
  if (typeof key === 'string') return encodeString(key, memory, start);
  if (typeof key === 'object' && key !== null) {
    if (isUint8Array(key)) return encodeBytes(key, memory.bytes, start);
    if (Array.isArray(key)) {
      const limit = start + KEY_BYTES_MAX;
      return encodeElements(key, { memory, limit, scratch }, start, 1);
    }
  }
  return encodeFixed(key, memory.bytes, start, scratch, false);
}

/** At the top a string needs no terminator: the key ends where it ends. */
function encodeString(text: string, memory: KeyMemory, start: number): number {
  memory.bytes[start] = TAG_STRING;
  const end = writeUtf8(text, memory, start + 1, KEY_BYTES_MAX - 1);
  if (end >= 0) return end;
  if (end === UTF8_LONE_SURROGATE) throw loneSurrogateError(text);
  throw keySizeError(text, String(Buffer.byteLength(text, 'utf8') + 1));
}

function encodeBytes(key: Uint8Array, bytes: Uint8Array, start: number): number {
  const length = byteLengthOf(key);
  if (length >= KEY_BYTES_MAX) throw keySizeError(key, String(length + 1));
  bytes[start] = TAG_BYTES;
  bytes.set(key, start + 1);
  return start + 1 + length;
}

/** The types whose encoding is the same at the top and within an array. */
function encodeFixed(
  key: unknown,
  bytes: Uint8Array,
  at: number,
  scratch: DataView,
  isElement: boolean,
): number {
  switch (typeof key) {
    case 'number':
      if (Number.isNaN(key)) throw keyTypeError(key, ALLOWED, isElement);
      return encodeDouble(TAG_NUMBER, key, bytes, at, scratch);
    case 'boolean':
      bytes[at] = key ? TAG_TRUE : TAG_FALSE;
      return at + 1;
    case 'bigint':
      return encodeBigint(key, bytes, at);
    case 'object': {
      if (key === null) {
        bytes[at] = TAG_NULL;
        return at + 1;
      }
      const time = timeOf(key);
      if (time === undefined || Number.isNaN(time)) throw keyTypeError(key, ALLOWED, isElement);
      return encodeDouble(TAG_DATE, time, bytes, at, scratch);
    }
    default:
      throw keyTypeError(key, ALLOWED, isElement);
  }
}

/** Big-endian; the sign bit flipped, or all bits of a negative one: bytes order as numbers do. */
function encodeDouble(
  tag: number,
  value: number,
  bytes: Uint8Array,
  at: number,
  scratch: DataView,
): number {
  // Adding 0 makes 0 of -0: equal numbers are one key.
  scratch.setFloat64(0, value + 0);
  const isNegative = value < 0;
  const high = scratch.getInt32(0) ^ (isNegative ? -1 : -0x80000000);
  const low = scratch.getInt32(4) ^ (isNegative ? -1 : 0);
  bytes[at] = tag;
  bytes[at + 1] = high >>> 24;
  bytes[at + 2] = high >>> 16;
  bytes[at + 3] = high >>> 8;
  bytes[at + 4] = high;
  bytes[at + 5] = low >>> 24;
  bytes[at + 6] = low >>> 16;
  bytes[at + 7] = low >>> 8;
  bytes[at + 8] = low;
  return at + 1 + NUMBER_BYTES;
}

/** The length before the magnitude orders by size; a negative one has both complemented. */
function encodeBigint(value: bigint, bytes: Uint8Array, at: number): number {
  const isNegative = value < 0n;
  const digits = value === 0n ? '' : (isNegative ? -value : value).toString(16);
  const length = (digits.length + 1) >> 1;
  const size = BIGINT_HEADER_BYTES + length;
  if (size > KEY_BYTES_MAX) throw keySizeError(value, String(size));
  const flip = isNegative ? 0xff : 0;
  const marker = isNegative ? BIGINT_LENGTH_ZERO - 1 - length : BIGINT_LENGTH_ZERO + length;
  bytes[at] = TAG_BIGINT;
  bytes[at + 1] = marker >>> 8;
  bytes[at + 2] = marker;
  const even = (digits.length & 1) === 0 ? digits : `0${digits}`;
  for (let index = 0; index < length; index++) {
    const byte = Number.parseInt(even.slice(index * 2, index * 2 + 2), 16);
    bytes[at + BIGINT_HEADER_BYTES + index] = byte ^ flip;
  }
  return at + size;
}

/** What the elements of one key share. Not kept: an element's getter may encode another key. */
interface ArrayTarget {
  readonly memory: KeyMemory;
  /** Where the key may end. KEY_BYTES_SPARE bytes behind it can be written. */
  readonly limit: number;
  readonly scratch: DataView;
}

function encodeElements(
  array: readonly unknown[],
  target: ArrayTarget,
  start: number,
  depth: number,
): number {
  if (depth > KEY_DEPTH_MAX) throw keyDepthError();
  if (start >= target.limit) throw tooLong();
  target.memory.bytes[start] = TAG_ARRAY;
  let at = start + 1;
  for (let index = 0; index < array.length; index++) {
    at = encodeElement(array[index], target, at, depth);
    if (at > target.limit) throw tooLong();
  }
  return at;
}

function encodeElement(key: unknown, target: ArrayTarget, at: number, depth: number): number {
  const bytes = target.memory.bytes;
  if (typeof key === 'string') return encodeStringElement(key, target, at);
  if (typeof key === 'bigint') return encodeBigintElement(key, target, at);
  if (typeof key === 'object' && key !== null) {
    if (isUint8Array(key)) return encodeBytesElement(key, target, at);
    if (Array.isArray(key)) {
      const end = encodeElements(key, target, at, depth + 1);
      bytes[end] = END;
      return end + 1;
    }
  }
  return encodeFixed(key, bytes, at, target.scratch, true);
}

/** Checked before it is written: a bigint is the one element that could pass the spare bytes. */
function encodeBigintElement(key: bigint, target: ArrayTarget, at: number): number {
  const room = target.limit - at - BIGINT_HEADER_BYTES;
  if (room < 0) throw tooLong();
  const magnitude = key < 0n ? -key : key;
  if (BigInt.asUintN(room * 8, magnitude) !== magnitude) throw tooLong();
  return encodeBigint(key, target.memory.bytes, at);
}

function encodeStringElement(text: string, target: ArrayTarget, start: number): number {
  const bytes = target.memory.bytes;
  let at = start;
  bytes[at++] = TAG_STRING;
  for (let index = 0; index < text.length; index++) {
    const code = text.codePointAt(index)!;
    if (code < 0x80) {
      if (code <= ESCAPE) bytes[at++] = ESCAPE;
      bytes[at++] = code <= ESCAPE ? code + 1 : code;
    } else {
      if (code >= 0xd800 && code < 0xe000) throw loneSurrogateError(text);
      at = writeCodePoint(code, bytes, at);
      if (code > 0xffff) index++;
    }
    if (at > target.limit) throw tooLong();
  }
  bytes[at] = END;
  return at + 1;
}

function writeCodePoint(code: number, bytes: Uint8Array, start: number): number {
  let at = start;
  if (code < 0x800) {
    bytes[at++] = 0xc0 | (code >>> 6);
  } else {
    if (code < 0x10000) {
      bytes[at++] = 0xe0 | (code >>> 12);
    } else {
      bytes[at++] = 0xf0 | (code >>> 18);
      bytes[at++] = 0x80 | ((code >>> 12) & 0x3f);
    }
    bytes[at++] = 0x80 | ((code >>> 6) & 0x3f);
  }
  bytes[at++] = 0x80 | (code & 0x3f);
  return at;
}

function encodeBytesElement(key: Uint8Array, target: ArrayTarget, start: number): number {
  const bytes = target.memory.bytes;
  const length = byteLengthOf(key);
  let at = start;
  bytes[at++] = TAG_BYTES;
  for (let index = 0; index < length; index++) {
    const byte = key[index]!;
    if (byte <= ESCAPE) bytes[at++] = ESCAPE;
    bytes[at++] = byte <= ESCAPE ? byte + 1 : byte;
    if (at > target.limit) throw tooLong();
  }
  bytes[at] = END;
  return at + 1;
}

/** The rest of an array is not read only to say how long it would have been. */
function tooLong(): RangeError {
  return keySizeError([], `more than ${KEY_BYTES_MAX}`);
}
