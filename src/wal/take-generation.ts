// Generations are 32-bit numbers, each given once in the life of a store, to whichever lane. They
// end before they would wrap: a generation given twice could bring back old records.

import type { ControlBlock } from '../control/control-block.js';
import { NEXT_GENERATION } from '../control/control-block.js';
import { LaneError } from '../errors.js';

/** Largest generation: the superblock names the one after the last in 32 bits too. */
export const GENERATION_MAX = 0xfffffffe;

/** The next generation, which nobody else gets. Throws SEQUENCE_LIMIT, with nothing changed. */
export function takeGeneration(control: ControlBlock): number {
  const { words } = control;
  for (;;) {
    const next = Atomics.load(words, NEXT_GENERATION);
    if (next >>> 0 > GENERATION_MAX) {
      throw new LaneError('SEQUENCE_LIMIT', 'the store has used up its generations');
    }
    const before = Atomics.compareExchange(words, NEXT_GENERATION, next, (next + 1) | 0);
    if (before === next) return next >>> 0;
  }
}
