// What a merge brings into the tree: the newest operation of each key, in key order, as locations
// of operations in memory, and where the values stand that leaves do not hold themselves.

import type { PoolMemory } from '../control/pool.js';
import {
  FLAG_ERA,
  flagsOf,
  KIND_DELETE,
  keyBytesOf,
  keyDistanceOf,
  kindOf,
  WORD_ERA,
  WORD_SEQUENCE,
  WORD_VALUE_BYTES,
} from '../format/operation.js';
import type { FramePlace } from '../format/value-frame.js';

const CAPACITY_MIN = 256;

export class ChangeList {
  readonly memory: PoolMemory;
  /** Era of operations that state none. */
  readonly era: number;
  /** Byte offset / 8 of each operation. */
  locations = new Int32Array(CAPACITY_MIN);
  /** Frame and record of each value; file 0: the leaf holds it. */
  files = new Int32Array(CAPACITY_MIN);
  offsets = new Int32Array(CAPACITY_MIN);
  frameBytes = new Int32Array(CAPACITY_MIN);
  checksums = new Int32Array(CAPACITY_MIN);
  records = new Uint8Array(CAPACITY_MIN);
  #count = 0;

  constructor(memory: PoolMemory, era: number) {
    this.memory = memory;
    this.era = era;
  }

  get count(): number {
    return this.#count;
  }

  /** Adds an operation whose key is above all before it. */
  add(location: number): void {
    if (this.#count === this.locations.length) this.#grow();
    this.locations[this.#count] = location;
    this.files[this.#count] = 0;
    this.#count++;
  }

  /** Says in which record of which frame the value of the change at `index` stands. */
  point(index: number, frame: FramePlace, record: number): void {
    this.files[index] = frame.file;
    this.offsets[index] = frame.offset;
    this.frameBytes[index] = frame.bytes;
    this.checksums[index] = frame.checksum;
    this.records[index] = record;
  }

  isDelete(index: number): boolean {
    return kindOf(this.memory.words[this.locations[index]! << 1]!) === KIND_DELETE;
  }

  /** Byte offset in `memory` of the key of a change. */
  keyAt(index: number): number {
    const location = this.locations[index]!;
    return (location << 3) + keyDistanceOf(this.memory.words[location << 1]!);
  }

  keyBytesOf(index: number): number {
    return keyBytesOf(this.memory.words[this.locations[index]! << 1]!);
  }

  /** Length of the value of a put. */
  valueBytesOf(index: number): number {
    return this.memory.words[(this.locations[index]! << 1) + WORD_VALUE_BYTES]!;
  }

  /** Low half of the sequence of a change, as int32. */
  sequenceOf(index: number): number {
    return this.memory.words[(this.locations[index]! << 1) + WORD_SEQUENCE]!;
  }

  eraOf(index: number): number {
    const at = this.locations[index]! << 1;
    const hasEra = (flagsOf(this.memory.words[at]!) & FLAG_ERA) !== 0;
    return hasEra ? this.memory.words[at + WORD_ERA]! >>> 0 : this.era;
  }

  /** Full sequence of a change. */
  versionOf(index: number): number {
    return this.eraOf(index) * 2 ** 32 + (this.sequenceOf(index) >>> 0);
  }

  #grow(): void {
    const capacity = 2 * this.locations.length;
    this.locations = longer(this.locations, capacity);
    this.files = longer(this.files, capacity);
    this.offsets = longer(this.offsets, capacity);
    this.frameBytes = longer(this.frameBytes, capacity);
    this.checksums = longer(this.checksums, capacity);
    const records = new Uint8Array(capacity);
    records.set(this.records);
    this.records = records;
  }
}

function longer(column: Int32Array, capacity: number): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(capacity);
  copy.set(column);
  return copy;
}
