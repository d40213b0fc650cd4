// How far a log's lane is synced, as the words of its slots say.

import type { ControlBlock } from '../control/control-block.js';
import {
  LANE_SLOT,
  SLOT_DRAINING,
  SLOT_END,
  SLOT_GENERATION,
  SLOT_STATE,
  SLOT_SYNCED,
} from '../control/control-block.js';

/** The oldest segment that is not wholly synced, and the offset in it up to which it is. */
export function syncedEnd(control: ControlBlock): { generation: number; offset: number } {
  const { words } = control;
  const generationOf = (slot: number) => words[control.slotStart(0, slot) + SLOT_GENERATION]! >>> 0;
  let oldest = words[control.laneStart(0) + LANE_SLOT]!;
  for (let slot = 0; slot < control.slotsPerLane; slot++) {
    const at = control.slotStart(0, slot);
    if (Atomics.load(words, at + SLOT_STATE) !== SLOT_DRAINING) continue;
    const isSynced = words[at + SLOT_SYNCED] === words[at + SLOT_END];
    if (!isSynced && generationOf(slot) < generationOf(oldest)) oldest = slot;
  }
  const offset = Atomics.load(words, control.slotStart(0, oldest) + SLOT_SYNCED);
  return { generation: generationOf(oldest), offset };
}
