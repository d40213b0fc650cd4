// Decoding ordered keys: exact round trip, and bytes that no key is encoded as.

import test from 'ava';
import fc from 'fast-check';

import { isLaneError } from '../../src/errors.js';
import type { Key } from '../../src/keys/key.js';
import { OrderedKeyCodec } from '../../src/keys/ordered-key-codec.js';
import { decodeOrdered } from '../../src/keys/ordered-key-decoder.js';
import { anyKey, asDecoded } from '../support/any-key.js';
import { checkProperty } from '../support/property.js';
import { bytesOf, FILLER, sharedViews, viewsHolding } from '../support/shared-views.js';

const codec = new OrderedKeyCodec();
const scratch = new DataView(new ArrayBuffer(8));

function decode(bytes: Uint8Array): Key {
  return decodeOrdered(viewsHolding(bytes, 61), 61, 61 + bytes.length, scratch);
}

function encoded(key: Key): Buffer {
  const memory = sharedViews();
  return bytesOf(memory, 8, 8 + codec.encode(key, memory, 8));
}

test('every key comes back, as its own copy', (t) => {
  const memory = sharedViews();
  const property = fc.property(anyKey, (key) => {
    const length = codec.encode(key, memory, 8);
    const decoded = codec.decode(memory, 8, 8 + length);
    memory.bytes.fill(FILLER);
    t.deepEqual(decoded, asDecoded(key));
  });
  checkProperty(t, property, 2000);
});

test('bytes decode only if they are what their key is encoded as', (t) => {
  const damaged = fc
    .tuple(anyKey, fc.nat(), fc.integer({ min: 0, max: 255 }))
    .map(([key, at, byte]) => {
      const bytes = encoded(key);
      bytes[at % bytes.length] = byte;
      return bytes;
    });
  const cut = fc.tuple(anyKey, fc.nat()).map(([key, at]) => {
    const bytes = encoded(key);
    return bytes.subarray(0, at % bytes.length);
  });
  const tagged = fc.tuple(
    fc.constantFrom(0, 0x10, 0x18, 0x20, 0x28, 0x30, 0x38, 0x40, 0x48, 0x48),
    fc.array(fc.constantFrom(0, 1, 2, 0x10, 0x20, 0x28, 0x30, 0x40, 0x48, 0x80, 0x7f, 0xff), {
      maxLength: 30,
    }),
  );
  const anyWrong = fc.oneof(
    damaged,
    cut,
    fc.uint8Array({ maxLength: 40 }),
    tagged.map(([tag, rest]) => Uint8Array.from([tag, ...rest])),
  );
  const property = fc.property(anyWrong, (bytes) => {
    let key: Key;
    try {
      key = decode(bytes);
    } catch (error) {
      if (isLaneError(error, 'CORRUPT')) return true;
      throw error;
    }
    return encoded(key).equals(bytes);
  });
  checkProperty(t, property, 5000);
});

test('what follows the end is not looked at', (t) => {
  const property = fc.property(anyKey, fc.uint8Array({ maxLength: 20 }), (key, behind) => {
    const bytes = encoded(key);
    const memory = viewsHolding(Buffer.concat([bytes, behind]), 64);
    t.deepEqual(decodeOrdered(memory, 64, 64 + bytes.length, scratch), asDecoded(key));
  });
  checkProperty(t, property, 500);
});

test('each way of being wrong is refused', (t) => {
  const wrong = [
    '', // nothing
    '00', // no type
    '1000', // bytes behind the end
    '207ff0000000', // a number cut off
    '20fff8000000000000', // NaN
    '207fffffffffffffff', // negative zero
    '3820', // a Date cut off
    '38bfe0000000000000', // half a millisecond
    '38fff0000000000000', // a Date at infinity
    '28', // a bigint without length
    '288002ff', // a bigint cut off
    '28800100', // a padded bigint
    '287fff', // a negative bigint of no bytes
    '30ff', // not UTF-8
    '30eda080', // a surrogate in UTF-8
    '483061', // a string without end
    '48306101', // an escape without end
    '4830610300', // a control character that is fine
    '4830010300', // an unknown escape
    '4848', // an array without end
    '4800', // an end at the top
  ];
  for (const hex of wrong) {
    const bytes = Buffer.from(hex, 'hex');
    if (hex === '4830610300') t.deepEqual(decode(bytes), ['a\u0003']);
    else t.throws(() => decode(bytes), { code: 'CORRUPT' }, hex);
  }
  t.throws(() => decode(Buffer.alloc(1025, 0x48)), { code: 'CORRUPT' });
  t.throws(() => decode(Buffer.alloc(33, 0x48)), { code: 'CORRUPT' });
  t.notThrows(() => decode(Buffer.concat([Buffer.alloc(32, 0x48), Buffer.alloc(31)])));
});
