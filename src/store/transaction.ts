// Transactions: a synchronous body that sees its own writes over the newest state, while every lane
// is held still. Its writes are one record, or, if it throws, nothing.

import { acquireAll, releaseAll } from '../control/fence.js';
import { LaneError } from '../errors.js';
import { SEQUENCE_NEWEST } from '../memtable/memtable.js';
import { checkCondition } from './check-arguments.js';
import type { RangeOptions, RangeView } from './range.js';
import type { Entry } from './read-path.js';
import { TransactionChanges } from './transaction-changes.js';
import type { Views } from './views.js';
import type { WriteCondition, WritePath } from './write-path.js';

const NEWEST = { sequence: SEQUENCE_NEWEST, check: () => undefined };

/** What the body of a transaction works with. Of no use after it has returned. */
export class Transaction<K, V> {
  readonly #views: Views<K, V>;
  readonly #changes: TransactionChanges<K, V>;
  #isActive = true;

  constructor(views: Views<K, V>) {
    this.#views = views;
    this.#changes = new TransactionChanges(views, () => this.#guard());
  }

  /** The value of a key, own writes included. */
  get(key: K): V | undefined {
    this.#guard();
    const change = this.#changes.find(key);
    return change === undefined ? this.#views.reads.getAt(key, SEQUENCE_NEWEST) : change.value();
  }

  getMany(keys: readonly K[]): (V | undefined)[] {
    return keys.map((key) => this.get(key));
  }

  /** Value and version; the version of an own write is 0, it has none yet. */
  getEntry(key: K): Entry<V> | undefined {
    this.#guard();
    const change = this.#changes.find(key);
    if (change === undefined) return this.#views.getEntry(key, NEWEST);
    const value = change.value();
    return value === undefined ? undefined : { value, version: 0 };
  }

  has(key: K): boolean {
    this.#guard();
    const change = this.#changes.find(key);
    return change === undefined ? this.#views.has(key, NEWEST) : !change.isDelete;
  }

  /**
   * Puts a value; false if a condition was not met. Visible to others when the body has returned.
   */
  put(key: K, value: V, condition?: WriteCondition): boolean {
    this.#guard();
    if (!this.#isMet(key, condition, ['ifVersion', 'ifAbsent'])) return false;
    this.#changes.put(key, value);
    return true;
  }

  /** Deletes a key; false if a condition was not met. */
  delete(key: K, condition?: Pick<WriteCondition, 'ifVersion'>): boolean {
    this.#guard();
    if (!this.#isMet(key, condition, ['ifVersion'])) return false;
    this.#changes.delete(key);
    return true;
  }

  /** Keys and values of a range, own writes included, as it is at the call. */
  entries(options?: RangeOptions<K>): RangeView<[K, V]> {
    this.#guard();
    return this.#changes.entries(options);
  }

  keys(options?: RangeOptions<K>): RangeView<K> {
    this.#guard();
    return this.#changes.keys(options);
  }

  values(options?: RangeOptions<K>): RangeView<V> {
    this.#guard();
    return this.#changes.values(options);
  }

  count(options?: RangeOptions<K>): number {
    this.#guard();
    let count = 0;
    for (const _key of this.#changes.keys(options)) count++;
    return count;
  }

  /** All its writes as operations. */
  static changesOf<K, V>(transaction: Transaction<K, V>): TransactionChanges<K, V> {
    return transaction.#changes;
  }

  /** Ends its use. Called when the body has returned or thrown. */
  static end(transaction: Transaction<never, never>): void {
    transaction.#isActive = false;
  }

  #isMet(key: K, condition: WriteCondition | undefined, names: readonly string[]): boolean {
    if (condition === undefined) return true;
    const { ifAbsent, ifVersion } = checkCondition(condition, names);
    const wanted = ifAbsent === true ? 0 : ifVersion;
    if (wanted === undefined) return true;
    const found = this.getEntry(key);
    // An own write has no version yet: it matches no number, but it does exist.
    return wanted === 0 ? found === undefined : found !== undefined && found.version === wanted;
  }

  #guard(): void {
    if (!this.#isActive) {
      throw new LaneError(
        'TRANSACTION_ACTIVE',
        'the transaction has ended; its body must be synchronous',
      );
    }
  }
}

/**
 * Runs a body; returns its result and the sequence of its record, undefined if it wrote nothing.
 */
export function runTransaction<K, V, T>(
  views: Views<K, V>,
  writes: WritePath<K, V>,
  body: (transaction: Transaction<K, V>) => T,
): { result: T; sequence: number | undefined } {
  const { engine } = views.reads;
  const writer = engine.guardWrite();
  const { control } = engine.log;
  const transaction = new Transaction(views);
  const buffer = engine.buffers.take();
  acquireAll(control, engine.mark);
  engine.isInTransaction = true;
  try {
    const result = body(transaction);
    if (isThenable(result)) {
      throw new TypeError(
        'the body of a transaction must be synchronous, but it returned a promise',
      );
    }
    Transaction.changesOf(transaction).writeTo(buffer);
    const sequence = buffer.count === 0 ? undefined : writes.appendTransaction(writer, buffer);
    return { result, sequence };
  } finally {
    Transaction.end(transaction as Transaction<never, never>);
    engine.isInTransaction = false;
    releaseAll(control);
    engine.buffers.give(buffer);
  }
}

function isThenable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('then' in value)) return false;
  if (typeof value.then !== 'function') return false;
  // The body goes on on its own; what it will find is an ended transaction. Its failure is ours to
  // hide.
  value.then(undefined, () => undefined);
  return true;
}
