// The superblock of a new directory: its commit point. What was prepared for it before is given up
// when it cannot be written, so that an open for which there is no room leaves nothing behind.

import { SUPERBLOCK_NAME, segmentName } from '../format/file-name.js';
import type { Superblock } from '../format/superblock.js';
import { unmapLane } from '../wal/end-lane.js';
import type { LogContext } from '../wal/segment-spec.js';
import { SuperblockWriter } from './superblock-writer.js';

/**
 * Creates the superblock that names lane 0's first segment. On an error the segment's mapping and
 * file are gone, unless the superblock got its name and leads to it.
 */
export function createSuperblock(context: LogContext, block: Superblock): SuperblockWriter {
  const { fileSystem, directory } = context;
  try {
    return SuperblockWriter.create(fileSystem, directory, block);
  } catch (error) {
    unmapLane(context, 0);
    const isNamed = fileSystem.kind(fileSystem.join(directory, SUPERBLOCK_NAME)) !== 'none';
    const first = segmentName(0, block.lanes[0]!.firstGeneration);
    if (!isNamed) fileSystem.remove(fileSystem.join(directory, first));
    throw error;
  }
}
