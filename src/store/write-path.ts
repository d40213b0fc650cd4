// Writing. A plain put of a simple key goes straight into the image of the active segment;
// everything else is encoded aside first, then copied there. Space in segment and index is reserved
// before the record takes its sequence, so a refused write changes nothing.

import { acquireAll, releaseAll } from '../control/fence.js';
import { LaneError } from '../errors.js';
import type { CommitFacts } from '../format/commit-section.js';
import { encodeCommitSection } from '../format/commit-section.js';
import {
  KIND_BATCH,
  KIND_COMMIT,
  KIND_PUT,
  keyBytesOf,
  kindWord,
  OPERATION_HEADER_BYTES,
} from '../format/operation.js';
import { SEGMENT_HEADER_BYTES } from '../format/segment-header.js';
import { canRunUserCode, KEY_BYTES_MAX, KEY_BYTES_SPARE } from '../keys/key.js';
import { SEQUENCE_NEWEST } from '../memtable/memtable.js';
import type { LaneWriter } from '../wal/lane-writer.js';
import type { Engine } from './engine.js';
import type { OperationBuffer } from './operation-buffer.js';
import type { ReadPath } from './read-path.js';

/** When a conditional write is done. */
export interface WriteCondition {
  /** The key's version must be this one; 0 = the key must not exist. */
  ifVersion?: number | undefined;
  /** The key must not exist. */
  ifAbsent?: boolean | undefined;
}

const KEY_ROOM = OPERATION_HEADER_BYTES + KEY_BYTES_MAX + KEY_BYTES_SPARE;

export class WritePath<K, V> {
  readonly #engine: Engine;
  readonly #reads: ReadPath<K, V>;
  readonly #words: Int32Array;

  constructor(reads: ReadPath<K, V>) {
    this.#engine = reads.engine;
    this.#reads = reads;
    this.#words = reads.engine.log.memory.words;
  }

  /** Puts a value; returns the sequence (low half). */
  put(key: K, value: V): number {
    const writer = this.#engine.guardWrite();
    const { memory } = this.#engine.log;
    const { keyCodec, valueCodec } = this.#reads;
    if (!writer.needsReserve(KEY_ROOM) && !canRunUserCode(key)) {
      const data = writer.dataStart;
      const keyBytes = keyCodec.encode(key, memory, data + OPERATION_HEADER_BYTES);
      const start = data + OPERATION_HEADER_BYTES + keyBytes;
      const valueBytes = valueCodec.writeInto(value, memory, start, writer.dataLimit);
      if (valueBytes >= 0) {
        this.#reserveIndex(1);
        this.#words[data >>> 2] = kindWord(KIND_PUT, 0, keyBytes);
        this.#words[(data >>> 2) + 1] = valueBytes;
        return writer.append(OPERATION_HEADER_BYTES + keyBytes + valueBytes, false);
      }
    }
    return this.#encoded((buffer) => {
      this.addTo(buffer, key, value);
      return this.appendOne(buffer);
    });
  }

  delete(key: K): number {
    this.#engine.guardWrite();
    return this.#encoded((buffer) => {
      buffer.addDelete(this.#reads.keyCodec, key);
      return this.appendOne(buffer);
    });
  }

  /** A put or delete under a condition; undefined if it was not met and nothing was written. */
  conditional(
    key: K,
    change: { value: V } | undefined,
    condition: WriteCondition,
  ): number | undefined {
    this.#engine.guardWrite();
    const wanted = condition.ifAbsent === true ? 0 : condition.ifVersion;
    return this.#encoded((buffer) => {
      if (change === undefined) buffer.addDelete(this.#reads.keyCodec, key);
      else this.addTo(buffer, key, change.value);
      const writer = this.#engine.guardWrite();
      this.#reserveIndex(1);
      writer.reserve(buffer.length, false);
      return this.locked(() => {
        const bytes = keyBytesOf(buffer.words[0]!);
        const start = OPERATION_HEADER_BYTES;
        const found = this.#reads.versionOfBytes(
          buffer.bytes.subarray(start, start + bytes),
          SEQUENCE_NEWEST,
        );
        if (wanted !== undefined && found !== wanted) return undefined;
        this.#copy(buffer, writer.dataStart);
        return writer.appendLocked(buffer.length, false);
      });
    });
  }

  /**
   * Several operations as one record; `add` puts them into the buffer. Undefined if there are none.
   */
  batch(add: (buffer: OperationBuffer) => void): number | undefined {
    this.#engine.guardWrite();
    return this.#encoded((buffer) => {
      add(buffer);
      const writer = this.#engine.guardWrite();
      return buffer.count === 0 ? undefined : this.#appendGroup(writer, buffer, undefined, false);
    });
  }

  /** As batch, with every lane held still from before `add` on: what it found there still holds. */
  batchLocked(add: (buffer: OperationBuffer) => void): number | undefined {
    const writer = this.#engine.guardWrite();
    return this.#encoded((buffer) =>
      this.locked(() => {
        add(buffer);
        return buffer.count === 0 ? undefined : this.#appendGroup(writer, buffer, undefined, true);
      }),
    );
  }

  /** A commit: facts and operations as one record. */
  commit(facts: CommitFacts, add: (buffer: OperationBuffer) => void): number {
    this.#engine.guardWrite();
    const section = encodeCommitSection(facts);
    return this.#encoded((buffer) => {
      add(buffer);
      return this.#appendGroup(this.#engine.guardWrite(), buffer, section, false);
    });
  }

  /** Appends what a transaction collected, while all locks are held. */
  appendTransaction(writer: LaneWriter, buffer: OperationBuffer): number {
    return this.#appendGroup(writer, buffer, undefined, true);
  }

  addTo(buffer: OperationBuffer, key: K, value: V): void {
    const { keyCodec, valueCodec } = this.#reads;
    buffer.addPut({ key: keyCodec, value: valueCodec }, key, value);
  }

  /** Appends the one operation in the buffer as a record of its own. */
  appendOne(buffer: OperationBuffer): number {
    const writer = this.#engine.guardWrite();
    this.#reserveIndex(1);
    writer.reserve(buffer.length, false);
    this.#copy(buffer, writer.dataStart);
    return writer.append(buffer.length, false);
  }

  /** Runs `body` with every lane held still. */
  locked<T>(body: () => T): T {
    const { control } = this.#engine.log;
    acquireAll(control, this.#engine.mark);
    try {
      return body();
    } finally {
      releaseAll(control);
    }
  }

  #appendGroup(
    writer: LaneWriter,
    buffer: OperationBuffer,
    section: Uint8Array | undefined,
    isLocked: boolean,
  ): number {
    const headBytes = OPERATION_HEADER_BYTES + (section?.length ?? 0);
    const dataBytes = headBytes + buffer.length;
    this.#refuseTooLarge(dataBytes);
    this.#reserveIndex(buffer.count);
    writer.reserve(dataBytes, isLocked);
    const data = writer.dataStart;
    const kind = section === undefined ? KIND_BATCH : KIND_COMMIT;
    this.#words[data >>> 2] = kindWord(kind, 0, 0);
    this.#words[(data >>> 2) + 1] = buffer.count;
    if (section !== undefined)
      this.#engine.log.memory.bytes.set(section, data + OPERATION_HEADER_BYTES);
    this.#copy(buffer, data + headBytes);
    const sequence = isLocked
      ? writer.appendLocked(dataBytes, true)
      : writer.append(dataBytes, true);
    this.#engine.log.memtable.state.trim();
    return sequence;
  }

  #refuseTooLarge(dataBytes: number): void {
    const limit = this.#engine.settings.segmentBytes - SEGMENT_HEADER_BYTES;
    if (dataBytes > limit) {
      throw new LaneError(
        'RECORD_TOO_LARGE',
        `a record of ${dataBytes} bytes is too large (limit ${limit}, option segmentBytes)`,
      );
    }
  }

  #reserveIndex(operations: number): void {
    if (this.#engine.log.memtable.reserve(operations)) return;
    throw new LaneError('STORE_FULL', 'the memory of the store is full (option memoryBytes)');
  }

  #encoded<T>(body: (buffer: OperationBuffer) => T): T {
    const { buffers } = this.#engine;
    const buffer = buffers.take();
    try {
      return body(buffer);
    } finally {
      buffers.give(buffer);
    }
  }

  #copy(buffer: OperationBuffer, target: number): void {
    const { bytes } = this.#engine.log.memory;
    bytes.set(buffer.bytes.subarray(0, buffer.length), target);
  }
}
