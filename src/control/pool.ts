// The pool: one SharedArrayBuffer for segment images and memtables, handed out in chunks.
// Allocation is lock-free: a reservation is a checked subtraction on the count of free chunks,
// taking a chunk a compare-exchange in the chunk table. So it never waits, also not under a lane's
// lock. The first chunks hold the scratch areas, one per lane and one more, so no location is 0.

import { invariant, unreachable } from '../invariant.js';
import type { ControlBlock } from './control-block.js';
import { FREE_CHUNKS, LANES_LIMIT } from './control-block.js';

export const CHUNK_BYTES = 65536;
/** Room for an operation header and the longest key. */
export const SCRATCH_BYTES = 1280;
const SCRATCH_CHUNKS = Math.ceil(((LANES_LIMIT + 2) * SCRATCH_BYTES) / CHUNK_BYTES);
/** Behind the last chunk, so that reading a little past an operation stays inside. */
const SLACK_BYTES = 256;
const TAKEN = 1;
const TAKE_PASSES_MAX = 1000;

/** Three views over the pool; one object per store and thread. */
export interface PoolMemory {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly buffer: Buffer;
  readonly view: DataView;
}

/** Chunks of a pool for `bytes` bytes of data. */
export function poolChunks(bytes: number): number {
  return Math.ceil(bytes / CHUNK_BYTES) + SCRATCH_CHUNKS;
}

/** Memory of a new pool, untouched until used. */
export function createPool(chunkCount: number): SharedArrayBuffer {
  return new SharedArrayBuffer(chunkCount * CHUNK_BYTES + SLACK_BYTES);
}

/** Marks the scratch chunks taken and counts the others as free. Once, by the creator. */
export function initializePool(control: ControlBlock): void {
  for (let chunk = 0; chunk < SCRATCH_CHUNKS; chunk++) {
    control.words[control.chunkTable + chunk] = TAKEN;
  }
  control.words[FREE_CHUNKS] = control.chunkCount - SCRATCH_CHUNKS;
}

export function viewPool(shared: SharedArrayBuffer): PoolMemory {
  return {
    bytes: new Uint8Array(shared),
    words: new Int32Array(shared),
    buffer: Buffer.from(shared),
    view: new DataView(shared),
  };
}

/**
 * Location (byte offset / 8) of a lane's scratch operation; `lane` LANES_LIMIT is for readers
 * without one.
 */
export function scratchLocation(lane: number): number {
  return ((lane + 1) * SCRATCH_BYTES) >>> 3;
}

/** Reserves chunks for later takeChunk calls; false if so many are not free. */
export function reserveChunks(control: ControlBlock, count: number): boolean {
  for (;;) {
    const free = Atomics.load(control.words, FREE_CHUNKS);
    if (free < count) return false;
    if (Atomics.compareExchange(control.words, FREE_CHUNKS, free, free - count) === free)
      return true;
  }
}

/** Gives reserved, untaken chunks back. */
export function releaseReservation(control: ControlBlock, count: number): void {
  Atomics.add(control.words, FREE_CHUNKS, count);
}

/** Who holds the chunks of a lane's memtable; `parity` is that of its epoch. */
export function memtableOwner(lane: number, parity: number): number {
  return TAKEN + 1 + 2 * lane + parity;
}

/**
 * Takes one reserved chunk for an owner; returns its byte offset in the pool. Taken from the end,
 * images from the start.
 */
export function takeChunk(control: ControlBlock, owner: number): number {
  const { words, chunkTable } = control;
  // A chunk given back behind the scan is found by the next pass.
  for (let pass = 0; pass < TAKE_PASSES_MAX; pass++) {
    for (let chunk = control.chunkCount - 1; chunk >= 0; chunk--) {
      if (words[chunkTable + chunk] !== 0) continue;
      if (Atomics.compareExchange(words, chunkTable + chunk, 0, owner) === 0) {
        return chunk * CHUNK_BYTES;
      }
    }
  }
  unreachable('a reserved chunk exists');
}

/**
 * Takes a run of chunks for `bytes` bytes; returns its byte offset in the pool, or -1 if there is
 * none.
 */
export function takeRun(control: ControlBlock, bytes: number): number {
  const count = Math.ceil(bytes / CHUNK_BYTES);
  if (!reserveChunks(control, count)) return -1;
  const { words, chunkTable } = control;
  let start = 0;
  while (start + count <= control.chunkCount) {
    let taken = 0;
    while (
      taken < count &&
      Atomics.compareExchange(words, chunkTable + start + taken, 0, TAKEN) === 0
    ) {
      taken++;
    }
    if (taken === count) return start * CHUNK_BYTES;
    for (let at = 0; at < taken; at++) Atomics.store(words, chunkTable + start + at, 0);
    start += taken + 1;
  }
  releaseReservation(control, count);
  return -1;
}

/** Gives a run or chunk back. */
export function releaseRun(control: ControlBlock, offset: number, bytes: number): void {
  const count = Math.ceil(bytes / CHUNK_BYTES);
  const first = control.chunkTable + offset / CHUNK_BYTES;
  for (let at = 0; at < count; at++) {
    invariant(Atomics.exchange(control.words, first + at, 0) === TAKEN, 'a run is given back once');
  }
  releaseReservation(control, count);
}

/** Gives back every chunk that an owner took; returns how many. Nobody may read them any more. */
export function releaseOwned(control: ControlBlock, owner: number): number {
  const { words, chunkTable, chunkCount } = control;
  let released = 0;
  for (let chunk = 0; chunk < chunkCount; chunk++) {
    if (words[chunkTable + chunk] !== owner) continue;
    Atomics.store(words, chunkTable + chunk, 0);
    released++;
  }
  releaseReservation(control, released);
  return released;
}
