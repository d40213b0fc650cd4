// The first page of tree and value files: identity of store and file, and nothing else.

import test from 'ava';

import { crc32 } from '../../src/codec/crc32.js';
import {
  decodeTreeHeader,
  decodeValueFileHeader,
  encodeTreeHeader,
  encodeValueFileHeader,
} from '../../src/format/tree-file.js';

const storeId = Uint8Array.from({ length: 16 }, (_, index) => index);

test('a header says whose file it is, and which', (t) => {
  t.deepEqual(decodeTreeHeader(encodeTreeHeader(storeId, crc32), crc32), { storeId });
  for (const id of [1, 8388607, 8388609, 63 * 8388608 + 8388607]) {
    const header = encodeValueFileHeader(storeId, id, crc32);
    t.deepEqual(decodeValueFileHeader(header, crc32), { storeId, id });
  }
});

test('a header of the other kind is refused', (t) => {
  t.is(decodeTreeHeader(encodeValueFileHeader(storeId, 1, crc32), crc32), 'kind');
  t.is(decodeValueFileHeader(encodeTreeHeader(storeId, crc32), crc32), 'kind');
});

test('a value file without a number is refused', (t) => {
  t.is(decodeValueFileHeader(encodeValueFileHeader(storeId, 8388608, crc32), crc32), 'fields');
});

test('every changed byte of the header area is found', (t) => {
  const header = encodeTreeHeader(storeId, crc32);
  for (let byte = 0; byte < header.length; byte++) {
    header[byte]! ^= 0x10;
    t.is(typeof decodeTreeHeader(header, crc32), 'string', `byte ${byte}`);
    header[byte]! ^= 0x10;
  }
  t.is(decodeTreeHeader(header.subarray(0, 4095), crc32), 'short');
});
