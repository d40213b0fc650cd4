// Adding a lane to a store: its first segment is prepared and active before the superblock lists
// it, the superblock lists it before anybody else sees it, and only then may its thread write.

import {
  COORDINATOR_LOCK,
  LANE_FIRST_GENERATION,
  LANE_NEXT_BYTES,
  LANE_POSITION,
  LANE_PRESENT,
  LANE_SLOT,
  LANE_STATE,
  NEXT_GENERATION,
  SLOT_ACTIVE,
  SLOT_GENERATION,
  SLOT_STATE,
} from '../control/control-block.js';
import { acquireLock, releaseLock } from '../control/lane-lock.js';
import { SEGMENT_HEADER_BYTES } from '../format/segment-header.js';
import { STORE_OPEN } from '../format/superblock.js';
import { invariant } from '../invariant.js';
import { claimSlot, prepareNext } from '../wal/prepare-segment.js';
import type { LogContext } from '../wal/segment-spec.js';
import { FIRST_SEGMENT_BYTES } from '../wal/segment-spec.js';
import type { SuperblockWriter } from './superblock-writer.js';

/**
 * Prepares a lane's first segment and makes it active. Returns its generation. Throws as
 * prepareNext.
 */
export function beginLane(context: LogContext, lane: number): number {
  const { control } = context;
  const { words } = control;
  const at = control.laneStart(lane);
  words[at + LANE_NEXT_BYTES] = Math.min(FIRST_SEGMENT_BYTES, context.segmentBytes);
  const slot = claimSlot(context, lane);
  invariant(slot >= 0, 'a new lane has free slots');
  prepareNext(context, lane, slot, 0);
  const generation = words[control.slotStart(lane, slot) + SLOT_GENERATION]! >>> 0;
  words[at + LANE_SLOT] = slot;
  words[at + LANE_FIRST_GENERATION] = generation;
  Atomics.store(words, at + LANE_POSITION, SEGMENT_HEADER_BYTES);
  Atomics.store(words, control.slotStart(lane, slot) + SLOT_STATE, SLOT_ACTIVE);
  return generation;
}

/** Lets every thread see a lane that was begun. Not while somebody holds all lanes still. */
export function admitLane(context: LogContext, lane: number, mark: number): void {
  const { words } = context.control;
  acquireLock(words, COORDINATOR_LOCK, mark);
  Atomics.store(words, context.control.laneStart(lane) + LANE_STATE, LANE_PRESENT);
  releaseLock(words, COORDINATOR_LOCK);
}

/**
 * Adds a lane to a store that is open; its thread may write when the call has returned. The
 * superblock says from then on that the log goes on: a log of several lanes has no clean end of its
 * own.
 */
export function addLane(
  context: LogContext,
  superblock: SuperblockWriter,
  lane: number,
  mark: number,
): void {
  const generation = beginLane(context, lane);
  const added = {
    lane,
    firstGeneration: generation,
    liveGeneration: generation,
    endGeneration: generation,
    endOffset: SEGMENT_HEADER_BYTES,
  };
  const lanes = [...superblock.block.lanes, added].sort((a, b) => a.lane - b.lane);
  const nextGeneration = Atomics.load(context.control.words, NEXT_GENERATION) >>> 0;
  superblock.commit({ state: STORE_OPEN, nextGeneration, lanes });
  admitLane(context, lane, mark);
}
