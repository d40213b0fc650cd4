// A cursor over the leaves of one tree, forward or in reverse. It keeps a copy of the leaf it
// stands in and the way to it, so that nothing in the cache has to stay; pages above are loaded
// again when a leaf ends. The tree under its root must not be given up while it is used.

import { privateMemory } from '../cache/private-memory.js';
import type { PoolMemory } from '../control/pool.js';
import { countOf, entryAt, LEVEL_MAX, levelOf, PAGE_BYTES } from '../format/tree-page.js';
import type { PageCache } from './page-cache.js';
import type { PagePointer } from './page-pointer.js';
import { searchChild, searchPage } from './page-search.js';
import { childPointer, loadChild } from './tree-search.js';

export class TreeCursor {
  /** The leaf, at byte 0. */
  readonly memory: PoolMemory = privateMemory(PAGE_BYTES);
  readonly #cache: PageCache;
  readonly #root: PagePointer;
  readonly #isReverse: boolean;
  /** The way from the root: page, checksum and child taken of each inner page, by level. */
  readonly #pages = new Uint32Array(LEVEL_MAX + 1);
  readonly #checksums = new Int32Array(LEVEL_MAX + 1);
  readonly #children = new Int32Array(LEVEL_MAX + 1);
  #height = 0;
  #leaves = 0;
  #count = 0;
  #index = 0;
  #isDone = true;

  constructor(cache: PageCache, root: PagePointer, isReverse: boolean) {
    this.#cache = cache;
    this.#root = root;
    this.#isReverse = isReverse;
  }

  /** True if it stands on no entry: at the end, or before the first seek. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** Index in the leaf of the entry it stands on. */
  get index(): number {
    return this.#index;
  }

  /** Leaves it has been in: another number, another leaf in `memory`. */
  get leaves(): number {
    return this.#leaves;
  }

  /** Entries of the leaf it stands in. */
  get count(): number {
    return this.#count;
  }

  /** Byte offset in `memory` of the entry it stands on. */
  get entry(): number {
    return entryAt(this.memory.view, 0, this.#count, this.#index);
  }

  /** Goes to the first entry in its direction. */
  seekEnd(): void {
    this.#isDone = this.#root.page === 0;
    if (this.#isDone) return;
    const at = this.#loadRoot();
    this.#descendEdge(at, this.#height);
  }

  /**
   * Goes to the first entry, in its direction, that is not before the key; `isAfter`: that is
   * beyond it.
   */
  seek(key: PoolMemory, start: number, length: number, isAfter: boolean): void {
    this.#isDone = this.#root.page === 0;
    if (this.#isDone) return;
    const { memory } = this.#cache;
    let at = this.#loadRoot();
    for (let level = this.#height; level > 0; level--) {
      const index = searchChild(memory, at, key, start, length);
      at = this.#enter(at, index, level);
    }
    this.#keepLeaf(at);
    const found = searchPage(this.memory, 0, key, start, length);
    const position = found < 0 ? ~found : found;
    const isOn = found < 0 && !isAfter;
    if (this.#isReverse) this.jump(isOn ? position : position - 1);
    else this.jump(found < 0 && isAfter ? position + 1 : position);
  }

  /** Goes to the next entry in its direction. */
  advance(): void {
    this.jump(this.#index + (this.#isReverse ? -1 : 1));
  }

  /** Stands on another entry of its leaf; one beyond the last goes on to the next leaf. */
  jump(index: number): void {
    this.#index = index;
    if (index < 0 || index === this.#count) this.#nextLeaf();
  }

  /** Loads the root, from which the way begins; returns its byte offset in the cache. */
  #loadRoot(): number {
    const { page, checksum } = this.#root;
    const at = this.#cache.load(page, checksum);
    this.#height = levelOf(this.#cache.memory.bytes, at);
    this.#pages[this.#height] = page;
    this.#checksums[this.#height] = checksum;
    return at;
  }

  #nextLeaf(): void {
    const { view } = this.#cache.memory;
    for (let level = 1; level <= this.#height; level++) {
      const at = this.#cache.load(this.#pages[level]!, this.#checksums[level]!);
      const next = this.#children[level]! + (this.#isReverse ? -1 : 1);
      if (next < 0 || next === countOf(view, at)) continue;
      this.#descendEdge(this.#enter(at, next, level), level - 1);
      return;
    }
    this.#isDone = true;
  }

  /** From the page at byte `at` down to the first leaf in the cursor's direction. */
  #descendEdge(from: number, fromLevel: number): void {
    let at = from;
    for (let level = fromLevel; level > 0; level--) {
      const last = countOf(this.#cache.memory.view, at) - 1;
      at = this.#enter(at, this.#isReverse ? last : 0, level);
    }
    this.#keepLeaf(at);
    this.#index = this.#isReverse ? this.#count - 1 : 0;
  }

  /** Notes which child of the page at byte `at` is taken, and loads it. */
  #enter(at: number, index: number, level: number): number {
    const child = childPointer(this.#cache.memory, at, index);
    this.#children[level] = index;
    this.#pages[level - 1] = child.page;
    this.#checksums[level - 1] = child.checksum;
    return loadChild(this.#cache, child.page, child.checksum, level);
  }

  #keepLeaf(at: number): void {
    const { bytes } = this.#cache.memory;
    this.memory.bytes.set(bytes.subarray(at, at + PAGE_BYTES));
    this.#count = countOf(this.memory.view, 0);
    this.#leaves++;
  }
}
