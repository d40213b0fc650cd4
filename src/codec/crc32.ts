// CRC-32 (IEEE, reflected polynomial 0xEDB88320) in two forms of the same function: eight tables
// over aligned 32-bit words for short ranges of the hot path, zlib's for longer ones. Pure.

import { crc32 as zlibCrc32 } from 'node:zlib';

/** From about this many bytes on, zlib's checksum and the view it needs beat the table loop. */
const ZLIB_BYTES_MIN = 512;

const TABLES = makeTables();
const T0 = TABLES.slice(0, 256);
const T1 = TABLES.slice(256, 512);
const T2 = TABLES.slice(512, 768);
const T3 = TABLES.slice(768, 1024);
const T4 = TABLES.slice(1024, 1280);
const T5 = TABLES.slice(1280, 1536);
const T6 = TABLES.slice(1536, 1792);
const T7 = TABLES.slice(1792, 2048);

/** CRC-32 of bytes [start, end), unsigned. */
export function crc32(bytes: Uint8Array, start: number, end: number): number {
  return zlibCrc32(bytes.subarray(start, end));
}

/** CRC-32 of bytes [start, end), signed, continued from the checksum `seed`. */
export function crc32From(seed: number, bytes: Uint8Array, start: number, end: number): number {
  return zlibCrc32(bytes.subarray(start, end), seed >>> 0) | 0;
}

/** Seed for the records of one segment: CRC-32 of store id, lane and generation. */
export function segmentSeed(storeId: Uint8Array, lane: number, generation: number): number {
  const bytes = new Uint8Array(storeId.length + 8);
  bytes.set(storeId);
  const view = new DataView(bytes.buffer);
  view.setUint32(storeId.length, lane, true);
  view.setUint32(storeId.length + 4, generation, true);
  return zlibCrc32(bytes) | 0;
}

/**
 * Checksum of a record, signed: `seed` continued over its length and its data, which begins at byte
 * `start` (a multiple of 4). `words` and `bytes` are views over the same memory.
 */
export function recordCrc(
  words: Int32Array,
  bytes: Uint8Array,
  start: number,
  length: number,
  seed: number,
): number {
  const head = length ^ ~seed;
  const crc =
    T3[head & 255]! ^ T2[(head >>> 8) & 255]! ^ T1[(head >>> 16) & 255]! ^ T0[head >>> 24]!;
  if (length >= ZLIB_BYTES_MIN) {
    return zlibCrc32(bytes.subarray(start, start + length), ~crc >>> 0) | 0;
  }
  return ~tableLoop(words, bytes, start, start + length, crc);
}

function tableLoop(
  words: Int32Array,
  bytes: Uint8Array,
  start: number,
  end: number,
  initial: number,
): number {
  let crc = initial;
  let at = start;
  let word = start >>> 2;
  for (; at + 8 <= end; at += 8, word += 2) {
    const high = words[word + 1]!;
    const low = words[word]! ^ crc;
    crc =
      T3[high & 255]! ^
      T2[(high >>> 8) & 255]! ^
      T1[(high >>> 16) & 255]! ^
      T0[high >>> 24]! ^
      (T7[low & 255]! ^ T6[(low >>> 8) & 255]! ^ T5[(low >>> 16) & 255]! ^ T4[low >>> 24]!);
  }
  for (; at < end; at++) crc = T0[(crc ^ bytes[at]!) & 255]! ^ (crc >>> 8);
  return crc;
}

function makeTables(): Int32Array {
  const tables = new Int32Array(2048);
  for (let index = 0; index < 256; index++) {
    let crc = index;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    tables[index] = crc;
  }
  for (let index = 256; index < 2048; index++) {
    const previous = tables[index - 256]!;
    tables[index] = (previous >>> 8) ^ tables[previous & 255]!;
  }
  return tables;
}
