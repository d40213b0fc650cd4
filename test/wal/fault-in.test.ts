// The memory of an image is provided without touching what is in it, and never for longer than
// nobody waits.

import test from 'ava';

import {
  CLOSING,
  LANE_WANTED,
  PREPARE_WANTED,
  SLOT_IMAGE,
} from '../../src/control/control-block.js';
import { claimSlot } from '../../src/wal/claim-slot.js';
import { faultIn } from '../../src/wal/fault-in.js';
import { prepareNext } from '../../src/wal/prepare-segment.js';
import { beginRing } from '../support/ring-fixture.js';

const BYTES = 131072;
const SHAPE = { segmentBytes: BYTES, slotsPerLane: 4, memoryBytes: 2 << 20 };

test('providing the memory of an image changes nothing in it', (t) => {
  const { log } = beginRing(SHAPE);
  const slot = claimSlot(log.context, 0);
  prepareNext(log.context, 0, slot, 0);
  const image = log.control.words[log.control.slotStart(0, slot) + SLOT_IMAGE]! * 8;
  const before = log.memory.bytes.fill(0xa5, image, image + BYTES).slice();
  t.is(faultIn(log.context, 0, slot), BYTES);
  t.deepEqual(log.memory.bytes, before);
});

test('nobody waits until the memory of an image is provided: not for a segment, nor to close', (t) => {
  const { log } = beginRing(SHAPE);
  const { words } = log.control;
  const slot = claimSlot(log.context, 0);
  prepareNext(log.context, 0, slot, 0);
  const wanted = log.control.laneStart(0) + LANE_WANTED;
  words[wanted] = PREPARE_WANTED;
  t.is(faultIn(log.context, 0, slot), 0);
  words[wanted] = 0;
  words[CLOSING] = 1;
  t.is(faultIn(log.context, 0, slot), 0);
  words[CLOSING] = 0;
  t.is(faultIn(log.context, 0, slot), BYTES);
});
