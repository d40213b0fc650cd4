// The value encoding 'msgpack': what is put in comes back, or is refused.

import test from 'ava';
import fc from 'fast-check';
import { unpack } from 'msgpackr';

import { isLaneError } from '../../src/errors.js';
import { MsgpackValueCodec } from '../../src/values/msgpack-value-codec.js';
import { anyValue } from '../support/any-value.js';
import { checkProperty } from '../support/property.js';
import { sharedViews, viewsHolding } from '../support/shared-views.js';
import {
  decodedValue,
  encodedValue,
  roundTrip,
  writtenValue,
} from '../support/value-round-trip.js';

const codec = new MsgpackValueCodec();

test('any value comes back as it was, sharing no memory', (t) => {
  const property = fc.property(
    anyValue.filter((value) => value !== undefined),
    (value) => {
      t.deepEqual(roundTrip(codec, value), value);
    },
  );
  checkProperty(t, property, 2000);
});

test('a decoded value stays as it is while others are decoded', (t) => {
  const make = (byte: number): unknown => ({
    buffer: Buffer.alloc(100, byte),
    bytes: new Uint8Array(20).fill(byte),
    numbers: new Float64Array(3).fill(byte),
    map: new Map([[1, Buffer.alloc(9, byte)]]),
  });
  const first = roundTrip(codec, make(1));
  const second = roundTrip(codec, make(2));
  t.deepEqual([first, second], [make(1), make(2)]);
});

test('large and long values come back', (t) => {
  const values = [
    'x'.repeat(100_000),
    '\ufeff'.repeat(40_000),
    '\u20ac'.repeat(40_000),
    new Uint8Array(200_000).fill(7),
    Array.from({ length: 70_000 }, (_, index) => index),
    Object.fromEntries(Array.from({ length: 70_000 }, (_, index) => [`k${index}`, -index])),
    new Map(Array.from({ length: 70_000 }, (_, index) => [index, String(index)])),
    1n << 5000n,
    -(1n << 70_000n),
  ];
  for (const value of values) t.deepEqual(roundTrip(codec, value), value);
  t.deepEqual(roundTrip(codec, values), values);
});

test('dates of all times come back', (t) => {
  for (const time of [
    0, -1, 1, 999, 4294967295999, 4294967296000, 17179869184001, 8.64e15, -8.64e15,
  ]) {
    t.deepEqual(roundTrip(codec, new Date(time)), new Date(time));
  }
});

test('an object of a class comes back as a plain one, and toJSON is not asked', (t) => {
  class Point {
    x = 1;
    y = [2];
    toJSON(): string {
      return 'asked';
    }
  }
  t.deepEqual(roundTrip(codec, new Point()), { x: 1, y: [2] });
  class Table extends Map<number, number> {}
  t.deepEqual(roundTrip(codec, new Table([[1, 2]])), new Map([[1, 2]]));
  t.deepEqual(roundTrip(codec, Object.assign(Object.create(null), { a: 1 })), { a: 1 });
});

test('ordinary values are plain MessagePack that others read', (t) => {
  const value = { id: 5, name: 'x', tags: ['a', 'b'], at: new Date(1000), none: null };
  t.deepEqual(unpack(encodedValue(codec, value)), value);
  t.deepEqual([...encodedValue(codec, { a: [1, -1] })], [0x81, 0xa1, 0x61, 0x92, 1, 0xff]);
  t.deepEqual([...encodedValue(codec, new Map([['a', 1]]))], [0xc1, 0x93, 1, 0xa1, 0x61, 1]);
});

test('what cannot be kept is refused, and the codec goes on', (t) => {
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  t.throws(() => codec.encode(undefined), { instanceOf: TypeError, message: /missing key/ });
  t.throws(() => codec.encode({ a: () => 1 }), { instanceOf: TypeError, message: /function/ });
  t.throws(() => codec.encode([Symbol('s')]), { instanceOf: TypeError, message: /symbol/ });
  t.throws(() => codec.encode(cyclic), { instanceOf: RangeError, message: /contains itself/ });
  t.is(roundTrip(codec, 'next'), 'next');
  t.is(writtenValue(codec, 'a', 100), undefined);
});

test('a getter that throws is passed on, and one that changes its mind drops nothing', (t) => {
  const error = new Error('mine');
  const throwing = Object.defineProperty({}, 'a', {
    enumerable: true,
    get: () => {
      throw error;
    },
  });
  t.is(
    t.throws(() => codec.encode(throwing)),
    error,
  );
  let calls = 0;
  const get = (): unknown => (calls++ === 0 ? 1 : () => 1);
  const changing = Object.defineProperty({}, 'a', { enumerable: true, get });
  t.throws(() => codec.encode(changing), { instanceOf: TypeError, message: /function/ });
  t.deepEqual(roundTrip(codec, { a: 1 }), { a: 1 });
});

test('a getter may use another codec while a value is encoded', (t) => {
  const other = new MsgpackValueCodec();
  const get = (): unknown => roundTrip(other, { inner: ['x', 1.5] });
  const value = Object.defineProperty({ a: 'before', z: 'after' }, 'm', { enumerable: true, get });
  t.deepEqual(roundTrip<unknown>(codec, value), {
    a: 'before',
    z: 'after',
    m: { inner: ['x', 1.5] },
  });
});

test('encoded bytes stand while other codecs encode', (t) => {
  const other = new MsgpackValueCodec();
  codec.encode('first value');
  for (let index = 0; index < 2000; index++) other.encode(`another ${index}`);
  const bytes = Uint8Array.from(codec.encoded.subarray(codec.encodedStart, codec.encodedEnd));
  t.is(decodedValue(codec, bytes), 'first value');
});

test('damaged bytes are corrupt or another value, never an endless loop or bytes from outside', (t) => {
  const damaged = fc
    .tuple(
      anyValue.filter((value) => value !== undefined),
      fc.nat(),
      fc.integer({ min: 0, max: 255 }),
    )
    .map(([value, at, byte]) => {
      const bytes = Uint8Array.from(encodedValue(codec, value));
      bytes[at % bytes.length] = byte;
      return bytes;
    });
  const leading = fc.tuple(fc.integer({ min: 0x80, max: 0xff }), fc.uint8Array({ maxLength: 30 }));
  const anyWrong = fc.oneof(
    damaged,
    fc.uint8Array({ maxLength: 60 }),
    leading.map(([first, rest]) => Uint8Array.from([first, ...rest])),
  );
  const property = fc.property(anyWrong, (bytes) => {
    try {
      decodedValue(codec, bytes);
    } catch (error) {
      if (!isLaneError(error, 'CORRUPT') || !(error.cause instanceof Error)) throw error;
    }
    t.is(roundTrip(codec, 'next'), 'next');
  });
  checkProperty(t, property, 3000);
});

test('every cut of a value is corrupt, even where the rest lies right behind', (t) => {
  const value = {
    name: 'x'.repeat(40),
    list: [1, 2.5, new Date(5)],
    map: new Map([['a', Buffer.from('b')]]),
  };
  const bytes = Uint8Array.from(encodedValue(codec, value));
  const memory = viewsHolding(bytes);
  t.deepEqual(codec.decode(memory, 64, 64 + bytes.length), value);
  for (let count = 0; count < bytes.length; count++) {
    t.throws(() => codec.decode(memory, 64, 64 + count), { code: 'CORRUPT' });
  }
  t.throws(() => codec.decode(memory, 64, 64 + bytes.length + 1), { code: 'CORRUPT' });
});

test('lengths beyond the end and deep nesting are refused at once', (t) => {
  for (const hex of [
    'dd7fffffff',
    'df7fffffff',
    'dbffffffff',
    'c6ffffffff',
    'c97fffffff42',
    'c1dd7fffffff',
  ]) {
    t.throws(() => decodedValue(codec, Buffer.from(hex, 'hex')), { code: 'CORRUPT' });
  }
  const memory = sharedViews(1 << 20);
  memory.bytes.fill(0x91);
  t.throws(() => codec.decode(memory, 0, 1 << 20), { code: 'CORRUPT' });
  t.is(roundTrip(codec, 5), 5);
});
