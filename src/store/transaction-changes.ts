// The writes of a running transaction, over the state that it started from. Kept by encoded key, so
// that they are merged with ranges in key order.

import { keyBytesOf, OPERATION_HEADER_BYTES } from '../format/operation.js';
import type { KeyMemory } from '../keys/key.js';
import { SEQUENCE_NEWEST } from '../memtable/memtable.js';
import type { OperationBuffer } from './operation-buffer.js';
import type { EncodedRange, RangeOptions } from './range.js';
import { encodeRange, RangeView, RangeWalk } from './range.js';
import type { Views } from './views.js';

/** One key's last write. */
class Change<K, V> {
  readonly key: Uint8Array;
  readonly encodedValue: Uint8Array | undefined;
  readonly #views: Views<K, V>;

  constructor(views: Views<K, V>, key: Uint8Array, encodedValue: Uint8Array | undefined) {
    this.#views = views;
    this.key = key;
    this.encodedValue = encodedValue;
  }

  get isDelete(): boolean {
    return this.encodedValue === undefined;
  }

  value(): V | undefined {
    if (this.encodedValue === undefined) return undefined;
    const memory = memoryOf(this.encodedValue);
    return this.#views.reads.valueCodec.decode(memory, 0, this.encodedValue.length);
  }

  decodedKey(): K {
    return this.#views.reads.keyCodec.decode(memoryOf(this.key), 0, this.key.length);
  }
}

export class TransactionChanges<K, V> {
  readonly #views: Views<K, V>;
  readonly #check: () => void;
  readonly #changes = new Map<string, Change<K, V>>();

  /** `check` throws once the transaction has ended. */
  constructor(views: Views<K, V>, check: () => void) {
    this.#views = views;
    this.#check = check;
  }

  find(key: K): Change<K, V> | undefined {
    if (this.#changes.size === 0) return undefined;
    return this.#buffered((buffer) => {
      const bytes = buffer.encodeKey(this.#views.reads.keyCodec, key);
      return this.#changes.get(nameOf(buffer, bytes));
    });
  }

  put(key: K, value: V): void {
    this.#buffered((buffer) => {
      const { keyCodec, valueCodec } = this.#views.reads;
      buffer.addPut({ key: keyCodec, value: valueCodec }, key, value);
      const keyBytes = keyBytesOf(buffer.words[0]!);
      const start = OPERATION_HEADER_BYTES + keyBytes;
      this.#set(buffer, keyBytes, buffer.bytes.slice(start, buffer.length));
    });
  }

  delete(key: K): void {
    this.#buffered((buffer) => {
      const keyBytes = buffer.encodeKey(this.#views.reads.keyCodec, key);
      this.#set(buffer, keyBytes, undefined);
    });
  }

  /** All changes as operations. */
  writeTo(buffer: OperationBuffer): void {
    for (const change of this.#changes.values()) buffer.addEncoded(change.key, change.encodedValue);
  }

  entries(options: RangeOptions<K> | undefined): RangeView<[K, V]> {
    const range = encodeRange(this.#views.reads, options);
    const changes = this.#inRange(range);
    const { reads } = this.#views;
    return new RangeView<[K, V]>(() =>
      this.#merge(range, changes, {
        stored: (location) => [reads.keyAt(location), reads.valueAt(location) as V],
        changed: (change) => [change.decodedKey(), change.value() as V],
      }),
    );
  }

  keys(options: RangeOptions<K> | undefined): RangeView<K> {
    const range = encodeRange(this.#views.reads, options);
    const changes = this.#inRange(range);
    return new RangeView<K>(() =>
      this.#merge(range, changes, {
        stored: (location) => this.#views.reads.keyAt(location),
        changed: (change) => change.decodedKey(),
      }),
    );
  }

  values(options: RangeOptions<K> | undefined): RangeView<V> {
    const range = encodeRange(this.#views.reads, options);
    const changes = this.#inRange(range);
    return new RangeView<V>(() =>
      this.#merge(range, changes, {
        stored: (location) => this.#views.reads.valueAt(location) as V,
        changed: (change) => change.value() as V,
      }),
    );
  }

  /** A buffer of its own for each call: keys and values may call back into the transaction. */
  #buffered<T>(body: (buffer: OperationBuffer) => T): T {
    const { buffers } = this.#views.reads.engine;
    const buffer = buffers.take();
    try {
      return body(buffer);
    } finally {
      buffers.give(buffer);
    }
  }

  #set(buffer: OperationBuffer, keyBytes: number, value: Uint8Array | undefined): void {
    const key = buffer.bytes.slice(OPERATION_HEADER_BYTES, OPERATION_HEADER_BYTES + keyBytes);
    this.#changes.set(nameOf(buffer, keyBytes), new Change(this.#views, key, value));
  }

  /** The changes within a range, in its direction, as they are now. */
  #inRange(range: EncodedRange): Change<K, V>[] {
    const found = [...this.#changes.values()].filter(({ key }) => isInRange(key, range));
    found.sort((a, b) => Buffer.compare(a.key, b.key));
    return range.isReverse ? found.reverse() : found;
  }

  /** Stored entries and changes in key order; a change stands for the stored entry of its key. */
  *#merge<T>(
    range: EncodedRange,
    changes: Change<K, V>[],
    read: { stored: (location: number) => T; changed: (change: Change<K, V>) => T },
  ): Generator<T> {
    const unlimited = { ...range, limit: Number.POSITIVE_INFINITY };
    this.#check();
    const view = { sequence: SEQUENCE_NEWEST, check: this.#check };
    const walk = new RangeWalk(this.#views.reads, unlimited, view);
    const sign = range.isReverse ? -1 : 1;
    let left = range.limit;
    let next = 0;
    let location = walk.advance();
    while (left > 0 && (location !== 0 || next < changes.length)) {
      const change = changes[next];
      const isStoredNext =
        change === undefined || (location !== 0 && this.#order(location, change.key) * sign < 0);
      if (isStoredNext) {
        yield read.stored(location);
        this.#check();
        left--;
        location = walk.advance();
        continue;
      }
      if (location !== 0 && this.#order(location, change.key) === 0) location = walk.advance();
      next++;
      if (change.isDelete) continue;
      yield read.changed(change);
      this.#check();
      left--;
    }
  }

  #order(location: number, key: Uint8Array): number {
    return this.#views.reads.compareKey(location, key);
  }
}

function isInRange(key: Uint8Array, range: EncodedRange): boolean {
  const low = range.lower === undefined ? 1 : Buffer.compare(key, range.lower);
  const high = range.upper === undefined ? -1 : Buffer.compare(key, range.upper);
  const isAbove = low > 0 || (low === 0 && range.isLowerIncluded);
  return isAbove && (high < 0 || (high === 0 && range.isUpperIncluded));
}

function nameOf(memory: KeyMemory, keyBytes: number): string {
  return memory.buffer.toString(
    'latin1',
    OPERATION_HEADER_BYTES,
    OPERATION_HEADER_BYTES + keyBytes,
  );
}

function memoryOf(bytes: Uint8Array): KeyMemory {
  const memory = new ArrayBuffer((bytes.length + 7) & ~7);
  const copy = new Uint8Array(memory);
  copy.set(bytes);
  return { bytes: copy, words: new Int32Array(memory), buffer: Buffer.from(memory) };
}
