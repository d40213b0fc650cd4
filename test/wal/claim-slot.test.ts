// Which slot of a ring serves the next segment, and who may prepare it.

import test from 'ava';
import {
  ControlBlock,
  PREPARE_NONE,
  PREPARE_WANTED,
  SLOT_ACTIVE,
  SLOT_DRAINING,
  SLOT_FREE,
  SLOT_PREPARING,
  SLOT_SEALED,
  SLOT_STATE,
} from '../../src/control/control-block.js';
import { viewPool } from '../../src/control/pool.js';
import { beginPreparing, canClaimSlot, claimSlot, endPreparing } from '../../src/wal/claim-slot.js';
import { TestDisk } from '../support/test-disk.js';

function context(states: number[], imagesAt?: number) {
  const control = ControlBlock.create({
    lanesMax: 1,
    slotsPerLane: states.length,
    chunkCount: 1,
  });
  states.forEach((state, slot) => {
    control.words[control.slotStart(0, slot) + SLOT_STATE] = state;
  });
  return {
    fileSystem: new TestDisk(),
    directory: '/log',
    storeId: new Uint8Array(16),
    control,
    memory: viewPool(new SharedArrayBuffer(64)),
    isMapped: false,
    segmentBytes: 65536,
    imagesAt,
  };
}

test('a store claims free slots only, a log sealed ones when none is free', (t) => {
  const states = [SLOT_SEALED, SLOT_ACTIVE, SLOT_FREE, SLOT_DRAINING];
  const store = context(states);
  t.true(canClaimSlot(store, 0));
  t.is(claimSlot(store, 0), 2);
  t.is(store.control.words[store.control.slotStart(0, 2) + SLOT_STATE], SLOT_PREPARING);
  t.false(canClaimSlot(store, 0));
  t.is(claimSlot(store, 0), -1);
  const log = context(states, 0);
  t.is(claimSlot(log, 0), 2);
  t.true(canClaimSlot(log, 0));
  t.is(claimSlot(log, 0), 0);
  t.false(canClaimSlot(log, 0));
  t.is(claimSlot(log, 0), -1);
});

test('one prepares segments of a lane at a time', (t) => {
  const one = context([SLOT_FREE]);
  t.false(beginPreparing(one, 0, PREPARE_WANTED));
  t.true(beginPreparing(one, 0, PREPARE_NONE));
  t.false(beginPreparing(one, 0, PREPARE_NONE));
  endPreparing(one, 0);
  t.true(beginPreparing(one, 0, PREPARE_NONE));
});
