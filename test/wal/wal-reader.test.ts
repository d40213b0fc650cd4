// Reading a segment record by record: every reason to stop, one by one, and the search for records
// beyond it, over damage, old records and input made to mislead.

import test from 'ava';

import { segmentSeed } from '../../src/codec/crc32.js';
import { SEGMENT_HEADER_BYTES } from '../../src/format/segment-header.js';
import { type SegmentBytes, searchEvidence, WalReader } from '../../src/wal/wal-reader.js';
import { seededRandom } from '../support/random.js';
import {
  encodeRecord,
  SAMPLE_SEGMENT,
  type SampleRecord,
  sealRecord,
} from '../support/record-codec.js';
import { changed, SAMPLES } from '../support/sample-records.js';

const SLACK_BYTES = 64;

interface Built extends SegmentBytes {
  /** Offset of each record, and of the end. */
  offsets: number[];
}

/** A segment's bytes somewhere in memory, holding these records. */
function build(
  records: Uint8Array[],
  options: { length?: number; start?: number; segment?: typeof SAMPLE_SEGMENT; fill?: number } = {},
): Built {
  const total = records.reduce((sum, record) => sum + record.length, SEGMENT_HEADER_BYTES);
  const { length = Math.max(8192, total + 256), start = 0, segment = SAMPLE_SEGMENT } = options;
  const memory = new ArrayBuffer(start + length + SLACK_BYTES);
  const bytes = new Uint8Array(memory);
  bytes.fill(options.fill ?? 0, start, start + length);
  const offsets: number[] = [];
  let at = SEGMENT_HEADER_BYTES;
  for (const record of records) {
    offsets.push(at);
    bytes.set(record, start + at);
    at += record.length;
  }
  offsets.push(at);
  const seed = segmentSeed(segment.storeId, segment.lane, segment.generation);
  return {
    words: new Int32Array(memory),
    bytes,
    start,
    length,
    seed,
    offsets,
  };
}

function put(sequence: number, durable = 0, value = 'aabbcc'): SampleRecord {
  return { kind: 'put', sequence, durable, key: '6b6579', value };
}

function puts(count: number, from = 1): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => encodeRecord(put(from + index, from - 1)));
}

function readAll(segment: SegmentBytes): { reader: WalReader; sequences: number[] } {
  const reader = new WalReader(segment);
  const sequences: number[] = [];
  while (reader.advance()) sequences.push(reader.sequence);
  return { reader, sequences };
}

/** Where and why reading stops after how many records. */
function stopOf(segment: SegmentBytes): [string | undefined, number, number] {
  const { reader, sequences } = readAll(segment);
  return [reader.stop, reader.offset, sequences.length];
}

test('records of every kind are read in their order, with sequence, durable, kind and era', (t) => {
  const samples = SAMPLES.filter((record) => record.kind !== 'rotation trailer');
  const segment = build(
    samples.map((record) => encodeRecord(record)),
    { start: 4096 },
  );
  const reader = new WalReader(segment);
  for (const [index, record] of samples.entries()) {
    t.true(reader.advance());
    t.is(reader.offset, segment.offsets[index]!);
    t.is(reader.end, segment.offsets[index + 1]!);
    t.is(reader.data, 4096 + reader.offset + 8);
    t.deepEqual([reader.sequence, reader.durable], [record.sequence, record.durable]);
    t.is(reader.era, record.era);
  }
  t.false(reader.advance());
  t.is(reader.stop, 'end');
});

test('reading ends at a zero length', (t) => {
  t.deepEqual(stopOf(build([])), ['end', SEGMENT_HEADER_BYTES, 0]);
  const segment = build(puts(3));
  t.deepEqual(stopOf(segment), ['end', segment.offsets[3]!, 3]);
});

test('reading ends where no further record has room', (t) => {
  const records = puts(3);
  const total = SEGMENT_HEADER_BYTES + records.reduce((sum, record) => sum + record.length, 0);
  for (let rest = 0; rest < 24; rest += 8) {
    t.deepEqual(stopOf(build(records, { length: total + rest, fill: 1 })), ['full', total, 3]);
  }
  t.deepEqual(stopOf(build(records, { length: total + 24 })), ['end', total, 3]);
  const last = encodeRecord({ kind: 'no-op', sequence: 4, durable: 0 });
  t.deepEqual(stopOf(build([...records, last], { length: total + 24 })), ['full', total + 24, 4]);
});

test('reading ends after a rotation trailer, whatever follows', (t) => {
  const trailer = encodeRecord({ kind: 'rotation trailer', sequence: 3, durable: 0, number: 9 });
  const segment = build([...puts(2), trailer, ...puts(2, 4)]);
  const { reader, sequences } = readAll(segment);
  t.deepEqual(sequences, [1, 2, 3]);
  t.is(reader.stop, 'trailer');
  t.is(reader.nextGeneration, 9);
  t.is(reader.offset, segment.offsets[3]!);
  t.false(reader.advance());
});

test('reading ends at a length that cannot be', (t) => {
  for (const length of [1, 15, 0x7fffffff, 0x80000000, 0xffffffff]) {
    const segment = build(puts(3));
    segment.words[segment.offsets[1]! >>> 2] = length | 0;
    t.deepEqual(stopOf(segment), ['length', segment.offsets[1]!, 1], `${length}`);
  }
  const segment = build(puts(3));
  const room = segment.length - segment.offsets[1]! - 8;
  segment.words[segment.offsets[1]! >>> 2] = room + 1;
  t.deepEqual(stopOf(segment), ['length', segment.offsets[1]!, 1]);
  segment.words[segment.offsets[1]! >>> 2] = room;
  t.deepEqual(stopOf(segment), ['checksum', segment.offsets[1]!, 1]);
});

test('any bit of a record that is not its padding stops the reading there', (t) => {
  const records = puts(3);
  const reasons = new Map<string, number>();
  for (let byte = 0; byte < 8 + 16 + 6; byte++) {
    for (let bit = 0; bit < 8; bit++) {
      const segment = build(records);
      segment.bytes[segment.offsets[1]! + byte]! ^= 1 << bit;
      const [stop, offset, count] = stopOf(segment);
      t.deepEqual([offset, count], [segment.offsets[1]!, 1], `byte ${byte} bit ${bit}`);
      reasons.set(stop!, (reasons.get(stop!) ?? 0) + 1);
    }
  }
  t.deepEqual([...reasons.keys()].sort(), ['checksum', 'length']);
});

test('a record of another store, lane or generation is no record', (t) => {
  const others = [
    { ...SAMPLE_SEGMENT, lane: 1 },
    { ...SAMPLE_SEGMENT, generation: 2 },
    { ...SAMPLE_SEGMENT, storeId: new Uint8Array(16) },
  ];
  for (const other of others) {
    const segment = build([...puts(1), encodeRecord(put(2), other), ...puts(1, 3)]);
    t.deepEqual(stopOf(segment), ['checksum', segment.offsets[1]!, 1]);
  }
});

test('a sound checksum over data that no writer makes stops the reading as malformed', (t) => {
  const wrong = [
    changed(put(2), 8, 0, 1),
    changed(put(2), 8, 9, 1),
    changed(put(2), 9, 2, 1),
    changed(put(2), 10, 200, 1),
    changed(put(2), 12, 2),
    changed(put(2), 20, 2),
    changed(put(2), 16, 0),
  ];
  for (const [index, record] of wrong.entries()) {
    const segment = build([...puts(1), record, ...puts(1, 3)]);
    t.deepEqual(stopOf(segment), ['malformed', segment.offsets[1]!, 1], `case ${index}`);
  }
});

test('beyond damage every sound record is found, with the most that they know', (t) => {
  const records = [...puts(4), ...puts(3, 5)];
  for (let damaged = 0; damaged < 6; damaged++) {
    const segment = build(records);
    segment.bytes[segment.offsets[damaged]! + 28]! ^= 4;
    const [, offset] = stopOf(segment);
    const found = searchEvidence(segment, offset + 8);
    t.is(found.records, 6 - damaged);
    t.is(found.offset, segment.offsets[damaged + 1]!);
    t.deepEqual([found.sequence, found.durable], [7, 4]);
  }
  const segment = build(records);
  t.deepEqual(searchEvidence(segment, segment.offsets[7]!), {
    records: 0,
    offset: -1,
    durable: 0,
    sequence: 0,
  });
});

test('records are found behind a torn length, a gap of zeros and a gap of noise', (t) => {
  const random = seededRandom(3);
  for (const gap of [8, 40, 512, 4096]) {
    for (const isNoise of [false, true]) {
      const hole = new Uint8Array(gap).map(() => (isNoise ? Math.floor(random() * 256) : 0));
      const segment = build([...puts(2), hole, ...puts(2, 3)]);
      const [, offset] = stopOf(segment);
      t.is(offset, segment.offsets[2]!);
      const found = searchEvidence(segment, offset);
      t.deepEqual([found.records, found.offset, found.durable], [2, segment.offsets[3]!, 2]);
    }
  }
});

test('records of an earlier life of the file are not found', (t) => {
  const old = Array.from({ length: 40 }, (_, index) =>
    encodeRecord(put(index + 1), { ...SAMPLE_SEGMENT, generation: 7 }),
  );
  const segment = build([...puts(1), ...old]);
  t.is(searchEvidence(segment, segment.offsets[1]!).records, 0);
});

test('a large value full of noise that was damaged does not hide the records behind it', (t) => {
  const random = seededRandom(11);
  const noise = new Uint8Array(4 << 20);
  for (let at = 0; at < noise.length; at++) noise[at] = random() * 256;
  const large = encodeRecord({ ...put(1), value: Buffer.from(noise).toString('hex') });
  const segment = build([large, ...puts(3, 2)], { length: 16 << 20 });
  segment.bytes[segment.offsets[0]! + 100]! ^= 1;
  const begun = performance.now();
  const found = searchEvidence(segment, segment.offsets[0]! + 8);
  t.log(`${(performance.now() - begun).toFixed(0)} ms`);
  t.deepEqual([found.records, found.offset, found.durable], [3, segment.offsets[1]!, 1]);
});

test('a segment full of lengths made to mislead is searched in bounded time', (t) => {
  const length = 16 << 20;
  const segment = build([], { length });
  const { words } = segment;
  for (let at = SEGMENT_HEADER_BYTES; at + 24 < length; at += 24) {
    // The head of a batch that reaches to the end of the file, with a sequence.
    words[at >>> 2] = length - at - 8;
    words[(at >>> 2) + 1] = 12345;
    words[(at >>> 2) + 2] = 3;
    words[(at >>> 2) + 3] = 1;
    words[(at >>> 2) + 4] = 5;
  }
  const begun = performance.now();
  t.is(searchEvidence(segment, SEGMENT_HEADER_BYTES).records, 0);
  const took = performance.now() - begun;
  t.log(`${took.toFixed(0)} ms`);
  t.true(took < 20_000);
});

test('a search that begins at the very end, or past it, finds nothing', (t) => {
  const segment = build(puts(2), { length: 8192 });
  for (const from of [8192 - 24, 8192 - 16, 8192, 9000]) {
    t.is(searchEvidence(segment, from).records, 0);
  }
});

test('a record that was changed after it was sealed is found once it is sealed again', (t) => {
  const record = encodeRecord(put(5, 4));
  record[28]! ^= 1;
  const segment = build([record]);
  t.is(searchEvidence(segment, SEGMENT_HEADER_BYTES).records, 0);
  sealRecord(record);
  t.is(searchEvidence(build([record]), SEGMENT_HEADER_BYTES).records, 1);
});
