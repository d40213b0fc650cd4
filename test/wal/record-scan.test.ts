// All valid records of a segment, with damage of every shape between them.

import test from 'ava';

import { segmentSeed } from '../../src/codec/crc32.js';
import { SEGMENT_HEADER_BYTES } from '../../src/format/segment-header.js';
import { RecordScan } from '../../src/wal/record-scan.js';
import { encodeRecord, SAMPLE_SEGMENT, type SampleRecord } from '../support/record-codec.js';

const LENGTH = 16384;

interface Built {
  bytes: Uint8Array;
  offsets: number[];
}

function build(records: SampleRecord[], segment = SAMPLE_SEGMENT): Built {
  const bytes = new Uint8Array(LENGTH + 64);
  const offsets: number[] = [];
  let at = SEGMENT_HEADER_BYTES;
  for (const record of records) {
    const encoded = encodeRecord(record, segment);
    offsets.push(at);
    bytes.set(encoded, at);
    at += encoded.length;
  }
  offsets.push(at);
  return { bytes, offsets };
}

function puts(count: number): SampleRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const value = 'ab'.repeat(index * 3);
    return { kind: 'put', sequence: index + 1, durable: index, key: '6b6579', value };
  });
}

function scanOf(bytes: Uint8Array, length = LENGTH): { scan: RecordScan; sequences: number[] } {
  const seed = segmentSeed(SAMPLE_SEGMENT.storeId, SAMPLE_SEGMENT.lane, SAMPLE_SEGMENT.generation);
  const words = new Int32Array(bytes.buffer);
  const scan = new RecordScan({ words, bytes, start: 0, length, seed });
  const sequences: number[] = [];
  while (scan.advance()) sequences.push(scan.reader.sequence);
  return { scan, sequences };
}

test('a sound segment is read without gaps, to its end', (t) => {
  const { bytes, offsets } = build(puts(10));
  const { scan, sequences } = scanOf(bytes);
  t.deepEqual(sequences, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  t.deepEqual(scan.gaps, []);
  t.is(scan.end, offsets[10]!);
  t.false(scan.isCutShort);
});

test('whatever happens to one record, all others are found and the gap is where it was', (t) => {
  const records = puts(8);
  for (let index = 0; index < records.length; index++) {
    for (const spoil of ['length', 'zero length', 'checksum', 'data', 'zeros', 'ones'] as const) {
      const { bytes, offsets } = build(records);
      const [start, end] = [offsets[index]!, offsets[index + 1]!];
      if (spoil === 'length') bytes[start]! ^= 64;
      else if (spoil === 'zero length') bytes.fill(0, start, start + 4);
      else if (spoil === 'checksum') bytes[start + 5]! ^= 1;
      else if (spoil === 'data') bytes[start + 20]! ^= 1;
      else bytes.fill(spoil === 'zeros' ? 0 : 255, start, end);
      const { scan, sequences } = scanOf(bytes);
      const wanted = records.map(({ sequence }) => sequence).filter((one) => one !== index + 1);
      t.deepEqual(sequences, wanted, `${spoil} of ${index}`);
      const isLast = index === records.length - 1;
      t.deepEqual(scan.gaps, isLast ? [] : [{ offset: start, bytes: end - start }]);
      t.is(scan.end, isLast ? start : offsets[records.length]!);
    }
  }
});

test('several gaps are told one by one, neighbours as one', (t) => {
  const { bytes, offsets } = build(puts(9));
  for (const index of [0, 3, 4, 7]) bytes[offsets[index]! + 4]! ^= 1;
  const { scan, sequences } = scanOf(bytes);
  t.deepEqual(sequences, [2, 3, 6, 7, 9]);
  const gap = (from: number, to: number) => ({
    offset: offsets[from]!,
    bytes: offsets[to]! - offsets[from]!,
  });
  t.deepEqual(scan.gaps, [gap(0, 1), gap(3, 5), gap(7, 8)]);
});

test('a rotation trailer ends the search, a lost one does not', (t) => {
  const records: SampleRecord[] = [
    ...puts(3),
    { kind: 'rotation trailer', sequence: 4, durable: 3, number: 9 },
    { kind: 'put', sequence: 5, durable: 3, key: '61', value: '62' },
  ];
  const { bytes, offsets } = build(records);
  const whole = scanOf(bytes);
  t.deepEqual(whole.sequences, [1, 2, 3, 4]);
  t.is(whole.scan.reader.nextGeneration, 9);
  bytes[offsets[3]! + 9]! ^= 128;
  const broken = scanOf(bytes);
  t.deepEqual(broken.sequences, [1, 2, 3, 5]);
  t.is(broken.scan.reader.nextGeneration, 0);
});

test('records of another segment are none, and a short file is read as far as it goes', (t) => {
  const { bytes, offsets } = build(puts(4));
  const other = build(puts(4), { ...SAMPLE_SEGMENT, generation: SAMPLE_SEGMENT.generation + 1 });
  t.deepEqual(scanOf(other.bytes).sequences, []);
  t.is(scanOf(other.bytes).scan.end, SEGMENT_HEADER_BYTES);
  t.deepEqual(scanOf(bytes, offsets[3]!).sequences, [1, 2, 3]);
  t.deepEqual(scanOf(bytes, offsets[3]! - 8).sequences, [1, 2]);
  for (const length of [0, 7, 4096, 4100]) t.deepEqual(scanOf(bytes, length).sequences, []);
});

test('content that looks like records everywhere cuts the search short, and says so', (t) => {
  const length = 64 * 1048576;
  const bytes = new Uint8Array(length + 64);
  const words = new Int32Array(bytes.buffer);
  const valueBytes = 60 * 1048576;
  // Heads of puts, each of 60 MB, none with a checksum that holds.
  for (let at = SEGMENT_HEADER_BYTES; at < 3 * 1048576; at += 24) {
    words[at >>> 2] = 16 + valueBytes;
    words[(at >>> 2) + 2] = 1;
    words[(at >>> 2) + 3] = valueBytes;
    words[(at >>> 2) + 4] = 1;
  }
  const scan = new RecordScan({ words, bytes, start: 0, length, seed: 1 });
  t.false(scan.advance());
  t.true(scan.isCutShort);
});
