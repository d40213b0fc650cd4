// The key encoding 'utf8'.

import test from 'ava';
import fc from 'fast-check';

import { KEY_BYTES_MAX } from '../../src/keys/key.js';
import { Utf8KeyCodec } from '../../src/keys/utf8-key-codec.js';
import { anyText, compareKeys } from '../support/any-key.js';
import { checkProperty } from '../support/property.js';
import { bytesOf, FILLER, sharedViews, viewsHolding } from '../support/shared-views.js';

const codec = new Utf8KeyCodec();

function encoded(key: string): Buffer {
  const memory = sharedViews();
  return bytesOf(memory, 8, 8 + codec.encode(key, memory, 8));
}

test('strings come back, in the order of their code points', (t) => {
  const property = fc.property(anyText, anyText, (left, right) => {
    const memory = sharedViews();
    const length = codec.encode(left, memory, 8);
    const decoded = codec.decode(memory, 8, 8 + length);
    memory.bytes.fill(FILLER);
    const isOrdered = Buffer.compare(encoded(left), encoded(right)) === compareKeys(left, right);
    return decoded === left && isOrdered;
  });
  checkProperty(t, property, 1000);
});

test('the empty string is a key, and 1,024 bytes are the limit', (t) => {
  t.is(encoded('').length, 0);
  t.is(encoded('x'.repeat(KEY_BYTES_MAX)).length, KEY_BYTES_MAX);
  t.throws(() => encoded('x'.repeat(KEY_BYTES_MAX + 1)), { message: /has 1025 encoded bytes/ });
  t.throws(() => encoded(`${'\u20ac'.repeat(341)}xx`), { message: /has 1025 encoded bytes/ });
});

test('a prefix is what the strings begin with', (t) => {
  const memory = sharedViews();
  const length = codec.encodePrefix('ab', memory, 8);
  t.is(bytesOf(memory, 8, 8 + length).toString(), 'ab');
});

test('other types and lone surrogates are refused', (t) => {
  for (const key of [undefined, null, 1, new Uint8Array(1), ['a']]) {
    t.throws(() => encoded(key as unknown as string), { instanceOf: TypeError });
  }
  t.throws(() => encoded('a\ud800'), { instanceOf: TypeError, message: /lone surrogate/ });
});

test('bytes that are not UTF-8, or too many, are corrupt', (t) => {
  const memory = viewsHolding(Uint8Array.from([0xc3]));
  t.throws(() => codec.decode(memory, 64, 65), { code: 'CORRUPT' });
  t.throws(() => codec.decode(viewsHolding(Buffer.alloc(1025)), 64, 64 + 1025), {
    code: 'CORRUPT',
  });
});
