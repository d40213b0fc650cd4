// The first segment of a lane: prepared and active before anybody may write to the lane.

import {
  LANE_FIRST_GENERATION,
  LANE_NEXT_BYTES,
  LANE_POSITION,
  LANE_SLOT,
  SLOT_ACTIVE,
  SLOT_GENERATION,
  SLOT_STATE,
} from '../control/control-block.js';
import { SEGMENT_HEADER_BYTES } from '../format/segment-header.js';
import { invariant } from '../invariant.js';
import { claimSlot } from './claim-slot.js';
import { prepareNext } from './prepare-segment.js';
import type { LogContext } from './segment-spec.js';
import { FIRST_SEGMENT_BYTES } from './segment-spec.js';

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
