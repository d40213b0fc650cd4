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
  /**
   * In a log, whose records nobody reads in memory: each slot has an image of its own, the first at
   * this byte offset of the pool, and a sealed segment's slot serves the next segment. Undefined in
   * a store: images come from the pool and stay.
   */
  readonly imagesAt?: number | undefined;
}

/** Length of the first segment of a ring, if segmentBytes allows. */
export const FIRST_SEGMENT_BYTES = 1048576;
