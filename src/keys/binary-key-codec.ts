// The key encoding 'binary': Uint8Arrays as they are, ordered byte by byte, the shorter one first.
// Takes any Uint8Array, Buffer among them; gives plain ones that share no memory.

import { byteLengthOf, isUint8Array } from '../format/byte-array.js';
import { keyCorruptError, keySizeError, keyTypeError } from './describe-key.js';
import { copyBytes, KEY_BYTES_MAX, type KeyCodec, type KeyMemory, zeroToWord } from './key.js';

export class BinaryKeyCodec implements KeyCodec<Uint8Array> {
  readonly name = 'binary';

  encode(key: Uint8Array, memory: KeyMemory, start: number): number {
    if (!isUint8Array(key)) {
      throw keyTypeError(key, `a key of the encoding 'binary' is a Uint8Array`, false);
    }
    const length = byteLengthOf(key);
    if (length > KEY_BYTES_MAX) throw keySizeError(key, String(length));
    memory.bytes.set(key, start);
    zeroToWord(memory.bytes, start + length);
    return length;
  }

  encodePrefix(prefix: Uint8Array, memory: KeyMemory, start: number): number {
    return this.encode(prefix, memory, start);
  }

  decode(memory: KeyMemory, start: number, end: number): Uint8Array {
    if (end - start > KEY_BYTES_MAX) throw keyCorruptError('binary', `more than ${KEY_BYTES_MAX}`);
    return copyBytes(memory, start, end);
  }
}
