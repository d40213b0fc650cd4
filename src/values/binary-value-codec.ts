// The value encoding 'binary': Uint8Arrays as they are. Takes any Uint8Array, Buffer among them;
// gives plain ones that share memory only with each other's neighbours in a slab.

import { byteLengthOf, isUint8Array } from '../format/byte-array.js';
import { ByteSlab } from './byte-slab.js';
import { type ValueCodec, type ValueMemory, valueTypeError } from './value.js';

/**
 * Longer values are written by Buffer.fill, which is slow to begin and then ten times as fast: to
 * shared memory of another alignment set() goes byte by byte.
 */
const SET_BYTES_MAX = 512;

export class BinaryValueCodec implements ValueCodec<Uint8Array> {
  readonly name = 'binary';
  encoded: Uint8Array = new Uint8Array(0);
  readonly encodedStart = 0;
  encodedEnd = 0;
  readonly #slab = new ByteSlab();

  encode(value: Uint8Array): void {
    if (!isUint8Array(value)) {
      throw valueTypeError(value, `a value of the encoding 'binary' is a Uint8Array`);
    }
    this.encoded = value;
    this.encodedEnd = byteLengthOf(value);
  }

  writeInto(value: Uint8Array, memory: ValueMemory, start: number, limit: number): number {
    if (!isUint8Array(value)) return -1;
    const count = byteLengthOf(value);
    if (count > limit - start) return -1;
    if (count <= SET_BYTES_MAX) memory.bytes.set(value, start);
    else memory.buffer.fill(value, start, start + count);
    return count;
  }

  decode(memory: ValueMemory, start: number, end: number): Uint8Array {
    return this.#slab.copy(memory, start, end);
  }
}
