// Memory of one thread, seen in the four ways in which keys and pages are read.

import type { PoolMemory } from '../control/pool.js';

/** New memory of `bytes` bytes, zero and untouched until used. */
export function privateMemory(bytes: number): PoolMemory {
  const buffer = new ArrayBuffer((bytes + 7) & -8);
  return {
    bytes: new Uint8Array(buffer),
    words: new Int32Array(buffer),
    buffer: Buffer.from(buffer),
    view: new DataView(buffer),
  };
}
