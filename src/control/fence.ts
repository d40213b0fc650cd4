// The fence: take and drop every lane's lock once. Whatever sequence was taken before it is
// published afterwards. And lock-all: the coordinator's lock, then every lane's, ascending; the one
// order in which more than one lock is ever held. Nobody enters either while holding a lane's lock.

import type { ControlBlock } from './control-block.js';
import { COORDINATOR_LOCK, LANE_LOCK, NEXT_SEQUENCE } from './control-block.js';
import { acquireLock, releaseLock } from './lane-lock.js';

/**
 * Reads the next sequence, passes the fence, and returns the number read: all below it are
 * published.
 */
export function fence(control: ControlBlock, mark: number): number {
  const next = Atomics.load(control.words, NEXT_SEQUENCE) >>> 0;
  for (let lane = 0; lane < control.lanesMax; lane++) {
    if (!control.isPresent(lane)) continue;
    const lock = control.laneStart(lane) + LANE_LOCK;
    acquireLock(control.words, lock, mark);
    releaseLock(control.words, lock);
  }
  return next;
}

/** Holds every lane still: no record is written by anybody else until releaseAll. */
export function acquireAll(control: ControlBlock, mark: number): void {
  acquireLock(control.words, COORDINATOR_LOCK, mark);
  for (let lane = 0; lane < control.lanesMax; lane++) {
    if (control.isPresent(lane))
      acquireLock(control.words, control.laneStart(lane) + LANE_LOCK, mark);
  }
}

/** Gives back what acquireAll took, in the opposite order. */
export function releaseAll(control: ControlBlock): void {
  for (let lane = control.lanesMax - 1; lane >= 0; lane--) {
    if (control.isPresent(lane)) releaseLock(control.words, control.laneStart(lane) + LANE_LOCK);
  }
  releaseLock(control.words, COORDINATOR_LOCK);
}
