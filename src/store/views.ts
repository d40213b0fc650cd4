// Reading as of one sequence: the part that a store, a snapshot and an iterator share.

import { KIND_DELETE, kindOf } from '../format/operation.js';
import type { RangeOptions, ViewPoint } from './range.js';
import { encodeRange, LocationIterator, RangeView, RangeWalk } from './range.js';
import type { Entry, ReadPath } from './read-path.js';

export class Views<K, V> {
  readonly reads: ReadPath<K, V>;

  constructor(reads: ReadPath<K, V>) {
    this.reads = reads;
  }

  getMany(keys: readonly K[], point: ViewPoint): (V | undefined)[] {
    point.check();
    if (!Array.isArray(keys)) throw new TypeError('keys must be an array');
    const values: (V | undefined)[] = new Array(keys.length);
    // The length at the call: a getter among the keys may add more.
    for (let index = 0; index < values.length; index++) {
      values[index] = this.reads.getAt(keys[index] as K, point.sequence);
    }
    return values;
  }

  getEntry(key: K, point: ViewPoint): Entry<V> | undefined {
    point.check();
    return this.reads.getEntry(key, point.sequence);
  }

  entries(options: RangeOptions<K> | undefined, point: ViewPoint): RangeView<[K, V]> {
    return this.#view(options, point, (location) => [
      this.reads.keyAt(location),
      this.reads.valueAt(location) as V,
    ]);
  }

  keys(options: RangeOptions<K> | undefined, point: ViewPoint): RangeView<K> {
    return this.#view(options, point, (location) => this.reads.keyAt(location));
  }

  values(options: RangeOptions<K> | undefined, point: ViewPoint): RangeView<V> {
    return this.#view(options, point, (location) => this.reads.valueAt(location) as V);
  }

  count(options: RangeOptions<K> | undefined, point: ViewPoint): number {
    const walk = this.walk(options, point);
    let count = 0;
    while (walk.advance() !== 0) count++;
    return count;
  }

  has(key: K, point: ViewPoint): boolean {
    point.check();
    const location = this.reads.findAt(key, point.sequence);
    return (
      location !== 0 && kindOf(this.reads.engine.log.memory.words[location << 1]!) !== KIND_DELETE
    );
  }

  /** A walk over the locations of a range. */
  walk(options: RangeOptions<K> | undefined, point: ViewPoint): RangeWalk<K, V> {
    this.reads.engine.guard();
    point.check();
    return new RangeWalk(this.reads, encodeRange(this.reads, options), point);
  }

  #view<T>(
    options: RangeOptions<K> | undefined,
    point: ViewPoint,
    read: (location: number) => T,
  ): RangeView<T> {
    this.reads.engine.guard();
    point.check();
    const range = encodeRange(this.reads, options);
    return new RangeView(
      () => new LocationIterator(new RangeWalk(this.reads, { ...range }, point), read),
    );
  }
}
