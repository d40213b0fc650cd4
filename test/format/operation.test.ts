// The first word of an operation: what goes in comes out, and where the key begins.

import test from 'ava';

import {
  EXTENSION_BYTES,
  FLAG_CHUNKED,
  FLAG_ERA,
  FLAG_EXPIRY,
  FLAG_POINTER,
  FLAG_SUBLEVEL,
  flagsOf,
  KIND_BATCH,
  KIND_CHECKPOINT,
  KIND_COMMIT,
  KIND_DELETE,
  KIND_ENTRY,
  KIND_EPOCH_BARRIER,
  KIND_NO_OP,
  KIND_OVERSIZE_BATCH,
  KIND_PUT,
  KIND_ROTATION_TRAILER,
  keyBytesOf,
  keyDistanceOf,
  kindOf,
  kindWord,
  OPERATION_HEADER_BYTES,
} from '../../src/format/operation.js';

const KINDS = [
  KIND_PUT,
  KIND_DELETE,
  KIND_BATCH,
  KIND_COMMIT,
  KIND_EPOCH_BARRIER,
  KIND_CHECKPOINT,
  KIND_NO_OP,
  KIND_ROTATION_TRAILER,
  KIND_OVERSIZE_BATCH,
  KIND_ENTRY,
];

test('the numbers of kinds and flags never change', (t) => {
  t.deepEqual(KINDS, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  const flags = [FLAG_ERA, FLAG_EXPIRY, FLAG_SUBLEVEL, FLAG_POINTER, FLAG_CHUNKED];
  t.deepEqual(flags, [1, 2, 4, 16, 32]);
});

test('the first word gives kind, flags and key length back', (t) => {
  for (const kind of KINDS) {
    for (const flags of [0, FLAG_ERA]) {
      for (const keyBytes of [0, 1, 255, 256, 1024, 65535]) {
        const word = kindWord(kind, flags, keyBytes);
        t.deepEqual([kindOf(word), flagsOf(word), keyBytesOf(word)], [kind, flags, keyBytes]);
        t.is(word, word | 0);
      }
    }
  }
});

test('the first word has these bytes', (t) => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, kindWord(KIND_DELETE, FLAG_ERA, 0x0203), true);
  t.deepEqual([...bytes], [0x12, 0x01, 0x03, 0x02]);
});

test('the key begins behind the header and its extensions', (t) => {
  t.is(keyDistanceOf(kindWord(KIND_PUT, 0, 9)), OPERATION_HEADER_BYTES);
  const withEra = keyDistanceOf(kindWord(KIND_PUT, FLAG_ERA, 9));
  t.is(withEra, OPERATION_HEADER_BYTES + EXTENSION_BYTES);
  for (let words = 0; words < 16; words++) {
    t.is(keyDistanceOf(KIND_PUT | (words << 4) | 0x7fff0000), 16 + words * 8);
  }
});
