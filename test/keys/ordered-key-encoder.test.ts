// Encoding ordered keys: order, limits and refusals.

import test from 'ava';
import fc from 'fast-check';

import type { Key } from '../../src/keys/key.js';
import { OrderedKeyCodec } from '../../src/keys/ordered-key-codec.js';
import { encodeOrdered } from '../../src/keys/ordered-key-encoder.js';
import { anyKey, anyScalarKey, anyText, compareKeys } from '../support/any-key.js';
import { checkProperty } from '../support/property.js';
import { bytesOf, FILLER, sharedViews } from '../support/shared-views.js';

const codec = new OrderedKeyCodec();
const memory = sharedViews();

function encoded(key: unknown): Buffer {
  const length = codec.encode(key as Key, memory, 64);
  return bytesOf(memory, 64, 64 + length);
}

test('the order of bytes is the order of keys', (t) => {
  const property = fc.property(anyKey, anyKey, (left, right) => {
    return Buffer.compare(encoded(left), encoded(right)) === compareKeys(left, right);
  });
  checkProperty(t, property, 3000);
});

test('keys that differ little are in order too, alone and within arrays', (t) => {
  const near = fc
    .tuple(anyText, anyText, anyScalarKey)
    .chain(([head, tail, other]) =>
      fc.tuple(
        fc.constantFrom<Key>(
          head,
          head + tail,
          [head],
          [head, other],
          [head + tail, other],
          [[head], other],
        ),
        fc.constantFrom<Key>(
          head,
          head + tail,
          [head],
          [head + tail],
          [[head, other]],
          [[head]],
          [[], head],
        ),
      ),
    );
  const property = fc.property(near, ([left, right]) => {
    return Buffer.compare(encoded(left), encoded(right)) === compareKeys(left, right);
  });
  checkProperty(t, property, 3000);
});

test('a string of 1,024 encoded bytes is a key, one byte more is not', (t) => {
  t.is(encoded('x'.repeat(1023)).length, 1024);
  t.is(encoded('\u20ac'.repeat(341)).length, 1024);
  const error = t.throws(() => encoded('x'.repeat(1024)), { instanceOf: RangeError });
  t.regex(error?.message ?? '', /"xxx.*has 1025 encoded bytes; the limit is 1024/);
  t.throws(() => encoded(`\u20ac${'x'.repeat(1021)}`), { message: /has 1025 encoded bytes/ });
  t.throws(() => encoded('\u20ac'.repeat(100_000)), { message: /has 300001 encoded bytes/ });
});

test('bytes and bigints have the same limit', (t) => {
  t.is(encoded(new Uint8Array(1023)).length, 1024);
  t.throws(() => encoded(new Uint8Array(1024)), { instanceOf: RangeError });
  const largest = (1n << (1021n * 8n)) - 1n;
  for (const sign of [1n, -1n]) {
    t.is(encoded(sign * largest).length, 1024);
    t.throws(() => encoded(sign * (largest + 1n)), { message: /has 1025 encoded bytes/ });
  }
});

test('within arrays every type meets the limit exactly, and nothing is written far behind it', (t) => {
  const filled = (length: number, last: Key): Key => ['x'.repeat(length), last];
  const elements: [Key, number][] = [
    [null, 1],
    [1.5, 9],
    [5n, 4],
    [(1n << 800n) - 1n, 103],
    ['ab', 4],
    ['\0', 4],
    ['\u20ac', 5],
    [new Date(0), 9],
    [new Uint8Array([0, 7]), 5],
    [[], 2],
    [[[[]]], 6],
  ];
  for (const [element, size] of elements) {
    // Tag of the array, tag and end of the string.
    const length = 1024 - 3 - size;
    t.is(encoded(filled(length, element)).length, 1024);
    memory.bytes.fill(FILLER);
    t.throws(() => encoded(filled(length + 1, element)), {
      message: /more than 1024 encoded bytes/,
    });
    for (let at = 64 + 1024 + 16; at < 64 + 1024 + 64; at++) t.is(memory.bytes[at], FILLER);
  }
});

test('deep nesting does not run past the limit unnoticed', (t) => {
  let nested: Key = [];
  for (let index = 0; index < 30; index++) nested = [nested];
  for (let length = 950; length < 1022; length++) {
    memory.bytes.fill(FILLER);
    const key = ['x'.repeat(length), nested];
    if (length + 3 + 62 <= 1024) t.is(encoded(key).length, length + 3 + 62);
    else t.throws(() => encoded(key), { instanceOf: RangeError });
    t.true(memory.bytes.subarray(64 + 1024 + 16).every((byte) => byte === FILLER));
  }
});

test('nothing is ever written further behind the limit than a key may leave free', (t) => {
  const anyLong = fc.tuple(fc.integer({ min: 980, max: 1030 }), fc.array(anyKey, { maxLength: 6 }));
  const property = fc.property(anyLong, ([length, rest]) => {
    memory.bytes.fill(FILLER);
    try {
      encoded(['x'.repeat(length), ...rest]);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    return memory.bytes.subarray(64 + 1024 + 16).every((byte) => byte === FILLER);
  });
  checkProperty(t, property, 1000);
});

test('32 arrays within each other are a key, 33 are not, nor is an array within itself', (t) => {
  const nested = (depth: number): Key => {
    let key: Key = 'core';
    for (let index = 0; index < depth; index++) key = [key];
    return key;
  };
  t.notThrows(() => encoded(nested(32)));
  t.throws(() => encoded(nested(33)), { instanceOf: RangeError, message: /limit of 32/ });
  const cyclic: unknown[] = ['a'];
  cyclic.push(cyclic, cyclic);
  t.throws(() => encoded(cyclic), { instanceOf: RangeError, message: /contains itself/ });
});

test('what is no key is a TypeError that names it, alone or within an array', (t) => {
  const revoked = Proxy.revocable([], {});
  revoked.revoke();
  const others = [
    undefined,
    Number.NaN,
    Symbol('s'),
    () => 1,
    {},
    new Map(),
    new Int8Array(2),
    new Date(Number.NaN),
    '\ud800',
    Object.create(Date.prototype),
    revoked.proxy,
  ];
  for (const key of others) {
    t.throws(() => encoded(key), { instanceOf: TypeError });
    t.throws(() => encoded([key]), { instanceOf: TypeError });
  }
  t.throws(() => encoded(undefined), { message: /the key is undefined; a key is null/ });
  // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested.
  t.throws(() => encoded([1, , 2]), { message: /element of the key is undefined/ });
});

test('no code of the caller runs for a key that is no array', (t) => {
  const trap = (): never => {
    throw new Error('user code ran');
  };
  const bytes = new Uint8Array([1, 2]);
  for (const name of ['length', 'byteLength', 'buffer', 'constructor', 'slice', 'subarray']) {
    Object.defineProperty(bytes, name, { get: trap });
  }
  t.is(encoded(bytes).toString('hex'), '400102');
  const date = Object.assign(new Date(0), { getTime: trap, valueOf: trap, toString: trap });
  t.is(encoded(date).toString('hex'), '388000000000000000');
  const handler = { get: trap, getPrototypeOf: trap, has: trap, ownKeys: trap };
  t.throws(() => encoded(new Proxy({}, handler)), { message: /the key is an object/ });
});

test('an element may encode another key with the same codec', (t) => {
  const other = sharedViews();
  const array: unknown[] = ['a', 0, 'c'];
  Object.defineProperty(array, 1, { get: () => codec.encode([1.5, 'x'], other, 0) });
  t.deepEqual(encoded(array), encoded(['a', codec.encode([1.5, 'x'], other, 0), 'c']));
});

test('the function behind the codec takes every type at the top', (t) => {
  const scratch = new DataView(new ArrayBuffer(8));
  t.is(encodeOrdered('abc', memory, 64, scratch), 68);
  t.is(encodeOrdered(null, memory, 64, scratch), 65);
});
