// One round of the syncer: what it writes and syncs, what it declares durable, and what it never does.

import test from 'ava';

import {
  LANE_ENTRIES,
  LANE_POSITION,
  LANE_ROTATIONS,
  LANE_SLOT,
  LANE_STATE,
  LANE_SYNCED_ENTRIES,
  NEXT_SEQUENCE,
  PREPARE_DONE,
  ROUND,
  SLOT_ACTIVE,
  SLOT_DRAINING,
  SLOT_IMAGE,
  SLOT_PREPARED,
  SLOT_SEALED,
  SLOT_STANDBY,
  SLOT_STATE,
  SLOT_SYNCED,
  SYNC_COUNT,
  URGENT,
} from '../../src/control/control-block.js';
import { segmentName } from '../../src/format/file-name.js';
import { SEGMENT_HEADER_BYTES } from '../../src/format/segment-header.js';
import { admitLane } from '../../src/store/lanes.js';
import { beginLane } from '../../src/wal/begin-lane.js';
import { claimSlot } from '../../src/wal/claim-slot.js';
import { prepareNext } from '../../src/wal/prepare-segment.js';
import { readLane } from '../support/read-lane.js';
import { beginRing, fillSegment, firstOf } from '../support/ring-fixture.js';
import { durableOf, runWith } from '../support/sync-rounds.js';
import type { TestDisk } from '../support/test-disk.js';

const SHAPE = { segmentBytes: 65536, slotsPerLane: 5, memoryBytes: 6 << 20 };
const FIRST = `/store/${segmentName(0, 1)}`;

function callsFrom(disk: TestDisk, from: number): string[] {
  return disk.log
    .slice(from)
    .map(({ operation, path, offset, bytes }) =>
      operation === 'write' ? `write ${path} ${offset}+${bytes}` : `${operation} ${path}`,
    );
}

for (const isMapped of [false, true]) {
  const medium = isMapped ? 'mapped' : 'buffered';

  test(`what is written while a round syncs is left to the next one (${medium})`, (t) => {
    const { disk, log, lane } = beginRing({ ...SHAPE, isMapped });
    lane.put('a', 'captured');
    const position = lane.word(LANE_POSITION);
    const did = runWith(disk, log, 'sync', () => {
      for (let index = 0; index < 5; index++) lane.put(`later ${index}`, 'not captured');
    });
    t.true(did);
    t.is(durableOf(log), 1);
    t.is(lane.slots(SLOT_SYNCED)[0], position);
    t.is(lane.word(LANE_SYNCED_ENTRIES), 1);
    t.is(lane.word(LANE_ENTRIES), 6);
    t.true(log.round.run());
    t.is(durableOf(log), 6);
    t.is(lane.slots(SLOT_SYNCED)[0], lane.word(LANE_POSITION));
    t.is(lane.word(LANE_SYNCED_ENTRIES), 6);
    t.false(log.round.run());
  });

  test(`a lane that rotates while a round syncs keeps its captured position (${medium})`, (t) => {
    const { disk, log, lane } = beginRing({ ...SHAPE, isMapped });
    lane.put('a', Buffer.alloc(50_000));
    const position = lane.word(LANE_POSITION);
    runWith(disk, log, 'sync', () => {
      lane.put('b', Buffer.alloc(50_000));
      lane.put('c', Buffer.alloc(50_000));
    });
    t.is(lane.word(LANE_ROTATIONS), 2);
    t.is(durableOf(log), 1);
    t.is(lane.slots(SLOT_SYNCED)[0], position);
    t.is(lane.slots(SLOT_STATE)[0], SLOT_DRAINING);
    log.round.run();
    t.is(durableOf(log), 5);
    t.deepEqual(lane.slots(SLOT_STATE).slice(0, 3), [SLOT_SEALED, SLOT_SEALED, SLOT_ACTIVE]);
    t.is(readLane(disk, firstOf(lane)).records.length, 5);
  });

  test(`all segments that were rotated out are synced, sealed and let go (${medium})`, (t) => {
    const { disk, log, lane } = beginRing({ ...SHAPE, isMapped });
    for (let segment = 0; segment < 3; segment++) fillSegment(lane, `s${segment}`);
    t.deepEqual(lane.slots(SLOT_STATE).slice(0, 4), [
      SLOT_DRAINING,
      SLOT_DRAINING,
      SLOT_DRAINING,
      SLOT_ACTIVE,
    ]);
    const from = disk.operationCount;
    t.true(log.round.run());
    t.deepEqual(lane.slots(SLOT_STATE).slice(0, 4), [
      SLOT_SEALED,
      SLOT_SEALED,
      SLOT_SEALED,
      SLOT_ACTIVE,
    ]);
    const calls = callsFrom(disk, from);
    for (const generation of [1, 2, 3, 4]) {
      const path = `/store/${segmentName(0, generation)}`;
      t.is(calls.filter((call) => call === `sync ${path}`).length, 1);
      t.is(calls.filter((call) => call === `close ${path}`).length, generation === 4 ? 0 : 1);
    }
    t.is(durableOf(log), log.control.words[NEXT_SEQUENCE]! - 1);
  });
}

test('buffered: exactly the new bytes go to the file, from the synced position on', (t) => {
  const { disk, log, lane } = beginRing(SHAPE);
  let synced = SEGMENT_HEADER_BYTES;
  for (let round = 0; round < 6; round++) {
    for (let index = 0; index <= round; index++)
      lane.put(`${round} ${index}`, Buffer.alloc(index * 77, 1));
    const from = disk.operationCount;
    t.true(log.round.run());
    const end = lane.word(LANE_POSITION);
    const calls = callsFrom(disk, from).filter((call) => !call.startsWith('openWrite'));
    t.deepEqual(calls, [`write ${FIRST} ${synced}+${end - synced}`, `sync ${FIRST}`]);
    const image = lane.slots(SLOT_IMAGE)[0]! * 8;
    t.deepEqual(disk.readFileRaw(FIRST).slice(0, end), log.memory.bytes.slice(image, image + end));
    t.deepEqual(new Set(disk.readFileRaw(FIRST).slice(end)), new Set([0]));
    synced = end;
  }
});

test('mapped: nothing is written out', (t) => {
  const { disk, log, lane } = beginRing({ ...SHAPE, isMapped: true });
  lane.put('a', 'value');
  const from = disk.operationCount;
  log.round.run();
  t.deepEqual(callsFrom(disk, from), [`openWrite ${FIRST}`, `sync ${FIRST}`]);
});

test('a round with nothing new makes no call, and one syncs each lane with new bytes once', (t) => {
  const { disk, log, lane } = beginRing({ ...SHAPE, lanesMax: 4 });
  const [one, three] = [log.addLane(1), log.addLane(3)];
  for (const each of [lane, one, three]) each.put('a', 'value');
  t.true(log.round.run());
  const from = disk.operationCount;
  const { words } = log.control;
  const [rounds, syncs] = [words[ROUND]!, words[SYNC_COUNT]!];
  t.false(log.round.run());
  t.is(disk.operationCount, from);
  t.is(words[ROUND], rounds + 1);
  t.is(words[SYNC_COUNT], syncs);
  three.put('b', 'value');
  t.true(log.round.run());
  const calls = callsFrom(disk, from);
  t.deepEqual(
    calls.filter((call) => call.startsWith('sync')),
    [`sync /store/${segmentName(3, 3)}`],
  );
  t.is(words[SYNC_COUNT], syncs + 1);
  t.is(durableOf(log), 4);
});

test('a file is opened once, when it is admitted, and kept until all of it is durable', (t) => {
  const { disk, log, lane } = beginRing(SHAPE);
  const opened = (generation: number) =>
    disk.log.filter(
      ({ operation, path }) =>
        operation === 'openWrite' && path === `/store/${segmentName(0, generation)}`,
    ).length;
  prepareNext(log.context, 0, claimSlot(log.context, 0), 0);
  t.is(lane.slots(SLOT_STATE)[1], SLOT_PREPARED);
  const done = log.control.words[PREPARE_DONE]!;
  log.round.admitPrepared();
  t.is(lane.slots(SLOT_STATE)[1], SLOT_STANDBY);
  t.is(log.control.words[PREPARE_DONE], done + 1);
  t.is(opened(2), 1);
  log.round.admitPrepared();
  t.is(log.control.words[PREPARE_DONE], done + 1);
  for (let round = 0; round < 8; round++) {
    lane.put(`k${round}`, Buffer.alloc(9000));
    log.round.run();
  }
  t.is(lane.word(LANE_SLOT), 1);
  t.deepEqual([opened(1), opened(2)], [1, 1]);
});

test('a new lane whose segment is active already is not turned into a standby', (t) => {
  const { disk, log } = beginRing({ ...SHAPE, lanesMax: 2 });
  const state = log.control.slotStart(1, 0) + SLOT_STATE;
  beginLane(log.context, 1);
  // As if the syncer had looked at the slot just before the lane was begun.
  log.control.words[state] = SLOT_PREPARED;
  let isOpen = false;
  const { openWrite } = disk;
  disk.openWrite = (path) => {
    isOpen = true;
    log.control.words[state] = SLOT_ACTIVE;
    return openWrite.call(disk, path);
  };
  log.round.admitPrepared();
  disk.openWrite = openWrite;
  t.true(isOpen);
  t.is(log.control.words[state], SLOT_ACTIVE);
  admitLane(log.context, 1, 2);
  const lane = log.joinLane(1, 2, { stallMsMax: 0 });
  lane.put('a', 'value');
  log.round.run();
  t.is(readLane(disk, firstOf(lane)).records.length, 1);
});

test('a lane that is not there is not looked at', (t) => {
  const { log, lane } = beginRing({ ...SHAPE, lanesMax: 3 });
  t.is(log.control.words[log.control.laneStart(2) + LANE_STATE], 0);
  lane.put('a');
  t.true(log.round.run());
  t.is(durableOf(log), 1);
});

test('a request that comes during a round is not lost', (t) => {
  const { disk, log, lane } = beginRing(SHAPE);
  lane.put('a');
  log.control.words[URGENT] = 1;
  runWith(disk, log, 'sync', () => {
    t.is(log.control.words[URGENT], 0);
    log.control.words[URGENT] = 1;
  });
  t.is(log.control.words[URGENT], 1);
});

test('closing gives every descriptor back', (t) => {
  const { disk, log, lane } = beginRing(SHAPE);
  prepareNext(log.context, 0, claimSlot(log.context, 0), 0);
  log.sync();
  lane.put('a');
  log.sync();
  const from = disk.operationCount;
  log.round.close();
  t.deepEqual(
    callsFrom(disk, from).sort(),
    [1, 2].map((generation) => `close /store/${segmentName(0, generation)}`),
  );
});
