// Provides the memory of a segment's image before its writer needs it.

import type { ControlBlock } from '../control/control-block.js';
import {
  CLOSING,
  LANE_WANTED,
  PREPARE_WANTED,
  SLOT_BYTES,
  SLOT_IMAGE,
} from '../control/control-block.js';
import type { LogContext } from './segment-spec.js';

const PAGE_WORDS = 1024;

/**
 * Has the system provide the memory of a segment's image, which can take longer than all the rest:
 * its writer, who may be at work there already, then meets no page fault. Changes no byte. Ends
 * early when somebody asks for a segment or closes the store. Returns the bytes it came to.
 */
export function faultIn(context: LogContext, lane: number, slot: number): number {
  const { control, memory } = context;
  const at = control.slotStart(lane, slot);
  const image = control.words[at + SLOT_IMAGE]! * 2;
  const imageWords = control.words[at + SLOT_BYTES]! >>> 2;
  let word = 0;
  for (; word < imageWords && !isAnybodyWaiting(control); word += PAGE_WORDS) {
    // In one step, so that what the writer stores there is never lost.
    Atomics.add(memory.words, image + word, 0);
  }
  return word * 4;
}

function isAnybodyWaiting(control: ControlBlock): boolean {
  const { words } = control;
  if (Atomics.load(words, CLOSING) !== 0) return true;
  for (let lane = 0; lane < control.lanesMax; lane++) {
    if (Atomics.load(words, control.laneStart(lane) + LANE_WANTED) === PREPARE_WANTED) return true;
  }
  return false;
}
