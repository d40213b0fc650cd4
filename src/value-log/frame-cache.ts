// A bounded cache of frames, private to a thread. A frame is verified when it is loaded, and found
// by file, offset and checksum. One that is longer than a block of the cache is kept only until the
// next long one: its value is copied at a cost beside which reading it again is small.

import { CacheTable } from '../cache/cache-table.js';
import { privateMemory } from '../cache/private-memory.js';
import type { PoolMemory } from '../control/pool.js';
import type { LaneError } from '../errors.js';
import type { FramePlace } from '../format/value-frame.js';

export const FRAME_BLOCK_BYTES = 4096;
const CHANCES = 1;
/** Memory for a long frame that is kept from one to the next. */
const LONG_BYTES_KEPT = 1 << 20;
/** Units of 8 bytes in a block, as a shift: frames that follow one another go to sets that do. */
const BLOCK_SHIFT = 9;
const SPREAD = 0x9e3779b1;

/** Where frames come from. */
export interface FrameReader {
  /** Reads a frame to byte `at` of `target`; CORRUPT if it is not the one that is named. */
  read(place: FramePlace, target: PoolMemory, at: number): void;
  /** The error CORRUPT that says what is wrong with a frame, and where. */
  corrupt(place: FramePlace, reason: string): LaneError;
}

export class FrameCache {
  /** Memory of the frame that was loaded last. */
  memory: PoolMemory;
  readonly #reader: FrameReader;
  readonly #table: CacheTable;
  readonly #blocks: PoolMemory;
  readonly #place: FramePlace = { file: 0, offset: 0, bytes: 0, checksum: 0 };
  #long: PoolMemory = privateMemory(0);

  /** A cache of at least one block and at most `bytes` bytes, one long frame apart. */
  constructor(reader: FrameReader, bytes: number) {
    this.#reader = reader;
    this.#table = new CacheTable(Math.floor(bytes / FRAME_BLOCK_BYTES));
    this.#blocks = privateMemory(this.#table.frames * FRAME_BLOCK_BYTES);
    this.memory = this.#blocks;
  }

  /** Loads served from memory, and from files. */
  get counters(): { hits: number; misses: number } {
    return this.#table.counters;
  }

  /**
   * Byte offset of a frame in `memory`, which is another one after a long frame; both hold until
   * the next load. Throws CORRUPT with file and offset, IO_ERROR.
   */
  load(file: number, offset: number, bytes: number, checksum: number): number {
    if (bytes > FRAME_BLOCK_BYTES) return this.#loadLong(file, offset, bytes, checksum);
    this.memory = this.#blocks;
    const spread = (offset >>> BLOCK_SHIFT) + Math.imul(file, SPREAD);
    const found = this.#table.find(spread, file, offset, checksum);
    if (found >= 0) return found * FRAME_BLOCK_BYTES;
    const frame = this.#table.evict(spread);
    const at = frame * FRAME_BLOCK_BYTES;
    this.#reader.read(this.#placeOf(file, offset, bytes, checksum), this.#blocks, at);
    this.#table.fill(frame, file, offset, checksum, CHANCES);
    return at;
  }

  /** The error for a frame that is well formed but is not what its pointer says. */
  corrupt(place: FramePlace, reason: string): LaneError {
    return this.#reader.corrupt(place, reason);
  }

  /** Forgets everything. */
  clear(): void {
    this.#table.clear();
  }

  #loadLong(file: number, offset: number, bytes: number, checksum: number): number {
    const isShort = this.#long.bytes.length < bytes;
    const isOversized = this.#long.bytes.length > LONG_BYTES_KEPT && bytes <= LONG_BYTES_KEPT;
    if (isShort || isOversized) this.#long = privateMemory(Math.max(bytes, LONG_BYTES_KEPT));
    this.#reader.read(this.#placeOf(file, offset, bytes, checksum), this.#long, 0);
    this.memory = this.#long;
    return 0;
  }

  #placeOf(file: number, offset: number, bytes: number, checksum: number): FramePlace {
    const place = this.#place;
    place.file = file;
    place.offset = offset;
    place.bytes = bytes;
    place.checksum = checksum;
    return place;
  }
}
