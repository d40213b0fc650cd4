// What turns values into bytes: types and the interface of the value codecs. No codec takes
// undefined as a value, because undefined is what a missing key gives.

import { LaneError } from '../errors.js';

export type ValueEncodingName = 'msgpack' | 'json' | 'utf8' | 'binary';

/** An encoding of the caller's own. Both functions are synchronous. */
export interface CustomValueEncoding<V> {
  /** Shown in messages. */
  readonly name?: string | undefined;
  /** The bytes of a value. They are copied before anything else is encoded. */
  encode(value: V): Uint8Array;
  /** The value of these bytes, which are the decoder's to keep. Never undefined. */
  decode(bytes: Uint8Array): V;
}

export type ValueEncoding<V = unknown> = ValueEncodingName | CustomValueEncoding<V>;

/** The values that an encoding takes and gives back. */
export type ValueOf<E> = E extends 'utf8'
  ? string
  : E extends 'binary'
    ? Uint8Array
    : E extends CustomValueEncoding<infer V>
      ? V
      : unknown;

/** Three views over the same memory, which may be shared between threads. */
export interface ValueMemory {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly buffer: Buffer;
}

/** Turns values into bytes and back. One store's own: it keeps its last encoded bytes. */
export interface ValueCodec<V> {
  readonly name: string;
  /** Encodes into the three fields below. Throws for a value that would not come back the same. */
  encode(value: V): void;
  /** The bytes [encodedStart, encodedEnd) of it stand until the next call of `encode`. */
  readonly encoded: Uint8Array;
  readonly encodedStart: number;
  readonly encodedEnd: number;
  /**
   * Writes a value straight to `start`, not past `limit`, without running code of the caller.
   * Returns its bytes, or -1 where that is not possible: then `encode` does it, or says why not.
   */
  writeInto(value: V, memory: ValueMemory, start: number, limit: number): number;
  /** The value as its own copy. Throws LaneError CORRUPT for bytes that are no value. */
  decode(memory: ValueMemory, start: number, end: number): V;
}

export function valueTypeError(value: unknown, allowed: string): TypeError {
  if (value !== undefined) return new TypeError(`the value is ${kindOf(value)}; ${allowed}`);
  return new TypeError('the value is undefined, which stands for a missing key');
}

export function valueCorruptError(encoding: string, cause: unknown): LaneError {
  const message = `these bytes are no value of the encoding '${encoding}'`;
  return new LaneError('CORRUPT', message, { cause });
}

/** What something is, in two or three words and without looking into it. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'object') return Array.isArray(value) ? 'an array' : 'an object';
  return `a ${typeof value}`;
}
