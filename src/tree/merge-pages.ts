// The pages of one merge: old ones are read through a cache, new ones written; what was replaced is
// noted. A page that the merge itself made and replaced again is free at once.

import type { PoolMemory } from '../control/pool.js';
import { mergeOf } from '../format/tree-page.js';
import type { PageAllocator } from './page-allocator.js';
import type { PageCache } from './page-cache.js';
import type { PageWriter } from './page-file.js';
import type { PagePointer } from './page-pointer.js';

export class MergePages {
  readonly writer: PageWriter;
  /** Number of the merge. */
  readonly merge: number;
  readonly #cache: PageCache;
  readonly #allocator: PageAllocator;

  constructor(
    parts: { cache: PageCache; writer: PageWriter; allocator: PageAllocator },
    merge: number,
  ) {
    this.#cache = parts.cache;
    this.writer = parts.writer;
    this.#allocator = parts.allocator;
    this.merge = merge;
  }

  /** Memory of the pages that loadOld() returns. */
  get memory(): PoolMemory {
    return this.#cache.memory;
  }

  /** Number for a new page. */
  take(): number {
    return this.#allocator.take();
  }

  /** Byte offset of a page in `memory`, good until the next load. */
  loadOld(pointer: PagePointer): number {
    if (this.writer.holds(pointer.page)) this.writer.flush();
    return this.#cache.load(pointer.page, pointer.checksum);
  }

  /** Notes that nothing new refers to the page that stands at byte `at` of `memory`. */
  replace(page: number, at: number): void {
    const madeBy = mergeOf(this.memory.view, at);
    if (madeBy === this.merge) this.#allocator.giveBack(page);
    else this.#allocator.retire(page, madeBy, this.merge);
  }
}
