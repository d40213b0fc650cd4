// Pages in their file: read at their place and verified, written in runs. The checksum of a page is
// seeded with the store's id and covers the page's own number, so a page of another store, or one
// that was written to the wrong place, is found out as well as a damaged one.

import { privateMemory } from '../cache/private-memory.js';
import { crc32, crc32From } from '../codec/crc32.js';
import type { PoolMemory } from '../control/pool.js';
import { LaneError } from '../errors.js';
import { CHECKSUM_OFFSET, PAGE_BYTES, pageNumberOf } from '../format/tree-page.js';
import { pageProblem } from '../format/tree-page-check.js';
import { invariant } from '../invariant.js';
import type { ReadableFile, WritableFile } from '../io/file-system.js';

const RUN_PAGES = 64;
/** Pages in a row before some are read ahead. */
const STREAK_MIN = 2;

/** Where pages come from. */
export interface PageReader {
  /** Reads a page to byte `at` of `target`; CORRUPT if it is not the one that the pointer names. */
  read(page: number, checksum: number, target: PoolMemory, at: number): void;
  /** The error CORRUPT that says what is wrong with a page, and where. */
  corrupt(page: number, reason: string): LaneError;
}

/** Seed for the checksums of a store's pages. */
export function pageSeed(storeId: Uint8Array): number {
  return crc32(storeId, 0, storeId.length) | 0;
}

/** Checksum of a page that stands at byte `at`, signed. */
export function pageChecksum(seed: number, bytes: Uint8Array, at: number): number {
  return crc32From(seed, bytes, at + CHECKSUM_OFFSET + 4, at + PAGE_BYTES);
}

/**
 * Reads pages one by one; from the third on in a row, many at once: what a merge made together lies
 * together, and a walk or the next merge wants it in that order.
 */
export class PageFile implements PageReader {
  readonly #file: ReadableFile;
  readonly #seed: number;
  readonly #ahead: Uint8Array;
  #aheadFirst = 0;
  #aheadCount = 0;
  #last = 0;
  #streak = 0;

  constructor(file: ReadableFile, seed: number) {
    this.#file = file;
    this.#seed = seed;
    this.#ahead = privateMemory(RUN_PAGES * PAGE_BYTES).bytes;
  }

  read(page: number, checksum: number, target: PoolMemory, at: number): void {
    const isNext = page === this.#last + 1;
    this.#streak = isNext ? this.#streak + 1 : 0;
    this.#last = page;
    if (this.#streak >= STREAK_MIN && !this.#isAhead(page)) this.#readAhead(page);
    if (this.#isAhead(page)) {
      const from = (page - this.#aheadFirst) * PAGE_BYTES;
      target.bytes.set(this.#ahead.subarray(from, from + PAGE_BYTES), at);
      // What was read ahead may have been written anew since.
      if (this.#problem(page, checksum, target, at) === undefined) return;
      this.#aheadCount = 0;
    }
    const offset = page * PAGE_BYTES;
    const bytes = this.#file.read(target.bytes, at, PAGE_BYTES, offset);
    if (bytes < PAGE_BYTES) {
      throw this.corrupt(page, 'the file ends before the page', PAGE_BYTES, bytes);
    }
    const problem = this.#problem(page, checksum, target, at);
    if (problem !== undefined) throw problem;
  }

  #isAhead(page: number): boolean {
    return page >= this.#aheadFirst && page < this.#aheadFirst + this.#aheadCount;
  }

  #readAhead(page: number): void {
    const wanted = Math.min(RUN_PAGES, 2 * this.#streak) * PAGE_BYTES;
    const bytes = this.#file.read(this.#ahead, 0, wanted, page * PAGE_BYTES);
    this.#aheadFirst = page;
    this.#aheadCount = Math.floor(bytes / PAGE_BYTES);
  }

  /** Why what stands at byte `at` is not the page that the pointer names; undefined if it is. */
  #problem(page: number, checksum: number, target: PoolMemory, at: number): LaneError | undefined {
    const { view, bytes } = target;
    const found = pageChecksum(this.#seed, bytes, at);
    const stored = view.getInt32(at + CHECKSUM_OFFSET, true);
    if (found !== stored) {
      return this.corrupt(page, 'the checksum of the page does not hold', stored, found);
    }
    if (stored !== (checksum | 0)) {
      return this.corrupt(page, 'not the page that is pointed to', checksum | 0, stored);
    }
    const number = pageNumberOf(view, at);
    if (number !== page) return this.corrupt(page, 'another page stands here', page, number);
    const problem = pageProblem(bytes, view, at);
    return problem === undefined ? undefined : this.corrupt(page, problem);
  }

  corrupt(page: number, reason: string, expected?: number, found?: number): LaneError {
    const { path } = this.#file;
    return new LaneError('CORRUPT', `page ${page} of the tree is damaged: ${reason}: ${path}`, {
      file: path,
      offset: page * PAGE_BYTES,
      ...(expected === undefined ? {} : { expected: expected >>> 0 }),
      ...(found === undefined ? {} : { found: found >>> 0 }),
    });
  }
}

/** Collects pages that follow one another and writes them together. */
export class PageWriter {
  readonly memory: PoolMemory = privateMemory(RUN_PAGES * PAGE_BYTES);
  readonly #file: WritableFile;
  readonly #seed: number;
  #first = 0;
  #count = 0;
  #written = 0;
  /** True from place() to seal(). */
  #isOpen = false;

  constructor(file: WritableFile, seed: number) {
    this.#file = file;
    this.#seed = seed;
  }

  /** Pages written since this writer was made. */
  get pagesWritten(): number {
    return this.#written;
  }

  /** Byte offset in `memory` at which a page is to be laid out; seal() it before the next one. */
  place(page: number): number {
    invariant(!this.#isOpen, 'a page is sealed before the next one is placed');
    this.#isOpen = true;
    if (this.#count === RUN_PAGES || page !== this.#first + this.#count) this.flush();
    if (this.#count === 0) this.#first = page;
    this.#count++;
    return (this.#count - 1) * PAGE_BYTES;
  }

  /** Gives the page laid out at byte `at` its checksum, which is returned. */
  seal(at: number): number {
    this.#isOpen = false;
    const checksum = pageChecksum(this.#seed, this.memory.bytes, at);
    this.memory.view.setInt32(at + CHECKSUM_OFFSET, checksum, true);
    return checksum;
  }

  /** True if the page was placed and is not in the file yet. */
  holds(page: number): boolean {
    return page >= this.#first && page < this.#first + this.#count;
  }

  /** Writes what was collected. Nothing is durable before the file was synced. */
  flush(): void {
    if (this.#count === 0) return;
    const bytes = this.#count * PAGE_BYTES;
    invariant(this.#first > 0, 'page 0 is the header of the file');
    this.#file.write(this.memory.bytes, 0, bytes, this.#first * PAGE_BYTES);
    this.#written += this.#count;
    this.#count = 0;
  }
}
