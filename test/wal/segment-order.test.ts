// The order of a lane's segments: whoever prepares them, and in whatever slots they are, they become
// active in the order of their generations, because a trailer may only name a younger one.

import test from 'ava';

import {
  LANE_WANTED,
  NEXT_GENERATION,
  PREPARE_RUNNING,
  PREPARE_WANTED,
  SLOT_GENERATION,
  SLOT_PREPARED,
  SLOT_STANDBY,
  SLOT_STATE,
} from '../../src/control/control-block.js';
import { isLaneError } from '../../src/errors.js';
import { LogMemory } from '../../src/store/log-memory.js';
import { beginLane } from '../../src/wal/begin-lane.js';
import { claimSlot } from '../../src/wal/claim-slot.js';
import { prepareNext, prepareWanted } from '../../src/wal/prepare-segment.js';
import { SegmentRing } from '../../src/wal/segment-ring.js';
import type { LogContext } from '../../src/wal/segment-spec.js';
import { newDisk } from '../support/test-disk-helpers.js';

const SEGMENT_BYTES = 65536;

function newRing(admit: (context: LogContext) => void = () => undefined) {
  const log = new LogMemory({
    memoryBytes: 4 * 1048576,
    segmentBytes: SEGMENT_BYTES,
    logBytes: 0,
    lanesMax: 1,
    usesHugePages: false,
  });
  const context: LogContext = {
    fileSystem: newDisk(),
    directory: '/store',
    storeId: new Uint8Array(16).fill(1),
    control: log.control,
    memory: log.memory,
    isMapped: false,
    segmentBytes: SEGMENT_BYTES,
  };
  log.control.words[NEXT_GENERATION] = 1;
  beginLane(context, 0);
  const help = { admitPrepared: () => admit(context), drain: () => undefined };
  return { context, ring: new SegmentRing(context, 0, { help, stallMsMax: 0 }) };
}

function stateOf(context: LogContext, slot: number): number {
  return context.control.slotStart(0, slot) + SLOT_STATE;
}

/** Prepares two segments, the older in the later slot. */
function prepareCrossed(context: LogContext): { older: number; newer: number } {
  const newer = claimSlot(context, 0);
  const older = claimSlot(context, 0);
  prepareNext(context, 0, older, 0);
  prepareNext(context, 0, newer, 0);
  const { words } = context.control;
  const generation = (slot: number) => words[context.control.slotStart(0, slot) + SLOT_GENERATION]!;
  if (generation(older) >= generation(newer) || older < newer) throw new Error('not crossed');
  return { older, newer };
}

test('of two standbys the older becomes active first', (t) => {
  const { context, ring } = newRing();
  const { older, newer } = prepareCrossed(context);
  for (const slot of [older, newer]) context.control.words[stateOf(context, slot)] = SLOT_STANDBY;
  t.is(ring.takeNext(100), older);
  t.is(ring.takeNext(100), newer);
});

test('a standby waits for an older segment that has no descriptor yet', (t) => {
  let admissions = 0;
  const { context, ring } = newRing(({ control }) => {
    admissions++;
    for (let slot = 0; slot < control.slotsPerLane; slot++) {
      const at = control.slotStart(0, slot) + SLOT_STATE;
      if (control.words[at] === SLOT_PREPARED) control.words[at] = SLOT_STANDBY;
    }
  });
  const { older, newer } = prepareCrossed(context);
  context.control.words[stateOf(context, newer)] = SLOT_STANDBY;
  t.is(ring.takeNext(100), older);
  t.is(admissions, 1);
  t.is(ring.takeNext(100), newer);
});

test('a writer does not prepare while somebody else does', (t) => {
  const { context, ring } = newRing();
  const { words } = context.control;
  const wanted = context.control.laneStart(0) + LANE_WANTED;
  words[wanted] = PREPARE_RUNNING;
  const generation = words[NEXT_GENERATION];
  const error = t.throws(() => ring.takeNext(100));
  t.true(isLaneError(error, 'STORE_STALLED'));
  t.is(words[NEXT_GENERATION], generation);
  t.is(words[wanted], PREPARE_RUNNING);
});

test('the preparer does not prepare while the writer does, nor unasked', (t) => {
  const { context, ring } = newRing();
  const { words } = context.control;
  const wanted = context.control.laneStart(0) + LANE_WANTED;
  const generation = words[NEXT_GENERATION]!;
  prepareWanted(context, 0);
  words[wanted] = PREPARE_RUNNING;
  prepareWanted(context, 0);
  t.is(words[NEXT_GENERATION], generation);
  words[wanted] = 0;
  ring.requestStandby();
  t.is(words[wanted], PREPARE_WANTED);
  prepareWanted(context, 0);
  t.is(words[wanted], 0);
  t.is(words[NEXT_GENERATION], generation + 1);
  ring.requestStandby();
  t.is(words[wanted], 0);
});
