// The frames that the entries of one leaf point to, each once. A table of at most FRAMES_MAX, found
// by hashing; made anew for every page.

import { FRAME_BYTES, FRAMES_MAX } from '../format/tree-page.js';

const BUCKETS = 1024;
const SPREAD = 0x9e3779b1;

export class FrameTable {
  readonly files = new Int32Array(FRAMES_MAX);
  readonly offsets = new Int32Array(FRAMES_MAX);
  readonly bytes = new Int32Array(FRAMES_MAX);
  readonly checksums = new Int32Array(FRAMES_MAX);
  /** Index + 1 of a frame, 0 = none. */
  readonly #buckets = new Int16Array(BUCKETS);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  clear(): void {
    if (this.#count > 0) this.#buckets.fill(0);
    this.#count = 0;
  }

  /** Index of a frame, which is added if it is new; FRAMES_MAX if it is and there is no room. */
  indexOf(file: number, offset: number, bytes: number, checksum: number): number {
    let bucket = (Math.imul(offset ^ Math.imul(file, SPREAD), SPREAD) >>> 0) % BUCKETS;
    for (;;) {
      const index = this.#buckets[bucket]! - 1;
      if (index < 0) break;
      if (this.offsets[index] === offset && this.files[index] === file) return index;
      bucket = (bucket + 1) % BUCKETS;
    }
    const added = this.#count;
    if (added === FRAMES_MAX) return FRAMES_MAX;
    this.#buckets[bucket] = added + 1;
    this.files[added] = file;
    this.offsets[added] = offset;
    this.bytes[added] = bytes;
    this.checksums[added] = checksum;
    this.#count = added + 1;
    return added;
  }

  /** Writes the first `count` frames of the table to byte `at`. */
  write(view: DataView, at: number, count: number): void {
    for (let index = 0; index < count; index++) {
      const to = at + FRAME_BYTES * index;
      view.setInt32(to, this.files[index]!, true);
      view.setInt32(to + 4, this.offsets[index]!, true);
      view.setInt32(to + 8, this.bytes[index]!, true);
      view.setInt32(to + 12, this.checksums[index]!, true);
    }
  }
}
