// The 64 bytes at the start of every file: golden bytes, every bit, and which problem is named.

import test from 'ava';

import { crc32 } from '../../src/codec/crc32.js';
import {
  decodeFileHeader,
  encodeFileHeader,
  FILE_HEADER_BYTES,
  type FileHeader,
  isSameStore,
  KIND_SEGMENT,
  KIND_TREE,
  mayBeginFile,
  sealFileHeader,
  storeIdText,
  versionOf,
} from '../../src/format/file-header.js';
import { flipEveryBit } from '../support/bits.js';
import { bytesOf, hexOf } from '../support/record-codec.js';

const STORE_ID = bytesOf('000102030405060708090a0b0c0d0e0f');
const HEADER: FileHeader = {
  kind: KIND_SEGMENT,
  headerBytes: 4096,
  storeId: STORE_ID,
  identityA: 3,
  identityB: 0x01020304,
};
const GOLDEN =
  '4c616e6544421a0a 0100 0200 00100000 000102030405060708090a0b0c0d0e0f 03000000 04030201'.replaceAll(
    ' ',
    '',
  );

function sealed(header = HEADER, start = 0): Uint8Array {
  const bytes = new Uint8Array(start + FILE_HEADER_BYTES);
  encodeFileHeader(bytes, start, header);
  sealFileHeader(bytes, start, crc32);
  return bytes;
}

/** Changes bytes and makes the checksum fit again. */
function changed(at: number, values: number[]): Uint8Array {
  const bytes = sealed();
  bytes.set(values, at);
  sealFileHeader(bytes, 0, crc32);
  return bytes;
}

test('a header has these bytes', (t) => {
  const bytes = sealed();
  t.is(hexOf(bytes.subarray(0, 40)), GOLDEN);
  t.is(hexOf(bytes.subarray(40, 60)), '00'.repeat(20));
  t.is(new DataView(bytes.buffer).getUint32(60, true), crc32(bytes, 0, 60));
});

test('a header is read back, wherever it stands', (t) => {
  for (const start of [0, 64, 4096]) {
    t.deepEqual(decodeFileHeader(sealed(HEADER, start), start, KIND_SEGMENT, crc32), HEADER);
  }
});

test('every flipped bit is detected', (t) => {
  const bytes = sealed();
  flipEveryBit(bytes, 0, FILE_HEADER_BYTES, (bit) => {
    const expected = Number(/\d+/.exec(bit)![0]) < 8 ? 'magic' : 'checksum';
    t.is(decodeFileHeader(bytes, 0, KIND_SEGMENT, crc32), expected, bit);
  });
});

test('what is wrong with a header is named', (t) => {
  t.is(decodeFileHeader(sealed().subarray(0, 63), 0, KIND_SEGMENT, crc32), 'short');
  t.is(decodeFileHeader(sealed(), 1, KIND_SEGMENT, crc32), 'short');
  t.is(decodeFileHeader(new Uint8Array(64), 0, KIND_SEGMENT, crc32), 'zero');
  t.is(decodeFileHeader(new Uint8Array(64).fill(0, 0, 63).fill(1, 63), 0, 2, crc32), 'magic');
  t.is(decodeFileHeader(changed(8, [2, 0]), 0, KIND_SEGMENT, crc32), 'version');
  t.is(decodeFileHeader(changed(8, [0, 0]), 0, KIND_SEGMENT, crc32), 'version');
  t.is(decodeFileHeader(sealed(), 0, KIND_TREE, crc32), 'kind');
  t.is(decodeFileHeader(changed(10, [0, 0]), 0, KIND_SEGMENT, crc32), 'kind');
});

test('the version is read from a header of any version, and only from a header', (t) => {
  t.is(versionOf(sealed(), 0), 1);
  t.is(versionOf(changed(8, [0x34, 0x12]), 0), 0x1234);
  t.is(versionOf(sealed(HEADER, 64), 64), 1);
  t.is(versionOf(new Uint8Array(64), 0), 0);
  t.is(versionOf(new Uint8Array(64).fill(9), 0), 0);
  t.is(versionOf(sealed().subarray(0, 63), 0), 0);
  t.is(versionOf(new Uint8Array(), 0), 0);
});

test('a store id of another length is refused before it overwrites anything', (t) => {
  t.throws(() => sealed({ ...HEADER, storeId: new Uint8Array(17) }), { message: /store id/ });
});

test('store ids are compared and shown whole', (t) => {
  t.is(storeIdText(STORE_ID), '000102030405060708090a0b0c0d0e0f');
  t.true(isSameStore(STORE_ID, Uint8Array.from(STORE_ID)));
  const other = Uint8Array.from(STORE_ID);
  other[15] = 0x1f;
  t.false(isSameStore(STORE_ID, other));
});

test('the first bytes of a file of ours are told, also when few are there', (t) => {
  const bytes = sealed();
  for (let length = 0; length <= bytes.length; length++) {
    t.true(mayBeginFile(bytes.subarray(0, length)));
    t.true(mayBeginFile(new Uint8Array(length)));
    if (length === 0) continue;
    const other = bytes.slice(0, length);
    other[Math.min(length, 8) - 1]! ^= 1;
    t.false(mayBeginFile(other), `${length} bytes`);
  }
});
