// The memtable's own words in the control block, and its memory: nodes and version slabs are cut
// from chunks of the pool that were reserved before, so that no insertion can fail half-way.
// Owner: the lane's thread, under the lane's lock. Others read under that lock.

import type { ControlBlock } from '../control/control-block.js';
import { LANE_INDEX_RESERVED, LANE_MEMTABLE, LANE_MEMTABLE_ODD } from '../control/control-block.js';
import type { PoolMemory } from '../control/pool.js';
import {
  CHUNK_BYTES,
  memtableOwner,
  releaseOwned,
  releaseReservation,
  reserveChunks,
  takeChunk,
} from '../control/pool.js';
import { invariant } from '../invariant.js';
import { INNER_CAPACITY, INNER_WORDS, LEAF_CAPACITY, LEAF_WORDS } from './node.js';

/** Words of the memtable's state, counted from its first. */
export const ROOT = 0;
const NEXT_WORD = 1;
const END_WORD = 2;
export const KEYS = 4;
export const LIVE_KEYS = 5;
export const LIVE_UNITS = 6;
const VERSION_NEXT = 7;
const VERSION_END = 8;
const LEAVES = 9;
const CHUNKS = 10;
export const TOTAL_UNITS = 11;
const INNER_NODES = 12;
const STATE_WORDS = 16;

const CHUNK_WORDS = CHUNK_BYTES / 4;
const VERSION_WORDS = 2;
const DEPTH_MAX = 8;
/** Bytes that one insertion can need: a leaf, a slab, and an inner node per level. */
const INSERT_BYTES_MAX = 4 * (2 * LEAF_WORDS + (DEPTH_MAX + 1) * INNER_WORDS);
const RESERVE_KEPT_MAX = 4;

export class MemtableState {
  readonly words: Int32Array;
  readonly memory: PoolMemory;
  readonly control: ControlBlock;
  readonly at: number;
  /** Chunks that are reserved, for whichever of the lane's memtables inserts next. */
  readonly #reserved: number;
  readonly #owner: number;

  /** `parity` is that of the epoch: a lane has two memtables, of which one is folded. */
  constructor(control: ControlBlock, memory: PoolMemory, lane: number, parity: number) {
    this.control = control;
    this.words = control.words;
    this.memory = memory;
    const start = control.laneStart(lane);
    this.at = start + (parity === 0 ? LANE_MEMTABLE : LANE_MEMTABLE_ODD);
    this.#reserved = start + LANE_INDEX_RESERVED;
    this.#owner = memtableOwner(lane, parity);
  }

  /** Empties the memtable and gives its memory back. Nobody may read it any more. */
  release(): void {
    this.words.fill(0, this.at, this.at + STATE_WORDS);
    releaseOwned(this.control, this.#owner);
  }

  /** Makes sure that `operations` insertions find memory; false if the pool has none left. */
  reserve(operations: number): boolean {
    const { words } = this;
    const reserved = this.#reserved;
    if (operations === 1 && words[reserved]! >= 1) return true;
    const wanted = this.#chunksFor(operations) - words[reserved]!;
    if (wanted <= 0) return true;
    if (!reserveChunks(this.control, wanted)) return false;
    words[reserved] = words[reserved]! + wanted;
    return true;
  }

  /** Gives back what a large reservation did not use. */
  trim(): void {
    const surplus = this.words[this.#reserved]! - RESERVE_KEPT_MAX;
    if (surplus <= 0) return;
    this.words[this.#reserved] = RESERVE_KEPT_MAX;
    releaseReservation(this.control, surplus);
  }

  /** A new leaf or inner node at the given level, its header zero but for the level. */
  allocateNode(level: number): number {
    const size = level === 0 ? LEAF_WORDS : INNER_WORDS;
    const node = this.#allocate(size);
    this.memory.words.fill(0, node, node + 8);
    this.memory.words[node] = level << 16;
    const counter = this.at + (level === 0 ? LEAVES : INNER_NODES);
    this.words[counter] = this.words[counter]! + 1;
    return node;
  }

  /** A version of a key: where it is and what it replaced. Returns the reference for the entry. */
  allocateVersion(location: number, replaced: number): number {
    const { words, at } = this;
    if (words[at + VERSION_NEXT] === words[at + VERSION_END]) {
      const slab = this.#allocate(LEAF_WORDS);
      words[at + VERSION_NEXT] = slab;
      words[at + VERSION_END] = slab + LEAF_WORDS;
    }
    const version = words[at + VERSION_NEXT]!;
    words[at + VERSION_NEXT] = version + VERSION_WORDS;
    this.memory.words[version] = location;
    this.memory.words[version + 1] = replaced;
    return -version;
  }

  /** Bytes of the pool that the memtable holds. */
  get indexBytes(): number {
    return this.words[this.at + CHUNKS]! * CHUNK_BYTES;
  }

  #allocate(size: number): number {
    const { words, at } = this;
    let node = words[at + NEXT_WORD]!;
    if (node + size > words[at + END_WORD]!) {
      const reserved = this.#reserved;
      invariant(words[reserved]! > 0, 'memtable memory is reserved before an insertion');
      words[reserved] = words[reserved]! - 1;
      node = takeChunk(this.control, this.#owner) >>> 2;
      words[at + END_WORD] = node + CHUNK_WORDS;
      words[at + CHUNKS] = words[at + CHUNKS]! + 1;
    }
    words[at + NEXT_WORD] = node + size;
    return node;
  }

  /**
   * Chunks that so many insertions can need. Leaves: every full one may split once, then one split
   * per half leaf. Inner nodes: two levels of full ones may split with each leaf, those above are
   * few.
   */
  #chunksFor(operations: number): number {
    const { words, at } = this;
    const leaves = words[at + LEAVES]! + 1;
    const splits = Math.min(operations, leaves) + Math.ceil(operations / (LEAF_CAPACITY / 2 - 1));
    const full = Math.min(2 * splits, words[at + INNER_NODES]!);
    const inner = full + Math.ceil(splits / (INNER_CAPACITY / 2 - 4)) + DEPTH_MAX;
    const bytes = 4 * (splits * LEAF_WORDS + inner * INNER_WORDS + 2 * operations * VERSION_WORDS);
    const usable = CHUNK_BYTES - INSERT_BYTES_MAX;
    return operations === 1 ? 1 : Math.ceil(bytes / usable) + 1;
  }
}
