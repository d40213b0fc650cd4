// The codec of each value encoding.

import test from 'ava';

import type { ValueEncoding } from '../../src/values/value.js';
import { valueCodec } from '../../src/values/value-codec.js';
import { roundTrip } from '../support/value-round-trip.js';

test('each name gives a new codec of its own', (t) => {
  for (const name of ['msgpack', 'json', 'utf8', 'binary'] as const) {
    t.is(valueCodec(name).name, name);
    t.not(valueCodec(name) as unknown, valueCodec(name) as unknown);
  }
});

test('an encoding of the caller is taken', (t) => {
  const codec = valueCodec({
    encode: (value: number) => Uint8Array.of(value),
    decode: (bytes: Uint8Array) => bytes[0] ?? 0,
  });
  t.is(codec.name, 'custom');
  t.is(roundTrip(codec, 7), 7);
});

test('anything else is refused', (t) => {
  const encode = (): Uint8Array => new Uint8Array(0);
  for (const encoding of [
    'xml',
    null,
    undefined,
    5,
    {},
    { encode },
    { decode: encode, encode: 1 },
  ]) {
    const call = (): unknown => valueCodec(encoding as unknown as ValueEncoding);
    t.throws(call, { instanceOf: TypeError, message: /the value encoding must be 'msgpack'/ });
  }
  const unnamed = { encode, decode: encode, name: 5 } as unknown as ValueEncoding;
  t.throws(() => valueCodec(unnamed), { instanceOf: TypeError, message: /name/ });
});

test('undefined is a value of no encoding', (t) => {
  const custom = { encode: (): Uint8Array => new Uint8Array(0), decode: (): number => 1 };
  for (const encoding of ['msgpack', 'json', 'utf8', 'binary', custom] as const) {
    const codec = valueCodec(encoding as ValueEncoding);
    t.throws(() => codec.encode(undefined as never), {
      instanceOf: TypeError,
      message: /the value is undefined, which stands for a missing key/,
    });
  }
});
