// An encoding of the caller's own: what it returns is checked before it is believed. Its decoder
// gets its own copy of the bytes; an error of its encoder is passed on as it is.

import { byteLengthOf, isUint8Array } from '../format/byte-array.js';
import { ByteSlab } from './byte-slab.js';
import {
  type CustomValueEncoding,
  kindOf,
  type ValueCodec,
  type ValueMemory,
  valueCorruptError,
  valueTypeError,
} from './value.js';

export class CustomValueCodec<V> implements ValueCodec<V> {
  readonly name: string;
  encoded: Uint8Array = new Uint8Array(0);
  readonly encodedStart = 0;
  encodedEnd = 0;
  readonly #encoding: CustomValueEncoding<V>;
  readonly #slab = new ByteSlab();

  constructor(encoding: CustomValueEncoding<V>) {
    this.name = encoding.name ?? 'custom';
    this.#encoding = encoding;
  }

  encode(value: V): void {
    if (value === undefined) throw valueTypeError(value, '');
    const bytes: unknown = this.#encoding.encode(value);
    if (!isUint8Array(bytes)) {
      throw new TypeError(
        `the value encoder '${this.name}' returned ${kindOf(bytes)}; it must return a Uint8Array`,
      );
    }
    this.encoded = bytes;
    this.encodedEnd = byteLengthOf(bytes);
  }

  /** The encoder is code of the caller. */
  writeInto(): number {
    return -1;
  }

  decode(memory: ValueMemory, start: number, end: number): V {
    let value: V;
    try {
      value = this.#encoding.decode(this.#slab.copy(memory, start, end));
    } catch (error) {
      throw valueCorruptError(this.name, error);
    }
    if (value !== undefined) return value;
    throw valueCorruptError(this.name, new TypeError('the decoder returned undefined'));
  }
}
