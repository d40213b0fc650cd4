// Entries on their way into pages of one level: keys and bodies, in key order, for about two pages.
// Owner: one thread. Keys and bodies are copied, so nothing outside has to stay as it is.

import { privateMemory } from '../cache/private-memory.js';
import type { PoolMemory } from '../control/pool.js';
import {
  HEAD_BYTES,
  PAGE_BYTES,
  PAGE_KEY_BYTES_MAX,
  pageBytes,
  SUFFIX_BYTES,
} from '../format/tree-page.js';
import { compareBytes, copyShort } from './page-search.js';

/** Entries of two full pages of the shortest entries, and some. */
export const ENTRIES_CAPACITY = 512;
const BODY_BYTES_MAX = 2 * PAGE_BYTES;
const ARENA_BYTES = ENTRIES_CAPACITY * PAGE_KEY_BYTES_MAX + 4 * BODY_BYTES_MAX;

export class StagedEntries {
  /** Keys and bodies, one after the other. */
  readonly memory: PoolMemory = privateMemory(ARENA_BYTES);
  readonly keyAt = new Int32Array(ENTRIES_CAPACITY);
  readonly keyBytes = new Int32Array(ENTRIES_CAPACITY);
  readonly bodyAt = new Int32Array(ENTRIES_CAPACITY);
  readonly bodyBytes = new Int32Array(ENTRIES_CAPACITY);
  /** Frame of the value; file 0 = none. */
  readonly file = new Int32Array(ENTRIES_CAPACITY);
  readonly offset = new Int32Array(ENTRIES_CAPACITY);
  readonly frameBytes = new Int32Array(ENTRIES_CAPACITY);
  readonly checksum = new Int32Array(ENTRIES_CAPACITY);
  #count = 0;
  #arenaEnd = 0;
  /** Of all entries together, as if they stood in one page. */
  #prefixBytes = 0;
  #tailBytes = 0;
  #bodiesBytes = 0;
  #frameChanges = 0;

  get count(): number {
    return this.#count;
  }

  /** Bytes of all entries in one page without a limit; two pages of them take no more. */
  get size(): number {
    if (this.#count === 0) return 0;
    const entries = this.#tailBytes + this.#bodiesBytes;
    return pageBytes(this.#count, this.#frameChanges, this.#prefixBytes, entries);
  }

  /** Byte offset in `memory` at which the key of the next entry is to be written. */
  get nextKeyAt(): number {
    return this.#arenaEnd;
  }

  /**
   * Adds the entry whose key was written at nextKeyAt; returns the byte offset at which its body of
   * `bodyBytes` bytes is to be written.
   */
  add(keyBytes: number, bodyBytes: number): number {
    const index = this.#count;
    const start = this.#arenaEnd;
    this.keyAt[index] = start;
    this.keyBytes[index] = keyBytes;
    this.bodyAt[index] = start + keyBytes;
    this.bodyBytes[index] = bodyBytes;
    this.file[index] = 0;
    this.#count = index + 1;
    this.#arenaEnd = start + keyBytes + bodyBytes;
    this.#bodiesBytes += SUFFIX_BYTES + bodyBytes;
    const prefixBytes = index === 0 ? keyBytes : this.sharedWithFirst(index, this.#prefixBytes);
    if (index === 0 || prefixBytes < this.#prefixBytes) {
      this.#prefixBytes = prefixBytes;
      this.#tailBytes = this.tailsOf(index + 1, prefixBytes);
    } else this.#tailBytes += tailBytes(keyBytes, prefixBytes);
    return start + keyBytes;
  }

  /** Says where the value of the entry added last stands. */
  setFrame(file: number, offset: number, bytes: number, checksum: number): void {
    const index = this.#count - 1;
    this.file[index] = file;
    this.offset[index] = offset;
    this.frameBytes[index] = bytes;
    this.checksum[index] = checksum;
    const isSame = index > 0 && this.file[index - 1] === file && this.offset[index - 1] === offset;
    if (!isSame) this.#frameChanges++;
  }

  /** Takes away the first `count` entries. */
  drop(count: number): void {
    if (count === this.#count) {
      this.clear();
      return;
    }
    const from = this.keyAt[count]!;
    const rest = this.#count - count;
    this.memory.bytes.copyWithin(0, from, this.#arenaEnd);
    for (let index = 0; index < rest; index++) {
      this.keyAt[index] = this.keyAt[index + count]! - from;
      this.bodyAt[index] = this.bodyAt[index + count]! - from;
    }
    for (const column of [
      this.keyBytes,
      this.bodyBytes,
      this.file,
      this.offset,
      this.frameBytes,
      this.checksum,
    ]) {
      column.copyWithin(0, count, this.#count);
    }
    this.#count = rest;
    this.#arenaEnd -= from;
    this.#measure();
  }

  /** Takes away the last entry. */
  pop(): void {
    const last = this.#count - 1;
    this.#count = last;
    if (last === 0) {
      this.clear();
      return;
    }
    this.#arenaEnd = this.keyAt[last]!;
    this.#measure();
  }

  clear(): void {
    this.#count = 0;
    this.#arenaEnd = 0;
    this.#measure();
  }

  /** Adds an entry of other staged entries. */
  addFrom(other: StagedEntries, index: number): void {
    const keyBytes = other.keyBytes[index]!;
    const bodyBytes = other.bodyBytes[index]!;
    copyShort(other.memory.bytes, other.keyAt[index]!, this.memory.bytes, this.#arenaEnd, keyBytes);
    const body = this.add(keyBytes, bodyBytes);
    copyShort(other.memory.bytes, other.bodyAt[index]!, this.memory.bytes, body, bodyBytes);
    if (other.file[index] === 0) return;
    this.setFrame(
      other.file[index]!,
      other.offset[index]!,
      other.frameBytes[index]!,
      other.checksum[index]!,
    );
  }

  /** Bytes that the key at `index` shares with the first one, at most `limit`. */
  sharedWithFirst(index: number, limit: number): number {
    const { memory } = this;
    const keyBytes = this.keyBytes[index]!;
    const most = Math.min(keyBytes, limit);
    const first = this.keyAt[0]!;
    const key = this.keyAt[index]!;
    if (compareBytes(memory, first, memory, key, most) === 0) return most;
    let at = 0;
    while (memory.bytes[first + at] === memory.bytes[key + at]) at++;
    return at;
  }

  /** Bytes of the first `count` keys behind a prefix and their heads. */
  tailsOf(count: number, prefixBytes: number): number {
    let sum = 0;
    for (let index = 0; index < count; index++)
      sum += tailBytes(this.keyBytes[index]!, prefixBytes);
    return sum;
  }

  #measure(): void {
    const count = this.#count;
    this.#bodiesBytes = 0;
    this.#frameChanges = 0;
    // Sorted: what first and last share, all share.
    this.#prefixBytes = count === 0 ? 0 : this.sharedWithFirst(count - 1, this.keyBytes[0]!);
    this.#tailBytes = this.tailsOf(count, this.#prefixBytes);
    for (let index = 0; index < count; index++) {
      this.#bodiesBytes += SUFFIX_BYTES + this.bodyBytes[index]!;
      const isSame =
        index > 0 &&
        this.file[index - 1] === this.file[index] &&
        this.offset[index - 1] === this.offset[index];
      if (this.file[index] !== 0 && !isSame) this.#frameChanges++;
    }
  }
}

/** Bytes of a key behind a prefix and its head. */
export function tailBytes(keyBytes: number, prefixBytes: number): number {
  const rest = keyBytes - prefixBytes - HEAD_BYTES;
  return Math.max(rest, 0);
}
