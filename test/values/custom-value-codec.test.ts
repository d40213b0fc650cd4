// Encodings of the caller's own: believed only as far as checked.

import test from 'ava';

import { CustomValueCodec } from '../../src/values/custom-value-codec.js';
import type { CustomValueEncoding } from '../../src/values/value.js';
import {
  decodedValue,
  encodedValue,
  roundTrip,
  writtenValue,
} from '../support/value-round-trip.js';

const numbers: CustomValueEncoding<number> = {
  name: 'numbers',
  encode: (value) => Buffer.from(String(value)),
  decode: (bytes) => Number(Buffer.from(bytes).toString()),
};

test('values go through the encoder and the decoder, called on their object', (t) => {
  const codec = new CustomValueCodec(numbers);
  t.is(codec.name, 'numbers');
  t.is(roundTrip(codec, 1.5), 1.5);
  t.is(writtenValue(codec, 1.5, 100), undefined);
  class Shifted {
    shift = 3;
    encode(value: number): Uint8Array {
      return Uint8Array.of(value + this.shift);
    }
    decode(bytes: Uint8Array): number {
      return (bytes[0] ?? 0) - this.shift;
    }
  }
  t.is(new CustomValueCodec(new Shifted()).name, 'custom');
  t.is(roundTrip(new CustomValueCodec(new Shifted()), 7), 7);
});

test('the decoder may keep the bytes it is given', (t) => {
  const codec = new CustomValueCodec<Uint8Array>({
    encode: (value) => value,
    decode: (bytes) => bytes,
  });
  const first = roundTrip(codec, Uint8Array.of(1, 2));
  const second = roundTrip(codec, Uint8Array.of(3, 4));
  t.deepEqual([first, second], [Uint8Array.of(1, 2), Uint8Array.of(3, 4)]);
});

test('an encoder that returns no Uint8Array is named', (t) => {
  const results = ['text', undefined, null, [1], Promise.resolve(), new Uint16Array(1)];
  for (const result of results) {
    const encode = (): Uint8Array => result as unknown as Uint8Array;
    const codec = new CustomValueCodec({ name: 'broken', encode, decode: () => 1 });
    t.throws(() => encodedValue(codec, 1), {
      instanceOf: TypeError,
      message: /the value encoder 'broken' returned .*; it must return a Uint8Array/,
    });
  }
});

test('an encoder that throws is passed on, and undefined never reaches it', (t) => {
  const error = new Error('mine');
  const encode = (): Uint8Array => {
    throw error;
  };
  const codec = new CustomValueCodec<unknown>({ encode, decode: () => 1 });
  t.is(
    t.throws(() => codec.encode(1)),
    error,
  );
  t.throws(() => codec.encode(undefined), { instanceOf: TypeError });
});

test('a decoder that throws or gives undefined makes the value corrupt', (t) => {
  const cause = new Error('mine');
  const decode = (bytes: Uint8Array): number => {
    if (bytes.length === 0) throw cause;
    return undefined as unknown as number;
  };
  const codec = new CustomValueCodec({ encode: () => Uint8Array.of(1), decode });
  t.is(t.throws(() => decodedValue(codec, Uint8Array.of()), { code: 'CORRUPT' })?.cause, cause);
  t.throws(() => decodedValue(codec, Uint8Array.of(1)), { code: 'CORRUPT' });
});
