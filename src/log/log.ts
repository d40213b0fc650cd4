// An open log: one writer, one lane, a ring of segments, and nothing else. Appends are in the log
// when the call returns and durable when a sync that covers them has ended. Owner: the thread that
// opened it. The directory's lock keeps every other writer out.

import type { Operation } from '../check-operations.js';
import type { CommitFacts } from '../format/commit-section.js';
import type { LogStart } from '../recovery/log-cursor.js';
import { placeName } from '../recovery/log-cursor.js';
import type { FollowLogOptions } from './follow-log.js';
import { follow, followOptions } from './follow-log.js';
import type { LogBytes } from './log-appender.js';
import { LogAppender } from './log-appender.js';
import { LogEngine } from './log-engine.js';
import type { LogEntry } from './log-entry.js';
import type { LogParts, LogRecovery } from './log-parts.js';
import type { LogStats } from './log-stats.js';
import { readLogStats } from './log-stats.js';
import type { ReadLogOptions } from './read-log.js';
import { entriesFrom, fromOption, refuseMissing } from './read-log.js';
import { retire } from './retire.js';

/** A segment of a log. */
export interface LogSegment {
  path: string;
  generation: number;
  /** Position at which it begins. */
  position: number;
  /** Sequence of its first record. */
  sequence: number;
  /** Epoch in which it begins. */
  epoch: number;
}

const EPOCH_MAX = 0xffffffff;

/**
 * An open log, made by openLog(). Appends throw TypeError or RangeError (what is appended),
 * RECORD_TOO_LARGE, DISK_FULL, STORE_STALLED, SEQUENCE_LIMIT with nothing written, STORE_CLOSED,
 * and STORE_POISONED once a write or sync has failed: nothing more is taken then until it is opened
 * again.
 */
export class Log {
  /** The directory of the log. */
  readonly path: string;
  /** What opening it found. */
  readonly recovery: LogRecovery;
  readonly #engine: LogEngine;
  readonly #appender: LogAppender;

  /** For openLog(). */
  constructor(parts: LogParts) {
    this.#engine = new LogEngine(parts);
    this.#appender = new LogAppender(this.#engine.writer, this.#engine.context);
    this.path = this.#engine.context.directory;
    this.recovery = parts.opened.recovery;
  }

  /** Appends bytes, or a text as UTF-8; none at all is an entry too. Returns its sequence. */
  append(data: LogBytes): number {
    this.#engine.guardWrite();
    return this.#engine.appended(this.#appender.entry(data));
  }

  /** Appends a put: a key of at most 1,024 bytes and a value. Returns its sequence. */
  appendPut(key: LogBytes, value: LogBytes): number {
    this.#engine.guardWrite();
    return this.#engine.appended(this.#appender.put(key, value));
  }

  /** Appends a delete. Returns its sequence. */
  appendDelete(key: LogBytes): number {
    this.#engine.guardWrite();
    return this.#engine.appended(this.#appender.delete(key));
  }

  /** Appends puts and deletes as one record: all of them survive, or none. Returns its sequence. */
  appendBatch(operations: readonly Operation<LogBytes, LogBytes>[]): number {
    this.#engine.guardWrite();
    return this.#engine.appended(this.#appender.batch(operations));
  }

  /**
   * Appends a commit: how far each named source was consumed, a watermark, and operations, as one
   * record. Returns its sequence.
   */
  appendCommit(
    facts: CommitFacts,
    operations: readonly Operation<LogBytes, LogBytes>[] = [],
  ): number {
    this.#engine.guardWrite();
    return this.#engine.appended(this.#appender.commit(facts, operations));
  }

  /**
   * Begins an epoch, by default the next one: entries from here on are of it. Returns the barrier's
   * sequence. RangeError unless it is above the present one and at most 2^32 - 1.
   */
  appendEpochBarrier(epoch: number = this.epoch + 1): number {
    this.#engine.guardWrite();
    if (typeof epoch !== 'number') throw new TypeError('an epoch must be a number');
    if (!Number.isInteger(epoch) || epoch <= this.epoch || epoch > EPOCH_MAX) {
      throw new RangeError(`an epoch must be above ${this.epoch} and at most ${EPOCH_MAX}`);
    }
    const sequence = this.#engine.appended(this.#appender.barrier(epoch));
    this.#engine.epoch = epoch;
    return sequence;
  }

  /** Appends the marker of a checkpoint, whatever it means to its user. Returns its sequence. */
  appendCheckpoint(id: number): number {
    this.#engine.guardWrite();
    if (typeof id !== 'number') throw new TypeError('the id of a checkpoint must be a number');
    if (!Number.isSafeInteger(id) || id < 0) {
      throw new RangeError('the id of a checkpoint must be a safe integer from 0 on');
    }
    return this.#engine.appended(this.#appender.checkpoint(id));
  }

  /**
   * Resolves when everything appended before the call is durable; what is appended later is not
   * waited for. Rejects with STORE_POISONED; the failed sync is never tried again.
   */
  sync(): Promise<void> {
    return this.#engine.sync();
  }

  /** Like sync(), but blocks the thread. */
  flushSync(): void {
    this.#engine.flushSync();
  }

  /** Has everything appended so far written and synced soon, and waits for nothing. */
  flush(): void {
    this.#engine.submit();
  }

  /**
   * Like flush(), and returns the boundary of that sync: the sequence of the last entry before the
   * call, for isSynced(). Any number of them may be under way.
   */
  submitSync(): number {
    return this.#engine.submit();
  }

  /**
   * True when everything up to this sequence is durable. Throws STORE_POISONED if a sync failed.
   */
  isSynced(sequence: number): boolean {
    return this.#engine.isSynced(sequence);
  }

  /** True while a sync that was submitted has not ended. */
  get isSyncPending(): boolean {
    return this.#engine.isSyncPending;
  }

  /** Entries appended that are not known durable. */
  get entriesSinceSync(): number {
    return this.#engine.entriesSinceSync;
  }

  /** Bytes appended since the log was made: the position of the next entry. */
  get position(): number {
    return this.#engine.position;
  }

  /** Bytes known durable; the only position fit for a manifest. Never above `position`. */
  get syncedPosition(): number {
    return this.#engine.syncedPosition;
  }

  /** Where the log begins: 0, or where retire() left it. */
  get firstPosition(): number {
    return this.#engine.places[0]!.position;
  }

  /** Sequence that the next entry gets, unless a record of the log's own comes before it. */
  get nextSequence(): number {
    return this.#engine.nextSequence;
  }

  /** Largest sequence known durable. */
  get syncedSequence(): number {
    return this.#engine.syncedSequence;
  }

  /** The epoch that is being written. */
  get epoch(): number {
    return this.#engine.epoch;
  }

  /** False once close() was called. */
  get isOpen(): boolean {
    return !this.#engine.isClosed;
  }

  /** The log's segments, oldest first; standbys are none of them. */
  get segments(): LogSegment[] {
    return this.#engine.places.map((place) => this.#describe(place));
  }

  /** Paths of the log's segments, oldest first. */
  get segmentPaths(): string[] {
    return this.segments.map((segment) => segment.path);
  }

  /** Counters of the ring and the syncer, and how far everything is. */
  stats(): LogStats {
    return readLogStats(this.#engine);
  }

  /**
   * The entries that are durable now, in order, from a position on. Throws as readLog() when the
   * first one is asked for.
   */
  *entries(options: ReadLogOptions = {}): Generator<LogEntry, void> {
    const from = fromOption(options);
    this.#engine.guard();
    const { source, start } = this.#engine.reading(from);
    const last = this.syncedSequence;
    yield* entriesFrom(source, start, { from, last }, (cursor) => {
      return cursor.nextSequence > last || refuseMissing(cursor);
    });
  }

  /**
   * The entries as they become durable, from a position on, until the signal is aborted or the log
   * closed; keeps the process alive meanwhile.
   */
  async *follow(options: FollowLogOptions = {}): AsyncGenerator<LogEntry, void> {
    const { from, signal, pollMs } = followOptions(options);
    this.#engine.guard();
    const watermark = this.#engine.watermark(pollMs, signal);
    yield* follow(this.#engine.reading(from), { from, signal }, watermark);
  }

  /**
   * Gives up every segment that lies wholly before `position`, which must be durable: its file is
   * removed, or serves as a standby. Returns how many. The log then begins at firstPosition,
   * durably; blocks for two syncs if there is something to give up. Throws RangeError,
   * POSITION_NOT_FOUND beyond syncedPosition, STORE_POISONED.
   */
  retire(position: number): number {
    return retire(this.#engine, position);
  }

  /**
   * Makes everything durable and ends the log; later calls are refused with STORE_CLOSED. The same
   * promise for every call. Rejects with STORE_POISONED or what failed; the lock is given up in any
   * case.
   */
  close(): Promise<void> {
    return this.#engine.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #describe(place: LogStart): LogSegment {
    const { generation, position, sequence, epoch } = place;
    const { fileSystem } = this.#engine.context;
    const path = fileSystem.join(this.path, placeName(place));
    return { path, generation, position, sequence, epoch };
  }
}
