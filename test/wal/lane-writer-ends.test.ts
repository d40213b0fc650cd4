// The writer of a lane where it meets its ends: of sequences, of an era, of memory, and of its own life.

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
} from '../../src/control/control-block.js';
import { acquireAll, releaseAll } from '../../src/control/fence.js';
import { holderOf } from '../../src/control/lane-lock.js';
import { isPoisoned, poisonError } from '../../src/control/poison.js';
import { TRAILER_BYTES } from '../../src/format/record.js';
import { SEGMENT_HEADER_BYTES } from '../../src/format/segment-header.js';
import { LaneWriter } from '../../src/wal/lane-writer.js';
import { readLane } from '../support/read-lane.js';
import { beginRing, firstOf } from '../support/ring-fixture.js';
import { throwsWith } from '../support/stores.js';

const BYTES = 65536;
const SHAPE = { segmentBytes: BYTES, slotsPerLane: 6, memoryBytes: 4 << 20 };
/** Most bytes of a record, its header included. */
const RECORD_MAX = BYTES - SEGMENT_HEADER_BYTES - TRAILER_BYTES;

test('sequences above two thousand million keep their order and are unsigned', (t) => {
  const { disk, log, lane } = beginRing(SHAPE);
  log.control.words[NEXT_SEQUENCE] = 0x7fffffff;
  log.control.words[DURABLE] = 0x7ffffffe;
  t.is(lane.put('a'), 0x7fffffff);
  t.is(lane.put('b'), 0x80000000);
  t.true(log.sync());
  t.is(log.control.words[DURABLE]! >>> 0, 0x80000000);
  t.is(lane.put('c'), 0x80000001);
  t.deepEqual(
    readLane(disk, firstOf(lane)).records.map((record) => [record.sequence, record.durable]),
    [
      [0x7fffffff, 0x7ffffffe],
      [0x80000000, 0x7ffffffe],
    ],
  );
});

test('an era ends while every lane can still fill a segment without looking', (t) => {
  const lanesMax = 64;
  const { log, lane } = beginRing({ ...SHAPE, lanesMax });
  const shortest = 24;
  const end = 0xffff0000 - lanesMax * Math.ceil(BYTES / shortest);
  log.control.words[NEXT_SEQUENCE] = end | 0;
  lane.put('still room in this segment');
  const before = [lane.word(LANE_POSITION), lane.word(LANE_SLOT)];
  throwsWith(t, 'SEQUENCE_LIMIT', () => lane.put('a', Buffer.alloc(RECORD_MAX - 40)));
  t.deepEqual([lane.word(LANE_POSITION), lane.word(LANE_SLOT)], before);
  log.control.words[NEXT_SEQUENCE] = end | 0;
  lane.put('a', Buffer.alloc(RECORD_MAX - 40));
  t.is(lane.word(LANE_ROTATIONS), 1);
});

test('a rotation under lock-all takes no lock again', (t) => {
  const { log, lane } = beginRing(SHAPE);
  lane.put('a', Buffer.alloc(40_000));
  const { control, memory } = log;
  acquireAll(control, 1);
  lane.memtable.reserve(1);
  lane.writer.reserve(30_000, true);
  const { writer } = lane;
  memory.bytes.fill(0, writer.dataStart, writer.dataStart + 17);
  memory.words[writer.dataStart >>> 2] = 1 | (1 << 16);
  writer.appendLocked(17, false);
  t.is(lane.word(LANE_ROTATIONS), 1);
  releaseAll(control);
  t.is(lane.put('after'), 4);
});

test('a record whose insertion fails poisons the store: its sequence was taken', (t) => {
  const { log, lane } = beginRing(SHAPE);
  const failing = {
    stamp: () => undefined,
    insert: () => {
      throw new Error('no memory');
    },
  };
  const writer = new LaneWriter(lane.ring, failing, 1);
  writer.reserve(16, false);
  log.memory.words[writer.dataStart >>> 2] = 1;
  log.memory.words[(writer.dataStart >>> 2) + 1] = 0;
  t.throws(() => writer.append(16, false), { message: 'no memory' });
  t.true(isPoisoned(log.control));
  t.regex(poisonError(log.control).message, /no memory/);
  t.is(holderOf(log.control.words, log.control.laneStart(0) + LANE_LOCK), 0, 'the lock is free');
});

test('a record is inserted while its lane is locked, and published after that', (t) => {
  const { log, lane } = beginRing(SHAPE);
  const { words } = log.control;
  const seen: unknown[] = [];
  const state = () => ({
    holder: holderOf(words, log.control.laneStart(0) + LANE_LOCK),
    claim: lane.word(LANE_CLAIM),
    published: lane.word(LANE_PUBLISHED),
    entries: lane.word(LANE_ENTRIES),
  });
  const hook = { stamp: () => undefined, insert: () => void seen.push(state()) };
  const writer = new LaneWriter(lane.ring, hook, 5);
  writer.reserve(16, false);
  log.memory.words[writer.dataStart >>> 2] = 1;
  log.memory.words[(writer.dataStart >>> 2) + 1] = 0;
  writer.append(16, false);
  t.deepEqual(seen, [{ holder: 5, claim: 1, published: 0, entries: 0 }]);
  t.deepEqual(state(), { holder: 0, claim: 0, published: 1, entries: 1 });
});

test('a writer goes on where another one of the same lane stood', (t) => {
  const { disk, log, lane } = beginRing(SHAPE);
  lane.put('a', Buffer.alloc(100));
  const again = log.joinLane(0, 5, { stallMsMax: 0 });
  t.is(again.put('b'), 2);
  t.is(again.memtable.keys, 2);
  log.sync();
  const { records } = readLane(disk, firstOf(lane));
  t.deepEqual(
    records.map((record) => record.key),
    ['a', 'b'],
  );
});
