// Snapshots: a sequence, and the right to read at it. Limited in number and age; one that the user
// lost is collected.

import type { RangeOptions, RangeView, ViewPoint } from './range.js';
import { viewEnded } from './range.js';
import type { Entry } from './read-path.js';
import type { Views } from './views.js';

interface SnapshotState {
  sequence: number;
  openedAt: number;
  /** Why it cannot be read any more. */
  ended: 'closed' | 'expired' | undefined;
}

/** A consistent, unchanging view of a store. Close it, or let `using` do so. */
export class Snapshot<K, V> {
  readonly #views: Views<K, V>;
  readonly #point: ViewPoint;
  readonly #close: () => void;

  constructor(views: Views<K, V>, point: ViewPoint, close: () => void) {
    this.#views = views;
    this.#point = point;
    this.#close = close;
  }

  /**
   * The value of a key when the snapshot was taken; undefined if there was none. Throws
   * SNAPSHOT_EXPIRED, SNAPSHOT_CLOSED.
   */
  get(key: K): V | undefined {
    this.#point.check();
    return this.#views.reads.getAt(key, this.#point.sequence);
  }

  /** Values in the order of the keys. */
  getMany(keys: readonly K[]): (V | undefined)[] {
    return this.#views.getMany(keys, this.#point);
  }

  /** Value and version of a key, undefined if there was none. */
  getEntry(key: K): Entry<V> | undefined {
    return this.#views.getEntry(key, this.#point);
  }

  has(key: K): boolean {
    return this.#views.has(key, this.#point);
  }

  /** Keys and values of a range, in key order. */
  entries(options?: RangeOptions<K>): RangeView<[K, V]> {
    return this.#views.entries(options, this.#point);
  }

  keys(options?: RangeOptions<K>): RangeView<K> {
    return this.#views.keys(options, this.#point);
  }

  values(options?: RangeOptions<K>): RangeView<V> {
    return this.#views.values(options, this.#point);
  }

  /** Number of keys in a range; values are not decoded. */
  count(options?: RangeOptions<K>): number {
    return this.#views.count(options, this.#point);
  }

  /** Ends the snapshot. Again: does nothing. */
  close(): void {
    this.#close();
  }

  [Symbol.dispose](): void {
    this.#close();
  }

  /** The point that a snapshot of these views reads at; undefined for anything else. */
  static pointOf(value: unknown, views: object): ViewPoint | undefined {
    if (typeof value !== 'object' || value === null || !(#point in value)) return undefined;
    const own: object = value.#views;
    return own === views ? value.#point : undefined;
  }
}

/** The open snapshots of one store. */
export class SnapshotRegistry<K, V> {
  readonly #views: Views<K, V>;
  readonly #limits: { countMax: number; ageMsMax: number };
  readonly #open = new Set<SnapshotState>();
  readonly #lost = new FinalizationRegistry<SnapshotState>((state) => this.#end(state, 'closed'));

  constructor(views: Views<K, V>, limits: { countMax: number; ageMsMax: number }) {
    this.#views = views;
    this.#limits = limits;
  }

  get count(): number {
    return this.#open.size;
  }

  /** A snapshot of now; the oldest ends if there are too many. */
  take(sequence: number): Snapshot<K, V> {
    const state: SnapshotState = { sequence, openedAt: performance.now(), ended: undefined };
    for (const other of this.#open) {
      const isOld = state.openedAt - other.openedAt > this.#limits.ageMsMax;
      if (!isOld && this.#open.size < this.#limits.countMax) break;
      this.#end(other, 'expired');
    }
    this.#open.add(state);
    const point = { sequence, check: () => this.#check(state) };
    // The point, not the snapshot: a range goes on reading when nothing else is left of it.
    this.#lost.register(point, state);
    return new Snapshot(this.#views, point, () => this.#end(state, 'closed'));
  }

  #check(state: SnapshotState): void {
    const isOld = performance.now() - state.openedAt > this.#limits.ageMsMax;
    if (isOld && state.ended === undefined) this.#end(state, 'expired');
    if (state.ended === 'closed') throw viewEnded('SNAPSHOT_CLOSED', 'it was closed');
    if (state.ended === 'expired') {
      throw viewEnded(
        'SNAPSHOT_EXPIRED',
        'too old or too many (options snapshotAgeMsMax, snapshotsMax)',
      );
    }
  }

  #end(state: SnapshotState, reason: 'closed' | 'expired'): void {
    if (state.ended === undefined) state.ended = reason;
    this.#open.delete(state);
  }
}
