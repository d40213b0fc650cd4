// Going on in the segment in which a lane's log ends.

import {
  LANE_NEXT_BYTES,
  LANE_POSITION,
  LANE_SLOT,
  SLOT_ACTIVE,
  SLOT_ADDRESS_HIGH,
  SLOT_ADDRESS_LOW,
  SLOT_BYTES,
  SLOT_GENERATION,
  SLOT_IMAGE,
  SLOT_STATE,
  SLOT_SYNCED,
} from '../control/control-block.js';
import type { WritableFile } from '../io/file-system.js';
import type { LogContext } from './segment-spec.js';

/** A segment of which everything before `end` is durable. */
export interface ResumedSegment {
  generation: number;
  bytes: number;
  /** Byte offset of its image in the pool. */
  image: number;
  end: number;
}

/** Maps the segment where segments are mapped and makes it lane 0's active one, in slot 0. */
export function resumeSegment(
  context: LogContext,
  file: WritableFile,
  segment: ResumedSegment,
): void {
  const { control, fileSystem, isMapped, segmentBytes } = context;
  const { words } = control;
  const { generation, bytes, image, end } = segment;
  const region = isMapped ? fileSystem.mapRegion(file, bytes) : undefined;
  const at = control.slotStart(0, 0);
  words[at + SLOT_GENERATION] = generation;
  words[at + SLOT_BYTES] = bytes;
  words[at + SLOT_IMAGE] = image >>> 3;
  words[at + SLOT_ADDRESS_LOW] = region?.addressLow ?? 0;
  words[at + SLOT_ADDRESS_HIGH] = region?.addressHigh ?? 0;
  words[at + SLOT_SYNCED] = end;
  words[at + SLOT_STATE] = SLOT_ACTIVE;
  const laneAt = control.laneStart(0);
  words[laneAt + LANE_SLOT] = 0;
  words[laneAt + LANE_POSITION] = end;
  words[laneAt + LANE_NEXT_BYTES] = Math.min(segmentBytes, bytes * 2);
}
