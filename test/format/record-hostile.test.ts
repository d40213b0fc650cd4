// Records that no writer makes: hostile lengths and counts, reserved bytes in use, numbers out of range.

import test from 'ava';
import fc from 'fast-check';

import { encodeCommitSection } from '../../src/format/commit-section.js';
import { ERA_MAX } from '../../src/format/operation.js';
import { isWellFormed, KEY_BYTES_MAX, RECORD_BYTES_MAX } from '../../src/format/record.js';
import { checkProperty } from '../support/property.js';
import { decodeRecord, encodeRecord, type SampleRecord } from '../support/record-codec.js';
import { BATCH, changed, SAMPLES } from '../support/sample-records.js';

test('lengths that are not exact are refused, also with a sound checksum', (t) => {
  for (const sample of SAMPLES) {
    const exact = new DataView(encodeRecord(sample).buffer).getUint32(0, true);
    const room = encodeRecord(sample).length - 8;
    for (let length = 0; length <= room; length++) {
      if (length === exact) continue;
      t.is(decodeRecord(changed(sample, 0, length)), undefined, `${sample.kind} ${length}`);
    }
  }
});

test('hostile key and value lengths are refused', (t) => {
  for (const sample of SAMPLES) {
    for (const value of [1, 4, 6, 8, 0x7fffffff, 0xfffffff0, 0xffffffff]) {
      const before = new DataView(encodeRecord(sample).buffer).getUint32(12, true);
      if (value === before) continue;
      t.is(decodeRecord(changed(sample, 12, value)), undefined, `${sample.kind} ${value}`);
    }
    for (const value of [2, 4, 0x10, 0x7f, 0xff]) {
      t.is(decodeRecord(changed(sample, 11, value, 1)), undefined, `${sample.kind} ${value}`);
    }
  }
});

test('a key may have 1,024 bytes and no more', (t) => {
  const put: SampleRecord = { kind: 'put', sequence: 1, durable: 0, key: '', value: '' };
  const longest = { ...put, key: '61'.repeat(KEY_BYTES_MAX) };
  t.deepEqual(decodeRecord(encodeRecord(longest)), longest);
  const longer = { ...put, key: '61'.repeat(KEY_BYTES_MAX + 1) };
  t.is(decodeRecord(encodeRecord(longer)), undefined);
  const operations = [{ key: longer.key, value: '' }];
  t.is(decodeRecord(encodeRecord({ ...BATCH, operations })), undefined);
});

test('a record may have 64 MiB of data, and half more once it was copied', (t) => {
  const most = RECORD_BYTES_MAX + RECORD_BYTES_MAX / 2;
  const words = new Int32Array((most + 16) / 4);
  words.set([0x0001, RECORD_BYTES_MAX - 16, 1, 0]);
  t.true(isWellFormed(words, 0, RECORD_BYTES_MAX));
  words[1] = RECORD_BYTES_MAX - 15;
  t.false(isWellFormed(words, 0, RECORD_BYTES_MAX + 1));
  words.set([0x0111, most - 24, 1, 0]);
  t.true(isWellFormed(words, 0, most));
  words[1] = most - 23;
  t.false(isWellFormed(words, 0, most + 1));
});

test('the largest batch of the smallest operations still fits a copied record', (t) => {
  const count = 1000;
  const operations = Array.from({ length: count }, () => ({ key: '' }));
  const batch: SampleRecord = { kind: 'batch', sequence: 1, durable: 0, operations };
  const bytes = encodeRecord(batch).length - 8;
  t.is(encodeRecord({ ...batch, era: 1 }).length - 8, bytes + bytes / 2);
});

test('unknown and reserved kinds, flags and extensions are refused', (t) => {
  for (const sample of SAMPLES) {
    const first = encodeRecord(sample)[8]!;
    for (const kind of [0, 9, 11, 15]) {
      t.is(decodeRecord(changed(sample, 8, (first & 0xf0) | kind, 1)), undefined);
    }
    for (const flag of [2, 4, 8, 16, 32, 64, 128]) {
      const flags = encodeRecord(sample)[9]! | flag;
      t.is(decodeRecord(changed(sample, 9, flags, 1)), undefined, `${sample.kind} ${flags}`);
    }
    for (const extensions of [2, 3, 15]) {
      t.is(decodeRecord(changed(sample, 8, (first & 15) | (extensions << 4), 1)), undefined);
    }
  }
});

test('a sequence is there, but for the trailer of a sealed segment, and above what is durable', (t) => {
  for (const sample of SAMPLES) {
    const isTrailer = sample.kind === 'rotation trailer';
    const zero = { ...sample, sequence: 0, durable: 0 };
    const inner = decodeRecord(encodeRecord(zero));
    if (isTrailer) t.deepEqual(inner, zero);
    else t.is(inner, undefined, sample.kind);
    t.is(decodeRecord(encodeRecord({ ...sample, sequence: 4, durable: 4 })), undefined);
    t.is(decodeRecord(encodeRecord({ ...sample, sequence: 4, durable: 0xffffffff })), undefined);
  }
});

test('eras beyond the largest and reserved bytes behind them are refused', (t) => {
  for (const sample of SAMPLES.filter((sample) => sample.era !== undefined)) {
    t.is(decodeRecord(encodeRecord({ ...sample, era: ERA_MAX + 1 })), undefined);
    t.is(decodeRecord(encodeRecord({ ...sample, era: 0xffffffff })), undefined);
    t.is(decodeRecord(changed(sample, 28, 1)), undefined);
  }
});

test('reserved bytes and ranges of the fixed kinds are checked', (t) => {
  const barrier: SampleRecord = { kind: 'epoch barrier', sequence: 3, durable: 0, number: 1 };
  t.is(decodeRecord(changed(barrier, 28, 1)), undefined);
  const checkpoint: SampleRecord = { kind: 'checkpoint', sequence: 3, durable: 0, number: 1 };
  t.is(decodeRecord(changed(checkpoint, 28, 0x200000)), undefined);
  const trailer: SampleRecord = { kind: 'rotation trailer', sequence: 3, durable: 0, number: 1 };
  t.is(decodeRecord(changed(trailer, 28, 1)), undefined);
  t.is(decodeRecord(changed(trailer, 24, 0)), undefined);
});

test('a batch has as many operations as it says', (t) => {
  for (const count of [0, 1, 2, 4, 0x7fffffff, 0xffffffff]) {
    t.is(decodeRecord(changed(BATCH, 12, count)), undefined, `count ${count}`);
  }
});

test('operations of a batch are puts and deletes that belong to it', (t) => {
  const first = 8 + 16;
  for (const kind of [3, 4, 5, 6, 7, 8]) {
    t.is(decodeRecord(changed(BATCH, first, kind, 1)), undefined, `kind ${kind}`);
  }
  t.is(decodeRecord(changed(BATCH, first + 8, 8)), undefined, 'another sequence');
  t.is(decodeRecord(changed(BATCH, first + 12, 1)), undefined, 'a durable sequence');
  const inEra = { ...BATCH, era: 1 };
  const firstInEra = 8 + 24;
  t.is(decodeRecord(changed(inEra, firstInEra + 16, 2)), undefined, 'another era');
  t.is(decodeRecord(changed(inEra, firstInEra + 20, 1)), undefined, 'reserved bytes');
  t.is(decodeRecord(changed(inEra, firstInEra, 0x0001)), undefined, 'no era');
});

test('padding between the operations of a batch is zero', (t) => {
  let padding = 0;
  for (let keyBytes = 0; keyBytes <= 8; keyBytes++) {
    const operations = [{ key: '61'.repeat(keyBytes), value: '' }, { key: '62' }];
    const record: SampleRecord = { kind: 'batch', sequence: 1, durable: 0, operations };
    t.deepEqual(decodeRecord(encodeRecord(record)), record);
    const end = 8 + 16 + 16 + keyBytes;
    for (let at = end; at % 8 !== 0; at++) {
      t.is(decodeRecord(changed(record, at, 1, 1)), undefined, `key ${keyBytes}, byte ${at}`);
      t.is(decodeRecord(changed(record, at, 0x80, 1)), undefined, `key ${keyBytes}, byte ${at}`);
      padding++;
    }
  }
  t.is(padding, 28);
});

test('a commit whose section does not decode is refused', (t) => {
  const record: SampleRecord = {
    kind: 'commit',
    sequence: 8,
    durable: 5,
    operations: [{ key: '6131', value: '01' }],
    commit: { offsets: { clicks: 258 } },
  };
  const section = 8 + 16;
  for (const [at, value] of [
    [0, 0],
    [0, 16],
    [0, 44],
    [0, 56],
    [0, 0xfffffff8],
    [4, 2],
    [8, 2],
    [12, 1],
    [16, 1],
    [24, 9],
    [28, 1],
    [40, 0xffffffff],
    [44, 0x01007370],
  ] as const) {
    t.is(decodeRecord(changed(record, section + at, value)), undefined, `${at}: ${value}`);
  }
  t.is(encodeCommitSection({ offsets: { clicks: 258 } }).length, 48);
});

test('judging a record reads nothing outside of its data, whatever the bytes are', (t) => {
  const hostile = fc.oneof(
    fc.constantFrom(0, 1, 2, 8, 15, 16, 24, 32, 0x00020001, 0x0101, 0x0113, 0x0114, -1, -8),
    fc.integer(),
  );
  const change = fc.tuple(fc.nat({ max: 19 }), hostile);
  const start = 16;
  checkProperty(
    t,
    fc.property(
      fc.constantFrom(...SAMPLES),
      fc.array(change, { maxLength: 3 }),
      fc.nat({ max: 40 }),
      (sample, changes, cut) => {
        const record = new Int32Array(encodeRecord(sample).buffer);
        const dataBytes = Math.max(record[0]! - cut, 0);
        const words = new Int32Array(start / 4 + record.length);
        words.set(record.subarray(2), start / 4);
        for (const [at, value] of changes) words[start / 4 + (at % (record.length - 2))] = value;
        isWellFormed(guarded(words, start, start + dataBytes), start, dataBytes);
      },
    ),
    20000,
  );
});

/** The same words; one that holds no byte of [start, end) cannot be read. */
function guarded(words: Int32Array, start: number, end: number): Int32Array {
  return new Proxy(words, {
    get(target, name) {
      const index = Number(name);
      if (Number.isInteger(index) && (index < start / 4 || index >= Math.ceil(end / 4))) {
        throw new Error(`word ${index} was read, the data is [${start}, ${end})`);
      }
      return Reflect.get(target, name, target);
    },
  });
}
