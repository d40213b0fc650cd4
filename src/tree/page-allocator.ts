// Which pages of the file are used. Nothing of this is on disk: what the superblock does not lead
// to is free. A page that a merge replaced is used again when the superblock that did without it is
// durable and no older root is pinned. Whole groups of free pages are taken first, so that pages
// made together are written and read together; single holes where there are many. Low numbers come
// before high ones, so that the end of the file becomes free. Owner: whoever folds.

import { LaneError } from '../errors.js';
import { PAGE_NUMBER_MAX } from '../format/tree-page.js';
import { invariant } from '../invariant.js';

const WORDS_MIN = 1024;
/** Pages that one word of the bitmap tells of. */
const GROUP_PAGES = 32;
/** In a file of so many pages every hole is used again at once. */
const SMALL_PAGES = 1024;
/** As in one of which this part is free. */
const SPARSE_PART = 0.25;
const RETIRED_MIN = 1024;
/** Numbers of a retired page: page, merge that made it, merge that replaced it. */
const RETIRED_WORDS = 3;

export class PageAllocator {
  /** One bit a page, set if it is used. */
  #words = new Int32Array(WORDS_MIN);
  /** First page that is beyond everything used. */
  #end = 1;
  /** The pages that are given next, those in use left out. */
  #cursor = 0;
  #groupEnd = 0;
  /** The group to look at then; and whether groups with pages in use will do. */
  #nextGroup = 0;
  #takesHoles = false;
  #used = 0;
  #retired = new Uint32Array(RETIRED_MIN * RETIRED_WORDS);
  #retiredCount = 0;

  constructor() {
    this.#words[0] = 1;
  }

  /** Pages in use, retired ones included. */
  get used(): number {
    return this.#used;
  }

  get retired(): number {
    return this.#retiredCount;
  }

  /** Pages that the file must have, its header included. */
  get end(): number {
    return this.#end;
  }

  isUsed(page: number): boolean {
    return page < this.#end && (this.#words[page >>> 5]! & (1 << (page & 31))) !== 0;
  }

  /** Says that a page is used; false if it was already. */
  mark(page: number): boolean {
    if (this.isUsed(page)) return false;
    this.#grow(page);
    this.#words[page >>> 5] = this.#words[page >>> 5]! | (1 << (page & 31));
    this.#used++;
    if (page >= this.#end) this.#end = page + 1;
    return true;
  }

  /** Lets take() begin with the lowest group again. */
  rewind(): void {
    this.#cursor = 0;
    this.#groupEnd = 0;
    this.#nextGroup = 0;
    this.#takesHoles = false;
  }

  /** A page that nobody uses. */
  take(): number {
    for (;;) {
      while (this.#cursor < this.#groupEnd) {
        const page = this.#cursor++;
        if (page < this.#end && !this.isUsed(page)) {
          this.mark(page);
          return page;
        }
      }
      if (!this.#findGroup()) break;
    }
    const page = this.#end;
    if (page > PAGE_NUMBER_MAX) throw new LaneError('STORE_FULL', 'the tree has used up its pages');
    this.mark(page);
    return page;
  }

  /** Goes to the next group that has room; false if there is none. */
  #findGroup(): boolean {
    const groups = Math.ceil(this.#end / GROUP_PAGES);
    for (;;) {
      for (let group = this.#nextGroup; group < groups; group++) {
        const word = this.#words[group]!;
        if (word !== 0 && !(this.#takesHoles && word !== -1)) continue;
        this.#nextGroup = group + 1;
        this.#cursor = group * GROUP_PAGES;
        this.#groupEnd = this.#cursor + GROUP_PAGES;
        return true;
      }
      this.#nextGroup = groups;
      if (this.#takesHoles || !this.#isSparse) return false;
      this.#takesHoles = true;
      this.#nextGroup = 0;
    }
  }

  get #isSparse(): boolean {
    const free = this.#end - 1 - this.#used;
    return this.#end <= SMALL_PAGES || free > SPARSE_PART * this.#end;
  }

  /** Frees a page that no durable root has ever led to. */
  giveBack(page: number): void {
    this.#free(page);
  }

  /** Notes that a merge replaced a page that the merge `madeBy` had made. */
  retire(page: number, madeBy: number, retiredBy: number): void {
    const at = this.#retiredCount * RETIRED_WORDS;
    if (at === this.#retired.length) {
      const longer = new Uint32Array(2 * at);
      longer.set(this.#retired);
      this.#retired = longer;
    }
    this.#retired[at] = page;
    this.#retired[at + 1] = madeBy;
    this.#retired[at + 2] = retiredBy;
    this.#retiredCount++;
  }

  /**
   * Frees the retired pages that no root can lead to any more: those replaced up to the merge
   * `durable`, whose root is in the durable superblock, which none of the pinned roots, given as
   * numbers of merges, still shows. Returns how many were freed.
   */
  reclaim(durable: number, pinned: readonly number[]): number {
    const retired = this.#retired;
    let kept = 0;
    for (let index = 0; index < this.#retiredCount; index++) {
      const at = index * RETIRED_WORDS;
      const page = retired[at]!;
      const madeBy = retired[at + 1]!;
      const retiredBy = retired[at + 2]!;
      const isSeen = pinned.some((merge) => merge >= madeBy && merge < retiredBy);
      if (retiredBy <= durable && !isSeen) {
        this.#free(page);
        continue;
      }
      retired.copyWithin(kept * RETIRED_WORDS, at, at + RETIRED_WORDS);
      kept++;
    }
    const freed = this.#retiredCount - kept;
    this.#retiredCount = kept;
    return freed;
  }

  /** Pages that the file must have for the newest root alone: what was replaced does not count. */
  get liveEnd(): number {
    const replaced = new Set<number>();
    for (let index = 0; index < this.#retiredCount; index++) {
      replaced.add(this.#retired[index * RETIRED_WORDS]!);
    }
    let end = this.#end;
    while (end > 1 && (!this.isUsed(end - 1) || replaced.has(end - 1))) end--;
    return end;
  }

  /** Gives up the free pages at the end; returns the pages that the file must have. */
  trim(): number {
    let end = this.#end;
    while (end > 1 && !this.isUsed(end - 1)) end--;
    this.#end = end;
    this.rewind();
    return end;
  }

  #free(page: number): void {
    invariant(page > 0 && this.isUsed(page), 'only a page in use is freed');
    this.#words[page >>> 5] = this.#words[page >>> 5]! & ~(1 << (page & 31));
    this.#used--;
  }

  #grow(page: number): void {
    const needed = (page >>> 5) + 1;
    if (needed <= this.#words.length) return;
    const longer = new Int32Array(Math.max(needed, 2 * this.#words.length));
    longer.set(this.#words);
    this.#words = longer;
  }
}
