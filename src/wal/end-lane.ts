// What is left of a lane when its store closes: the end of its log; standbys nobody needs go.

import {
  LANE_POSITION,
  LANE_SLOT,
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
