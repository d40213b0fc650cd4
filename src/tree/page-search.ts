// Searching inside one page. The key stands in other memory: `key` with its first byte at `start`.
// Heads decide almost every comparison, so a search touches the line of the header, a few of the
// heads, and one entry. Nothing is copied and nothing allocated.

import type { PoolMemory } from '../control/pool.js';
import {
  countOf,
  entryAt,
  framesOf,
  HEAD_BYTES,
  HEAD_SIGN,
  PAGE_HEADER_BYTES,
  prefixBytesOf,
  prefixOffset,
  SUFFIX_BYTES,
} from '../format/tree-page.js';

const LINE_WORDS = 16;

/** The four bytes of a key from `from` on, missing ones zero, as an int32 ordered as they are. */
export function headOf(memory: PoolMemory, start: number, length: number, from: number): number {
  const rest = length - from;
  if (rest >= HEAD_BYTES) return memory.view.getInt32(start + from) ^ HEAD_SIGN;
  let head = 0;
  for (let at = 0; at < rest; at++) head |= memory.bytes[start + from + at]! << (24 - 8 * at);
  return head ^ HEAD_SIGN;
}

/** Order of bytes [a, a + length) against [b, b + length) of another memory. */
export function compareBytes(
  left: PoolMemory,
  a: number,
  right: PoolMemory,
  b: number,
  length: number,
): number {
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    const wordA = left.view.getUint32(a + at);
    const wordB = right.view.getUint32(b + at);
    if (wordA !== wordB) return wordA < wordB ? -1 : 1;
  }
  for (; at < length; at++) {
    const difference = left.bytes[a + at]! - right.bytes[b + at]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Order of two keys. */
export function compareKeys(
  left: PoolMemory,
  a: number,
  lengthA: number,
  right: PoolMemory,
  b: number,
  lengthB: number,
): number {
  const order = compareBytes(left, a, right, b, Math.min(lengthA, lengthB));
  return order === 0 ? lengthA - lengthB : order;
}

/**
 * Index of the first entry of a page whose key is not below the key, count if there is none. The
 * sign bit is set (~index) if that entry's key is the same.
 */
export function searchPage(
  page: PoolMemory,
  at: number,
  key: PoolMemory,
  start: number,
  length: number,
): number {
  const count = countOf(page.view, at);
  const prefixBytes = prefixBytesOf(page.view, at);
  if (prefixBytes > 0) {
    const prefix = at + prefixOffset(count, framesOf(page.view, at));
    const shared = Math.min(length, prefixBytes);
    const order = compareBytes(key, start, page, prefix, shared);
    if (order < 0 || (order === 0 && length < prefixBytes)) return 0;
    if (order > 0) return count;
  }
  const head = headOf(key, start, length, prefixBytes);
  const { words } = page;
  const first = (at + PAGE_HEADER_BYTES) >>> 2;
  warmHeads(words, first, count);
  const most = head >> 1; // without the last bit, so that differences stay within 32
  let base = first;
  let rest = count;
  while (rest > 1) {
    const half = rest >>> 1;
    base += half & (((words[base + half - 1]! >> 1) - most) >> 31);
    rest -= half;
  }
  let low = base - first;
  while (low < count && words[first + low]! < head) low++;
  let high = low;
  while (high < count && words[first + high] === head) high++;
  const suffix = start + prefixBytes;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = compareTail(page, at, count, middle, key, suffix, length - prefixBytes);
    if (order === 0) return ~middle;
    if (order < 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Of no use but that it is written: so the reads of warmHeads() are done. */
const WARMED = new Int32Array(1);

/**
 * Reads a word of every cache line of the heads, so that their misses overlap instead of following
 * one another in the search.
 */
function warmHeads(words: Int32Array, first: number, count: number): void {
  let warmed = 0;
  for (let word = first; word < first + count; word += LINE_WORDS) warmed ^= words[word]!;
  WARMED[0] = warmed;
}

/**
 * Index of the child of an inner page in whose range the key lies: the last one whose separator is
 * not above it; the first if all are.
 */
export function searchChild(
  page: PoolMemory,
  at: number,
  key: PoolMemory,
  start: number,
  length: number,
): number {
  const index = searchPage(page, at, key, start, length);
  if (index < 0) return ~index;
  return index === 0 ? 0 : index - 1;
}

/** Order of a key against the one of an entry, given that their heads are equal. */
function compareTail(
  page: PoolMemory,
  at: number,
  count: number,
  index: number,
  key: PoolMemory,
  start: number,
  rest: number,
): number {
  const entry = entryAt(page.view, at, count, index);
  const suffix = page.view.getUint16(entry, true);
  const shared = Math.min(rest, suffix);
  if (shared > HEAD_BYTES) {
    const tail = entry + SUFFIX_BYTES;
    const order = compareBytes(key, start + HEAD_BYTES, page, tail, shared - HEAD_BYTES);
    if (order !== 0) return order;
  }
  return rest - suffix;
}

/** Length of the key of the entry at `index`. */
export function keyBytesAt(page: PoolMemory, at: number, index: number): number {
  const { view } = page;
  const entry = entryAt(view, at, countOf(view, at), index);
  return prefixBytesOf(view, at) + view.getUint16(entry, true);
}

/** Copies the key of the entry at `index` to byte `to` of other memory; returns its length. */
export function copyKey(
  page: PoolMemory,
  at: number,
  index: number,
  target: PoolMemory,
  to: number,
): number {
  const { view, bytes } = page;
  const count = countOf(view, at);
  const prefixBytes = prefixBytesOf(view, at);
  const entry = entryAt(view, at, count, index);
  const suffix = view.getUint16(entry, true);
  copyShort(bytes, at + prefixOffset(count, framesOf(view, at)), target.bytes, to, prefixBytes);
  const rest = to + prefixBytes;
  const head = page.words[(at + PAGE_HEADER_BYTES) / 4 + index]! ^ HEAD_SIGN;
  if (suffix >= HEAD_BYTES) {
    target.view.setInt32(rest, head);
    const tail = suffix - HEAD_BYTES;
    copyShort(bytes, entry + SUFFIX_BYTES, target.bytes, rest + HEAD_BYTES, tail);
  } else {
    for (let byte = 0; byte < suffix; byte++) target.bytes[rest + byte] = head >>> (24 - 8 * byte);
  }
  return prefixBytes + suffix;
}

/** From about this many bytes on, a view and set() beat the loop. */
const LOOP_BYTES_MAX = 48;

/** Copies bytes between memories, few or many. */
export function copyShort(
  source: Uint8Array,
  from: number,
  target: Uint8Array,
  to: number,
  bytes: number,
): void {
  if (bytes > LOOP_BYTES_MAX) {
    target.set(source.subarray(from, from + bytes), to);
    return;
  }
  for (let at = 0; at < bytes; at++) target[to + at] = source[from + at]!;
}
