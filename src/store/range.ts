// Ranges: entries, keys and values between bounds, forward or in reverse, as of one sequence.
// Bounds are encoded when the range is made; each iterator searches anew for every run of entries,
// so the store may be written between any two steps, by the loop itself too.

import { LaneError } from '../errors.js';
import { OPERATION_HEADER_BYTES } from '../format/operation.js';
import type { KeyRange } from '../memtable/cursor.js';
import { MemtableCursor } from '../memtable/cursor.js';
import type { LaneMerge } from './lane-merge.js';
import type { ReadPath } from './read-path.js';

/** Which keys, in which direction, how many. */
export interface RangeOptions<K> {
  gt?: K | undefined;
  gte?: K | undefined;
  lt?: K | undefined;
  lte?: K | undefined;
  /**
   * Keys that begin with this: a string, a Uint8Array, or an array's first elements. Not with
   * bounds.
   */
  prefix?: K | undefined;
  reverse?: boolean | undefined;
  /** Most entries given; 0 gives none. */
  limit?: number | undefined;
}

export interface EncodedRange extends KeyRange {
  isReverse: boolean;
  limit: number;
}

const NAMES = new Set(['gt', 'gte', 'lt', 'lte', 'prefix', 'reverse', 'limit']);
const RUN_FIRST = 16;
const RUN_MAX = 256;
const EXAMINED_PER_RUN = 4096;

/** Checks the options of a range and encodes its bounds. */
export function encodeRange<K, V>(
  reads: ReadPath<K, V>,
  options: RangeOptions<K> | undefined,
): EncodedRange {
  const given = options ?? {};
  if (typeof given !== 'object') throw new TypeError('the options of a range must be an object');
  for (const name of Object.keys(given)) {
    if (!NAMES.has(name)) throw new TypeError(`unknown range option '${name}'`);
  }
  const { gt, gte, lt, lte, prefix, reverse, limit } = given;
  if (gt !== undefined && gte !== undefined)
    throw new TypeError('range options gt and gte exclude each other');
  if (lt !== undefined && lte !== undefined)
    throw new TypeError('range options lt and lte exclude each other');
  if (reverse !== undefined && typeof reverse !== 'boolean') {
    throw new TypeError('range option reverse must be true or false');
  }
  checkLimit(limit);
  const common = { isReverse: reverse === true, limit: limit ?? Number.POSITIVE_INFINITY };
  if (prefix !== undefined) {
    // Not with ??: null is a key.
    if ([gt, gte, lt, lte].some((bound) => bound !== undefined)) {
      throw new TypeError('range option prefix excludes gt, gte, lt and lte');
    }
    return { ...common, ...prefixRange(reads, prefix) };
  }
  const lower = gte === undefined ? gt : gte;
  const upper = lte === undefined ? lt : lte;
  return {
    ...common,
    lower: lower === undefined ? undefined : encodeBound(reads, lower),
    isLowerIncluded: gt === undefined,
    upper: upper === undefined ? undefined : encodeBound(reads, upper),
    isUpperIncluded: lt === undefined,
  };
}

/** A sequence to read at, and a check that it may still be read. */
export interface ViewPoint {
  readonly sequence: number;
  readonly check: () => void;
}

/** Walks the locations of a range as of a sequence. The base of iterators, counts and clears. */
export class RangeWalk<K, V> {
  readonly #reads: ReadPath<K, V>;
  readonly #cursor: MemtableCursor | LaneMerge;
  /** Held whole: a snapshot is not collected while a walk reads at its point. */
  readonly #view: ViewPoint;
  #left: number;
  #run: Int32Array;
  #filled = 0;
  #next = 0;

  constructor(reads: ReadPath<K, V>, range: EncodedRange, view: ViewPoint) {
    this.#reads = reads;
    this.#view = view;
    this.#left = range.limit;
    this.#run = new Int32Array(Math.min(RUN_FIRST, range.limit));
    const { lanes, log, scratch } = reads.engine;
    const { sequence } = view;
    this.#cursor =
      lanes === undefined
        ? new MemtableCursor(log.memtable, { ...range, sequence, keepsDeletes: false, scratch })
        : lanes.merge({ ...range, sequence });
  }

  /**
   * Location of the next entry, 0 at the end. Throws once the store is closed; soon after the view
   * has ended.
   */
  advance(): number {
    this.#reads.engine.guard();
    if (this.#next === this.#filled && !this.#refill()) return 0;
    this.#left--;
    return this.#run[this.#next++]!;
  }

  #refill(): boolean {
    this.#view.check();
    if (this.#filled === this.#run.length && this.#run.length < RUN_MAX) {
      this.#run = new Int32Array(Math.min(RUN_MAX, this.#run.length * 4));
    }
    this.#next = 0;
    this.#filled = 0;
    const limit = Math.min(this.#run.length, this.#left);
    while (this.#filled === 0 && limit > 0 && !this.#cursor.isDone) {
      this.#filled = this.#cursor.fill(this.#run, limit, EXAMINED_PER_RUN);
    }
    return this.#filled > 0;
  }
}

/** A range to iterate over, synchronously or not, as often as one likes; always the same view. */
export class RangeView<T> implements Iterable<T>, AsyncIterable<T> {
  readonly #begin: () => Iterator<T>;

  constructor(begin: () => Iterator<T>) {
    this.#begin = begin;
  }

  [Symbol.iterator](): IterableIterator<T> {
    return new RangeIterator(this.#begin());
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return new AsyncRangeIterator(this.#begin());
  }
}

/** Gives what `read` makes of each location. */
export class LocationIterator<K, V, T> implements Iterator<T> {
  readonly #walk: RangeWalk<K, V>;
  readonly #read: (location: number) => T;

  constructor(walk: RangeWalk<K, V>, read: (location: number) => T) {
    this.#walk = walk;
    this.#read = read;
  }

  next(): IteratorResult<T> {
    const location = this.#walk.advance();
    if (location === 0) return { done: true, value: undefined };
    return { done: false, value: this.#read(location) };
  }
}

class RangeIterator<T> implements IterableIterator<T> {
  readonly #source: Iterator<T>;
  #isDone = false;

  constructor(source: Iterator<T>) {
    this.#source = source;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<T> {
    if (this.#isDone) return { done: true, value: undefined };
    const result = this.#source.next();
    if (result.done === true) this.#isDone = true;
    return result;
  }

  return(): IteratorResult<T> {
    this.#isDone = true;
    return { done: true, value: undefined };
  }
}

class AsyncRangeIterator<T> implements AsyncIterableIterator<T> {
  readonly #source: RangeIterator<T>;

  constructor(source: Iterator<T>) {
    this.#source = new RangeIterator(source);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<T>> {
    return this.#source.next();
  }

  async return(): Promise<IteratorResult<T>> {
    return this.#source.return();
  }
}

function checkLimit(limit: unknown): void {
  if (limit === undefined) return;
  if (typeof limit !== 'number') throw new TypeError('range option limit must be a number');
  const isCount = Number.isInteger(limit) || limit === Number.POSITIVE_INFINITY;
  if (!isCount || limit < 0) {
    throw new RangeError(`range option limit must be a whole number from 0 on, not ${limit}`);
  }
}

function encodeBound<K, V>(reads: ReadPath<K, V>, key: K): Uint8Array {
  const buffer = reads.engine.buffers.take();
  try {
    const bytes = buffer.encodeKey(reads.keyCodec, key);
    return buffer.bytes.slice(OPERATION_HEADER_BYTES, OPERATION_HEADER_BYTES + bytes);
  } finally {
    reads.engine.buffers.give(buffer);
  }
}

/** All keys whose bytes begin with the prefix's: from it on, below its successor. */
function prefixRange<K, V>(reads: ReadPath<K, V>, prefix: K): KeyRange {
  const buffer = reads.engine.buffers.take();
  try {
    buffer.clear();
    const bytes = reads.keyCodec.encodePrefix(prefix, buffer, OPERATION_HEADER_BYTES);
    const lower = buffer.bytes.slice(OPERATION_HEADER_BYTES, OPERATION_HEADER_BYTES + bytes);
    return { lower, isLowerIncluded: true, upper: successor(lower), isUpperIncluded: false };
  } finally {
    reads.engine.buffers.give(buffer);
  }
}

/** The smallest bytes above everything that begins with `bytes`; undefined if there are none. */
function successor(bytes: Uint8Array): Uint8Array | undefined {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0xff) end--;
  if (end === 0) return undefined;
  const next = bytes.slice(0, end);
  next[end - 1] = next[end - 1]! + 1;
  return next;
}

/** The error of a view that has ended. */
export function viewEnded(code: 'SNAPSHOT_CLOSED' | 'SNAPSHOT_EXPIRED', reason: string): LaneError {
  return new LaneError(code, `the snapshot has ended: ${reason}`);
}
