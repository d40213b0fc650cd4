// Who prepares a segment of a lane, and in which slot of its ring. Lock-free: both are exchanges of
// one word in shared memory.

import {
  LANE_WANTED,
  PREPARE_DONE,
  PREPARE_NONE,
  PREPARE_RUNNING,
  SLOT_FREE,
  SLOT_PREPARING,
  SLOT_SEALED,
  SLOT_STATE,
} from '../control/control-block.js';
import type { LogContext } from './segment-spec.js';

/** Claims a slot of a lane for preparing: a free one, in a log also a sealed one; -1 if none is. */
export function claimSlot(context: LogContext, lane: number): number {
  const free = claimFrom(context, lane, SLOT_FREE);
  if (free >= 0 || context.imagesAt === undefined) return free;
  return claimFrom(context, lane, SLOT_SEALED);
}

function claimFrom(context: LogContext, lane: number, from: number): number {
  const { words, slotsPerLane } = context.control;
  for (let slot = 0; slot < slotsPerLane; slot++) {
    const state = context.control.slotStart(lane, slot) + SLOT_STATE;
    if (Atomics.compareExchange(words, state, from, SLOT_PREPARING) === from) return slot;
  }
  return -1;
}

/** True if claimSlot would find one, as things are. */
export function canClaimSlot(context: LogContext, lane: number): boolean {
  const { words, slotsPerLane } = context.control;
  for (let slot = 0; slot < slotsPerLane; slot++) {
    const state = Atomics.load(words, context.control.slotStart(lane, slot) + SLOT_STATE);
    if (state === SLOT_FREE) return true;
    if (state === SLOT_SEALED && context.imagesAt !== undefined) return true;
  }
  return false;
}

/**
 * One prepares a lane's segments at a time, so that they are ready in the order of their
 * generations. True if it is the caller, and LANE_WANTED was `expected`; endPreparing() or
 * prepareNext() ends it.
 */
export function beginPreparing(context: LogContext, lane: number, expected: number): boolean {
  const { words } = context.control;
  const wanted = context.control.laneStart(lane) + LANE_WANTED;
  return Atomics.compareExchange(words, wanted, expected, PREPARE_RUNNING) === expected;
}

/** Ends what beginPreparing() began, and wakes who waits for it. */
export function endPreparing(context: LogContext, lane: number): void {
  const { control } = context;
  Atomics.store(control.words, control.laneStart(lane) + LANE_WANTED, PREPARE_NONE);
  Atomics.add(control.words, PREPARE_DONE, 1);
  Atomics.notify(control.words, PREPARE_DONE);
}
