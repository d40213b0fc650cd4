// The writer of a lane: bytes that an independent encoder makes too, limits at their edge, and the words
// that others read.

import test from 'ava';

import {
  DURABLE,
  LANE_CLAIM,
  LANE_ENTRIES,
  LANE_LOCK,
  LANE_POSITION,
  LANE_PUBLISHED,
  LANE_ROTATIONS,
  LANE_SLOT,
  NEXT_SEQUENCE,
  SLOT_DRAINING,
  SLOT_END,
  SLOT_IMAGE,
  SLOT_STATE,
} from '../../src/control/control-block.js';
import { holderOf } from '../../src/control/lane-lock.js';
import { segmentName } from '../../src/format/file-name.js';
import { KIND_ROTATION_TRAILER } from '../../src/format/operation.js';
import { recordBytes, TRAILER_BYTES } from '../../src/format/record.js';
import { SEGMENT_HEADER_BYTES } from '../../src/format/segment-header.js';
import type { LogFixture, TestLane } from '../support/log-fixture.js';
import { seededRandom } from '../support/random.js';
import { readLane } from '../support/read-lane.js';
import { encodeRecord, hexOf, type SampleRecord } from '../support/record-codec.js';
import { beginRing, firstOf } from '../support/ring-fixture.js';
import { throwsWith } from '../support/stores.js';

const BYTES = 65536;
const SHAPE = { segmentBytes: BYTES, slotsPerLane: 6, memoryBytes: 4 << 20 };
/** Most bytes of a record, its header included. */
const RECORD_MAX = BYTES - SEGMENT_HEADER_BYTES - TRAILER_BYTES;

function text(words: string): string {
  return Buffer.from(words).toString('hex');
}

function imageOf(log: LogFixture, slot = 0): Uint8Array {
  const at = log.control.slotStart(0, slot);
  const start = log.control.words[at + SLOT_IMAGE]! * 8;
  return log.memory.bytes.slice(start, start + BYTES);
}

/** Writes one record of every kind that a lane writes, and says what they are. */
function writeAll(lane: TestLane): SampleRecord[] {
  const { control } = lane.log;
  lane.put('a', 'first');
  lane.delete('a');
  control.words[DURABLE] = 2;
  lane.batch([
    { key: Buffer.from('b'), value: Buffer.from('12345') },
    { key: Buffer.from('longer key') },
    { key: Buffer.from(''), value: Buffer.from('') },
  ]);
  lane.writer.appendNoOp();
  control.words[DURABLE] = 4;
  lane.commit({ offsets: { clicks: 7 }, watermark: -1 });
  lane.put('', '');
  return [
    { kind: 'put', sequence: 1, durable: 0, key: text('a'), value: text('first') },
    { kind: 'delete', sequence: 2, durable: 0, key: text('a') },
    {
      kind: 'batch',
      sequence: 3,
      durable: 2,
      operations: [
        { key: text('b'), value: text('12345') },
        { key: text('longer key') },
        { key: '', value: '' },
      ],
    },
    { kind: 'no-op', sequence: 4, durable: 2 },
    { kind: 'commit', sequence: 5, durable: 4, commit: { offsets: { clicks: 7 }, watermark: -1 } },
    { kind: 'put', sequence: 6, durable: 4, key: '', value: '' },
  ];
}

for (const isMapped of [false, true]) {
  const medium = isMapped ? 'mapped' : 'buffered';
  test(`records are byte for byte what the format says, in memory and in the file (${medium})`, (t) => {
    const { disk, log, lane } = beginRing({ ...SHAPE, isMapped });
    // Whatever the memory held before.
    const image = log.control.words[log.control.slotStart(0, 0) + SLOT_IMAGE]! * 8;
    log.memory.bytes.fill(0xa5, image + SEGMENT_HEADER_BYTES, image + BYTES);
    const { storeId } = log.shape;
    const records = writeAll(lane).map((record) =>
      encodeRecord(record, { storeId, lane: 0, generation: 1 }),
    );
    const expected = hexOf(Buffer.concat(records));
    const end = SEGMENT_HEADER_BYTES + expected.length / 2;
    t.is(hexOf(imageOf(log).slice(SEGMENT_HEADER_BYTES, end)), expected);
    t.is(lane.word(LANE_POSITION), end);
    const file = () => disk.readFileRaw(`/store/${segmentName(0, 1)}`);
    t.is(hexOf(file().slice(SEGMENT_HEADER_BYTES, end)) === expected, isMapped);
    t.true(log.control.words[NEXT_SEQUENCE] === 7);
    log.control.words[DURABLE] = 0;
    log.sync();
    t.is(hexOf(file().slice(0, end)), hexOf(imageOf(log).slice(0, end)));
    t.deepEqual(new Set(file().slice(end)), new Set([0]));
  });
}

test('what is published can be read by everybody: position, sequence, entries, no claim, free lock', (t) => {
  const { log, lane } = beginRing(SHAPE);
  const sequence = lane.put('a', 'value');
  t.is(sequence, 1);
  t.is(lane.word(LANE_PUBLISHED), 1);
  t.is(lane.word(LANE_CLAIM), 0);
  t.is(lane.word(LANE_ENTRIES), 1);
  t.is(lane.word(LANE_POSITION), SEGMENT_HEADER_BYTES + recordBytes(16 + 6));
  t.is(holderOf(log.control.words, log.control.laneStart(0) + LANE_LOCK), 0);
});

test('a rotation leaves the old segment draining up to its trailer', (t) => {
  const { log, lane } = beginRing(SHAPE);
  for (let index = 0; lane.word(LANE_ROTATIONS) === 0; index++)
    lane.put(`${index}`, Buffer.alloc(5000));
  const at = log.control.slotStart(0, 0);
  const { words } = log.control;
  t.is(words[at + SLOT_STATE], SLOT_DRAINING);
  t.is(lane.word(LANE_SLOT), 1);
  const end = words[at + SLOT_END]!;
  const trailer = encodeRecord(
    { kind: 'rotation trailer', sequence: lane.word(LANE_PUBLISHED) - 1, durable: 0, number: 2 },
    { storeId: log.shape.storeId, lane: 0, generation: 1 },
  );
  t.is(hexOf(imageOf(log).slice(end - TRAILER_BYTES, end)), hexOf(trailer));
});

test('a record fits at the limit of a segment and is refused one byte past it, with nothing written', (t) => {
  const { disk, log, lane } = beginRing(SHAPE);
  const valueMax = RECORD_MAX - 8 - 16 - 1;
  lane.put('k', Buffer.alloc(valueMax));
  t.is(lane.word(LANE_ROTATIONS), 0);
  t.is(lane.word(LANE_POSITION), BYTES - TRAILER_BYTES);
  const before = [lane.word(LANE_POSITION), lane.word(LANE_SLOT), log.control.words[NEXT_SEQUENCE]];
  for (const over of [1, 7, 8, 1000, 1 << 20]) {
    const error = throwsWith(t, 'RECORD_TOO_LARGE', () =>
      lane.put('k', Buffer.alloc(valueMax + over)),
    );
    t.regex(error.message, /segmentBytes/);
  }
  t.deepEqual(
    [lane.word(LANE_POSITION), lane.word(LANE_SLOT), log.control.words[NEXT_SEQUENCE]],
    before,
  );
  lane.put('k', Buffer.alloc(valueMax));
  lane.put('next');
  log.sync();
  const { records, segments } = readLane(disk, firstOf(lane));
  t.is(records.length, 5);
  t.deepEqual(
    segments.map((segment) => segment.stop),
    ['trailer', 'trailer', 'end'],
  );
});

test('room for the trailer always remains, whatever sizes the records have', (t) => {
  const seed = Number(process.env['LANEDB_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  t.log(`seed ${seed}`);
  const random = seededRandom(seed);
  const { disk, log, lane } = beginRing({ ...SHAPE, slotsPerLane: 40, memoryBytes: 8 << 20 });
  while (lane.word(LANE_ROTATIONS) < 30) {
    const { position } = { position: lane.word(LANE_POSITION) };
    const rest = BYTES - TRAILER_BYTES - position;
    const isExact = random() < 0.05 && rest > 40;
    const value = isExact
      ? rest - 24 - 1 - Math.floor(random() * 8)
      : Math.floor(random() ** 4 * 9000);
    lane.put('k', Buffer.alloc(Math.max(0, value)));
    t.true(lane.word(LANE_POSITION) <= BYTES - TRAILER_BYTES);
  }
  log.sync();
  const { records, segments } = readLane(disk, firstOf(lane));
  t.is(segments.length, 31);
  t.is(records.filter((record) => record.kind === KIND_ROTATION_TRAILER).length, 30);
  t.true(segments.every((segment) => segment.end <= BYTES));
  t.true(
    segments.some((segment) => segment.end === BYTES),
    'some are full to the last byte',
  );
});

test('sequences of several lanes are dense, each in its own lane ascending', (t) => {
  const { disk, log, lane } = beginRing({ ...SHAPE, lanesMax: 3 });
  const lanes = [lane, log.addLane(1), log.addLane(2)];
  const random = seededRandom(7);
  const written = Array.from({ length: 600 }, (_, index) =>
    lanes[Math.floor(random() * 3)]!.put(`k${index}`, Buffer.alloc(Math.floor(random() * 900))),
  );
  log.sync();
  const all = lanes.map((one) =>
    readLane(disk, firstOf(one)).records.map((record) => record.sequence),
  );
  for (const sequences of all)
    t.deepEqual(
      sequences,
      sequences.toSorted((a, b) => a - b),
    );
  const dense = all.flat().sort((a, b) => a - b);
  t.deepEqual(
    dense,
    Array.from(dense, (_, index) => index + 1),
  );
  t.true(written.every((sequence) => dense.includes(sequence)));
});

test('a record carries the durable sequence known when it was written', (t) => {
  const { disk, log, lane } = beginRing(SHAPE);
  lane.put('a');
  lane.put('b');
  log.sync();
  lane.put('c');
  lane.writer.appendNoOp();
  log.sync();
  lane.put('d');
  log.sync();
  const { records } = readLane(disk, firstOf(lane));
  t.deepEqual(
    records.map((record) => record.durable),
    [0, 0, 2, 2, 4],
  );
});
