// A walk over the entries of a tree within bounds, forward or in reverse, leaf by leaf: in each
// leaf the bounds are searched once, so that entries between them need no comparison.

import { privateMemory } from '../cache/private-memory.js';
import type { PoolMemory } from '../control/pool.js';
import { PAGE_KEY_BYTES_MAX } from '../format/tree-page.js';
import { TreeCursor } from './cursor.js';
import type { PageCache } from './page-cache.js';
import type { PagePointer } from './page-pointer.js';
import { searchPage } from './page-search.js';

/** Bounds as encoded keys; undefined = open. */
export interface TreeBounds {
  lower: Uint8Array | undefined;
  isLowerIncluded: boolean;
  upper: Uint8Array | undefined;
  isUpperIncluded: boolean;
}

export class TreeRange {
  readonly #cursor: TreeCursor;
  readonly #bounds: TreeBounds;
  readonly #isReverse: boolean;
  readonly #bound: PoolMemory = privateMemory(PAGE_KEY_BYTES_MAX);
  #leaf = -1;
  /** Index in the leaf of the first entry, in its direction, that is not in the range any more. */
  #end = 0;
  #isDone = true;

  /** Stands on no entry before begin() or resume(). */
  constructor(cache: PageCache, root: PagePointer, bounds: TreeBounds, isReverse: boolean) {
    this.#cursor = new TreeCursor(cache, root, isReverse);
    this.#bounds = bounds;
    this.#isReverse = isReverse;
  }

  /** True if it stands on no entry. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** The leaf of the entry it stands on, at byte 0. */
  get memory(): PoolMemory {
    return this.#cursor.memory;
  }

  /** Index in the leaf of the entry it stands on. */
  get index(): number {
    return this.#cursor.index;
  }

  /**
   * Index in the leaf behind the last entry of the range, in its direction: those up to it follow.
   */
  get leafEnd(): number {
    return this.#end;
  }

  /** Goes to the first entry of the range in its direction. */
  begin(): void {
    const { lower, upper, isLowerIncluded, isUpperIncluded } = this.#bounds;
    const bound = this.#isReverse ? upper : lower;
    if (bound === undefined) this.#cursor.seekEnd();
    else {
      this.#bound.bytes.set(bound);
      const isAfter = !(this.#isReverse ? isUpperIncluded : isLowerIncluded);
      this.#cursor.seek(this.#bound, 0, bound.length, isAfter);
    }
    this.#enter();
  }

  /** Goes to the first entry of the range that is beyond a key of the range. */
  resume(key: PoolMemory, start: number, length: number): void {
    this.#cursor.seek(key, start, length, true);
    this.#enter();
  }

  /** Goes to the next entry. */
  advance(): void {
    this.#cursor.advance();
    this.#enter();
  }

  /**
   * Goes to another entry of the leaf, or to leafEnd: then on to the next leaf, if there is more.
   */
  jump(index: number): void {
    this.#cursor.jump(index);
    this.#enter();
  }

  #enter(): void {
    const cursor = this.#cursor;
    this.#isDone = cursor.isDone;
    if (this.#isDone) return;
    if (cursor.leaves !== this.#leaf) {
      this.#leaf = cursor.leaves;
      this.#end = this.#isReverse ? this.#firstIn() - 1 : this.#endIn();
    }
    const isBeyond = this.#isReverse ? cursor.index <= this.#end : cursor.index >= this.#end;
    if (isBeyond) this.#isDone = true;
  }

  /** Index of the first entry of the leaf beyond the upper bound. */
  #endIn(): number {
    const { upper, isUpperIncluded } = this.#bounds;
    if (upper === undefined) return this.#cursor.count;
    this.#bound.bytes.set(upper);
    const found = searchPage(this.memory, 0, this.#bound, 0, upper.length);
    if (found >= 0) return found;
    return isUpperIncluded ? ~found + 1 : ~found;
  }

  /** Index of the first entry of the leaf within the lower bound. */
  #firstIn(): number {
    const { lower, isLowerIncluded } = this.#bounds;
    if (lower === undefined) return 0;
    this.#bound.bytes.set(lower);
    const found = searchPage(this.memory, 0, this.#bound, 0, lower.length);
    if (found >= 0) return found;
    return isLowerIncluded ? ~found : ~found + 1;
  }
}
