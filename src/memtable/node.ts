// Layout of the memtable's nodes in the pool, and the searches inside one node. A node is a run of
// 32-bit words. Leaf: (head, reference) pairs. Inner node: heads, tails, children and separators in
// an array each. A head is the four key bytes after those that all keys of the node share, a tail
// the four after it: integers decide almost every comparison, and no key has to be read for it.

import type { PoolMemory } from '../control/pool.js';
import { compareKeyBytes, compareKeys, headOf } from './key-compare.js';

/** Key bytes in a head, and in a tail. */
const HEAD_BYTES = 4;
/** Words of a cache line. */
const LINE_WORDS = 16;

export const LEAF_WORDS = 128;
export const INNER_WORDS = 672;

/** count | level << 16 */
export const META = 0;
/**
 * fence prefix bytes | content prefix bytes << 16: shared by the fences; shared by all keys in the
 * node.
 */
export const PREFIX = 1;
/** Leaf: the next leaf, 0 = last. Inner node: the child left of the first separator. */
export const LINK = 2;
/** Leaf: the leaf before, 0 = first. */
export const BEFORE = 3;
/** Location of a key that has the content prefix. */
export const SAMPLE = 4;
/** Locations of the keys that bound the node: low <= key < high; 0 = none. */
export const LOW = 5;
export const HIGH = 6;
export const ENTRIES = 8;

export const LEAF_CAPACITY = (LEAF_WORDS - ENTRIES) >>> 1;
export const INNER_CAPACITY = Math.floor((INNER_WORDS - ENTRIES) / 4);
export const TAILS = ENTRIES + INNER_CAPACITY;
export const CHILDREN = TAILS + INNER_CAPACITY;
export const SEPARATORS = CHILDREN + INNER_CAPACITY;

export function countOf(words: Int32Array, node: number): number {
  return words[node + META]! & 0xffff;
}

export function levelOf(words: Int32Array, node: number): number {
  return words[node + META]! >>> 16;
}

export function setCount(words: Int32Array, node: number, level: number, count: number): void {
  words[node + META] = (level << 16) | count;
}

export function contentPrefix(words: Int32Array, node: number): number {
  return words[node + PREFIX]! >>> 16;
}

export function setPrefix(words: Int32Array, node: number, fence: number, content: number): void {
  words[node + PREFIX] = fence | (content << 16);
}

/** The location a reference stands for: itself, or the newest one of a version chain. */
export function newestOf(words: Int32Array, reference: number): number {
  return reference > 0 ? reference : words[-reference]!;
}

/** Location of the entry at `index` of a leaf. */
export function entryLocation(words: Int32Array, leaf: number, index: number): number {
  return newestOf(words, words[leaf + ENTRIES + 2 * index + 1]!);
}

/**
 * Reads a word of every cache line of a leaf, so that their misses overlap instead of following one
 * another in the search. The result means nothing; it must be kept for the reads to be done.
 */
export function warmLeaf(words: Int32Array, leaf: number): number {
  return (
    words[leaf + LINE_WORDS]! ^
    words[leaf + 2 * LINE_WORDS]! ^
    words[leaf + 3 * LINE_WORDS]! ^
    words[leaf + 4 * LINE_WORDS]! ^
    words[leaf + 5 * LINE_WORDS]! ^
    words[leaf + 6 * LINE_WORDS]! ^
    words[leaf + 7 * LINE_WORDS]!
  );
}

/**
 * Order of the key at `location` against the content prefix of a node that the key's fences led to:
 * 0 if the key has it, else less or greater than every key of the node.
 */
export function comparePrefix(memory: PoolMemory, node: number, location: number): number {
  const prefix = memory.words[node + PREFIX]!;
  const fence = prefix & 0xffff;
  const content = prefix >>> 16;
  if (fence === content) return 0;
  return compareKeyBytes(memory, location, memory.words[node + SAMPLE]!, fence, content);
}

/**
 * Number of separators of an inner node that are not above the key: index of the child to go to.
 */
export function childIndex(memory: PoolMemory, node: number, location: number): number {
  const { words } = memory;
  const count = countOf(words, node);
  const order = comparePrefix(memory, node, location);
  if (order !== 0) return order < 0 ? 0 : count;
  const from = contentPrefix(words, node);
  const head = headOf(memory, location, from);
  const heads = node + ENTRIES;
  const most = head >> 1; // without the last bit, so that differences stay within 32
  let base = heads;
  let rest = count;
  while (rest > 1) {
    const half = rest >>> 1;
    base += half & (((words[base + half - 1]! >> 1) - most) >> 31);
    rest -= half;
  }
  let index = base - heads;
  while (index < count && words[heads + index]! < head) index++;
  if (index === count || words[heads + index] !== head) return index;
  return childIndexFrom(memory, node, location, index);
}

/** childIndex, given the index of the first separator with the key's head. */
function childIndexFrom(memory: PoolMemory, node: number, location: number, first: number): number {
  const { words } = memory;
  const count = countOf(words, node);
  const from = contentPrefix(words, node);
  const head = words[node + ENTRIES + first]!;
  const tail = headOf(memory, location, from + HEAD_BYTES);
  let index = first;
  for (; index < count && words[node + ENTRIES + index] === head; index++) {
    const other = words[node + TAILS + index]!;
    if (other > tail) break;
    if (other < tail) continue;
    if (compareKeys(memory, words[node + SEPARATORS + index]!, location, from) > 0) break;
  }
  return index;
}

export function childAt(words: Int32Array, node: number, index: number): number {
  return index === 0 ? words[node + LINK]! : words[node + CHILDREN + index - 1]!;
}

/**
 * Index of the first entry of a leaf whose key is not below the key at `location`, whose content
 * prefix it has. The sign bit is set (~index) if that entry's key is the same.
 */
export function leafIndex(memory: PoolMemory, leaf: number, location: number): number {
  const { words } = memory;
  const count = countOf(words, leaf);
  const from = contentPrefix(words, leaf);
  const head = headOf(memory, location, from);
  const first = leaf + ENTRIES;
  const most = head >> 1;
  let base = first;
  let rest = count;
  while (rest > 1) {
    const half = rest >>> 1;
    base += (half << 1) & (((words[base + (half << 1) - 2]! >> 1) - most) >> 31);
    rest -= half;
  }
  let index = (base - first) >>> 1;
  while (index < count && words[first + 2 * index]! < head) index++;
  while (index < count && words[first + 2 * index] === head) {
    const order = compareKeys(memory, entryLocation(words, leaf, index), location, from);
    if (order === 0) return ~index;
    if (order > 0) break;
    index++;
  }
  return index;
}

/** Recomputes every head of a node for the content prefix that it has. */
export function refreshHeads(memory: PoolMemory, node: number): void {
  const { words } = memory;
  const count = countOf(words, node);
  const from = contentPrefix(words, node);
  if (levelOf(words, node) === 0) {
    for (let index = 0; index < count; index++) {
      words[node + ENTRIES + 2 * index] = headOf(memory, entryLocation(words, node, index), from);
    }
    return;
  }
  for (let index = 0; index < count; index++) {
    setHead(memory, node, index, words[node + SEPARATORS + index]!);
  }
}

/** Writes head and tail of the separator at `index` of an inner node. */
export function setHead(memory: PoolMemory, node: number, index: number, separator: number): void {
  const { words } = memory;
  const from = contentPrefix(words, node);
  words[node + ENTRIES + index] = headOf(memory, separator, from);
  words[node + TAILS + index] = headOf(memory, separator, from + HEAD_BYTES);
}
