// Comparison of keys where they stand: in operations at locations of the pool (byte offset / 8).
// Keys are compared as unsigned bytes, shorter first. Nothing is copied and nothing allocated.

import type { PoolMemory } from '../control/pool.js';
import { keyBytesOf, keyDistanceOf } from '../format/operation.js';

/** Flipped in big-endian bytes, it makes them order as int32 as they do unsigned. */
const SIGN = -0x80000000;

/** Byte offset of the key of the operation at `location`. */
export function keyStart(words: Int32Array, location: number): number {
  return (location << 3) + keyDistanceOf(words[location << 1]!);
}

export function keyLength(words: Int32Array, location: number): number {
  return keyBytesOf(words[location << 1]!);
}

/**
 * The four key bytes after the first `from`, missing ones zero, as an int32 ordered as they are.
 */
export function headOf(memory: PoolMemory, location: number, from: number): number {
  const word = memory.words[location << 1]!;
  const rest = keyBytesOf(word) - from;
  if (rest <= 0) return SIGN;
  const start = (location << 3) + keyDistanceOf(word) + from;
  const head = memory.view.getInt32(start) ^ SIGN;
  return rest >= 4 ? head : head & (-1 << (32 - 8 * rest));
}

/** Order of two keys that share their first `from` bytes: negative, 0 or positive. */
export function compareKeys(memory: PoolMemory, a: number, b: number, from: number): number {
  const { words, view, bytes } = memory;
  const lengthA = keyLength(words, a);
  const lengthB = keyLength(words, b);
  const startA = keyStart(words, a);
  const startB = keyStart(words, b);
  const shared = Math.min(lengthA, lengthB);
  let at = from;
  for (; at + 4 <= shared; at += 4) {
    const wordA = view.getUint32(startA + at);
    const wordB = view.getUint32(startB + at);
    if (wordA !== wordB) return wordA < wordB ? -1 : 1;
  }
  for (; at < shared; at++) {
    const difference = bytes[startA + at]! - bytes[startB + at]!;
    if (difference !== 0) return difference;
  }
  return lengthA - lengthB;
}

/** Order of the key at `a` against bytes [from, to) of the key at `b`, which has them. */
export function compareKeyBytes(
  memory: PoolMemory,
  a: number,
  b: number,
  from: number,
  to: number,
): number {
  const { words, bytes } = memory;
  const lengthA = keyLength(words, a);
  const startA = keyStart(words, a);
  const startB = keyStart(words, b);
  for (let at = from; at < to; at++) {
    if (at >= lengthA) return -1;
    const difference = bytes[startA + at]! - bytes[startB + at]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Order of the key at `location` against a key given as bytes. */
export function compareKeyTo(memory: PoolMemory, location: number, key: Uint8Array): number {
  const { words, bytes } = memory;
  const length = keyLength(words, location);
  const start = keyStart(words, location);
  const shared = Math.min(length, key.length);
  for (let at = 0; at < shared; at++) {
    const difference = bytes[start + at]! - key[at]!;
    if (difference !== 0) return difference;
  }
  return length - key.length;
}

/** Bytes that two keys share at their start. */
export function sharedBytes(memory: PoolMemory, a: number, b: number): number {
  const { words, bytes } = memory;
  const lengthA = keyLength(words, a);
  const lengthB = keyLength(words, b);
  const startA = keyStart(words, a);
  const startB = keyStart(words, b);
  const limit = Math.min(lengthA, lengthB);
  let at = 0;
  while (at < limit && bytes[startA + at] === bytes[startB + at]) at++;
  return at;
}

/**
 * Writes a key as the operation at `location`, for searching. Bytes up to the next word are zeroed.
 */
export function writeSearchKey(memory: PoolMemory, location: number, key: Uint8Array): void {
  const start = location << 3;
  memory.bytes.set(key, start + 16);
  finishSearchKey(memory, location, key.length);
}

/** Makes the key bytes that stand 16 bytes after `location` a search key. */
export function finishSearchKey(memory: PoolMemory, location: number, keyBytes: number): void {
  memory.words[location << 1] = 1 | (keyBytes << 16);
}
