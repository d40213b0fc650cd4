// Numbers of segments: each given once, unsigned, and none past the last.

import test from 'ava';

import { NEXT_GENERATION, SLOT_SEALED, SLOT_STATE } from '../../src/control/control-block.js';
import { isPoisoned } from '../../src/control/poison.js';
import { claimSlot } from '../../src/wal/claim-slot.js';
import { prepareNext, prepareWanted, recycleSegment } from '../../src/wal/prepare-segment.js';
import { GENERATION_MAX, takeGeneration } from '../../src/wal/take-generation.js';
import { beginRing, fillSegment } from '../support/ring-fixture.js';
import { throwsWith } from '../support/stores.js';

const SHAPE = { segmentBytes: 65536, slotsPerLane: 4 };

test('generations are given one after the other, past 2^31 too, and end', (t) => {
  const { log } = beginRing(SHAPE);
  const { control } = log;
  t.is(takeGeneration(control), 2);
  control.words[NEXT_GENERATION] = 0x7fffffff;
  t.is(takeGeneration(control), 0x7fffffff);
  t.is(takeGeneration(control), 0x80000000);
  control.words[NEXT_GENERATION] = GENERATION_MAX | 0;
  t.is(takeGeneration(control), GENERATION_MAX);
  for (let attempt = 0; attempt < 3; attempt++) {
    const error = throwsWith(t, 'SEQUENCE_LIMIT', () => takeGeneration(control));
    t.regex(error.message, /generations/);
  }
  t.is(control.words[NEXT_GENERATION]! >>> 0, GENERATION_MAX + 1, 'it does not wrap');
});

test('without generations the preparer leaves it to the writer, who can ask again', (t) => {
  const { log, lane } = beginRing(SHAPE);
  log.control.words[NEXT_GENERATION] = (GENERATION_MAX + 1) | 0;
  lane.ring.requestStandby();
  prepareWanted(log.context, 0);
  t.false(isPoisoned(log.control));
  for (let attempt = 0; attempt < 10; attempt++) {
    throwsWith(t, 'SEQUENCE_LIMIT', () => lane.ring.takeNext(100));
  }
  log.control.words[NEXT_GENERATION] = GENERATION_MAX | 0;
  t.is(lane.ring.generationOf(lane.ring.takeNext(100)), GENERATION_MAX);
});

test('without generations a sealed segment is not recycled, and stays', (t) => {
  const { disk, log, lane } = beginRing(SHAPE);
  fillSegment(lane, 'a');
  log.sync();
  log.control.words[NEXT_GENERATION] = (GENERATION_MAX + 1) | 0;
  const before = disk.stateHash();
  t.is(lane.slots(SLOT_STATE)[0], SLOT_SEALED);
  throwsWith(t, 'SEQUENCE_LIMIT', () => recycleSegment(log.context, 0, 0));
  t.is(lane.slots(SLOT_STATE)[0], SLOT_SEALED);
  t.is(disk.stateHash(), before);
  log.control.words[NEXT_GENERATION] = GENERATION_MAX | 0;
  t.true(recycleSegment(log.context, 0, 0));
});

test('of two segments that are ready the older one is next, across 2^31 too', (t) => {
  const { log, lane } = beginRing(SHAPE);
  log.control.words[NEXT_GENERATION] = 0x7fffffff;
  for (let count = 0; count < 2; count++) {
    prepareNext(log.context, 0, claimSlot(log.context, 0), 0);
  }
  log.round.admitPrepared();
  for (const generation of [0x7fffffff, 0x80000000]) {
    t.is(lane.ring.generationOf(lane.ring.takeNext(100)), generation);
  }
});
