// Reading of single keys. The key is encoded into this thread's scratch operation; the memtable is
// searched with it; the value is decoded to a copy of the user's own. The lane's own thread needs
// no lock: only it inserts. Where other lanes may exist, they are searched too.

import { ERA, LANE_LAST_COMMIT } from '../control/control-block.js';
import type { PoolMemory } from '../control/pool.js';
import { LaneError } from '../errors.js';
import type { CommitFacts } from '../format/commit-section.js';
import { decodeCommitSection } from '../format/commit-section.js';
import {
  FLAG_ERA,
  flagsOf,
  KIND_DELETE,
  keyBytesOf,
  keyDistanceOf,
  kindOf,
  OPERATION_HEADER_BYTES,
  WORD_ERA,
  WORD_SEQUENCE,
} from '../format/operation.js';
import type { KeyCodec } from '../keys/key.js';
import { canRunUserCode } from '../keys/key.js';
import { compareKeyTo, finishSearchKey } from '../memtable/key-compare.js';
import type { Memtable } from '../memtable/memtable.js';
import type { ValueCodec } from '../values/value.js';
import type { Engine } from './engine.js';
import type { LaneReads } from './lane-reads.js';

/** A value with the sequence of the write that put it there. */
export interface Entry<V> {
  value: V;
  /** Grows with every write to the store; never issued twice. For `ifVersion`. */
  version: number;
}

const ERA_SEQUENCES = 2 ** 32;

export class ReadPath<K, V> {
  readonly engine: Engine;
  readonly keyCodec: KeyCodec<K>;
  readonly valueCodec: ValueCodec<V>;
  readonly #memtable: Memtable;
  readonly #lanes: LaneReads | undefined;
  readonly #memory: PoolMemory;
  readonly #words: Int32Array;
  readonly #scratch: number;

  constructor(engine: Engine, keyCodec: KeyCodec<K>, valueCodec: ValueCodec<V>) {
    this.engine = engine;
    this.keyCodec = keyCodec;
    this.valueCodec = valueCodec;
    this.#memtable = engine.log.memtable;
    this.#lanes = engine.lanes;
    this.#memory = engine.log.memory;
    this.#words = engine.log.memory.words;
    this.#scratch = engine.scratch;
  }

  get(key: K): V | undefined {
    this.engine.guard();
    this.encodeSearchKey(key);
    const location =
      this.#lanes === undefined
        ? this.#memtable.find(this.#scratch)
        : this.#lanes.find(this.#scratch);
    return location === 0 ? undefined : this.valueAt(location);
  }

  /** Value of a key as of a sequence. */
  getAt(key: K, sequence: number): V | undefined {
    const location = this.findAt(key, sequence);
    return location === 0 ? undefined : this.valueAt(location);
  }

  has(key: K, sequence: number): boolean {
    const location = this.findAt(key, sequence);
    return location !== 0 && kindOf(this.#words[location << 1]!) !== KIND_DELETE;
  }

  getEntry(key: K, sequence: number): Entry<V> | undefined {
    const location = this.findAt(key, sequence);
    if (location === 0) return undefined;
    const value = this.valueAt(location);
    return value === undefined ? undefined : { value, version: this.versionAt(location) };
  }

  /** Location of the newest operation on a key not above the sequence, 0 if there is none. */
  findAt(key: K, sequence: number): number {
    this.engine.guard();
    this.encodeSearchKey(key);
    return this.#searchAt(sequence);
  }

  /** Like findAt, for a key given as bytes. */
  findBytes(key: Uint8Array, sequence: number): number {
    this.#memory.bytes.set(key, (this.#scratch << 3) + OPERATION_HEADER_BYTES);
    finishSearchKey(this.#memory, this.#scratch, key.length);
    return this.#searchAt(sequence);
  }

  /** Version of a key: full sequence of its newest operation, 0 if it is not there. */
  versionOfBytes(key: Uint8Array, sequence: number): number {
    const location = this.findBytes(key, sequence);
    if (location === 0 || kindOf(this.#words[location << 1]!) === KIND_DELETE) return 0;
    return this.versionAt(location);
  }

  /** The value of an operation, undefined for a delete. */
  valueAt(location: number): V | undefined {
    const word = this.#words[location << 1]!;
    if (kindOf(word) === KIND_DELETE) return undefined;
    const start = (location << 3) + keyDistanceOf(word) + keyBytesOf(word);
    return this.valueCodec.decode(this.#memory, start, start + this.#words[(location << 1) + 1]!);
  }

  keyAt(location: number): K {
    const word = this.#words[location << 1]!;
    const start = (location << 3) + keyDistanceOf(word);
    return this.keyCodec.decode(this.#memory, start, start + keyBytesOf(word));
  }

  /** Order of the key at a location against an encoded key. */
  compareKey(location: number, key: Uint8Array): number {
    return compareKeyTo(this.#memory, location, key);
  }

  /** Full sequence of the operation at a location. */
  versionAt(location: number): number {
    const at = location << 1;
    const hasEra = (flagsOf(this.#words[at]!) & FLAG_ERA) !== 0;
    const era = hasEra ? this.#words[at + WORD_ERA]! : this.engine.log.control.words[ERA]!;
    return (era >>> 0) * ERA_SEQUENCES + (this.#words[at + WORD_SEQUENCE]! >>> 0);
  }

  /** What the newest commit states, undefined if there was none. */
  lastCommit(): CommitFacts | undefined {
    this.engine.guard();
    const { control } = this.engine.log;
    const location =
      this.#lanes === undefined
        ? control.words[control.laneStart(0) + LANE_LAST_COMMIT]!
        : this.#lanes.lastCommit();
    if (location === 0) return undefined;
    const start = location * 8 + keyDistanceOf(this.#words[location << 1]!);
    const end = start + this.#words[start >>> 2]!;
    const facts = decodeCommitSection(this.#memory.bytes.slice(start, end));
    if (facts === undefined)
      throw new LaneError('CORRUPT', 'the last commit record does not decode');
    return facts;
  }

  /**
   * Encodes a key into the scratch operation. A key that can run user code is encoded aside first.
   */
  encodeSearchKey(key: K): void {
    const start = (this.#scratch << 3) + OPERATION_HEADER_BYTES;
    if (canRunUserCode(key)) {
      const buffer = this.engine.buffers.take();
      try {
        const bytes = buffer.encodeKey(this.keyCodec, key);
        const from = OPERATION_HEADER_BYTES;
        this.#memory.bytes.set(buffer.bytes.subarray(from, from + bytes), start);
        finishSearchKey(this.#memory, this.#scratch, bytes);
      } finally {
        this.engine.buffers.give(buffer);
      }
      return;
    }
    finishSearchKey(this.#memory, this.#scratch, this.keyCodec.encode(key, this.#memory, start));
  }

  #searchAt(sequence: number): number {
    return this.#lanes === undefined
      ? this.#memtable.findAt(this.#scratch, sequence)
      : this.#lanes.findAt(this.#scratch, sequence);
  }
}
