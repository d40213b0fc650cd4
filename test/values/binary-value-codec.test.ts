// The value encoding 'binary'.

import test from 'ava';
import fc from 'fast-check';

import { BinaryValueCodec } from '../../src/values/binary-value-codec.js';
import { checkProperty } from '../support/property.js';
import { sharedViews } from '../support/shared-views.js';
import { encodedValue, roundTrip, writtenValue } from '../support/value-round-trip.js';

const codec = new BinaryValueCodec();

test('bytes come back as a plain Uint8Array of their own', (t) => {
  const property = fc.property(fc.uint8Array({ maxLength: 3000 }), (value) => {
    t.deepEqual(roundTrip(codec, value), value);
    t.deepEqual(roundTrip(codec, Buffer.from(value)), value);
  });
  checkProperty(t, property);
});

test('a view into a larger buffer is taken for what it shows', (t) => {
  const whole = Uint8Array.from([1, 2, 3, 4, 5]);
  t.deepEqual(roundTrip(codec, whole.subarray(1, 3)), Uint8Array.from([2, 3]));
});

test('writeInto writes what encode gives, if there is room', (t) => {
  const value = Uint8Array.from([1, 2, 3]);
  t.deepEqual(writtenValue(codec, value, 3), encodedValue(codec, value));
  t.is(writtenValue(codec, value, 2), undefined);
  t.is(writtenValue(codec, 'abc' as unknown as Uint8Array, 10), undefined);
});

test('writeInto writes a long value to any offset, and nothing beside it', (t) => {
  const memory = sharedViews(8192);
  for (const length of [0, 1, 511, 512, 513, 514, 4000]) {
    const value = Uint8Array.from({ length: length + 3 }, (_, index) => index + 1).subarray(3);
    for (let start = 16; start < 24; start++) {
      memory.bytes.fill(0xee);
      t.is(codec.writeInto(value, memory, start, start + length), length);
      t.is(Buffer.compare(memory.bytes.slice(start, start + length), value), 0);
      t.true(memory.bytes.subarray(0, start).every((byte) => byte === 0xee));
      t.true(memory.bytes.subarray(start + length).every((byte) => byte === 0xee));
    }
  }
});

test('other types are refused', (t) => {
  for (const value of [undefined, null, 'a', [1], new Uint16Array(1), new ArrayBuffer(1)]) {
    t.throws(() => codec.encode(value as unknown as Uint8Array), { instanceOf: TypeError });
  }
});
