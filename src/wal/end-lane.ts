// What is left of a lane when its store closes: the end of its log; standbys nobody needs go.

import {
  LANE_POSITION,
  LANE_SLOT,
  SLOT_ACTIVE,
  SLOT_ADDRESS_HIGH,
  SLOT_ADDRESS_LOW,
  SLOT_BYTES,
  SLOT_GENERATION,
  SLOT_PREPARED,
  SLOT_STANDBY,
  SLOT_STATE,
} from '../control/control-block.js';
import { segmentName } from '../format/file-name.js';
import type { LogContext } from './segment-spec.js';

/**
 * Removes the files of segments that were prepared and never used, durably. Their mappings stay
 * until all others go.
 */
export function removeStandbys(context: LogContext, lane: number): void {
  const { control, fileSystem, directory } = context;
  let removed = 0;
  for (let slot = 0; slot < control.slotsPerLane; slot++) {
    const at = control.slotStart(lane, slot);
    const state = Atomics.load(control.words, at + SLOT_STATE);
    if (state !== SLOT_STANDBY && state !== SLOT_PREPARED) continue;
    const generation = control.words[at + SLOT_GENERATION]! >>> 0;
    fileSystem.remove(fileSystem.join(directory, segmentName(lane, generation)));
    removed++;
  }
  if (removed > 0) fileSystem.syncDirectory(directory);
}

/** Where the log of a lane ends, as a superblock states it. */
export function laneEnd(
  context: LogContext,
  lane: number,
): { endGeneration: number; endOffset: number } {
  const { control } = context;
  const at = control.laneStart(lane);
  const active = control.slotStart(lane, control.words[at + LANE_SLOT]!);
  return {
    endGeneration: control.words[active + SLOT_GENERATION]! >>> 0,
    endOffset: control.words[at + LANE_POSITION]!,
  };
}

/** Gives up the mapping of a lane's active segment, if there is one: nobody will write to it. */
export function unmapLane(context: LogContext, lane: number): void {
  const { control, fileSystem, isMapped } = context;
  const at = control.slotStart(lane, control.words[control.laneStart(lane) + LANE_SLOT]!);
  if (!isMapped || control.words[at + SLOT_STATE] !== SLOT_ACTIVE) return;
  const low = control.words[at + SLOT_ADDRESS_LOW]!;
  const high = control.words[at + SLOT_ADDRESS_HIGH]!;
  const bytes = control.words[at + SLOT_BYTES]!;
  fileSystem.unmapRegion(fileSystem.attachRegion(low, high, bytes));
}
