// The engine of an open store: what all calls share. Guards, the first write, flushing, the
// watermark of an idle store, closing. Owner: the thread that opened the store.

import {
  DURABLE,
  LANE_PUBLISHED,
  NEXT_GENERATION,
  NEXT_SEQUENCE,
  POISON,
} from '../control/control-block.js';
import { fence } from '../control/fence.js';
import { isPoisoned, poison, poisonError } from '../control/poison.js';
import { scratchLocation } from '../control/pool.js';
import type { SuperblockWriter } from '../directory/superblock-writer.js';
import { isLaneError, LaneError } from '../errors.js';
import { NO_OP_BYTES } from '../format/record.js';
import { STORE_CLEAN, STORE_OPEN } from '../format/superblock.js';
import { invariant } from '../invariant.js';
import type { DirectoryLock } from '../io/directory-lock.js';
import type { RecoveryReport } from '../recovery/report.js';
import type { Background } from '../sync/background.js';
import { GroupPromises } from '../sync/group-promises.js';
import type { Environment } from '../threads/environment.js';
import { laneEnd, removeStandbys } from '../wal/end-lane.js';
import { LaneWriter } from '../wal/lane-writer.js';
import { SegmentRing } from '../wal/segment-ring.js';
import type { LogContext } from '../wal/segment-spec.js';
import { LaneReads } from './lane-reads.js';
import type { LogMemory } from './log-memory.js';
import type { OpenedLog } from './open-log.js';
import { OperationBuffers } from './operation-buffer.js';
import type { Settings } from './options.js';

export interface EngineParts {
  opened: OpenedLog;
  settings: Settings;
  environment: Environment;
  lock: DirectoryLock;
  background: Background;
}

export class Engine {
  readonly log: LogMemory;
  readonly context: LogContext;
  readonly settings: Settings;
  readonly mark: number;
  readonly report: RecoveryReport | undefined;
  readonly promises: GroupPromises;
  readonly buffers = new OperationBuffers();
  /** Location of this thread's scratch operation. */
  readonly scratch = scratchLocation(0);
  /** Undefined when opened read-only. */
  readonly writer: LaneWriter | undefined;
  /** Undefined in a store that can have one lane only. */
  readonly lanes: LaneReads | undefined;
  /** Called when the store is poisoned in the background. */
  onError: ((error: Error) => void) | undefined;
  isInTransaction = false;
  readonly #control: Int32Array;
  readonly #parts: EngineParts;
  readonly #superblock: SuperblockWriter | undefined;
  #isMarkedOpen = false;
  #isClosing = false;
  #closed: Promise<void> | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  /** Sequence of the last no-op of an idle store: nothing to do while it is the newest. */
  #idleSequence: number | undefined;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.log = parts.opened.log;
    this.context = parts.opened.context;
    this.settings = parts.settings;
    this.report = parts.opened.report;
    this.mark = parts.environment.mark;
    this.#superblock = parts.opened.superblock;
    this.#control = this.log.control.words;
    this.lanes = this.#laneReads();
    this.promises = new GroupPromises(this.log.control, parts.background, () => this.#becameIdle());
    if (this.#superblock === undefined) return;
    const ring = new SegmentRing(this.context, 0, {
      help: parts.background,
      stallMsMax: parts.environment.stallMsMax,
    });
    this.writer = new LaneWriter(ring, this.log.hook, this.mark);
  }

  /** Refuses a call on a closed or poisoned store. */
  guard(): void {
    if (this.#isClosing) throw new LaneError('STORE_CLOSED', 'the store is closed');
    if (this.#control[POISON] !== 0) throw poisonError(this.log.control);
  }

  /** Refuses a write where none may happen, and prepares the first one. Returns the writer. */
  guardWrite(): LaneWriter {
    this.guard();
    if (this.#isMarkedOpen && !this.isInTransaction) return this.writer!;
    if (this.isInTransaction) {
      throw new LaneError(
        'TRANSACTION_ACTIVE',
        'write through the transaction while its body runs',
      );
    }
    if (this.writer === undefined) {
      throw new LaneError('READ_ONLY', 'the store was opened read-only');
    }
    this.#beginWriting();
    return this.writer;
  }

  /** Low half of the newest sequence: what a consistent view taken now may see. */
  newestSequence(): number {
    return (Atomics.load(this.#control, NEXT_SEQUENCE) - 1) >>> 0;
  }

  /**
   * Like newestSequence, past the fence: every write not above it is published, whichever lane
   * wrote it.
   */
  fencedSequence(): number {
    if (this.isInTransaction) return this.newestSequence();
    return (fence(this.log.control, this.mark) - 1) >>> 0;
  }

  /**
   * The sequence of a view taken now. This thread's own lane has no write under way: alone, it
   * needs no fence.
   */
  viewSequence(): number {
    return this.lanes === undefined ? this.newestSequence() : this.fencedSequence();
  }

  /** Low half of the last sequence that lane 0 published, 0 if it wrote nothing in this open. */
  get lastWritten(): number {
    return this.#control[this.log.control.laneStart(0) + LANE_PUBLISHED]! >>> 0;
  }

  flush(): Promise<void> {
    this.guard();
    this.#refuseInTransaction();
    const last = this.lastWritten;
    return last <= this.promises.durable ? Promise.resolve() : this.promises.done(last);
  }

  flushSync(): void {
    this.guard();
    this.#refuseInTransaction();
    const last = this.lastWritten;
    if (last <= this.promises.durable) return;
    this.#parts.background.requestSync(true);
    for (;;) {
      const seen = Atomics.load(this.#control, DURABLE);
      if (seen >>> 0 >= last) return;
      if (isPoisoned(this.log.control)) throw poisonError(this.log.control);
      this.#parts.background.awaitDurable(seen);
    }
  }

  /** Ends the store; the same promise for every call. */
  close(): Promise<void> {
    this.#refuseInTransaction();
    this.#closed ??= this.#close();
    return this.#closed;
  }

  get isClosed(): boolean {
    return this.#isClosing;
  }

  #laneReads(): LaneReads | undefined {
    const { control, memory } = this.log;
    if (control.lanesMax === 1) return undefined;
    return new LaneReads(control, memory, { own: 0, mark: this.mark, scratch: this.scratch });
  }

  #refuseInTransaction(): void {
    if (this.isInTransaction) {
      throw new LaneError(
        'TRANSACTION_ACTIVE',
        'not possible while the body of a transaction runs',
      );
    }
  }

  /** The superblock says that the log goes on, durably, before any version can be seen outside. */
  #beginWriting(): void {
    const superblock = this.#superblock!;
    // Before anything is written: their files may be missing.
    this.#parts.background.start();
    if (superblock.block.state === STORE_CLEAN) {
      try {
        superblock.commit({ state: STORE_OPEN, nextGeneration: this.#nextGeneration() });
      } catch (error) {
        throw this.#failed(error);
      }
    }
    this.#isMarkedOpen = true;
  }

  #nextGeneration(): number {
    return Atomics.load(this.#control, NEXT_GENERATION) >>> 0;
  }

  /** A failed write of the superblock poisons, unless the disk was just full. */
  #failed(error: unknown): unknown {
    if (isLaneError(error, 'DISK_FULL')) return error;
    poison(this.log.control, error);
    return poisonError(this.log.control);
  }

  #becameIdle(): void {
    if (isPoisoned(this.log.control)) {
      this.onError?.(poisonError(this.log.control));
      return;
    }
    if (this.#isClosing || this.lastWritten === this.#idleSequence) return;
    this.#idleTimer ??= setTimeout(() => this.#writeWatermark(), this.#parts.environment.idleMs);
    this.#idleTimer.unref();
    this.#idleTimer.refresh();
  }

  /** One no-op, synced, so that damage of the last group can be told from a torn write. */
  #writeWatermark(): void {
    this.#idleTimer = undefined;
    const isQuiet = !this.#isClosing && !this.promises.hasPending && !isPoisoned(this.log.control);
    // Without room it is left out: a rotation is not worth it, and could fail on a full disk.
    if (!isQuiet || this.isInTransaction || !this.writer!.hasRoom(NO_OP_BYTES)) return;
    this.#idleSequence = this.writer!.appendNoOp() >>> 0;
    // Joined as if somebody waited: a sync that fails is noticed though nobody wrote.
    void this.promises.done(this.#idleSequence);
    this.#parts.background.requestSync(true);
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
    const flushed = attempt(() => (this.#isMarkedOpen ? this.flush() : undefined));
    this.#isClosing = true;
    clearTimeout(this.#idleTimer);
    await flushed;
    await background.stop();
    if (isPoisoned(this.log.control)) failure ??= poisonError(this.log.control);
    if (failure === undefined && this.#isMarkedOpen) await attempt(() => this.#commitClean());
    await attempt(() => this.writer?.ring.unmapAll());
    await attempt(() => lock.release());
    if (failure !== undefined) throw failure;
  }

  /** Removes unused segments and writes to both slots where the log ends. */
  #commitClean(): void {
    // A log of several lanes has no clean end: the next open copies all of them into lane 0.
    if (this.#superblock!.block.lanes.length > 1) return;
    removeStandbys(this.context, 0);
    invariant(
      this.#control[DURABLE] === (this.newestSequence() | 0),
      'a clean close has synced all',
    );
    const lane = { ...this.#superblock!.block.lanes[0]!, ...laneEnd(this.context, 0) };
    this.#superblock!.commit({
      state: STORE_CLEAN,
      durable: this.#control[DURABLE]! >>> 0,
      nextGeneration: this.#nextGeneration(),
      lanes: [lane],
    });
  }
}
