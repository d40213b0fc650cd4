// Lays pages out: says how many of the entries that wait fit a page, exactly, and writes it, as
// docs/format.md, "Page", describes. First fit(), then write() of what it counted.

import type { PoolMemory } from '../control/pool.js';
import {
  BODY_FRAME,
  bodyAt,
  CHILD_EXPIRY,
  earlierOf,
  expirySecondsOf,
  FRAMES_MAX,
  framesOffset,
  hasFrame,
  PAGE_BYTES,
  PAGE_HEADER_BYTES,
  pageBytes,
  prefixOffset,
  SUFFIX_BYTES,
  slotsOffset,
  writePageHeader,
} from '../format/tree-page.js';
import { FrameTable } from './frame-table.js';
import { copyShort, headOf } from './page-search.js';
import type { StagedEntries } from './staged-entries.js';
import { ENTRIES_CAPACITY, tailBytes } from './staged-entries.js';

/** Identity of a page that is laid out. */
export interface PageIdentity {
  page: number;
  merge: number;
  tree: number;
  level: number;
}

export class PageLayout {
  readonly #frames = new FrameTable();
  readonly #frameIndex = new Int32Array(ENTRIES_CAPACITY);
  /** What fit() found: entries that fit, their frames and common prefix. */
  #count = 0;
  #frameCount = 0;
  #prefixBytes = 0;

  /**
   * Number of entries, from the first on, that fit a page and take at most `goal` bytes of it; at
   * least one.
   */
  fit(staged: StagedEntries, goal: number): number {
    const limit = Math.min(goal, PAGE_BYTES);
    this.#frames.clear();
    let prefixBytes = staged.keyBytes[0]!;
    let entryBytes = 0;
    let index = 0;
    for (; index < staged.count; index++) {
      const shared = index === 0 ? prefixBytes : staged.sharedWithFirst(index, prefixBytes);
      const bytes = SUFFIX_BYTES + staged.bodyBytes[index]!;
      let newBytes = entryBytes + bytes + tailBytes(staged.keyBytes[index]!, shared);
      if (shared < prefixBytes) {
        newBytes += staged.tailsOf(index, shared) - staged.tailsOf(index, prefixBytes);
      }
      const framesBefore = this.#frames.count;
      const isOutOfFrames = this.#findFrame(staged, index) === FRAMES_MAX;
      const size = pageBytes(index + 1, this.#frames.count, shared, newBytes);
      if (isOutOfFrames || (size > limit && index > 0)) {
        this.#frameCount = framesBefore;
        break;
      }
      this.#frameCount = this.#frames.count;
      prefixBytes = shared;
      entryBytes = newBytes;
    }
    this.#prefixBytes = prefixBytes;
    this.#count = index;
    return index;
  }

  /**
   * Writes the page of the entries that fit() counted to byte `at` of `target`: everything but its
   * checksum. Returns the earliest expiry in it, in seconds.
   */
  write(staged: StagedEntries, target: PoolMemory, at: number, identity: PageIdentity): number {
    const { view, bytes } = target;
    const count = this.#count;
    const frames = this.#frameCount;
    const prefixBytes = this.#prefixBytes;
    const prefix = at + prefixOffset(count, frames);
    if ((count & 1) !== 0) view.setUint16(at + slotsOffset(count) + 2 * count, 0, true);
    this.#frames.write(view, at + framesOffset(count), frames);
    copyShort(staged.memory.bytes, staged.keyAt[0]!, bytes, prefix, prefixBytes);
    const end = this.#writeEntries(staged, target, at, prefix + prefixBytes);
    const expiry = this.#finishBodies(target, at, identity.level);
    bytes.fill(0, end, at + PAGE_BYTES);
    const { page, merge, tree, level } = identity;
    writePageHeader(view, at, {
      page,
      merge,
      tree,
      level,
      count,
      prefixBytes,
      frames,
      end: end - at,
      expiry,
    });
    return expiry;
  }

  /** Writes heads, slots and entries, these from byte `start` on; returns where they end. */
  #writeEntries(staged: StagedEntries, target: PoolMemory, at: number, start: number): number {
    const { view, bytes, words } = target;
    const { memory, keyAt, keyBytes, bodyAt, bodyBytes } = staged;
    const prefixBytes = this.#prefixBytes;
    const heads = (at + PAGE_HEADER_BYTES) >>> 2;
    const slots = at + slotsOffset(this.#count);
    let end = start;
    for (let index = 0; index < this.#count; index++) {
      const key = keyAt[index]!;
      const length = keyBytes[index]!;
      words[heads + index] = headOf(memory, key, length, prefixBytes);
      view.setUint16(slots + 2 * index, end - at, true);
      view.setUint16(end, length - prefixBytes, true);
      const tail = tailBytes(length, prefixBytes);
      copyShort(memory.bytes, key + length - tail, bytes, end + SUFFIX_BYTES, tail);
      const body = end + SUFFIX_BYTES + tail;
      copyShort(memory.bytes, bodyAt[index]!, bytes, body, bodyBytes[index]!);
      end = body + bodyBytes[index]!;
    }
    return end;
  }

  /** Puts the indexes of frames into the entries of leaves; returns the earliest expiry. */
  #finishBodies(target: PoolMemory, at: number, level: number): number {
    const { view } = target;
    const slots = at + slotsOffset(this.#count);
    let expiry = 0;
    for (let index = 0; index < this.#count; index++) {
      const entry = at + view.getUint16(slots + 2 * index, true);
      const body = bodyAt(view, entry);
      const own =
        level === 0
          ? this.#finishBody(view, body, index)
          : view.getUint32(body + CHILD_EXPIRY, true);
      expiry = earlierOf(expiry, own);
    }
    return expiry;
  }

  #finishBody(view: DataView, body: number, index: number): number {
    if (hasFrame(view, body)) view.setUint8(body + BODY_FRAME, this.#frameIndex[index]!);
    return expirySecondsOf(view, body);
  }

  /**
   * Index of the entry's frame in the table, FRAMES_MAX if the table is full; -1 if it has none.
   */
  #findFrame(staged: StagedEntries, index: number): number {
    const file = staged.file[index]!;
    if (file === 0) return -1;
    const found = this.#frames.indexOf(
      file,
      staged.offset[index]!,
      staged.frameBytes[index]!,
      staged.checksum[index]!,
    );
    this.#frameIndex[index] = found;
    return found;
  }
}
