// Own copies of byte ranges, short ones cut from slabs: far faster than an allocation each.
// Owner: one codec. Each copy is handed out once and is the receiver's; nothing is reused.

import { markAsUntransferable } from 'node:worker_threads';

import type { ValueMemory } from './value.js';

/** Small enough that a kept copy does not hold much, large enough to be rare. */
export const SLAB_BYTES = 16 * 1024;
/** Longer copies get memory of their own. */
export const SLAB_COPY_BYTES_MAX = SLAB_BYTES / 4;
/**
 * Longer copies are made by Buffer.fill, which is slow to begin and then far faster. Nothing is
 * made by set(): between shared memory and unequal alignments it goes byte by byte.
 */
const WORD_COPY_BYTES_MAX = 512;

export class ByteSlab {
  #slab = newSlab();
  #words = new Int32Array(this.#slab.buffer);
  #used = 0;

  /** The bytes [start, end) of `source` as a Uint8Array that aliases nothing handed out before. */
  copy(source: ValueMemory, start: number, end: number): Uint8Array {
    const count = end - start;
    if (count > SLAB_COPY_BYTES_MAX) {
      const whole = Buffer.allocUnsafeSlow(count);
      whole.fill(source.bytes.subarray(start, end));
      return new Uint8Array(whole.buffer, 0, count);
    }
    if (this.#used + count > SLAB_BYTES) {
      this.#slab = newSlab();
      this.#words = new Int32Array(this.#slab.buffer);
      this.#used = 0;
    }
    const at = this.#used;
    if (count <= WORD_COPY_BYTES_MAX) copyWords(source.words, start, this.#words, at, count);
    else this.#slab.fill(source.bytes.subarray(start, end), at, at + count);
    this.#used = (at + count + 7) & ~7;
    return new Uint8Array(this.#slab.buffer, at, count);
  }
}

/** Who transfers a copy's buffer gets a clone, or an error from newer Nodes; neighbours stay. */
function newSlab(): Buffer {
  const slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  markAsUntransferable(slab.buffer);
  return slab;
}

/**
 * Copies bytes from any offset to a multiple of 4, by whole words: up to three bytes behind the
 * copy become anything. Words beyond the source's bytes are not read.
 */
function copyWords(
  source: Int32Array,
  start: number,
  target: Int32Array,
  at: number,
  count: number,
): void {
  const from = start >>> 2;
  const shift = (start & 3) << 3;
  const last = ((start + count + 3) >>> 2) - from - 1;
  const to = at >>> 2;
  if (shift === 0) {
    for (let index = 0; index <= last; index++) target[to + index] = source[from + index]!;
    return;
  }
  let low = source[from]!;
  for (let index = 0; index < last; index++) {
    const high = source[from + index + 1]!;
    target[to + index] = (low >>> shift) | (high << (32 - shift));
    low = high;
  }
  if (last << 2 < count) target[to + last] = low >>> shift;
}
