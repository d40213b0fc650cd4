// What the parts of a write-ahead log share about the store they belong to.

import type { ControlBlock } from '../control/control-block.js';
import type { PoolMemory } from '../control/pool.js';
import type { FileSystem } from '../io/file-system.js';

/** A store's log as its threads see it. One object per store and thread. */
export interface LogContext {
  readonly fileSystem: FileSystem;
  readonly directory: string;
  readonly storeId: Uint8Array;
  readonly control: ControlBlock;
  readonly memory: PoolMemory;
  /**
   * True if records reach the file by the writer's mapping, false if the syncer writes images out.
   */
  readonly isMapped: boolean;
  /** Most bytes a segment may have. */
  readonly segmentBytes: number;
}

/** Length of the first segment of a ring, if segmentBytes allows. */
export const FIRST_SEGMENT_BYTES = 1048576;
