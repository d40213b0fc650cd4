// The key encoding 'binary'.

import test from 'ava';
import fc from 'fast-check';

import { BinaryKeyCodec } from '../../src/keys/binary-key-codec.js';
import { KEY_BYTES_MAX } from '../../src/keys/key.js';
import { checkProperty } from '../support/property.js';
import { FILLER, sharedViews } from '../support/shared-views.js';

const codec = new BinaryKeyCodec();

test('bytes come back as a plain Uint8Array of their own', (t) => {
  const property = fc.property(fc.uint8Array({ maxLength: 100 }), (key) => {
    const memory = sharedViews();
    const length = codec.encode(Buffer.from(key), memory, 8);
    const decoded = codec.decode(memory, 8, 8 + length);
    memory.bytes.fill(FILLER);
    t.deepEqual(decoded, key);
  });
  checkProperty(t, property);
});

test('no bytes are a key, and 1,024 are the limit', (t) => {
  const memory = sharedViews();
  t.is(codec.encode(new Uint8Array(0), memory, 8), 0);
  t.deepEqual(codec.decode(memory, 8, 8), new Uint8Array(0));
  t.is(codec.encode(new Uint8Array(KEY_BYTES_MAX), memory, 8), KEY_BYTES_MAX);
  t.throws(() => codec.encode(new Uint8Array(KEY_BYTES_MAX + 1), memory, 8), {
    instanceOf: RangeError,
    message: /has 1025 encoded bytes; the limit is 1024/,
  });
  t.throws(() => codec.decode(memory, 8, 8 + 1025), { code: 'CORRUPT' });
});

test('a prefix is itself, and padded like a key', (t) => {
  const memory = sharedViews();
  t.is(codec.encodePrefix(new Uint8Array([1, 2, 3]), memory, 8), 3);
  t.deepEqual([...memory.bytes.subarray(8, 13)], [1, 2, 3, 0, FILLER]);
});

test('other types are refused', (t) => {
  const memory = sharedViews();
  for (const key of [undefined, 'a', [1], new Uint16Array(1), new ArrayBuffer(1)]) {
    const call = (): number => codec.encode(key as unknown as Uint8Array, memory, 8);
    t.throws(call, { instanceOf: TypeError, message: /a key of the encoding 'binary'/ });
  }
});
