// Both forms of the checksum against another implementation, and what a checksum has to notice.

import { crc32 as zlibCrc32 } from 'node:zlib';
import test from 'ava';
import crc32Package from 'crc-32';
import { crc32, recordCrc, segmentSeed } from '../../src/codec/crc32.js';

const oracle = crc32Package.buf;
const LENGTHS = 2000;
const MEMORY_BYTES = 8192;

/** Bytes that do not repeat, the same in every run. */
function fill(bytes: Uint8Array): void {
  let state = 0x9e3779b9;
  for (let at = 0; at < bytes.length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    bytes[at] = state >>> 24;
  }
}

function memory(shared: boolean): { bytes: Uint8Array; words: Int32Array } {
  const buffer = shared ? new SharedArrayBuffer(MEMORY_BYTES) : new ArrayBuffer(MEMORY_BYTES);
  const bytes = new Uint8Array(buffer);
  fill(bytes);
  return { bytes, words: new Int32Array(buffer) };
}

/** Little-endian length and data in one piece, as a record has them but for the checksum between. */
function recordBytes(bytes: Uint8Array, start: number, length: number): Uint8Array {
  const whole = new Uint8Array(4 + length);
  new DataView(whole.buffer).setUint32(0, length, true);
  whole.set(bytes.subarray(start, start + length), 4);
  return whole;
}

test('the check value of CRC-32 (IEEE) comes out', (t) => {
  const digits = new TextEncoder().encode('x123456789x');
  t.is(crc32(digits, 1, 10), 0xcbf43926);
  t.is(crc32(digits, 3, 3), 0);
});

test('crc32 agrees with another implementation at every length, start and tail', (t) => {
  const { bytes } = memory(false);
  for (let length = 0; length <= LENGTHS; length++) {
    const start = length % 13;
    const expected = oracle(bytes.subarray(start, start + length)) >>> 0;
    if (crc32(bytes, start, start + length) !== expected) t.fail(`length ${length}`);
  }
  t.pass();
});

for (const shared of [false, true]) {
  const place = shared ? 'shared memory' : 'plain memory';
  test(`recordCrc in ${place} continues its seed over length and data, at every length`, (t) => {
    const { bytes, words } = memory(shared);
    const seeds = [0, 1, -1, 0x7fffffff, -0x80000000, 0x12345678, -559038737];
    for (let length = 0; length <= LENGTHS; length++) {
      const start = 8 + (length % 5) * 4;
      const seed = seeds[length % seeds.length]!;
      const expected = oracle(recordBytes(bytes, start, length), seed);
      if (recordCrc(words, bytes, start, length, seed) !== expected) t.fail(`length ${length}`);
    }
    t.pass();
  });
}

test('recordCrc of long data agrees with zlib', (t) => {
  const buffer = new SharedArrayBuffer(1 << 20);
  const bytes = new Uint8Array(buffer);
  fill(bytes);
  const words = new Int32Array(buffer);
  for (const length of [65535, 65536, 1000003, (1 << 20) - 8]) {
    const expected = zlibCrc32(recordBytes(bytes, 8, length), 0xfedcba98) | 0;
    t.is(recordCrc(words, bytes, 8, length, 0xfedcba98), expected);
  }
});

test('the seed may be given signed or unsigned', (t) => {
  const { bytes, words } = memory(true);
  for (const length of [0, 7, 16, 100, 1000]) {
    for (const seed of [-1, -559038737, -0x80000000]) {
      const signed = recordCrc(words, bytes, 8, length, seed);
      t.is(recordCrc(words, bytes, 8, length, seed >>> 0), signed);
    }
  }
});

test('a checksum is a signed 32-bit number, as an Int32Array holds it', (t) => {
  const { bytes, words } = memory(true);
  let negative = 0;
  for (let length = 0; length <= 1500; length++) {
    const crc = recordCrc(words, bytes, 8, length, 7);
    words[0] = crc;
    if (words[0] !== crc) t.fail(`length ${length}`);
    if (crc < 0) negative++;
  }
  t.true(negative > 600 && negative < 900, `${negative} of 1501 are negative`);
});

test('every bit of length, data and seed changes the checksum, on both sides of the threshold', (t) => {
  for (const length of [16, 24, 511, 512, 700]) {
    const { bytes, words } = memory(false);
    const crc = recordCrc(words, bytes, 8, length, 99);
    for (let bit = 0; bit < length * 8; bit++) {
      const at = 8 + (bit >>> 3);
      bytes[at] = bytes[at]! ^ (1 << (bit & 7));
      if (recordCrc(words, bytes, 8, length, 99) === crc) t.fail(`length ${length}, bit ${bit}`);
      bytes[at] = bytes[at]! ^ (1 << (bit & 7));
    }
    for (let bit = 0; bit < 32; bit++) {
      t.not(recordCrc(words, bytes, 8, length, 99 ^ (1 << bit)), crc);
    }
    t.not(recordCrc(words, bytes, 8, length + 1, 99), crc);
    t.not(recordCrc(words, bytes, 8, length - 1, 99), crc);
  }
});

test('only data between start and end counts', (t) => {
  const { bytes, words } = memory(false);
  const crc = recordCrc(words, bytes, 8, 21, 5);
  bytes.fill(0xaa, 0, 8);
  bytes.fill(0xaa, 29);
  t.is(recordCrc(words, bytes, 8, 21, 5), crc);
});

test('the seed of a segment is the checksum of store id, lane and generation', (t) => {
  const storeId = Uint8Array.from({ length: 16 }, (_, index) => index);
  const bytes = new Uint8Array(24);
  bytes.set(storeId);
  bytes[16] = 3;
  bytes.set([0x04, 0x03, 0x02, 0x81], 20);
  t.is(segmentSeed(storeId, 3, 0x81020304), oracle(bytes));
});

test('segments that differ in store, lane or generation have different seeds', (t) => {
  const storeId = new Uint8Array(16);
  const seeds = new Set<number>();
  for (let lane = 0; lane < 64; lane++) {
    for (let generation = 1; generation <= 100; generation++) {
      seeds.add(segmentSeed(storeId, lane, generation));
    }
  }
  t.is(seeds.size, 6400);
  t.not(segmentSeed(Uint8Array.from(storeId).fill(1, 15), 0, 1), segmentSeed(storeId, 0, 1));
});
