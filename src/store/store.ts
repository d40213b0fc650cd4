// The public store: checks arguments and turns sequences into promises; the work is done below.

import { EventEmitter } from 'node:events';
import type { Operation } from '../check-operations.js';
import { checkCommit, checkOperations } from '../check-operations.js';
import { LaneError } from '../errors.js';
import type { CommitFacts } from '../format/commit-section.js';
import type { PutOptions } from './check-arguments.js';
import { checkCondition } from './check-arguments.js';
import { clearRange } from './clear-range.js';
import type { Engine } from './engine.js';
import type { OperationBuffer } from './operation-buffer.js';
import type { RangeOptions, RangeView, ViewPoint } from './range.js';
import type { Entry, ReadPath } from './read-path.js';
import { rejected } from './rejected.js';
import { Snapshot, SnapshotRegistry } from './snapshot.js';
import type { StoreStats } from './stats.js';
import { readStats } from './stats.js';
import type { Transaction } from './transaction.js';
import { runTransaction } from './transaction.js';
import { Views } from './views.js';
import type { WriteCondition } from './write-path.js';
import { WritePath } from './write-path.js';

/** A range of the store, optionally as a snapshot sees it. */
export interface StoreRange<K, V> extends RangeOptions<K> {
  snapshot?: Snapshot<K, V> | undefined;
}

const NOT_MET = Promise.resolve(false);

/**
 * An open store. Made by open(). Every method but the reads may throw or reject with
 * STORE_POISONED.
 */
export class Store<K, V> extends EventEmitter {
  /** The directory of the store. */
  readonly path: string;
  readonly #engine: Engine;
  readonly #reads: ReadPath<K, V>;
  readonly #writes: WritePath<K, V>;
  readonly #views: Views<K, V>;
  readonly #snapshots: SnapshotRegistry<K, V>;

  constructor(engine: Engine, reads: ReadPath<K, V>) {
    super();
    this.path = engine.context.directory;
    this.#engine = engine;
    this.#reads = reads;
    this.#writes = new WritePath(reads);
    this.#views = new Views(reads);
    this.#snapshots = new SnapshotRegistry(this.#views, {
      countMax: engine.settings.snapshotsMax,
      ageMsMax: engine.settings.snapshotAgeMsMax,
    });
    engine.onError = (error) => {
      if (this.listenerCount('error') > 0) this.emit('error', error);
    };
  }

  /**
   * The value of a key, as a copy; undefined if there is none. Sees every write that has returned.
   * Throws TypeError, RangeError (key), STORE_CLOSED.
   */
  get(key: K): V | undefined {
    return this.#reads.get(key);
  }

  /** Values in the order of the keys, all as of one moment; undefined where there is none. */
  getMany(keys: readonly K[]): (V | undefined)[] {
    return this.#views.getMany(keys, this.#now());
  }

  /** Value and version of a key; undefined if there is none. The version is for `ifVersion`. */
  getEntry(key: K): Entry<V> | undefined {
    return this.#views.getEntry(key, this.#now());
  }

  /** True if the key exists. Its value is not decoded. */
  has(key: K): boolean {
    return this.#views.has(key, this.#now());
  }

  /**
   * Puts a value. Visible when the call returns; the promise resolves to true when this and every
   * earlier write survives power loss, or to false, with nothing written, if a condition was not
   * met. Rejects, with nothing written, with TypeError or RangeError (key, value, options),
   * VALUE_INVALID (encoder), RECORD_TOO_LARGE, STORE_FULL, DISK_FULL, READ_ONLY, STORE_CLOSED.
   */
  put(key: K, value: V, options?: PutOptions): Promise<boolean> {
    try {
      if (options !== undefined) {
        const condition = checkCondition(options, ['ifVersion', 'ifAbsent']);
        return this.#conditional(key, { value }, condition);
      }
      return this.#engine.promises.written(this.#writes.put(key, value));
    } catch (error) {
      return rejected(error);
    }
  }

  /**
   * Deletes a key, existing or not. As put(): visible at once, resolved when durable; false if a
   * condition was not met.
   */
  delete(key: K, options?: Pick<PutOptions, 'ifVersion'>): Promise<boolean> {
    try {
      if (options !== undefined) {
        return this.#conditional(key, undefined, checkCondition(options, ['ifVersion']));
      }
      return this.#engine.promises.written(this.#writes.delete(key));
    } catch (error) {
      return rejected(error);
    }
  }

  /**
   * Applies all operations or none, in order, as one write. Half of it is never visible and never
   * survives. Resolves when durable.
   */
  batch(operations: readonly Operation<K, V>[]): Promise<void> {
    try {
      checkOperations(operations);
      const sequence = this.#writes.batch((buffer) => this.#addOperations(buffer, operations));
      return sequence === undefined ? Promise.resolve() : this.#engine.promises.done(sequence);
    } catch (error) {
      return rejected(error);
    }
  }

  /**
   * Runs a synchronous body that reads and writes through the transaction, serializable with every
   * other write. Its writes are visible when the call returns; `durable` resolves when they survive
   * power loss. If the body throws, nothing is written and the call throws the same. Writes and
   * flushes of the store itself are refused meanwhile (TRANSACTION_ACTIVE).
   */
  transaction<T>(body: (transaction: Transaction<K, V>) => T): {
    result: T;
    durable: Promise<void>;
  } {
    if (typeof body !== 'function')
      throw new TypeError('the body of a transaction must be a function');
    const { result, sequence } = runTransaction(this.#views, this.#writes, body);
    const isEmpty = sequence === undefined;
    return { result, durable: isEmpty ? Promise.resolve() : this.#engine.promises.done(sequence) };
  }

  /**
   * Keys and values of a range in key order, as of the call; iterable with for and for await, again
   * and again.
   */
  entries(range?: StoreRange<K, V>): RangeView<[K, V]> {
    return this.#views.entries(withoutSnapshot(range), this.#pointOf(range));
  }

  /** Keys of a range; values are not decoded. */
  keys(range?: StoreRange<K, V>): RangeView<K> {
    return this.#views.keys(withoutSnapshot(range), this.#pointOf(range));
  }

  /** Values of a range, in key order. */
  values(range?: StoreRange<K, V>): RangeView<V> {
    return this.#views.values(withoutSnapshot(range), this.#pointOf(range));
  }

  /** Number of keys in a range, as of the call. Walks the range, decodes nothing. */
  count(range?: StoreRange<K, V>): number {
    return this.#views.count(withoutSnapshot(range), this.#pointOf(range));
  }

  /**
   * Deletes what a range holds at the call, in bounded batches: not atomic as a whole, and what is
   * written to a key meanwhile stays. Resolves when all of it is durable.
   */
  clear(range?: RangeOptions<K>): Promise<void> {
    try {
      this.#engine.guardWrite();
      const walk = this.#views.walk(range, this.#now());
      const cleared = clearRange(this.#reads, this.#writes, walk);
      cleared.catch(() => undefined);
      return cleared;
    } catch (error) {
      return rejected(error);
    }
  }

  /** A view of the store as it is now. Ends by close(), age or number (SNAPSHOT_EXPIRED). */
  snapshot(): Snapshot<K, V> {
    this.#engine.guard();
    return this.#snapshots.take(this.#engine.fencedSequence());
  }

  /**
   * Writes named offsets, a watermark and operations as one write: all or nothing. Resolves when
   * durable.
   */
  commit(facts: CommitFacts, operations: readonly Operation<K, V>[] = []): Promise<void> {
    try {
      const checked = checkCommit(facts);
      checkOperations(operations);
      const add = (buffer: OperationBuffer) => this.#addOperations(buffer, operations);
      return this.#engine.promises.done(this.#writes.commit(checked, add));
    } catch (error) {
      return rejected(error);
    }
  }

  /** What the newest commit states; undefined if there was none. */
  lastCommit(): CommitFacts | undefined {
    return this.#reads.lastCommit();
  }

  /** Resolves when every write that has returned is durable. */
  flush(): Promise<void> {
    try {
      return this.#engine.flush();
    } catch (error) {
      return rejected(error);
    }
  }

  /** Returns when every write that has returned is durable. Blocks the thread. */
  flushSync(): void {
    this.#engine.flushSync();
  }

  /** Counters and sizes. */
  stats(): StoreStats {
    if (this.#engine.isClosed) throw new LaneError('STORE_CLOSED', 'the store is closed');
    return readStats(this.#engine, this.#snapshots.count);
  }

  /**
   * Makes everything durable, ends the background threads and gives the directory back. The same
   * promise for every call; other calls are refused with STORE_CLOSED from the first one on.
   * Rejects with STORE_POISONED if a write or sync had failed; the directory is free then too.
   */
  close(): Promise<void> {
    try {
      const isFirst = !this.#engine.isClosed;
      const closed = this.#engine.close();
      if (isFirst) {
        const emitClose = () => this.emit('close');
        closed.then(emitClose, emitClose);
      }
      return closed;
    } catch (error) {
      return rejected(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #now(): ViewPoint {
    this.#engine.guard();
    return { sequence: this.#engine.viewSequence(), check: alwaysFine };
  }

  #pointOf(range: StoreRange<K, V> | undefined): ViewPoint {
    const snapshot = range?.snapshot;
    if (snapshot === undefined) return this.#now();
    const point = Snapshot.pointOf(snapshot, this.#views);
    if (point !== undefined) return point;
    throw new TypeError('range option snapshot must be a snapshot of this store');
  }

  #conditional(
    key: K,
    change: { value: V } | undefined,
    condition: WriteCondition,
  ): Promise<boolean> {
    const sequence = this.#writes.conditional(key, change, condition);
    return sequence === undefined ? NOT_MET : this.#engine.promises.written(sequence);
  }

  #addOperations(buffer: OperationBuffer, operations: readonly Operation<K, V>[]): void {
    // The number at the call: an encoder may add more.
    const count = operations.length;
    for (let index = 0; index < count; index++) {
      const operation = operations[index]!;
      if (operation.type === 'put') this.#writes.addTo(buffer, operation.key, operation.value);
      else buffer.addDelete(this.#reads.keyCodec, operation.key);
    }
  }
}

function alwaysFine(): void {
  // A view of now ends with the store alone, and that is checked elsewhere.
}

/** The options of a range alone; the snapshot says at which point it is read. */
function withoutSnapshot<K, V>(range: StoreRange<K, V> | undefined): RangeOptions<K> | undefined {
  if (typeof range !== 'object' || range === null || !('snapshot' in range)) return range;
  const { snapshot: _point, ...options } = range;
  return options;
}
