// docs/key-order.md: the key that bytes stand for. Strict: bytes that the encoder never writes are
// LaneError CORRUPT. Never reads outside [start, end); what comes back shares no memory.

import { readUtf8 } from '../format/utf8.js';
import { keyCorruptError } from './describe-key.js';
import { copyBytes, KEY_BYTES_MAX, KEY_DEPTH_MAX, type Key, type KeyMemory } from './key.js';
import {
  BIGINT_HEADER_BYTES,
  BIGINT_LENGTH_ZERO,
  END,
  ESCAPE,
  NUMBER_BYTES,
  TAG_ARRAY,
  TAG_BIGINT,
  TAG_BYTES,
  TAG_DATE,
  TAG_FALSE,
  TAG_NULL,
  TAG_NUMBER,
  TAG_STRING,
  TAG_TRUE,
} from './ordered-key-encoder.js';

/** The largest time value of a Date, either way from 1970. */
const TIME_MAX = 8.64e15;

/** The key in [start, end). */
export function decodeOrdered(
  memory: KeyMemory,
  start: number,
  end: number,
  scratch: DataView,
): Key {
  if (end <= start) throw corrupt('there are none');
  if (end - start > KEY_BYTES_MAX) throw corrupt(`more than ${KEY_BYTES_MAX}`);
  const tag = memory.bytes[start];
  if (tag === TAG_STRING) return decodeText(memory, start + 1, end);
  if (tag === TAG_BYTES) return copyBytes(memory, start + 1, end);
  const source: KeySource = { memory, at: start, end, scratch };
  if (tag === TAG_ARRAY) {
    source.at++;
    const array: Key[] = [];
    while (source.at < end) array.push(decodeElement(source, 1));
    return array;
  }
  const key = decodeElement(source, 0);
  if (source.at !== end) throw corrupt('bytes behind its end');
  return key;
}

/** Bytes being read, and how far. */
interface KeySource {
  readonly memory: KeyMemory;
  readonly end: number;
  readonly scratch: DataView;
  at: number;
}

function decodeElement(source: KeySource, depth: number): Key {
  const tag = source.memory.bytes[source.at++];
  switch (tag) {
    case TAG_NULL:
      return null;
    case TAG_FALSE:
      return false;
    case TAG_TRUE:
      return true;
    case TAG_NUMBER:
      return decodeNumber(source);
    case TAG_BIGINT:
      return decodeBigint(source);
    case TAG_STRING:
      return decodeTextElement(source);
    case TAG_DATE:
      return decodeDate(source);
    case TAG_BYTES:
      return readEscaped(source);
    case TAG_ARRAY:
      return decodeArray(source, depth + 1);
    default:
      throw corrupt(`unknown type ${tag}`);
  }
}

function decodeArray(source: KeySource, depth: number): Key[] {
  if (depth > KEY_DEPTH_MAX) throw corrupt(`nested deeper than ${KEY_DEPTH_MAX}`);
  const array: Key[] = [];
  for (;;) {
    if (source.at >= source.end) throw corrupt('an array without end');
    if (source.memory.bytes[source.at] === END) break;
    array.push(decodeElement(source, depth));
  }
  source.at++;
  return array;
}

/** Without escapes, as nearly always, the text stands there as it is. */
function decodeTextElement(source: KeySource): string {
  const start = source.at;
  const bytes = source.memory.bytes;
  let end = start;
  while (end < source.end && bytes[end]! > ESCAPE) end++;
  if (end < source.end && bytes[end] === END) {
    source.at = end + 1;
    return decodeText(source.memory, start, end);
  }
  const text = readEscaped(source);
  return decodeText({ bytes: text, buffer: Buffer.from(text.buffer) }, 0, text.length);
}

function decodeText(
  memory: Pick<KeyMemory, 'bytes' | 'buffer'>,
  start: number,
  end: number,
): string {
  const text = readUtf8(memory, start, end);
  if (text === undefined) throw corrupt('a string that is not UTF-8');
  return text;
}

function decodeNumber(source: KeySource): number {
  const value = decodeDouble(source);
  if (Number.isNaN(value)) throw corrupt('not a number');
  if (Object.is(value, -0)) throw corrupt('negative zero');
  return value;
}

function decodeDate(source: KeySource): Date {
  const time = decodeDouble(source);
  const isTime = Number.isInteger(time) && Math.abs(time) <= TIME_MAX && !Object.is(time, -0);
  if (!isTime) throw corrupt('a Date out of range');
  return new Date(time);
}

function decodeDouble(source: KeySource): number {
  const { at, scratch } = source;
  const bytes = source.memory.bytes;
  if (at + NUMBER_BYTES > source.end) throw corrupt('a number cut off');
  const high = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
  const low =
    (bytes[at + 4]! << 24) | (bytes[at + 5]! << 16) | (bytes[at + 6]! << 8) | bytes[at + 7]!;
  // The first bit is set in what is not negative: see the encoder.
  scratch.setInt32(0, high ^ (high < 0 ? -0x80000000 : -1));
  scratch.setInt32(4, low ^ (high < 0 ? 0 : -1));
  source.at = at + NUMBER_BYTES;
  return scratch.getFloat64(0);
}

function decodeBigint(source: KeySource): bigint {
  const bytes = source.memory.bytes;
  const start = source.at - 1 + BIGINT_HEADER_BYTES;
  if (start > source.end) throw corrupt('a bigint cut off');
  const marker = (bytes[start - 2]! << 8) | bytes[start - 1]!;
  const isNegative = marker < BIGINT_LENGTH_ZERO;
  const length = isNegative ? BIGINT_LENGTH_ZERO - 1 - marker : marker - BIGINT_LENGTH_ZERO;
  const end = start + length;
  if (end > source.end) throw corrupt('a bigint cut off');
  const flip = isNegative ? 0xff : 0;
  if (length === 0 ? isNegative : (bytes[start]! ^ flip) === 0) throw corrupt('a bigint padded');
  let digits = '0';
  for (let at = start; at < end; at++) digits += HEX[bytes[at]! ^ flip]!;
  source.at = end;
  const magnitude = BigInt(`0x${digits}`);
  return isNegative ? -magnitude : magnitude;
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);

/** The bytes up to the terminator as an own copy, escapes resolved; the terminator is passed. */
function readEscaped(source: KeySource): Uint8Array<ArrayBuffer> {
  const bytes = source.memory.bytes;
  const start = source.at;
  let escapes = 0;
  let end = start;
  for (; end < source.end && bytes[end] !== END; end++) {
    if (bytes[end] !== ESCAPE) continue;
    end++;
    escapes++;
  }
  if (end >= source.end) throw corrupt('a string or bytes without end');
  const result = new Uint8Array(end - start - escapes);
  let at = start;
  for (let index = 0; index < result.length; index++) {
    const byte = bytes[at++]!;
    if (byte !== ESCAPE) {
      result[index] = byte;
      continue;
    }
    const escaped = bytes[at++]!;
    if (escaped !== 1 && escaped !== 2) throw corrupt(`unknown escape ${escaped}`);
    result[index] = escaped - 1;
  }
  source.at = end + 1;
  return result;
}

function corrupt(problem: string): Error {
  return keyCorruptError('ordered', problem);
}
