// The first generation that no segment of a directory has or had.

import { LaneError } from '../errors.js';
import { parseSegmentName } from '../format/file-name.js';
import type { Superblock } from '../format/superblock.js';

/** Generations are 32-bit numbers; an open leaves room for what a run can use. */
const GENERATION_MAX = 0xfff00000;

/** Above what the superblock says and every file's name. Throws SEQUENCE_LIMIT. */
export function unusedGeneration(block: Superblock, files: string[]): number {
  let next = block.nextGeneration;
  for (const name of files) {
    const parsed = parseSegmentName(name);
    if (parsed !== undefined) next = Math.max(next, parsed.generation + 1);
  }
  if (next > GENERATION_MAX) {
    throw new LaneError('SEQUENCE_LIMIT', 'the store has used up its generations');
  }
  return next;
}
