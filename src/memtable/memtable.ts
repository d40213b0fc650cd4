// A lane's memtable: a B+tree over the pool whose entries point to operations in segment images. A
// replaced one stays reachable by a chain of versions, so readers at a sequence find it.
// Owner: the lane's thread inserts under the lane's lock. Another thread reads holding that lock.
// Invariants: 1. keys of a node lie in [LOW, HIGH). 2. entries are in key order, no key twice.
// 3. heads belong to the content prefix. 4. nothing is ever removed: a delete is an entry.

import type { ControlBlock } from '../control/control-block.js';
import type { PoolMemory } from '../control/pool.js';
import { FLAG_ERA, flagsOf, KIND_DELETE, kindOf, WORD_SEQUENCE } from '../format/operation.js';
import { operationBytes } from '../format/record.js';
import { headOf, sharedBytes } from './key-compare.js';
import { KEYS, LIVE_KEYS, LIVE_UNITS, MemtableState, ROOT, TOTAL_UNITS } from './memtable-state.js';
import {
  childAt,
  childIndex,
  comparePrefix,
  contentPrefix,
  countOf,
  ENTRIES,
  LEAF_CAPACITY,
  leafIndex,
  levelOf,
  newestOf,
  PREFIX,
  refreshHeads,
  SAMPLE,
  setCount,
  setPrefix,
  warmLeaf,
} from './node.js';
import type { Path } from './split.js';
import { splitLeaf } from './split.js';

const PATH_MAX = 16;

/** The sequence at which a reader sees everything. */
export const SEQUENCE_NEWEST = 0xffffffff;

export class Memtable {
  readonly memory: PoolMemory;
  readonly state: MemtableState;
  readonly #path: Path = {
    nodes: new Int32Array(PATH_MAX),
    indexes: new Int32Array(PATH_MAX),
    depth: 0,
  };
  /** Keeps what warmLeaf gives; of no other use. */
  #warmed = 0;

  /** `parity` is that of the epoch whose operations it holds. */
  constructor(control: ControlBlock, memory: PoolMemory, lane: number, parity = 0) {
    this.memory = memory;
    this.state = new MemtableState(control, memory, lane, parity);
  }

  /** Reserves memory for `operations` insertions; false if the pool is full. */
  reserve(operations: number): boolean {
    return this.state.reserve(operations);
  }

  /** Distinct keys, deleted ones included. */
  get keys(): number {
    return this.state.words[this.state.at + KEYS]!;
  }

  /** Keys that are not deleted. */
  get liveKeys(): number {
    return this.state.words[this.state.at + LIVE_KEYS]!;
  }

  /** Bytes of the newest operations of keys that are not deleted. */
  get liveBytes(): number {
    return this.state.words[this.state.at + LIVE_UNITS]! * 8;
  }

  /** Bytes of all operations ever inserted. */
  get totalBytes(): number {
    return this.state.words[this.state.at + TOTAL_UNITS]! * 8;
  }

  /**
   * The leaf whose range holds the key of the operation at `location`; 0 if the memtable is empty.
   */
  leafFor(location: number): number {
    const { words } = this.memory;
    let node = this.state.words[this.state.at + ROOT]!;
    if (node === 0) return 0;
    while (levelOf(words, node) !== 0) {
      node = childAt(words, node, childIndex(this.memory, node, location));
    }
    return node;
  }

  /**
   * Location of the newest operation on the key of the operation at `location`, 0 if there is none.
   */
  find(location: number): number {
    const reference = this.#findReference(location);
    return reference === 0 ? 0 : newestOf(this.memory.words, reference);
  }

  /** Like find, of the newest operation whose sequence is not above `sequence`. */
  findAt(location: number, sequence: number): number {
    const reference = this.#findReference(location);
    return reference === 0 ? 0 : visibleOf(this.memory.words, reference, sequence);
  }

  /**
   * Adds the operation at `location` as the newest of its key; returns the one it replaces, or 0.
   */
  insert(location: number): number {
    const { memory, state } = this;
    const { words } = memory;
    let leaf = this.#descend(location);
    this.#warmed ^= warmLeaf(words, leaf);
    for (;;) {
      const count = countOf(words, leaf);
      if (count === 0) words[leaf + SAMPLE] = location;
      else if (comparePrefix(memory, leaf, location) !== 0) this.#shortenPrefix(leaf, location);
      const index = leafIndex(memory, leaf, location);
      if (index < 0) return this.#replace(leaf, ~index, location);
      if (count < LEAF_CAPACITY) {
        insertEntry(memory, leaf, index, location);
        state.words[state.at + KEYS] = this.keys + 1;
        this.#account(location, 0);
        return 0;
      }
      leaf = splitLeaf(state, leaf, this.#path, { location, index });
    }
  }

  #findReference(location: number): number {
    const leaf = this.leafFor(location);
    this.#warmed ^= warmLeaf(this.memory.words, leaf);
    if (leaf === 0 || comparePrefix(this.memory, leaf, location) !== 0) return 0;
    const index = leafIndex(this.memory, leaf, location);
    return index < 0 ? this.memory.words[leaf + ENTRIES + 2 * ~index + 1]! : 0;
  }

  #descend(location: number): number {
    const { words } = this.memory;
    const path = this.#path;
    path.depth = 0;
    let node = this.state.words[this.state.at + ROOT]!;
    if (node === 0) {
      node = this.state.allocateNode(0);
      this.state.words[this.state.at + ROOT] = node;
    }
    while (levelOf(words, node) !== 0) {
      const index = childIndex(this.memory, node, location);
      path.nodes[path.depth] = node;
      path.indexes[path.depth] = index;
      path.depth++;
      node = childAt(words, node, index);
    }
    return node;
  }

  #replace(leaf: number, index: number, location: number): number {
    const { words } = this.memory;
    const at = leaf + ENTRIES + 2 * index + 1;
    const reference = words[at]!;
    words[at] = this.state.allocateVersion(location, reference);
    const replaced = newestOf(words, reference);
    this.#account(location, replaced);
    return replaced;
  }

  #shortenPrefix(node: number, location: number): void {
    const { words } = this.memory;
    const fence = words[node + PREFIX]! & 0xffff;
    const shared = sharedBytes(this.memory, location, words[node + SAMPLE]!);
    setPrefix(words, node, fence, Math.max(shared, fence));
    refreshHeads(this.memory, node);
  }

  #account(location: number, replaced: number): void {
    const { state } = this;
    const pool = this.memory.words;
    const units = unitsAt(pool, location);
    const isDelete = kindOf(pool[location << 1]!) === KIND_DELETE;
    const wasLive = replaced !== 0 && kindOf(pool[replaced << 1]!) !== KIND_DELETE;
    const { words, at } = state;
    words[at + TOTAL_UNITS] = words[at + TOTAL_UNITS]! + units;
    if (!isDelete) words[at + LIVE_UNITS] = words[at + LIVE_UNITS]! + units;
    if (wasLive) words[at + LIVE_UNITS] = words[at + LIVE_UNITS]! - unitsAt(pool, replaced);
    words[at + LIVE_KEYS] = words[at + LIVE_KEYS]! + (isDelete ? 0 : 1) - (wasLive ? 1 : 0);
  }
}

/** The newest location in a reference's chain whose sequence is not above `sequence`, or 0. */
export function visibleOf(words: Int32Array, reference: number, sequence: number): number {
  let link = reference;
  for (;;) {
    const location = newestOf(words, link);
    const isOlderEra = (flagsOf(words[location << 1]!) & FLAG_ERA) !== 0;
    if (isOlderEra || words[(location << 1) + WORD_SEQUENCE]! >>> 0 <= sequence) return location;
    if (link > 0) return 0;
    link = words[-link + 1]!;
  }
}

function unitsAt(words: Int32Array, location: number): number {
  const at = location << 1;
  return (operationBytes(words[at]!, words[at + 1]! >>> 0) + 7) >>> 3;
}

function insertEntry(memory: PoolMemory, leaf: number, index: number, location: number): void {
  const { words } = memory;
  const count = countOf(words, leaf);
  const at = leaf + ENTRIES + 2 * index;
  const end = leaf + ENTRIES + 2 * count;
  for (let word = end - 1; word >= at; word--) words[word + 2] = words[word]!;
  words[at] = headOf(memory, location, contentPrefix(words, leaf));
  words[at + 1] = location;
  setCount(words, leaf, 0, count + 1);
}
