// A run of entries copied out of the log's memory and the tree, as operations in memory of their
// own: what is in it stays readable whatever happens to segments, pages and caches meanwhile.
// Owner: one walk.

import { privateMemory } from '../cache/private-memory.js';
import type { PoolMemory } from '../control/pool.js';
import {
  EXTENSION_BYTES,
  FLAG_ERA,
  flagsOf,
  KIND_PUT,
  keyBytesOf,
  keyDistanceOf,
  kindOf,
  kindWord,
  OPERATION_HEADER_BYTES,
  WORD_ERA,
  WORD_SEQUENCE,
  WORD_VALUE_BYTES,
} from '../format/operation.js';
import { align8 } from '../format/uint64.js';

const MEMORY_BYTES = 65536;
const HEADER_BYTES = OPERATION_HEADER_BYTES + EXTENSION_BYTES;
/** Locations begin here: none is 0. */
const FIRST_OPERATION = 8;

/** What an operation in a run is made of besides its key. */
export interface EntryHead {
  keyBytes: number;
  valueBytes: number;
  /** Low half of the sequence, as int32. */
  sequence: number;
  era: number;
}

export class EntryRun {
  memory: PoolMemory = privateMemory(MEMORY_BYTES);
  /** Where each entry stands in `memory`: byte offset / 8. */
  readonly locations: Int32Array;
  #count = 0;
  #end = FIRST_OPERATION;

  constructor(entriesMax: number) {
    this.locations = new Int32Array(entriesMax);
  }

  get count(): number {
    return this.#count;
  }

  /** True when the next entry is better left to another run. */
  get isFull(): boolean {
    return this.#count === this.locations.length || this.#end >= MEMORY_BYTES / 2;
  }

  clear(): void {
    this.#count = 0;
    this.#end = FIRST_OPERATION;
    // One long value does not keep its memory.
    if (this.memory.bytes.length > MEMORY_BYTES) this.memory = privateMemory(MEMORY_BYTES);
  }

  /** Copies an operation, with its value or without. `era` is that of one that states none. */
  addOperation(source: PoolMemory, location: number, era: number, hasValue: boolean): void {
    const { words, bytes } = source;
    const at = location << 1;
    const word = words[at]!;
    const hasEra = (flagsOf(word) & FLAG_ERA) !== 0;
    const keyBytes = keyBytesOf(word);
    const valueBytes = hasValue ? words[at + WORD_VALUE_BYTES]! : 0;
    const key = (location << 3) + keyDistanceOf(word);
    const own = hasEra ? words[at + WORD_ERA]! >>> 0 : era;
    const sequence = words[at + WORD_SEQUENCE]!;
    const to = this.add({ keyBytes, valueBytes, sequence, era: own });
    this.memory.bytes.set(bytes.subarray(key, key + keyBytes + valueBytes), to);
  }

  /**
   * Adds an entry; returns the byte offset in `memory`, as it is then, at which its key and behind
   * it its value are to be written.
   */
  add(head: EntryHead): number {
    const start = this.#end;
    const end = align8(start + HEADER_BYTES + head.keyBytes + head.valueBytes);
    if (end + HEADER_BYTES > this.memory.bytes.length) this.#grow(end + HEADER_BYTES);
    const { words } = this.memory;
    const at = start >>> 2;
    words[at] = kindWord(KIND_PUT, FLAG_ERA, head.keyBytes);
    words[at + WORD_VALUE_BYTES] = head.valueBytes;
    words[at + WORD_SEQUENCE] = head.sequence;
    words[at + WORD_SEQUENCE + 1] = 0;
    words[at + WORD_ERA] = head.era;
    words[at + WORD_ERA + 1] = 0;
    this.locations[this.#count++] = start >>> 3;
    this.#end = end;
    return start + HEADER_BYTES;
  }

  #grow(bytes: number): void {
    const longer = privateMemory(Math.max(bytes, 2 * this.memory.bytes.length));
    longer.bytes.set(this.memory.bytes.subarray(0, this.#end));
    this.memory = longer;
  }
}

/** True if the operation at a location puts a value. */
export function isPut(memory: PoolMemory, location: number): boolean {
  return kindOf(memory.words[location << 1]!) === KIND_PUT;
}
