// Splitting of full nodes. Words are moved, never entries copied one by one, and nothing is
// allocated on the JavaScript heap. A split of the rightmost node keeps the left one full, so that
// keys arriving in order fill the tree.

import type { PoolMemory } from '../control/pool.js';
import { compareKeys, keyLength, sharedBytes } from './key-compare.js';
import type { MemtableState } from './memtable-state.js';
import { ROOT } from './memtable-state.js';
import {
  BEFORE,
  CHILDREN,
  comparePrefix,
  contentPrefix,
  countOf,
  ENTRIES,
  entryLocation,
  HIGH,
  INNER_CAPACITY,
  LINK,
  LOW,
  levelOf,
  PREFIX,
  refreshHeads,
  SAMPLE,
  SEPARATORS,
  setCount,
  setHead,
  setPrefix,
  TAILS,
} from './node.js';

/** Bytes by which a content prefix must grow for its node's heads to be computed anew. */
const PREFIX_GAIN_MIN = 2;

/** The arrays of an inner node. */
const INNER_ARRAYS = [ENTRIES, TAILS, CHILDREN, SEPARATORS] as const;

/** The inner nodes from the root to a leaf, and the child taken in each. */
export interface Path {
  readonly nodes: Int32Array;
  readonly indexes: Int32Array;
  depth: number;
}

/** What is about to be inserted, and where in the full leaf. */
export interface Insertion {
  location: number;
  index: number;
}

/**
 * Splits a full leaf; returns the half in which the insertion belongs. The path is no longer valid.
 */
export function splitLeaf(
  state: MemtableState,
  leaf: number,
  path: Path,
  insertion: Insertion,
): number {
  const { memory } = state;
  const { words } = memory;
  const count = countOf(words, leaf);
  const isAppend = insertion.index === count && words[leaf + HIGH] === 0;
  const middle = isAppend ? count - 1 : count >>> 1;
  const right = state.allocateNode(0);
  const separator = entryLocation(words, leaf, middle);
  words.copyWithin(right + ENTRIES, leaf + ENTRIES + 2 * middle, leaf + ENTRIES + 2 * count);
  setCount(words, right, 0, count - middle);
  setCount(words, leaf, 0, middle);
  const next = words[leaf + LINK]!;
  words[right + LINK] = next;
  words[right + BEFORE] = leaf;
  if (next !== 0) words[next + BEFORE] = right;
  words[leaf + LINK] = right;
  words[right + LOW] = separator;
  words[right + HIGH] = words[leaf + HIGH]!;
  words[leaf + HIGH] = separator;
  words[right + PREFIX] = words[leaf + PREFIX]!;
  refit(memory, leaf);
  refit(memory, right);
  insertSeparator(state, path, path.depth - 1, { separator, child: right, level: 1 });
  return compareKeys(memory, insertion.location, separator, 0) < 0 ? leaf : right;
}

interface NewChild {
  separator: number;
  child: number;
  level: number;
}

function insertSeparator(state: MemtableState, path: Path, depth: number, added: NewChild): void {
  const { memory } = state;
  const { words } = memory;
  if (depth < 0) {
    growRoot(state, added);
    return;
  }
  let node = path.nodes[depth]!;
  let index = path.indexes[depth]!;
  if (countOf(words, node) === INNER_CAPACITY) {
    const middle = splitInner(state, path, depth, added.level);
    if (index > middle) {
      node = path.nodes[depth]!;
      index -= middle + 1;
    }
  }
  addSeparator(memory, node, index, added);
}

function growRoot(state: MemtableState, added: NewChild): void {
  const { words } = state.memory;
  const root = state.allocateNode(added.level);
  words[root + LINK] = state.words[state.at + ROOT]!;
  state.words[state.at + ROOT] = root;
  addSeparator(state.memory, root, 0, added);
}

function addSeparator(memory: PoolMemory, node: number, index: number, added: NewChild): void {
  const { words } = memory;
  const count = countOf(words, node);
  if (count === 0) {
    words[node + SAMPLE] = added.separator;
  } else if (comparePrefix(memory, node, added.separator) !== 0) {
    const fence = words[node + PREFIX]! & 0xffff;
    const shared = sharedBytes(memory, added.separator, words[node + SAMPLE]!);
    setPrefix(words, node, fence, Math.max(shared, fence));
    refreshHeads(memory, node);
  }
  for (const array of INNER_ARRAYS) {
    const at = node + array + index;
    words.copyWithin(at + 1, at, node + array + count);
  }
  setHead(memory, node, index, added.separator);
  words[node + CHILDREN + index] = added.child;
  words[node + SEPARATORS + index] = added.separator;
  setCount(words, node, levelOf(words, node), count + 1);
  if (isRefitDue(count + 1)) refit(memory, node);
}

/**
 * A node that grows from nothing finds its content prefix as it grows; the first keys say little of
 * it.
 */
function isRefitDue(count: number): boolean {
  return count < 8 || (count & (count - 1)) === 0;
}

/**
 * Splits the full inner node at `depth` of the path; the right half takes its place there. Returns
 * the index that moved up.
 */
function splitInner(state: MemtableState, path: Path, depth: number, level: number): number {
  const { memory } = state;
  const { words } = memory;
  const node = path.nodes[depth]!;
  const count = countOf(words, node);
  const isAppend = path.indexes[depth] === count && words[node + HIGH] === 0;
  const middle = isAppend ? count - 2 : count >>> 1;
  const right = state.allocateNode(level);
  const separator = words[node + SEPARATORS + middle]!;
  words[right + LINK] = words[node + CHILDREN + middle]!;
  for (const array of INNER_ARRAYS) {
    words.copyWithin(right + array, node + array + middle + 1, node + array + count);
  }
  setCount(words, right, level, count - middle - 1);
  setCount(words, node, level, middle);
  words[right + LOW] = separator;
  words[right + HIGH] = words[node + HIGH]!;
  words[node + HIGH] = separator;
  words[right + PREFIX] = words[node + PREFIX]!;
  refit(memory, node);
  refit(memory, right);
  insertSeparator(state, path, depth - 1, { separator, child: right, level: level + 1 });
  path.nodes[depth] = right;
  return middle;
}

/**
 * Prefixes and sample of a node whose entries or fences have changed; heads follow a longer prefix.
 */
function refit(memory: PoolMemory, node: number): void {
  const { words } = memory;
  const count = countOf(words, node);
  const isLeaf = levelOf(words, node) === 0;
  const first = isLeaf ? entryLocation(words, node, 0) : words[node + SEPARATORS]!;
  const last = isLeaf
    ? entryLocation(words, node, count - 1)
    : words[node + SEPARATORS + count - 1]!;
  const low = words[node + LOW]!;
  const high = words[node + HIGH]!;
  const fence = low !== 0 && high !== 0 ? sharedBytes(memory, low, high) : 0;
  const shared = sharedBytes(memory, first, last);
  // One key alone: leave its last four bytes to the head, its successors are likely to share the
  // rest.
  const content = first === last ? Math.max(fence, keyLength(words, first) - 4) : shared;
  words[node + SAMPLE] = first;
  const before = contentPrefix(words, node);
  // One byte more is not worth reading every key again: the old prefix still holds.
  const isWorthIt = content < before || content >= before + PREFIX_GAIN_MIN;
  const prefix = isWorthIt ? content : before;
  setPrefix(words, node, Math.min(fence, prefix), prefix);
  if (isWorthIt) refreshHeads(memory, node);
}
