// Bytes of records in a lane's segments that were recycled since the open: more than 2^32 in a long
// life, so two words. Written by who recycles, one at a time. A reader on another thread may see
// the halves apart for a moment, as it may miss the segment that is just being recycled.

import type { ControlBlock } from '../control/control-block.js';
import { LANE_RETIRED_HIGH, LANE_RETIRED_LOW } from '../control/control-block.js';

const HALF = 2 ** 32;

export function addRetired(control: ControlBlock, lane: number, bytes: number): void {
  const { words } = control;
  const at = control.laneStart(lane);
  const low = (words[at + LANE_RETIRED_LOW]! >>> 0) + bytes;
  if (low >= HALF) words[at + LANE_RETIRED_HIGH] = words[at + LANE_RETIRED_HIGH]! + 1;
  words[at + LANE_RETIRED_LOW] = low | 0;
}

export function readRetired(control: ControlBlock, lane: number): number {
  const at = control.laneStart(lane);
  const low = control.words[at + LANE_RETIRED_LOW]! >>> 0;
  return control.words[at + LANE_RETIRED_HIGH]! * HALF + low;
}
