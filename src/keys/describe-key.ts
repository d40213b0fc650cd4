// Keys in messages: short, printable, and without running code of the caller. And the errors that
// refuse a key, so that all encodings say the same.

import { LaneError } from '../errors.js';
import { byteLengthOf, isUint8Array } from '../format/byte-array.js';
import { KEY_BYTES_MAX, KEY_DEPTH_MAX, type KeyCodec, type KeyMemory } from './key.js';

const TEXT_UNITS_MAX = 48;
const BYTES_SHOWN_MAX = 16;
const ELEMENTS_SHOWN_MAX = 4;
const DEPTH_SHOWN_MAX = 3;
const BIGINT_SHOWN_BITS = 128;

const readTime = Date.prototype.getTime;

/** The time value of a Date (NaN for an invalid one), undefined for anything else. */
export function timeOf(value: object): number | undefined {
  try {
    return readTime.call(value);
  } catch {
    return undefined;
  }
}

/** A key, or what was given for one, in a few characters. Says of an array only that it is one. */
export function describeKey(key: unknown): string {
  return describe(key, 0);
}

/** An encoded key in a few characters, arrays with their first elements. */
export function describeEncodedKey<K>(
  codec: KeyCodec<K>,
  memory: KeyMemory,
  start: number,
  end: number,
): string {
  return describe(codec.decode(memory, start, end), DEPTH_SHOWN_MAX);
}

export function keyTypeError(key: unknown, allowed: string, isElement: boolean): TypeError {
  const subject = isElement ? 'an element of the key' : 'the key';
  return new TypeError(`${subject} is ${describeKey(key)}; ${allowed}`);
}

export function loneSurrogateError(text: string): TypeError {
  return new TypeError(
    `the string ${describeKey(text)} has a lone surrogate, which UTF-8 cannot hold`,
  );
}

export function keySizeError(key: unknown, size: string): RangeError {
  return new RangeError(
    `the key ${describeKey(key)} has ${size} encoded bytes; the limit is ${KEY_BYTES_MAX}`,
  );
}

export function keyDepthError(): RangeError {
  return new RangeError(
    `the key is an array nested deeper than the limit of ${KEY_DEPTH_MAX}, or contains itself`,
  );
}

export function keyCorruptError(encoding: string, problem: string): LaneError {
  return new LaneError(
    'CORRUPT',
    `these bytes are no key of the encoding '${encoding}': ${problem}`,
  );
}

function describe(key: unknown, depth: number): string {
  switch (typeof key) {
    case 'string':
      return describeText(key);
    case 'bigint':
      return describeBigint(key);
    case 'symbol':
      return `the symbol ${describeText(key.description ?? '')}`;
    case 'function':
      return 'a function';
    case 'object':
      return key === null ? 'null' : describeObject(key, depth);
    default:
      return String(key);
  }
}

function describeText(text: string): string {
  if (text.length <= TEXT_UNITS_MAX) return JSON.stringify(text);
  return `${JSON.stringify(text.slice(0, TEXT_UNITS_MAX))}... (${text.length} characters)`;
}

function describeBigint(value: bigint): string {
  if (BigInt.asIntN(BIGINT_SHOWN_BITS, value) === value) return `${value}n`;
  return `a ${value < 0n ? 'negative' : 'positive'} bigint of more than ${BIGINT_SHOWN_BITS} bits`;
}

function describeObject(key: object, depth: number): string {
  if (isUint8Array(key)) return describeBytes(key);
  if (isArray(key)) return depth > 0 ? describeElements(key, depth) : 'an array';
  const time = timeOf(key);
  if (time === undefined) return 'an object';
  return Number.isNaN(time) ? 'an invalid Date' : `the Date ${new Date(time).toISOString()}`;
}

function describeBytes(key: Uint8Array): string {
  const length = byteLengthOf(key);
  let digits = '';
  for (let index = 0; index < Math.min(length, BYTES_SHOWN_MAX); index++) {
    digits += key[index]!.toString(16).padStart(2, '0');
  }
  return `Uint8Array(${length}) <${digits}${length > BYTES_SHOWN_MAX ? '...' : ''}>`;
}

function describeElements(key: readonly unknown[], depth: number): string {
  const shown = key.slice(0, ELEMENTS_SHOWN_MAX).map((element) => describe(element, depth - 1));
  if (key.length > ELEMENTS_SHOWN_MAX) shown.push(`... (${key.length} elements)`);
  return `[${shown.join(', ')}]`;
}

/** A revoked proxy makes Array.isArray throw; in a message it is an object like any other. */
function isArray(value: object): value is readonly unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}
