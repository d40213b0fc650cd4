// Adding a lane to a store: its first segment is prepared and active before the superblock lists
// it, the superblock lists it before anybody else sees it, and only then may its thread write.

import {
  COORDINATOR_LOCK,
  LANE_PRESENT,
  LANE_STATE,
  NEXT_GENERATION,
} from '../control/control-block.js';
import { acquireLock, releaseLock } from '../control/lane-lock.js';
import type { SuperblockWriter } from '../directory/superblock-writer.js';
import { SEGMENT_HEADER_BYTES } from '../format/segment-header.js';
import { STORE_OPEN } from '../format/superblock.js';
import { beginLane } from '../wal/begin-lane.js';
import type { LogContext } from '../wal/segment-spec.js';

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
