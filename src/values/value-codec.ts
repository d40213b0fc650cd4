// The value codec of each value encoding. Every store has its own.

import { BinaryValueCodec } from './binary-value-codec.js';
import { CustomValueCodec } from './custom-value-codec.js';
import { JsonValueCodec } from './json-value-codec.js';
import { MsgpackValueCodec } from './msgpack-value-codec.js';
import { Utf8ValueCodec } from './utf8-value-codec.js';
import type { CustomValueEncoding, ValueCodec, ValueEncoding, ValueOf } from './value.js';

const EXPECTED =
  `the value encoding must be 'msgpack', 'json', 'utf8', 'binary' ` +
  'or an object with the functions encode and decode';

/** A new codec. An unknown name or an incomplete encoding is a TypeError. */
export function valueCodec<E extends ValueEncoding>(encoding: E): ValueCodec<ValueOf<E>>;
export function valueCodec(encoding: ValueEncoding): unknown {
  switch (encoding) {
    case 'msgpack':
      return new MsgpackValueCodec();
    case 'json':
      return new JsonValueCodec();
    case 'utf8':
      return new Utf8ValueCodec();
    case 'binary':
      return new BinaryValueCodec();
    default:
      return customCodec(encoding);
  }
}

function customCodec(encoding: unknown): CustomValueCodec<unknown> {
  if (typeof encoding !== 'object' || encoding === null) throw new TypeError(EXPECTED);
  const { encode, decode, name } = encoding as Partial<CustomValueEncoding<unknown>>;
  if (typeof encode !== 'function' || typeof decode !== 'function') throw new TypeError(EXPECTED);
  if (name !== undefined && typeof name !== 'string') {
    throw new TypeError('the name of a value encoding must be a string');
  }
  return new CustomValueCodec(encoding as CustomValueEncoding<unknown>);
}
