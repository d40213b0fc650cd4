// The first generation that no segment of a directory has or had.

import { LaneError } from '../errors.js';
import { parseSegmentName } from '../format/file-name.js';
import type { Superblock } from '../format/superblock.js';

/** Generations are 32-bit numbers; an open leaves room for what a run can use. */
const GENERATION_MAX = 0xfff00000;
/** Commits count up to 2^53 - 1; an open leaves room for those of a run. */
const COUNTER_MAX = 2 ** 53 - 2 ** 20;

/** Above what the superblock says and every file's name. */
export function generationAfter(block: Superblock, files: string[]): number {
  let next = block.nextGeneration;
  for (const name of files) {
    const parsed = parseSegmentName(name);
    if (parsed !== undefined) next = Math.max(next, parsed.generation + 1);
  }
  return next;
}

/**
 * The same, for who is going to write. Throws SEQUENCE_LIMIT if a run could come to the end of the
 * generations or of the superblock's counter.
 */
export function unusedGeneration(block: Superblock, files: string[]): number {
  const next = generationAfter(block, files);
  if (next > GENERATION_MAX) {
    throw new LaneError('SEQUENCE_LIMIT', 'the store has used up its generations');
  }
  if (block.counter > COUNTER_MAX) {
    throw new LaneError('SEQUENCE_LIMIT', 'the store has used up the counter of its superblock');
  }
  return next;
}
