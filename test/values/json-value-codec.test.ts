// The value encoding 'json'.

import test from 'ava';
import fc from 'fast-check';

import { JsonValueCodec } from '../../src/values/json-value-codec.js';
import { checkProperty } from '../support/property.js';
import { decodedValue, roundTrip, writtenValue } from '../support/value-round-trip.js';

const codec = new JsonValueCodec();

test('what JSON can say comes back as JSON.parse makes it', (t) => {
  const property = fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
    t.deepEqual(roundTrip(codec, value), JSON.parse(JSON.stringify(value)));
  });
  checkProperty(t, property, 500);
});

test('lone surrogates survive, because JSON escapes them', (t) => {
  t.is(roundTrip(codec, 'a\ud800'), 'a\ud800');
});

test('what JSON has no form for is refused', (t) => {
  for (const value of [undefined, () => 1, Symbol('s'), 5n, { a: 5n }]) {
    t.throws(() => codec.encode(value), { instanceOf: TypeError });
  }
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  t.throws(() => codec.encode(cyclic), { instanceOf: TypeError });
  t.is(writtenValue(codec, 'a', 100), undefined);
});

test('bytes that are no JSON are corrupt, with the cause', (t) => {
  for (const text of ['', '{', '[1,]', 'undefined', '"\xff']) {
    const bytes = Buffer.from(text, 'latin1');
    const error = t.throws(() => decodedValue(codec, bytes), { code: 'CORRUPT' });
    t.true(error?.cause instanceof Error, text);
  }
});
