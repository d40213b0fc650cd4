// The ring of a lane: sizes that grow, standbys in time, what is counted, recycling over several laps,
// and what a writer gets when there is no room.

import test from 'ava';

import {
  FREE_CHUNKS,
  LANE_ENTRIES,
  LANE_IN_PLACE,
  LANE_POSITION,
  LANE_ROTATIONS,
  LANE_STALLS,
  LANE_WANTED,
  NEXT_SEQUENCE,
  PREPARE_REQUEST,
  PREPARE_RUNNING,
  PREPARE_WANTED,
  SLOT_ACTIVE,
  SLOT_BYTES,
  SLOT_FREE,
  SLOT_GENERATION,
  SLOT_STANDBY,
  SLOT_STATE,
} from '../../src/control/control-block.js';
import { poison } from '../../src/control/poison.js';
import { CHUNK_BYTES } from '../../src/control/pool.js';
import { LaneError } from '../../src/errors.js';
import { KIND_PUT, KIND_ROTATION_TRAILER } from '../../src/format/operation.js';
import {
  moveFirstGeneration,
  prepareWanted,
  recycleSegment,
} from '../../src/wal/prepare-segment.js';
import type { LogFixture, TestLane } from '../support/log-fixture.js';
import { readLane } from '../support/read-lane.js';
import { beginRing, fillSegment, firstOf } from '../support/ring-fixture.js';
import { rejectsWith, throwsWith } from '../support/stores.js';

const MIB = 1 << 20;

/** What must not change when a write is refused. */
function stateOf(log: LogFixture, lane: TestLane): unknown {
  const { words } = log.control;
  return {
    next: words[NEXT_SEQUENCE],
    free: words[FREE_CHUNKS],
    lane: [LANE_POSITION, LANE_ENTRIES, LANE_ROTATIONS].map((word) => lane.word(word)),
    slots: lane.slots(SLOT_STATE),
    generations: lane.slots(SLOT_GENERATION),
    keys: lane.memtable.keys,
  };
}

test('segments grow from 1 MiB to twice the one before, up to the limit', (t) => {
  const { disk, log, lane } = beginRing({ segmentBytes: 6 * MIB, memoryBytes: 40 * MIB });
  for (let segment = 0; segment < 5; segment++) fillSegment(lane, `s${segment}`, 100_000);
  const lengths = lane.slots(SLOT_BYTES).filter((bytes) => bytes > 0);
  t.deepEqual(
    lengths,
    [1, 2, 4, 6, 6, 6].map((length) => length * MIB),
  );
  log.sync();
  const { segments } = readLane(disk, firstOf(lane));
  t.deepEqual(
    segments.map((segment) => segment.segmentBytes),
    lengths,
  );
});

test('a limit below 1 MiB is the length of every segment', (t) => {
  const { lane } = beginRing({ segmentBytes: 131072 });
  for (let segment = 0; segment < 3; segment++) fillSegment(lane, `s${segment}`);
  t.deepEqual(lane.slots(SLOT_BYTES).slice(0, 4), [131072, 131072, 131072, 131072]);
});

test('a record that needs more than the length that is due gets a segment it fits', (t) => {
  const { lane } = beginRing({ segmentBytes: 8 * MIB, memoryBytes: 64 * MIB });
  lane.put('small');
  lane.put('large', Buffer.alloc(5 * MIB));
  t.is(lane.word(LANE_ROTATIONS), 1);
  const [, large] = lane.slots(SLOT_BYTES);
  t.true(large! > 5 * MIB && large! <= 5 * MIB + 2 * CHUNK_BYTES);
  fillSegment(lane, 'more', 500_000);
  t.is(lane.slots(SLOT_BYTES)[2], 8 * MIB);
});

test('a standby is asked for at 25 % of the segment, once, and is the next to be used', (t) => {
  const { log, lane } = beginRing({ segmentBytes: 262144 });
  const { words } = log.control;
  while (lane.word(LANE_POSITION) + 1040 < 0.25 * 262144) {
    lane.put(`k${lane.word(LANE_ENTRIES)}`, Buffer.alloc(1000));
    t.is(lane.word(LANE_WANTED), 0);
  }
  t.is(words[PREPARE_REQUEST], 0);
  for (let index = 0; index < 5; index++) lane.put(`over ${index}`, Buffer.alloc(1000));
  t.is(lane.word(LANE_WANTED), PREPARE_WANTED);
  t.is(words[PREPARE_REQUEST], 1);
  prepareWanted(log.context, 0);
  log.sync();
  t.deepEqual(lane.slots(SLOT_STATE).slice(0, 3), [SLOT_ACTIVE, SLOT_STANDBY, SLOT_FREE]);
  fillSegment(lane, 'rest');
  t.is(lane.slots(SLOT_STATE)[1], SLOT_ACTIVE);
  t.is(lane.word(LANE_IN_PLACE), 0);
  t.is(lane.word(LANE_STALLS), 0);
});

test('after a rotation the next standby is asked for with the first record', (t) => {
  const { log, lane } = beginRing({ segmentBytes: 262144 });
  fillSegment(lane, 'first');
  t.is(lane.word(LANE_WANTED), PREPARE_WANTED);
  prepareWanted(log.context, 0);
  log.sync();
  t.is(lane.slots(SLOT_STATE)[2], SLOT_STANDBY);
  const asked = log.control.words[PREPARE_REQUEST]!;
  lane.put('second', Buffer.alloc(1000));
  t.is(lane.word(LANE_WANTED), 0, 'once');
  t.is(log.control.words[PREPARE_REQUEST], asked);
});

test('without a standby the writer prepares one itself, and that is counted', (t) => {
  const { lane } = beginRing({ segmentBytes: 131072 });
  for (let segment = 1; segment <= 4; segment++) {
    fillSegment(lane, `s${segment}`);
    t.is(lane.word(LANE_IN_PLACE), segment);
    t.is(lane.word(LANE_ROTATIONS), segment);
  }
  t.is(lane.word(LANE_STALLS), 0);
});

test('records go through rotations in order, each trailer naming the next segment', (t) => {
  const { disk, log, lane } = beginRing({ segmentBytes: 131072, slotsPerLane: 12 });
  let written = 0;
  for (let segment = 0; segment < 9; segment++) written += fillSegment(lane, `s${segment}`);
  log.sync();
  const { records, segments } = readLane(disk, firstOf(lane));
  t.deepEqual(
    records.map((record) => record.sequence),
    Array.from(records, (_, index) => index + 1),
  );
  t.is(records.filter((record) => record.kind === KIND_PUT).length, written);
  t.is(records.filter((record) => record.kind === KIND_ROTATION_TRAILER).length, 9);
  t.deepEqual(
    segments.map((segment) => segment.stop),
    [...Array.from({ length: 9 }, () => 'trailer'), 'end'],
  );
});

test('a ring that is full refuses the write, changes nothing, and goes on once a slot is free', (t) => {
  const { log, lane } = beginRing({ segmentBytes: 131072, slotsPerLane: 3, memoryBytes: 2 * MIB });
  fillSegment(lane, 'a');
  fillSegment(lane, 'b');
  while (lane.word(LANE_POSITION) + 2000 < 131072) lane.put(`c${lane.word(LANE_ENTRIES)}`);
  const before = stateOf(log, lane);
  for (let attempt = 0; attempt < 3; attempt++) {
    const error = throwsWith(t, 'STORE_FULL', () => lane.put('too much', Buffer.alloc(2500)));
    t.regex(error.message, /ring/);
    t.deepEqual(stateOf(log, lane), before);
  }
  lane.put('small');
  log.sync();
  moveFirstGeneration(log.context, 0, 2);
  t.true(recycleSegment(log.context, 0, 0));
  lane.put('too much', Buffer.alloc(2500));
  t.is(lane.word(LANE_ROTATIONS), 3);
});

test('a pool that is full refuses the write and changes nothing', (t) => {
  const { log, lane } = beginRing({
    segmentBytes: 131072,
    slotsPerLane: 12,
    memoryBytes: 6 * CHUNK_BYTES,
  });
  fillSegment(lane, 'a');
  while (lane.word(LANE_POSITION) + 2000 < 131072) lane.put(`b${lane.word(LANE_ENTRIES)}`);
  const before = stateOf(log, lane);
  const error = throwsWith(t, 'STORE_FULL', () => lane.put('too much', Buffer.alloc(70_000)));
  t.regex(error.message, /memoryBytes/);
  t.deepEqual(stateOf(log, lane), before);
});

test('a pool that is short gives a shorter segment, which the record still fits', (t) => {
  const { lane } = beginRing({ segmentBytes: 4 * MIB, slotsPerLane: 12, memoryBytes: 3 * MIB });
  fillSegment(lane, 'a', 10_000);
  t.deepEqual(lane.slots(SLOT_BYTES).slice(0, 2), [MIB, MIB]);
});

test('a full disk refuses the write, leaves no file, and the lane goes on when there is room', (t) => {
  const { disk, log, lane } = beginRing({ segmentBytes: 131072 }, { capacityBytes: 200_000 });
  while (lane.word(LANE_POSITION) + 2000 < 131072) lane.put(`a${lane.word(LANE_ENTRIES)}`);
  const before = stateOf(log, lane);
  const files = disk.list('/store');
  for (let attempt = 0; attempt < 2; attempt++) {
    throwsWith(t, 'DISK_FULL', () => lane.put('too much', Buffer.alloc(2500)));
    t.deepEqual(stateOf(log, lane), before);
    t.deepEqual(disk.list('/store'), files);
  }
  disk.capacityBytes = undefined;
  lane.put('too much', Buffer.alloc(2500));
  log.sync();
  t.is(readLane(disk, firstOf(lane)).records.at(-1)?.key, 'too much');
});

test('a disk that fails while the writer prepares poisons the store', (t) => {
  const { disk, lane } = beginRing({ segmentBytes: 131072 });
  disk.failAt({ operation: 'sync', nth: 1 });
  const error = throwsWith(t, 'STORE_POISONED', () => fillSegment(lane, 'a'));
  t.truthy(error.cause);
  disk.clearFaults();
  throwsWith(t, 'STORE_POISONED', () => fillSegment(lane, 'b'));
});

test('a mapping that cannot be attached poisons before the segment in use is ended', (t) => {
  const { disk, log, lane } = beginRing({ segmentBytes: 131072, isMapped: true });
  disk.failAt({ operation: 'attachRegion', nth: 1 });
  throwsWith(t, 'STORE_POISONED', () => fillSegment(lane, 'a'));
  const written = lane.word(LANE_ENTRIES);
  disk.clearFaults();
  for (let attempt = 0; attempt < 2; attempt++) {
    throwsWith(t, 'STORE_POISONED', () => lane.put('b', Buffer.alloc(2500)));
  }
  t.false(log.sync());
  const { records, segments } = readLane(disk, firstOf(lane));
  t.is(records.length, written);
  t.deepEqual(
    segments.map(({ stop }) => stop),
    ['end'],
  );
});

test('a segment that nobody admits stalls the writer for a time, then refuses', async (t) => {
  const { log } = beginRing({ segmentBytes: 131072, lanesMax: 2 });
  log.addLane(1);
  const lane = log.joinLane(1, 2, { stallMsMax: 60, admitPrepared: () => undefined });
  while (lane.word(LANE_POSITION) + 2000 < 131072) lane.put(`a${lane.word(LANE_ENTRIES)}`);
  const begun = performance.now();
  const stalled = Promise.resolve().then(() => lane.put('too much', Buffer.alloc(2500)));
  await rejectsWith(t, 'STORE_STALLED', stalled);
  t.true(performance.now() - begun >= 50);
  t.is(lane.word(LANE_ROTATIONS), 0);
  t.is(lane.word(LANE_STALLS), 1, 'it waited, whatever for');
  log.round.admitPrepared();
  lane.put('too much', Buffer.alloc(2500));
  t.is(lane.word(LANE_ROTATIONS), 1);
});

test('waiting for a segment that somebody else prepares is counted as a stall', (t) => {
  const { log, lane } = beginRing({ segmentBytes: 131072 });
  while (lane.word(LANE_POSITION) + 2000 < 131072) lane.put(`a${lane.word(LANE_ENTRIES)}`);
  log.control.words[log.control.laneStart(0) + LANE_WANTED] = PREPARE_RUNNING;
  throwsWith(t, 'STORE_STALLED', () => lane.put('too much', Buffer.alloc(2500)));
  t.is(lane.word(LANE_STALLS), 1);
  t.is(lane.word(LANE_IN_PLACE), 0);
});

test('a writer whose wait ends with a poison learns of the poison, not of the wait', async (t) => {
  const { log } = beginRing({ segmentBytes: 131072, lanesMax: 2 });
  log.addLane(1);
  const cause = new LaneError('IO_ERROR', 'the disk is gone');
  const admitPrepared = () => poison(log.control, cause);
  const lane = log.joinLane(1, 2, { stallMsMax: 0, admitPrepared });
  while (lane.word(LANE_POSITION) + 2000 < 131072) lane.put(`a${lane.word(LANE_ENTRIES)}`);
  throwsWith(t, 'STORE_POISONED', () => lane.put('too much', Buffer.alloc(2500)));
});
