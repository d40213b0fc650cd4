// A store and its model side by side, with everything a random run keeps open: promises, snapshots,
// iterators. Compares, remembers the last steps, and turns a full store into a reopening.

import { inspect, isDeepStrictEqual } from 'node:util';

import { isLaneError } from '../../src/errors.js';
import {
  type AnyOptions,
  type AnyRange,
  type AnySnapshot,
  type AnyStore,
  openAny,
} from '../support/any-store.js';
import type { Choices } from '../support/choices.js';
import type { KeyEncodingName } from './key-order.js';
import { randomKey, randomPrefix } from './random-keys.js';
import { randomValue, type ValueEncodingName } from './random-values.js';
import { type ModelEntry, type ModelOperation, SortedModel, WriteHistory } from './sorted-model.js';

const SEGMENT_BYTES = 65_536;
const KEYS_KNOWN = 300;
const TRACE_STEPS = 30;
const MICROTASKS = 6;

export interface OpenSnapshot {
  readonly snapshot: AnySnapshot;
  readonly model: SortedModel;
}

export interface OpenIterator {
  readonly iterator: Iterator<[unknown, unknown]>;
  readonly expected: readonly ModelEntry[];
  step: number;
}

export interface SessionSettings {
  directory: string;
  keyEncoding: KeyEncodingName;
  valueEncoding: ValueEncodingName;
  /** What each opening picks from. */
  ios: readonly ('mapped' | 'buffered')[];
}

interface Pending {
  failure: unknown;
  isFailed: boolean;
  done: Promise<void>;
}

export class ModelSession {
  readonly choices: Choices;
  readonly settings: SessionSettings;
  readonly snapshots: OpenSnapshot[] = [];
  readonly iterators: OpenIterator[] = [];
  readonly trace: string[] = [];
  model = new SortedModel(new WriteHistory());
  /** The store said STORE_FULL: the next step is to open it again. */
  isFull = false;
  #store: AnyStore | undefined;
  #pending: Pending[] = [];
  readonly #keys: unknown[];
  /** Share of large values since the last opening: with many of them the store fills up. */
  #large = 0;

  constructor(settings: SessionSettings, choices: Choices) {
    this.settings = settings;
    this.choices = choices;
    this.#keys = Array.from({ length: KEYS_KNOWN }, () => randomKey(choices, settings.keyEncoding));
  }

  get store(): AnyStore {
    if (this.#store === undefined) throw new Error('the store is not open');
    return this.#store;
  }

  async open(options: Partial<AnyOptions> = {}): Promise<void> {
    const { directory, keyEncoding, valueEncoding, ios } = this.settings;
    const io = this.choices.pick(ios);
    const memoryBytes = this.choices.pick([1, 2, 4]) * 1024 * 1024;
    this.#large = this.choices.pick([0.004, 0.004, 0.2]);
    const sizes = { io, memoryBytes, segmentBytes: SEGMENT_BYTES };
    this.note(
      `open ${inspect({ ...sizes, ...options }, { breakLength: Number.POSITIVE_INFINITY })}`,
    );
    this.#store = await openAny(directory, { keyEncoding, valueEncoding, ...sizes, ...options });
    this.isFull = false;
  }

  /** Everything pending resolves with the close; what was kept open is dropped. */
  async close(): Promise<void> {
    const { store } = this;
    this.note('close');
    await store.close();
    await this.settle();
    this.#store = undefined;
    this.snapshots.length = 0;
    this.iterators.length = 0;
  }

  /** Ends without comparing anything, after a failure. */
  async abandon(): Promise<void> {
    const store = this.#store;
    this.#store = undefined;
    try {
      await store?.close();
    } catch {
      // The failure that led here is the one to report.
    }
  }

  note(step: string): void {
    this.trace.push(step);
    if (this.trace.length > TRACE_STEPS) this.trace.shift();
  }

  equal(actual: unknown, expected: unknown, what: string): void {
    if (isDeepStrictEqual(actual, expected)) return;
    throw new Error(`${what}: ${show(actual)} instead of ${show(expected)}`);
  }

  /** A value read; also that changing it changes nothing in the store. */
  equalValue(actual: unknown, expected: unknown, what: string): void {
    this.equal(actual, expected, what);
    if (actual instanceof Uint8Array) actual.fill(0xaa);
  }

  equalEntries(actual: readonly [unknown, unknown][], expected: readonly ModelEntry[]): void {
    const wanted = expected.map(({ key, value }) => [key, value]);
    this.equal(actual, wanted, 'entries');
  }

  equalVersion(version: number, entry: ModelEntry): void {
    const problem = this.model.history.learn(entry.write, version);
    if (problem !== undefined) throw new Error(`${show(entry.key)}: ${problem}`);
  }

  randomKey(): unknown {
    if (this.choices.chance(0.06)) return randomKey(this.choices, this.settings.keyEncoding);
    return this.choices.pick(this.#keys);
  }

  randomValue(): unknown {
    return randomValue(this.choices, this.settings.valueEncoding, this.#large);
  }

  randomRange(): AnyRange {
    const range: AnyRange = {};
    const { choices } = this;
    if (choices.chance(0.2)) {
      range.prefix = randomPrefix(choices, this.settings.keyEncoding, this.randomKey());
    } else {
      if (choices.chance(0.6)) range[choices.pick(['gt', 'gte'] as const)] = this.randomKey();
      if (choices.chance(0.6)) range[choices.pick(['lt', 'lte'] as const)] = this.randomKey();
    }
    if (choices.chance(0.4)) range.reverse = choices.chance(0.9);
    if (choices.chance(0.4)) range.limit = choices.pick([0, 1, 2, 5, 20, 1000]);
    this.note(`  ${show(range)}`);
    return range;
  }

  randomOperations(count: number): ModelOperation[] {
    return Array.from({ length: count }, () => {
      const key = this.randomKey();
      if (this.choices.chance(0.3)) return { type: 'delete', key };
      return { type: 'put', key, value: this.randomValue() };
    });
  }

  /**
   * Follows a write that was just made: it failed at once for want of room and changed nothing, or
   * it changed what `operations` say and resolves later with `result`.
   */
  async follow(
    promise: Promise<unknown>,
    result: unknown,
    operations: readonly ModelOperation[],
  ): Promise<boolean> {
    const pending = this.#watch(promise, result);
    for (let tick = 0; tick < MICROTASKS; tick++) await undefined;
    if (pending.isFailed && this.isRefusal(pending.failure, operations)) return false;
    this.#pending.push(pending);
    if (operations.length > 0) this.model.write(operations);
    return true;
  }

  /** True if a write may fail so, with nothing written: no room, or too much for one segment. */
  isRefusal(error: unknown, operations: readonly ModelOperation[]): boolean {
    if (isLaneError(error, 'STORE_FULL')) {
      this.isFull = true;
      return true;
    }
    const bytes = operations.reduce((sum, { value }) => sum + largeBytesOf(value), 0);
    return isLaneError(error, 'RECORD_TOO_LARGE') && bytes > SEGMENT_BYTES / 2;
  }

  /** Waits for every promise given so far. */
  async settle(): Promise<void> {
    const pending = this.#pending;
    this.#pending = [];
    await Promise.all(pending.map(({ done }) => done));
    for (const { isFailed, failure } of pending) if (isFailed) throw failure;
  }

  #watch(promise: Promise<unknown>, result: unknown): Pending {
    const pending: Pending = { failure: undefined, isFailed: false, done: Promise.resolve() };
    pending.done = promise
      .then((actual) => this.equal(actual, result, 'result of a write'))
      .catch((error: unknown) => {
        pending.isFailed = true;
        pending.failure = error;
      });
    return pending;
  }
}

/** Bytes of a value if it is a large one, about. */
function largeBytesOf(value: unknown): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return value.length;
  return Array.isArray(value) && value[0] instanceof Uint8Array ? value[0].length : 0;
}

function show(value: unknown): string {
  const text = inspect(value, { depth: 6, breakLength: Number.POSITIVE_INFINITY });
  return text.length > 600 ? `${text.slice(0, 600)}...` : text;
}
