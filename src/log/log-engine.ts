// What the calls of an open log share: guards, the first write, positions, syncs, the watermark of
// an idle log, closing. Owner: the thread that opened the log.

import {
  DURABLE,
  ERA,
  LANE_POSITION,
  NEXT_GENERATION,
  NEXT_SEQUENCE,
  POISON,
  ROUND,
} from '../control/control-block.js';
import { isPoisoned, poison, poisonError } from '../control/poison.js';
import type { SuperblockWriter } from '../directory/superblock-writer.js';
import { isLaneError, LaneError } from '../errors.js';
import { NO_OP_BYTES } from '../format/record.js';
import { SEGMENT_HEADER_BYTES } from '../format/segment-header.js';
import type { Superblock } from '../format/superblock.js';
import { STORE_CLEAN, STORE_OPEN } from '../format/superblock.js';
import type { LogStart } from '../recovery/log-cursor.js';
import { GroupPromises } from '../sync/group-promises.js';
import { laneEnd, removeStandbys } from '../wal/end-lane.js';
import { LaneWriter } from '../wal/lane-writer.js';
import { SegmentRing } from '../wal/segment-ring.js';
import type { LogContext } from '../wal/segment-spec.js';
import type { Watermark } from './follow-log.js';
import { LogHook } from './log-hook.js';
import type { LogParts } from './log-parts.js';
import { MemoryWatermark } from './memory-watermark.js';
import type { LogReading } from './read-log.js';
import { syncedEnd } from './synced-end.js';

const ERA_STEP = 4294967296;

export class LogEngine {
  readonly context: LogContext;
  readonly writer: LaneWriter;
  readonly superblock: SuperblockWriter;
  /** Segments from the beginning on, the active one last. */
  readonly places: LogStart[];
  epoch: number;
  readonly #control: Int32Array;
  readonly #parts: LogParts;
  readonly #promises: GroupPromises;
  readonly #hook: LogHook;
  /** Full sequence of the era's number 0. */
  readonly #eraStart: number;
  #isMarkedOpen = false;
  #isClosing = false;
  #isEnded = false;
  #closed: Promise<void> | undefined;
  #requestedRound: number | undefined;
  #submitted = 0;
  #syncedPosition = 0;
  #idleTimer: NodeJS.Timeout | undefined;
  /** Low half of the last no-op of an idle log: nothing to do while it is the newest. */
  #idleSequence: number | undefined;

  constructor(parts: LogParts) {
    const { opened, environment, background, settings } = parts;
    this.#parts = parts;
    this.context = opened.context;
    this.superblock = opened.superblock;
    this.places = opened.places;
    this.epoch = opened.epoch;
    this.#control = this.context.control.words;
    this.#eraStart = (this.#control[ERA]! >>> 0) * ERA_STEP;
    this.#hook = new LogHook(this.context, this.places, () => this.epoch);
    this.#promises = new GroupPromises(this.context.control, background, () => undefined);
    const { stallMsMax } = settings;
    const ring = new SegmentRing(this.context, 0, { help: background, stallMsMax });
    this.writer = new LaneWriter(ring, this.#hook, environment.mark);
    this.#syncedPosition = this.position;
  }

  /** Refuses a call on a closed or poisoned log. */
  guard(): void {
    if (this.#isClosing) throw new LaneError('STORE_CLOSED', 'the log is closed');
    if (this.#control[POISON] !== 0) throw poisonError(this.context.control);
  }

  /** Refuses an append where none may happen, and prepares the first one. */
  guardWrite(): void {
    this.guard();
    if (!this.#isMarkedOpen) this.#beginWriting();
  }

  /** What follows an append; returns its full sequence. */
  appended(sequence: number): number {
    // One writer; an older value only asks once more.
    if (this.#control[ROUND] !== this.#requestedRound) this.#request();
    return this.#eraStart + (sequence >>> 0);
  }

  get position(): number {
    const at = this.context.control.laneStart(0) + LANE_POSITION;
    return this.places.at(-1)!.position + this.#control[at]! - SEGMENT_HEADER_BYTES;
  }

  get syncedPosition(): number {
    const { generation, offset } = syncedEnd(this.context.control);
    const place = this.places.findLast((one) => one.generation === generation);
    // A slot that the preparer takes this moment may state anything: what was true stays true.
    const found = place === undefined ? 0 : place.position + offset - SEGMENT_HEADER_BYTES;
    this.#syncedPosition = Math.min(this.position, Math.max(this.#syncedPosition, found));
    return this.#syncedPosition;
  }

  get nextSequence(): number {
    return this.#eraStart + (Atomics.load(this.#control, NEXT_SEQUENCE) >>> 0);
  }

  get syncedSequence(): number {
    return this.#eraStart + this.#promises.durable;
  }

  get entriesSinceSync(): number {
    const { durable } = this.#promises;
    return this.#lastSequence - durable - this.#hook.ownAfter(durable);
  }

  get isSyncPending(): boolean {
    return this.#submitted > this.#promises.durable && !isPoisoned(this.context.control);
  }

  get isClosed(): boolean {
    return this.#isClosing;
  }

  /** Asks for a sync of everything appended so far; returns its boundary. */
  submit(): number {
    this.guard();
    const last = this.#lastSequence;
    this.#submitted = last;
    if (last > this.#promises.durable) this.#parts.background.requestSync(true);
    return this.#eraStart + last;
  }

  isSynced(sequence: number): boolean {
    if (typeof sequence !== 'number') throw new TypeError('a sequence must be a number');
    if (!Number.isSafeInteger(sequence) || sequence >= this.nextSequence) {
      throw new RangeError(`sequence ${sequence} was not given yet`);
    }
    if (sequence <= this.syncedSequence) return true;
    if (isPoisoned(this.context.control)) throw poisonError(this.context.control);
    return false;
  }

  sync(): Promise<void> {
    // What is refused is refused as a rejection, as everything else that goes wrong here.
    try {
      this.submit();
    } catch (error) {
      return Promise.reject(error);
    }
    const last = this.#lastSequence;
    return last <= this.#promises.durable ? Promise.resolve() : this.#promises.done(last);
  }

  flushSync(): void {
    this.submit();
    const last = this.#submitted;
    const { background } = this.#parts;
    for (;;) {
      const seen = Atomics.load(this.#control, DURABLE);
      if (seen >>> 0 >= last) return;
      if (isPoisoned(this.context.control)) throw poisonError(this.context.control);
      background.requestSync(true);
      background.awaitDurable(seen);
    }
  }

  /** Where to begin reading for a position: the last segment that begins at or before it. */
  reading(from: number | undefined): LogReading {
    const { fileSystem, directory, storeId } = this.context;
    const isBefore = (place: LogStart) => from !== undefined && place.position <= from;
    const start = this.places.findLast(isBefore) ?? this.places[0]!;
    return { source: { fileSystem, directory, storeId }, start };
  }

  /** How far a follower may go. */
  watermark(pollMs: number, signal: AbortSignal | undefined): Watermark {
    return new MemoryWatermark(this.#control, signal, {
      pollMs,
      durable: () => this.syncedSequence,
      isEnded: () => this.#isEnded || isPoisoned(this.context.control),
    });
  }

  /** Writes facts to both superblock slots; a failure poisons, unless the disk was just full. */
  commit(changes: Partial<Superblock>): void {
    const era = this.#control[ERA]! >>> 0;
    const nextGeneration = Atomics.load(this.#control, NEXT_GENERATION) >>> 0;
    this.poisonOnFailure(() => this.superblock.commit({ era, nextGeneration, ...changes }));
  }

  /** Runs work on files; a failure poisons, unless the disk or a number was just used up. */
  poisonOnFailure<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (isLaneError(error, 'DISK_FULL') || isLaneError(error, 'SEQUENCE_LIMIT')) throw error;
      poison(this.context.control, error);
      throw poisonError(this.context.control);
    }
  }

  /** Ends the log; the same promise for every call. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  get #lastSequence(): number {
    return (Atomics.load(this.#control, NEXT_SEQUENCE) - 1) >>> 0;
  }

  /** The superblock says that the log goes on, durably, before an append can be seen outside. */
  #beginWriting(): void {
    // Before anything is written: their files may be missing.
    this.#parts.background.start();
    if (this.superblock.block.state === STORE_CLEAN) this.commit({ state: STORE_OPEN });
    this.#isMarkedOpen = true;
  }

  /** Asks for a round, paced, that covers what was just appended. */
  #request(): void {
    this.#requestedRound = this.#control[ROUND]!;
    this.#parts.background.requestSync(false);
    this.#watchIdle();
  }

  #watchIdle(): void {
    if (this.#idleTimer !== undefined) return;
    this.#idleTimer = setTimeout(() => this.#lookIdle(), this.#parts.environment.idleMs);
    this.#idleTimer.unref();
  }

  /**
   * When a log falls idle: one no-op, synced, which carries the watermark. So damage of the last
   * group can be told from a torn write, and followers learn that it is durable.
   */
  #lookIdle(): void {
    this.#idleTimer = undefined;
    if (this.#isClosing || isPoisoned(this.context.control)) return;
    const last = this.#lastSequence;
    const isDurable = last <= this.#promises.durable;
    if (isDurable && last === this.#idleSequence) return;
    // Without room it is left out: a rotation is not worth it, and could fail on a full disk.
    if (isDurable && !this.writer.hasRoom(NO_OP_BYTES)) return;
    if (isDurable) {
      this.#idleSequence = this.writer.appendNoOp() >>> 0;
      this.#hook.noteOwn(this.#idleSequence);
    }
    this.#parts.background.requestSync(isDurable);
    this.#watchIdle();
  }

  async #close(): Promise<void> {
    const { background, lock } = this.#parts;
    let failure: unknown;
    // What failed first says most: a directory that is gone has no lock to give back either.
    const attempt = async (step: () => Promise<void> | void): Promise<void> => {
      try {
        await step();
      } catch (error) {
        failure ??= error;
      }
    };
    const synced = attempt(() => (this.#isMarkedOpen ? this.sync() : undefined));
    this.#isClosing = true;
    clearTimeout(this.#idleTimer);
    await synced;
    await background.stop();
    this.#isEnded = true;
    if (isPoisoned(this.context.control)) failure ??= poisonError(this.context.control);
    if (failure === undefined && this.#isMarkedOpen) await attempt(() => this.#commitClean());
    await attempt(() => this.writer.ring.unmapAll());
    await attempt(() => lock.release());
    if (failure !== undefined) throw failure;
  }

  #commitClean(): void {
    removeStandbys(this.context, 0);
    const lane = { ...this.superblock.block.lanes[0]!, ...laneEnd(this.context, 0) };
    this.commit({
      state: STORE_CLEAN,
      durable: this.#control[DURABLE]! >>> 0,
      lanes: [lane],
    });
  }
}
