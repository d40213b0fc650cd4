// The key codec of each key encoding. Every store has its own.

import { BinaryKeyCodec } from './binary-key-codec.js';
import type { KeyCodec, KeyEncoding, KeyOf } from './key.js';
import { OrderedKeyCodec } from './ordered-key-codec.js';
import { Utf8KeyCodec } from './utf8-key-codec.js';

/** A new codec. An unknown name is a TypeError. */
export function keyCodec<E extends KeyEncoding>(name: E): KeyCodec<KeyOf<E>>;
export function keyCodec(name: KeyEncoding): OrderedKeyCodec | Utf8KeyCodec | BinaryKeyCodec {
  switch (name) {
    case 'ordered':
      return new OrderedKeyCodec();
    case 'utf8':
      return new Utf8KeyCodec();
    case 'binary':
      return new BinaryKeyCodec();
    default:
      throw new TypeError(`the key encoding must be 'ordered', 'utf8' or 'binary'`);
  }
}
