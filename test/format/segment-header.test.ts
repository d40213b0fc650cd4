// The header of a segment: golden bytes, every bit of its 4,096 bytes, and every range.

import test from 'ava';
import fc from 'fast-check';

import { crc32 } from '../../src/codec/crc32.js';
import { sealFileHeader } from '../../src/format/file-header.js';
import {
  decodeSegmentHeader,
  encodeSegmentHeader,
  SEGMENT_BYTES_MAX,
  SEGMENT_HEADER_BYTES,
  SEGMENT_OPEN,
  SEGMENT_SEALED,
  type SegmentHeader,
} from '../../src/format/segment-header.js';
import { flipEveryBit } from '../support/bits.js';
import { checkProperty } from '../support/property.js';
import { bytesOf, hexOf } from '../support/record-codec.js';

const HEADER: SegmentHeader = {
  storeId: bytesOf('000102030405060708090a0b0c0d0e0f'),
  lane: 2,
  generation: 7,
  segmentBytes: 1048576,
  era: 5,
  state: SEGMENT_SEALED,
};

function changed(at: number, value: number): Uint8Array {
  const bytes = encodeSegmentHeader(HEADER, crc32);
  new DataView(bytes.buffer).setUint32(at, value, true);
  sealFileHeader(bytes, 0, crc32);
  return bytes;
}

test('a segment header has these bytes', (t) => {
  const bytes = encodeSegmentHeader(HEADER, crc32);
  t.is(bytes.length, 4096);
  t.is(
    hexOf(bytes.subarray(0, 60)),
    '4c616e6544421a0a 0100 0200 00100000 000102030405060708090a0b0c0d0e0f 02000000 07000000'
      .concat('00001000 05000000 02000000 0000000000000000')
      .replaceAll(' ', ''),
  );
  t.is(hexOf(bytes.subarray(64)), '00'.repeat(4032));
});

test('a segment header is read back', (t) => {
  const header = fc.record({
    storeId: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    lane: fc.nat({ max: 63 }),
    generation: fc.integer({ min: 1, max: 0xffffffff }),
    segmentBytes: fc.integer({ min: 1024, max: SEGMENT_BYTES_MAX / 8 }).map((units) => units * 8),
    era: fc.nat({ max: 2097151 }),
    state: fc.constantFrom(SEGMENT_OPEN, SEGMENT_SEALED),
  });
  checkProperty(
    t,
    fc.property(header, (header) => {
      t.deepEqual(decodeSegmentHeader(encodeSegmentHeader(header, crc32), crc32), header);
    }),
  );
});

test('every flipped bit of the header area is detected', (t) => {
  const bytes = encodeSegmentHeader(HEADER, crc32);
  let missed = 0;
  flipEveryBit(bytes, 0, SEGMENT_HEADER_BYTES, () => {
    if (typeof decodeSegmentHeader(bytes, crc32) !== 'string') missed++;
  });
  t.is(missed, 0);
  t.deepEqual(decodeSegmentHeader(bytes, crc32), HEADER);
});

test('fields out of their range are refused, also with a sound checksum', (t) => {
  const cases: [string, number, number][] = [
    ['header bytes', 12, 8192],
    ['lane', 32, 64],
    ['generation', 36, 0],
    ['segment bytes', 40, 0],
    ['segment bytes', 40, 4096],
    ['segment bytes', 40, 1048580],
    ['segment bytes', 40, SEGMENT_BYTES_MAX + 8],
    ['segment bytes', 40, 0xfffffff8],
    ['era', 44, 2097152],
    ['state', 48, 0],
    ['state', 48, 3],
    ['reserved', 52, 1],
    ['reserved', 56, 0x80000000],
    ['reserved', 64, 1],
    ['reserved', 4092, 1],
  ];
  for (const [name, at, value] of cases) {
    t.is(decodeSegmentHeader(changed(at, value), crc32), 'fields', `${name} ${value}`);
  }
  t.is(typeof decodeSegmentHeader(changed(40, SEGMENT_BYTES_MAX), crc32), 'object');
  t.is(typeof decodeSegmentHeader(changed(44, 2097151), crc32), 'object');
});

test('a header area that is cut off is short', (t) => {
  const bytes = encodeSegmentHeader(HEADER, crc32);
  for (const length of [0, 1, 63, 64, 4095]) {
    t.is(decodeSegmentHeader(bytes.subarray(0, length), crc32), 'short');
  }
});

test('an unsound header is never written', (t) => {
  t.throws(() => encodeSegmentHeader({ ...HEADER, generation: 0 }, crc32), { message: /sound/ });
  t.throws(() => encodeSegmentHeader({ ...HEADER, state: 0 }, crc32), { message: /sound/ });
  const wide = { ...HEADER, generation: 2 ** 32 + 1 };
  t.throws(() => encodeSegmentHeader(wide, crc32), { message: /sound/ });
});
