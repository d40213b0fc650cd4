// The types of values follow the encoding: this file does not compile if they do not.

import test from 'ava';

import type { CustomValueEncoding, ValueCodec, ValueOf } from '../../src/values/value.js';
import { valueCodec } from '../../src/values/value-codec.js';

type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

interface Point {
  x: number;
}

/** Compiles only if every element is true. */
function holds(...facts: true[]): number {
  return facts.length;
}

test('the types of values follow the encoding', (t) => {
  const points: CustomValueEncoding<Point> = {
    encode: (value) => Uint8Array.of(value.x),
    decode: (bytes) => ({ x: bytes[0] ?? 0 }),
  };
  const custom = valueCodec(points);
  const inferred = valueCodec({
    encode: (value: Point) => Uint8Array.of(value.x),
    decode: (bytes: Uint8Array): Point => ({ x: bytes[0] ?? 0 }),
  });
  const utf8 = valueCodec('utf8');
  const binary = valueCodec('binary');
  const json = valueCodec('json');
  const msgpack = valueCodec('msgpack');
  const facts = holds(
    true satisfies Same<typeof custom, ValueCodec<Point>>,
    true satisfies Same<typeof inferred, ValueCodec<Point>>,
    true satisfies Same<typeof utf8, ValueCodec<string>>,
    true satisfies Same<typeof binary, ValueCodec<Uint8Array>>,
    true satisfies Same<typeof json, ValueCodec<unknown>>,
    true satisfies Same<typeof msgpack, ValueCodec<unknown>>,
    true satisfies Same<ValueOf<CustomValueEncoding<bigint>>, bigint>,
  );
  t.is(facts, 7);
});

test('values of another type do not compile', (t) => {
  const utf8 = valueCodec('utf8');
  const binary = valueCodec('binary');
  // @ts-expect-error a number is no string
  t.throws(() => utf8.encode(5));
  // @ts-expect-error a string is no Uint8Array
  t.throws(() => binary.encode('a'));
  // @ts-expect-error there is no such encoding
  t.throws(() => valueCodec('xml'));
});
