// The value encoding 'utf8'.

import test from 'ava';
import fc from 'fast-check';

import { Utf8ValueCodec } from '../../src/values/utf8-value-codec.js';
import { anyText } from '../support/any-key.js';
import { checkProperty } from '../support/property.js';
import {
  decodedValue,
  encodedValue,
  roundTrip,
  writtenValue,
} from '../support/value-round-trip.js';

const codec = new Utf8ValueCodec();

test('strings come back', (t) => {
  const property = fc.property(anyText, (value) => {
    const bytes = encodedValue(codec, value);
    t.is(roundTrip(codec, value), value);
    t.deepEqual(writtenValue(codec, value, bytes.length), Uint8Array.from(bytes));
    if (bytes.length > 0) t.is(writtenValue(codec, value, bytes.length - 1), undefined);
  });
  checkProperty(t, property, 500);
});

test('a string of a megabyte comes back', (t) => {
  t.true(roundTrip(codec, '\u20acx'.repeat(250_000)) === '\u20acx'.repeat(250_000));
});

test('lone surrogates and other types are refused', (t) => {
  t.throws(() => codec.encode('a\ud800'), { instanceOf: TypeError, message: /lone surrogate/ });
  t.is(writtenValue(codec, 'a\ud800', 100), undefined);
  for (const value of [undefined, null, 5, Buffer.from('a')]) {
    t.throws(() => codec.encode(value as unknown as string), { instanceOf: TypeError });
    t.is(writtenValue(codec, value as unknown as string, 100), undefined);
  }
});

test('bytes that are not UTF-8 are corrupt', (t) => {
  t.throws(() => decodedValue(codec, Uint8Array.from([0x61, 0xff])), { code: 'CORRUPT' });
});
