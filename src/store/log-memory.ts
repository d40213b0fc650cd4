// The memory of a store's log: control block, pool and lane 0's memtable, sized for what is to be
// loaded and for what the user allows.

import {
  ControlBlock,
  ERA,
  FREE_CHUNKS,
  LANE_PRESENT,
  LANE_STATE,
} from '../control/control-block.js';
import type { PoolMemory } from '../control/pool.js';
import { CHUNK_BYTES, createPool, initializePool, poolChunks, viewPool } from '../control/pool.js';
import { LaneError } from '../errors.js';
import { adviseHugePages } from '../io/huge-pages.js';
import { Memtable } from '../memtable/memtable.js';
import { LaneHook } from './lane-hook.js';

/** The pool ends below 2 GiB: byte offsets in it are 31-bit integers. */
const POOL_BYTES_MAX = 2 ** 31 - 2 ** 20;
/** Room that a log of n bytes can need in memory: records that gain an era, and their index. */
const LOAD_FACTOR = 2.5;
const GROWTH_SLOTS = 16;

export interface MemoryShape {
  memoryBytes: number;
  segmentBytes: number;
  /** Bytes of log to be loaded. */
  logBytes: number;
  lanesMax: number;
  usesHugePages: boolean;
}

export class LogMemory {
  readonly control: ControlBlock;
  readonly pool: SharedArrayBuffer;
  readonly memory: PoolMemory;
  readonly memtable: Memtable;
  readonly hook: LaneHook;
  readonly #budgetChunks: number;

  constructor(shape: MemoryShape) {
    const wanted = Math.max(
      shape.memoryBytes,
      shape.logBytes * LOAD_FACTOR + shape.segmentBytes * 2,
    );
    const chunkCount = poolChunks(Math.min(wanted, POOL_BYTES_MAX));
    this.#budgetChunks = poolChunks(shape.memoryBytes);
    this.control = ControlBlock.create({
      lanesMax: shape.lanesMax,
      slotsPerLane: Math.ceil(shape.memoryBytes / shape.segmentBytes) + GROWTH_SLOTS,
      chunkCount,
    });
    this.pool = createPool(chunkCount);
    if (shape.usesHugePages) adviseHugePages(this.pool);
    initializePool(this.control);
    this.memory = viewPool(this.pool);
    this.memtable = new Memtable(this.control, this.memory, 0);
    this.hook = new LaneHook(this.control, 0, this.memtable);
    this.control.words[this.control.laneStart(0) + LANE_STATE] = LANE_PRESENT;
  }

  get era(): number {
    return this.control.words[ERA]! >>> 0;
  }

  /** After loading: from now on the user's limit holds, whatever loading needed. */
  limitToBudget(): void {
    const { words, chunkCount } = this.control;
    const surplus = chunkCount - this.#budgetChunks;
    if (surplus > 0) words[FREE_CHUNKS] = Math.max(0, words[FREE_CHUNKS]! - surplus);
  }

  /** Bytes of the pool in use, and the limit. */
  usage(): { usedBytes: number; limitBytes: number } {
    const free = Atomics.load(this.control.words, FREE_CHUNKS);
    const limitBytes = this.#budgetChunks * CHUNK_BYTES;
    const total = Math.min(this.#budgetChunks, this.control.chunkCount);
    return { usedBytes: Math.max(0, total - free) * CHUNK_BYTES, limitBytes };
  }

  /** Reserves index memory for `operations` insertions while loading. */
  reserve(operations: number): void {
    if (operations > 0 && !this.memtable.reserve(operations)) throw tooLarge();
  }
}

/** The log does not fit the memory that any option allows. */
export function tooLarge(): LaneError {
  return new LaneError('STORE_FULL', 'the store does not fit into memory (limit 2 GiB)');
}
