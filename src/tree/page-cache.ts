// A bounded cache of pages, private to a thread. A page is verified when it is loaded, and found by
// number and checksum, so one that was changed since is never taken for current. Inner pages stay
// longer than leaves. What load() returns holds until the next.

import { CacheTable } from '../cache/cache-table.js';
import { privateMemory } from '../cache/private-memory.js';
import type { PoolMemory } from '../control/pool.js';
import type { LaneError } from '../errors.js';
import { levelOf, PAGE_BYTES } from '../format/tree-page.js';
import type { PageReader } from './page-file.js';

const LEAF_CHANCES = 1;
const INNER_CHANCES = 3;

export class PageCache {
  readonly memory: PoolMemory;
  readonly #reader: PageReader;
  readonly #table: CacheTable;

  /** A cache of at least one page and at most `bytes` bytes. */
  constructor(reader: PageReader, bytes: number) {
    this.#table = new CacheTable(Math.floor(bytes / PAGE_BYTES));
    this.memory = privateMemory(this.#table.frames * PAGE_BYTES);
    this.#reader = reader;
  }

  /** Loads served from memory, and from the file. */
  get counters(): { hits: number; misses: number } {
    return this.#table.counters;
  }

  /**
   * Byte offset in `memory` of a page that has the checksum. Throws CORRUPT with file and offset if
   * what is on disk does not, IO_ERROR if it cannot be read.
   */
  load(page: number, checksum: number): number {
    const found = this.#table.find(page, page, checksum, 0);
    return (found < 0 ? this.#read(page, checksum) : found) * PAGE_BYTES;
  }

  /** The error for a page that is well formed but cannot be where it was found. */
  corrupt(page: number, reason: string): LaneError {
    return this.#reader.corrupt(page, reason);
  }

  /** Forgets everything: after a failure of the disk nothing read before is believed. */
  clear(): void {
    this.#table.clear();
  }

  #read(page: number, checksum: number): number {
    const frame = this.#table.evict(page);
    const at = frame * PAGE_BYTES;
    this.#reader.read(page, checksum, this.memory, at);
    const isInner = levelOf(this.memory.bytes, at) > 0;
    this.#table.fill(frame, page, checksum, 0, isInner ? INNER_CHANCES : LEAF_CHANCES);
    return frame;
  }
}
