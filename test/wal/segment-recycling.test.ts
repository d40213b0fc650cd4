// Recycling of sealed segments: new generations in old files, over several laps, and nothing that was in
// them before ever comes back.

import type { ExecutionContext } from 'ava';
import test from 'ava';

import {
  LANE_IN_PLACE,
  LANE_ROTATIONS,
  LANE_WANTED,
  NEXT_GENERATION,
  PREPARE_RUNNING,
  PREPARE_WANTED,
  SLOT_FREE,
  SLOT_GENERATION,
  SLOT_SEALED,
  SLOT_STATE,
} from '../../src/control/control-block.js';
import { segmentName } from '../../src/format/file-name.js';
import { KIND_PUT } from '../../src/format/operation.js';
import { moveFirstGeneration, recycleSegment } from '../../src/wal/prepare-segment.js';
import type { TestLane } from '../support/log-fixture.js';
import { readLane } from '../support/read-lane.js';
import { beginRing, fillSegment, firstOf } from '../support/ring-fixture.js';
import type { TestDisk } from '../support/test-disk.js';

const MIB = 1 << 20;

for (const isMapped of [false, true]) {
  const medium = isMapped ? 'mapped' : 'buffered';
  test(`over four laps of recycling no old record ever comes back (${medium})`, (t) => {
    const slots = 4;
    const { disk, log, lane } = beginRing({
      segmentBytes: 65536,
      slotsPerLane: slots,
      memoryBytes: 16 * MIB,
      isMapped,
    });
    let kept: { first: number; keys: string[] }[] = [{ first: 1, keys: [] }];
    let recycled = 0;
    const write = (key: string, bytes: number) => {
      const rotations = lane.word(LANE_ROTATIONS);
      lane.put(key, Buffer.alloc(bytes, key));
      if (lane.word(LANE_ROTATIONS) !== rotations) kept.push({ first: 0, keys: [] });
      kept.at(-1)!.keys.push(key);
    };
    for (let segment = 0; segment < slots * 5; segment++) {
      const rotations = lane.word(LANE_ROTATIONS);
      // Every life of a slot ends at another length, so that records of the one before lie behind it.
      const bytes = 400 + ((segment * 331) % 2000);
      for (let index = 0; lane.word(LANE_ROTATIONS) === rotations; index++) {
        if (index > 0 && index * bytes > 60_000 - segment * 1500) write(`big ${segment}`, 30_000);
        else write(`s${segment} ${index}`, bytes);
      }
      log.sync();
      checkLane(t, disk, lane, kept);
      const sealed = lane
        .slots(SLOT_STATE)
        .flatMap((state, slot) => (state === SLOT_SEALED ? [slot] : []));
      if (sealed.length < slots - 1) continue;
      const oldest = sealed.reduce((a, b) =>
        lane.slots(SLOT_GENERATION)[a]! < lane.slots(SLOT_GENERATION)[b]! ? a : b,
      );
      const gone = segmentName(0, lane.slots(SLOT_GENERATION)[oldest]!);
      kept = kept.slice(1);
      const next = Math.min(
        ...lane
          .slots(SLOT_GENERATION)
          .filter((_, slot) => slot !== oldest && lane.slots(SLOT_STATE)[slot] !== SLOT_FREE),
      );
      moveFirstGeneration(log.context, 0, next);
      t.true(recycleSegment(log.context, 0, oldest));
      log.sync();
      recycled++;
      t.false(disk.list('/store').includes(gone));
      checkLane(t, disk, lane, kept);
    }
    t.true(recycled >= 3 * slots, `${recycled} recycled`);
    t.is(lane.word(LANE_IN_PLACE), slots - 1, 'later segments are recycled ones');
    t.is(disk.list('/store').length, slots);
  });
}

/** Exactly the records of the chain are there, and no other record in any of its files. */
function checkLane(
  t: ExecutionContext,
  disk: TestDisk,
  lane: TestLane,
  kept: { keys: string[] }[],
): void {
  const { records, segments } = readLane(disk, firstOf(lane));
  t.deepEqual(
    records.filter((record) => record.kind === KIND_PUT).map((record) => record.key),
    kept.flatMap((segment) => segment.keys),
  );
  const sequences = records.map((record) => record.sequence);
  t.deepEqual(
    sequences,
    Array.from(sequences, (_, index) => sequences[0]! + index),
  );
  for (const segment of segments) t.is(segment.evidence.records, 0);
}

test('a recycled segment holds old records behind its new ones, and they are not found', (t) => {
  const { disk, log, lane } = beginRing({
    segmentBytes: 131072,
    slotsPerLane: 2,
    memoryBytes: 8 * MIB,
  });
  fillSegment(lane, 'old');
  log.sync();
  moveFirstGeneration(log.context, 0, 2);
  recycleSegment(log.context, 0, 0);
  log.sync();
  fillSegment(lane, 'middle');
  lane.put('new');
  log.sync();
  const { records, segments } = readLane(disk, firstOf(lane));
  t.is(records.at(-1)?.key, 'new');
  t.true(segments.at(-1)!.rest > 50_000, 'the file is full of old bytes');
  t.is(segments.at(-1)!.evidence.records, 0);
});

test('a segment is not recycled while somebody prepares one', (t) => {
  const { log, lane } = beginRing({ segmentBytes: 131072 });
  fillSegment(lane, 'a');
  log.sync();
  const wanted = log.control.laneStart(0) + LANE_WANTED;
  const generation = log.control.words[NEXT_GENERATION];
  log.control.words[wanted] = PREPARE_RUNNING;
  t.false(recycleSegment(log.context, 0, 0));
  t.is(lane.slots(SLOT_STATE)[0], SLOT_SEALED);
  t.is(log.control.words[NEXT_GENERATION], generation);
  log.control.words[wanted] = PREPARE_WANTED;
  t.true(recycleSegment(log.context, 0, 0));
  t.is(log.control.words[wanted], 0);
});
