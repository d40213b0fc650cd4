// The key encoding 'ordered': keys of every type in one total order, which docs/key-order.md holds.
// Strings, the usual keys, take the shortest way through.

import { isUint8Array } from '../format/byte-array.js';
import { ASCII_LOOP_UNITS_MAX, writeAscii } from '../format/utf8.js';
import { keyTypeError } from './describe-key.js';
import { type Key, type KeyCodec, type KeyMemory, zeroToWord } from './key.js';
import { decodeOrdered } from './ordered-key-decoder.js';
import { encodeOrdered, TAG_STRING } from './ordered-key-encoder.js';

const ALLOWED = 'a prefix is a string, a Uint8Array or an array';

export class OrderedKeyCodec implements KeyCodec<Key> {
  readonly name = 'ordered';
  readonly #scratch = new DataView(new ArrayBuffer(8));

  encode(key: Key, memory: KeyMemory, start: number): number {
    if (typeof key === 'string' && key.length <= ASCII_LOOP_UNITS_MAX) {
      // The word in which the key ends is zeroed before: afterwards it would be byte by byte.
      memory.words[(start + 1 + key.length) >> 2] = 0;
      memory.bytes[start] = TAG_STRING;
      const end = writeAscii(key, memory.bytes, start + 1);
      if (end >= 0) return end - start;
    }
    return this.#encodeOther(key, memory, start);
  }

  /** At the top nothing ends a key, so what a key of these types begins with is its encoding. */
  encodePrefix(prefix: Key, memory: KeyMemory, start: number): number {
    const isPrefix = typeof prefix === 'string' || Array.isArray(prefix) || isUint8Array(prefix);
    if (!isPrefix) throw keyTypeError(prefix, ALLOWED, false);
    return this.encode(prefix, memory, start);
  }

  decode(memory: KeyMemory, start: number, end: number): Key {
    return decodeOrdered(memory, start, end, this.#scratch);
  }

  #encodeOther(key: Key, memory: KeyMemory, start: number): number {
    const end = encodeOrdered(key, memory, start, this.#scratch);
    zeroToWord(memory.bytes, end);
    return end - start;
  }
}
