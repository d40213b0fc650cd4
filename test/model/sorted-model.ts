// The model: what a store must answer, as a plain sorted array. A copy is a snapshot. Versions are
// the store's own numbers: the model learns each when it is first read and holds it to the write
// order.

import type { AnyCommit, AnyRange } from '../support/any-store.js';
import { compareKeys, hasPrefix, normalKey } from './key-order.js';

export interface ModelEntry {
  readonly key: unknown;
  readonly value: unknown;
  /** Number of the write that made it, which all entries of one write share. */
  readonly write: number;
}

export interface ModelOperation {
  type: 'put' | 'delete';
  key: unknown;
  value?: unknown;
}

/** Versions by write: they rise with the writes and never change. */
export class WriteHistory {
  #count = 0;
  /** Writes whose version is known, in order. */
  readonly #writes: number[] = [];
  readonly #versions: number[] = [];

  next(): number {
    return ++this.#count;
  }

  /** Says what is wrong with a version read for this write; undefined if nothing is. */
  learn(write: number, version: number): string | undefined {
    let low = 0;
    let high = this.#writes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#writes[middle]! < write) low = middle + 1;
      else high = middle;
    }
    if (this.#writes[low] === write) {
      const known = this.#versions[low];
      return known === version ? undefined : `version ${version} was ${known} before`;
    }
    const before = this.#versions[low - 1];
    const after = this.#versions[low];
    if (before !== undefined && version <= before) return `version ${version} follows ${before}`;
    if (after !== undefined && version >= after) return `version ${version} is before ${after}`;
    this.#writes.splice(low, 0, write);
    this.#versions.splice(low, 0, version);
    return undefined;
  }
}

export class SortedModel {
  readonly history: WriteHistory;
  lastCommit: AnyCommit | undefined;
  #entries: ModelEntry[] = [];

  constructor(history: WriteHistory) {
    this.history = history;
  }

  get size(): number {
    return this.#entries.length;
  }

  at(index: number): ModelEntry {
    return this.#entries[index] as ModelEntry;
  }

  find(key: unknown): ModelEntry | undefined {
    const index = this.#search(key);
    return this.#isAt(index, key) ? this.at(index) : undefined;
  }

  /** Applies the operations in their order, as one write. */
  write(operations: readonly ModelOperation[]): void {
    const write = this.history.next();
    for (const { type, key, value } of operations) {
      const index = this.#search(key);
      const isThere = this.#isAt(index, key);
      if (type === 'put') {
        this.#entries.splice(index, isThere ? 1 : 0, { key: normalKey(key), value, write });
      } else if (isThere) {
        this.#entries.splice(index, 1);
      }
    }
  }

  /** What a range read gives, in its order. */
  select(range: AnyRange): ModelEntry[] {
    const selected = this.#entries.filter(({ key }) => isInRange(key, range));
    if (range.reverse === true) selected.reverse();
    return range.limit === undefined ? selected : selected.slice(0, range.limit);
  }

  copy(): SortedModel {
    const copy = new SortedModel(this.history);
    copy.#entries = this.#entries.slice();
    copy.lastCommit = this.lastCommit;
    return copy;
  }

  #isAt(index: number, key: unknown): boolean {
    return index < this.#entries.length && compareKeys(this.at(index).key, key) === 0;
  }

  /** Index of the first entry that is not below the key. */
  #search(key: unknown): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareKeys(this.at(middle).key, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isInRange(key: unknown, range: AnyRange): boolean {
  if ('gt' in range && compareKeys(key, range.gt) <= 0) return false;
  if ('gte' in range && compareKeys(key, range.gte) < 0) return false;
  if ('lt' in range && compareKeys(key, range.lt) >= 0) return false;
  if ('lte' in range && compareKeys(key, range.lte) > 0) return false;
  return !('prefix' in range) || hasPrefix(key, range.prefix);
}
