// A cursor over one memtable at a sequence, forward or in reverse, within bounds. It gives
// locations in runs; between two runs the memtable may change in any way, since each run begins
// with a new search for the last key examined. Nothing of it points into a node between runs. The
// caller holds the lane's lock during a run, unless it is the lane's own thread.

import { KIND_DELETE, kindOf } from '../format/operation.js';
import { compareKeyTo, writeSearchKey } from './key-compare.js';
import type { Memtable } from './memtable.js';
import { visibleOf } from './memtable.js';
import { ROOT } from './memtable-state.js';
import {
  BEFORE,
  childAt,
  comparePrefix,
  countOf,
  ENTRIES,
  entryLocation,
  LINK,
  leafIndex,
  levelOf,
} from './node.js';

/** Bounds of a range as encoded keys; undefined = open. */
export interface KeyRange {
  lower: Uint8Array | undefined;
  isLowerIncluded: boolean;
  upper: Uint8Array | undefined;
  isUpperIncluded: boolean;
}

export interface CursorOptions extends KeyRange {
  isReverse: boolean;
  /** Entries whose sequence is above this are not seen. */
  sequence: number;
  /** Deletes are given too: in another lane they may hide an older put. */
  keepsDeletes: boolean;
  /** Location of the scratch operation for searching. */
  scratch: number;
}

/** Words of a cache line. */
const LINE_WORDS = 16;

export class MemtableCursor {
  readonly #memtable: Memtable;
  readonly #options: CursorOptions;
  /** Location of an operation on the last key examined; 0 before the first run. */
  #last = 0;
  #isDone = false;
  #leaf = 0;
  #index = 0;
  /**
   * Of no use but that reading the lines after an operation's first overlaps their cache misses.
   */
  #warmed = 0;

  constructor(memtable: Memtable, options: CursorOptions) {
    this.#memtable = memtable;
    this.#options = options;
  }

  /** True when no later run gives anything. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /**
   * Puts up to `limit` locations of visible operations in key order into `target` and returns their
   * number. At most `examinedMax` entries are looked at, so a run may be short or empty
   * without being the last.
   */
  fill(target: Int32Array, limit: number, examinedMax: number): number {
    if (this.#isDone) return 0;
    this.#seek();
    return this.#options.isReverse
      ? this.#fillReverse(target, limit, examinedMax)
      : this.#fillForward(target, limit, examinedMax);
  }

  #fillForward(target: Int32Array, limit: number, examinedMax: number): number {
    const { memory } = this.#memtable;
    const { words } = memory;
    const { sequence, keepsDeletes } = this.#options;
    let filled = 0;
    let examined = 0;
    while (this.#leaf !== 0) {
      const count = countOf(words, this.#leaf);
      const end = this.#endInLeaf(count);
      for (; this.#index < end; this.#index++) {
        if (filled === limit || examined === examinedMax) return filled;
        const reference = words[this.#leaf + ENTRIES + 2 * this.#index + 1]!;
        examined++;
        const location = visibleOf(words, reference, sequence);
        this.#last = location !== 0 ? location : entryLocation(words, this.#leaf, this.#index);
        if (location === 0) continue;
        if (kindOf(words[location << 1]!) === KIND_DELETE && !keepsDeletes) continue;
        target[filled++] = location;
        this.#warmed ^=
          words[(location << 1) + LINE_WORDS]! ^ words[(location << 1) + 2 * LINE_WORDS]!;
      }
      if (end < count) break;
      this.#leaf = words[this.#leaf + LINK]!;
      this.#index = 0;
    }
    this.#isDone = true;
    return filled;
  }

  #fillReverse(target: Int32Array, limit: number, examinedMax: number): number {
    const { memory } = this.#memtable;
    const { words } = memory;
    const { sequence, keepsDeletes } = this.#options;
    let filled = 0;
    let examined = 0;
    while (this.#leaf !== 0) {
      const start = this.#startInLeaf(this.#index);
      for (; this.#index > start; this.#index--) {
        if (filled === limit || examined === examinedMax) return filled;
        const reference = words[this.#leaf + ENTRIES + 2 * this.#index - 1]!;
        examined++;
        const location = visibleOf(words, reference, sequence);
        this.#last = location !== 0 ? location : entryLocation(words, this.#leaf, this.#index - 1);
        if (location === 0) continue;
        if (kindOf(words[location << 1]!) === KIND_DELETE && !keepsDeletes) continue;
        target[filled++] = location;
        this.#warmed ^=
          words[(location << 1) + LINE_WORDS]! ^ words[(location << 1) + 2 * LINE_WORDS]!;
      }
      if (start > 0) break;
      this.#leaf = words[this.#leaf + BEFORE]!;
      this.#index = this.#leaf === 0 ? 0 : countOf(words, this.#leaf);
    }
    this.#isDone = true;
    return filled;
  }

  /**
   * Index after the last entry of the leaf within the upper bound. One comparison when the whole
   * leaf is.
   */
  #endInLeaf(count: number): number {
    const { upper, isUpperIncluded } = this.#options;
    if (upper === undefined || count === 0) return count;
    const { memory } = this.#memtable;
    let low = this.#index;
    let high = count;
    while (low < high) {
      const middle = high === count ? count - 1 : (low + high) >>> 1;
      const order = compareKeyTo(memory, entryLocation(memory.words, this.#leaf, middle), upper);
      if (order < 0 || (order === 0 && isUpperIncluded)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * Index of the first entry of the leaf within the lower bound, if it is below `index`; else
   * `index`.
   */
  #startInLeaf(index: number): number {
    const { lower, isLowerIncluded } = this.#options;
    if (lower === undefined || index === 0) return 0;
    const { memory } = this.#memtable;
    let low = 0;
    let high = index;
    while (low < high) {
      const middle = low === 0 && high === index ? 0 : (low + high) >>> 1;
      const order = compareKeyTo(memory, entryLocation(memory.words, this.#leaf, middle), lower);
      if (order > 0 || (order === 0 && isLowerIncluded)) {
        if (middle === 0) return 0;
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  #seek(): void {
    const { isReverse, lower, upper, isLowerIncluded, isUpperIncluded, scratch } = this.#options;
    if (this.#last !== 0) {
      this.#seekKey(this.#last, !isReverse);
      return;
    }
    const bound = isReverse ? upper : lower;
    if (bound === undefined) {
      this.#seekEnd(isReverse);
      return;
    }
    writeSearchKey(this.#memtable.memory, scratch, bound);
    this.#seekKey(scratch, isReverse ? isUpperIncluded : !isLowerIncluded);
  }

  /** Stands before the first entry not below the key; after the key's own entry if asked. */
  #seekKey(location: number, isAfter: boolean): void {
    const memtable = this.#memtable;
    const { memory } = memtable;
    this.#leaf = memtable.leafFor(location);
    this.#index = 0;
    if (this.#leaf === 0) return;
    const order = comparePrefix(memory, this.#leaf, location);
    if (order !== 0) {
      this.#index = order < 0 ? 0 : countOf(memory.words, this.#leaf);
      return;
    }
    const index = leafIndex(memory, this.#leaf, location);
    this.#index = index >= 0 ? index : ~index + (isAfter ? 1 : 0);
  }

  #seekEnd(isLast: boolean): void {
    const { state, memory } = this.#memtable;
    const { words } = memory;
    let node = state.words[state.at + ROOT]!;
    while (node !== 0 && levelOf(words, node) !== 0) {
      node = childAt(words, node, isLast ? countOf(words, node) : 0);
    }
    this.#leaf = node;
    this.#index = isLast && node !== 0 ? countOf(words, node) : 0;
  }
}
