// Records: golden bytes, round trip, every bit, every cut, and nothing but their own bytes.

import test from 'ava';
import fc from 'fast-check';

import { ERA_MAX } from '../../src/format/operation.js';
import {
  firstOperation,
  isFixedKind,
  isWellFormed,
  NO_OP_BYTES,
  nextOperation,
  operationBytes,
  recordBytes,
  TRAILER_BYTES,
} from '../../src/format/record.js';
import { flipEveryBit } from '../support/bits.js';
import { checkProperty } from '../support/property.js';
import {
  decodeRecord,
  encodeRecord,
  hexOf,
  SAMPLE_SEGMENT,
  type SampleRecord,
} from '../support/record-codec.js';
import { BATCH, SAMPLES } from '../support/sample-records.js';

test('every kind of record is read back', (t) => {
  for (const sample of SAMPLES) {
    const bytes = encodeRecord(sample);
    t.deepEqual(decodeRecord(bytes), sample);
    t.is(bytes.length % 8, 0);
  }
});

test('a put has these bytes', (t) => {
  t.is(
    hexOf(encodeRecord(SAMPLES[0]!)),
    '18000000 afd588c3 01000300 05000000 01000000 00000000 6162636865 6c6c6f'.replaceAll(' ', ''),
  );
});

test('a batch in an era of its own has these bytes', (t) => {
  t.is(
    hexOf(encodeRecord({ ...BATCH, era: 1 })).slice(16),
    '13010000 03000000 07000000 05000000 01000000 00000000'
      .concat('11010200 05000000 07000000 00000000 01000000 00000000 6131 0102030405 00')
      .concat('12010200 00000000 07000000 00000000 01000000 00000000 6132 000000000000')
      .concat('11010000 00000000 07000000 00000000 01000000 00000000')
      .replaceAll(' ', ''),
  );
});

test('records of any content are read back', (t) => {
  const bytes = (max: number) => fc.uint8Array({ maxLength: max }).map((bytes) => hexOf(bytes));
  const operation = fc.record({ key: bytes(40), value: bytes(60) }, { requiredKeys: ['key'] });
  const sequences = fc
    .tuple(fc.nat({ max: 0xfffffffe }), fc.nat({ max: 0xfffffffe }))
    .map(([a, b]) => ({ sequence: Math.max(a, b) + 1, durable: Math.min(a, b) }));
  const content = fc.oneof(
    fc.record({ kind: fc.constant('put' as const), key: bytes(1024), value: bytes(3000) }),
    fc.record({ kind: fc.constant('delete' as const), key: bytes(1024) }),
    fc.record({ kind: fc.constant('batch' as const), operations: fc.array(operation) }),
    fc.record({
      kind: fc.constant('commit' as const),
      operations: fc.array(operation),
      commit: fc.record({
        offsets: fc.dictionary(fc.string({ maxLength: 20 }), fc.maxSafeNat(), {
          noNullPrototype: true,
        }),
        watermark: fc.maxSafeInteger(),
      }),
    }),
    fc.record({ kind: fc.constant('checkpoint' as const), number: fc.maxSafeNat() }),
    fc.record({ kind: fc.constant('entry' as const), value: bytes(3000) }),
  );
  const era = fc.option(fc.nat({ max: ERA_MAX }), { nil: undefined });
  checkProperty(
    t,
    fc.property(sequences, era, content, (numbers, era, content) => {
      const record: SampleRecord = { ...numbers, ...content };
      if (era !== undefined) record.era = era;
      const encoded = encodeRecord(record);
      t.deepEqual(decodeRecord(encoded), record);
    }),
    400,
  );
});

test('every flipped bit of a record is detected, padding apart', (t) => {
  for (const sample of SAMPLES) {
    const bytes = encodeRecord(sample);
    const end = 8 + new DataView(bytes.buffer).getUint32(0, true);
    let missed = 0;
    flipEveryBit(bytes, 0, end, () => {
      if (decodeRecord(bytes) !== undefined) missed++;
    });
    flipEveryBit(bytes, end, bytes.length, (bit) => t.deepEqual(decodeRecord(bytes), sample, bit));
    t.is(missed, 0, sample.kind);
  }
});

test('a record is of its store, lane and generation alone', (t) => {
  for (const sample of SAMPLES) {
    const bytes = encodeRecord(sample);
    const storeId = Uint8Array.from(SAMPLE_SEGMENT.storeId);
    storeId[15] = 0xff;
    t.is(decodeRecord(bytes, { ...SAMPLE_SEGMENT, storeId }), undefined);
    t.is(decodeRecord(bytes, { ...SAMPLE_SEGMENT, lane: 1 }), undefined);
    t.is(decodeRecord(bytes, { ...SAMPLE_SEGMENT, generation: 2 }), undefined);
  }
});

test('a record cut off anywhere is refused', (t) => {
  for (const sample of SAMPLES) {
    const bytes = encodeRecord(sample);
    const end = 8 + new DataView(bytes.buffer).getUint32(0, true);
    for (let cut = 4; cut < end; cut += 4) {
      const torn = Uint8Array.from(bytes);
      torn.fill(0, cut);
      if (hexOf(torn) === hexOf(bytes)) continue;
      t.is(decodeRecord(torn), undefined, `${sample.kind} cut at ${cut}`);
    }
  }
});

test('bytes around a record have no influence on its judgement', (t) => {
  for (const sample of SAMPLES) {
    const record = encodeRecord(sample);
    const dataBytes = new DataView(record.buffer).getUint32(0, true);
    for (const filler of [0, 0xff]) {
      const bytes = new Uint8Array(record.length + 64).fill(filler);
      bytes.set(record.subarray(8, 8 + dataBytes), 32);
      t.true(isWellFormed(new Int32Array(bytes.buffer), 32, dataBytes), sample.kind);
    }
  }
});

test('records in shared memory are judged like others', (t) => {
  for (const sample of SAMPLES) {
    const record = encodeRecord(sample);
    const bytes = new Uint8Array(new SharedArrayBuffer(record.length));
    bytes.set(record);
    const dataBytes = new DataView(bytes.buffer).getUint32(0, true);
    t.true(isWellFormed(new Int32Array(bytes.buffer), 8, dataBytes), sample.kind);
  }
});

test('operations of a batch are found one after the other', (t) => {
  const bytes = encodeRecord(BATCH);
  const words = new Int32Array(bytes.buffer);
  const first = firstOperation(words, 8);
  t.is(first, 24);
  t.is(nextOperation(words, first), 48);
  t.is(nextOperation(words, 48), 72);
});

test('sizes are those of records as they stand in a segment', (t) => {
  t.is(recordBytes(16), 24);
  t.is(recordBytes(17), 32);
  t.is(encodeRecord({ kind: 'no-op', sequence: 1, durable: 0 }).length, NO_OP_BYTES);
  const trailer: SampleRecord = { kind: 'rotation trailer', sequence: 1, durable: 0, number: 2 };
  t.is(encodeRecord(trailer).length, TRAILER_BYTES);
  t.is(operationBytes(0x00030001, 5), 24);
  t.deepEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].map(isFixedKind), [
    ...[false, false, false, false],
    ...[true, true, true, true, false],
  ]);
});
