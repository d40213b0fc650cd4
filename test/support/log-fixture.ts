// A log of one or more lanes without a store: control block, pool, rings, writers and a syncer that runs
// when the test says so. On any file system; lanes of other threads join with the same shared memory.

import { ControlBlock, ERA, NEXT_GENERATION } from '../../src/control/control-block.js';
import type { PoolMemory } from '../../src/control/pool.js';
import { createPool, initializePool, poolChunks, viewPool } from '../../src/control/pool.js';
import { type CommitFacts, encodeCommitSection } from '../../src/format/commit-section.js';
import {
  KIND_BATCH,
  KIND_COMMIT,
  KIND_DELETE,
  KIND_PUT,
  kindWord,
} from '../../src/format/operation.js';
import { align8 } from '../../src/format/uint64.js';
import type { FileSystem } from '../../src/io/file-system.js';
import { Memtable } from '../../src/memtable/memtable.js';
import { LaneHook } from '../../src/store/lane-hook.js';
import { admitLane } from '../../src/store/lanes.js';
import { SyncRound } from '../../src/sync/sync-round.js';
import { beginLane } from '../../src/wal/begin-lane.js';
import { LaneWriter } from '../../src/wal/lane-writer.js';
import { SegmentRing } from '../../src/wal/segment-ring.js';
import type { LogContext } from '../../src/wal/segment-spec.js';

/** What another thread needs to join; can be sent to it. */
export interface LogShape {
  control: SharedArrayBuffer;
  pool: SharedArrayBuffer;
  directory: string;
  storeId: Uint8Array;
  isMapped: boolean;
  segmentBytes: number;
}

export interface LogFixtureOptions {
  fileSystem: FileSystem;
  directory?: string;
  isMapped?: boolean;
  segmentBytes?: number;
  memoryBytes?: number;
  lanesMax?: number;
  slotsPerLane?: number;
}

/** A change of one key; without a value it is deleted. */
export interface Change {
  key: Uint8Array;
  value?: Uint8Array;
}

export const TEST_STORE_ID = Uint8Array.from({ length: 16 }, (_, index) => index + 1);
const ROUND_MARK = 0x7ffffff0;

/** The view of one thread. */
export class LogFixture {
  readonly control: ControlBlock;
  readonly memory: PoolMemory;
  readonly context: LogContext;
  readonly shape: LogShape;
  /** Runs in this thread when called; of use in one thread only. */
  readonly round: SyncRound;

  constructor(fileSystem: FileSystem, shape: LogShape) {
    const { directory, storeId, isMapped, segmentBytes } = shape;
    this.shape = shape;
    this.control = new ControlBlock(shape.control);
    this.memory = viewPool(shape.pool);
    const { control, memory } = this;
    this.context = { fileSystem, directory, storeId, control, memory, isMapped, segmentBytes };
    this.round = new SyncRound({ fileSystem, directory, control, memory, isMapped }, ROUND_MARK);
  }

  /** A new log without lanes. */
  static create(options: LogFixtureOptions): LogFixture {
    const { fileSystem, directory = '/store', isMapped = false } = options;
    const { segmentBytes = 262144, memoryBytes = 8 << 20, lanesMax = 1 } = options;
    const chunkCount = poolChunks(memoryBytes);
    const { slotsPerLane = 8 } = options;
    const control = ControlBlock.create({ lanesMax, slotsPerLane, chunkCount });
    initializePool(control);
    control.words[NEXT_GENERATION] = 1;
    control.words[ERA] = 0;
    return new LogFixture(fileSystem, {
      control: control.buffer,
      pool: createPool(chunkCount),
      directory,
      storeId: TEST_STORE_ID,
      isMapped,
      segmentBytes,
    });
  }

  /** Begins a lane, of this thread: its first segment is active. */
  addLane(lane: number, mark = lane + 1, stallMsMax = 0): TestLane {
    beginLane(this.context, lane);
    admitLane(this.context, lane, mark);
    return this.joinLane(lane, mark, { stallMsMax });
  }

  /** A lane that was begun already, as the thread sees it that is to write it. */
  joinLane(
    lane: number,
    mark: number,
    options: { stallMsMax: number; admitPrepared?: () => void },
  ): TestLane {
    const { admitPrepared = () => this.round.admitPrepared(), stallMsMax } = options;
    return new TestLane(this, lane, mark, {
      help: { admitPrepared, drain: () => this.sync() },
      stallMsMax,
    });
  }

  /** Admits what is prepared and syncs; true if there was anything to sync. */
  sync(): boolean {
    this.round.admitPrepared();
    return this.round.run();
  }
}

/** A lane and its writer. */
export class TestLane {
  readonly log: LogFixture;
  readonly lane: number;
  readonly ring: SegmentRing;
  readonly memtable: Memtable;
  readonly writer: LaneWriter;

  constructor(
    log: LogFixture,
    lane: number,
    mark: number,
    options: ConstructorParameters<typeof SegmentRing>[2],
  ) {
    const { control, memory, context } = log;
    this.log = log;
    this.lane = lane;
    this.ring = new SegmentRing(context, lane, options);
    this.memtable = new Memtable(control, memory, lane);
    this.writer = new LaneWriter(this.ring, new LaneHook(control, lane, this.memtable), mark);
  }

  /** Puts or deletes; returns the sequence. */
  write({ key, value }: Change): number {
    const dataBytes = 16 + key.length + (value?.length ?? 0);
    this.#reserve(1, dataBytes);
    this.#writeOperation(this.writer.dataStart, { key, value } as Change);
    return this.writer.append(dataBytes, false) >>> 0;
  }

  put(key: string, value: string | Uint8Array = ''): number {
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    return this.write({ key: Buffer.from(key), value: bytes });
  }

  delete(key: string): number {
    return this.write({ key: Buffer.from(key) });
  }

  /** Several changes as one record; returns its sequence. */
  batch(changes: Change[]): number {
    let dataBytes = 16;
    for (const { key, value } of changes) {
      dataBytes = align8(dataBytes) + 16 + key.length + (value?.length ?? 0);
    }
    this.#reserve(changes.length, dataBytes);
    const { words, bytes } = this.log.memory;
    const data = this.writer.dataStart;
    words[data >>> 2] = kindWord(KIND_BATCH, 0, 0);
    words[(data >>> 2) + 1] = changes.length;
    let at = data + 16;
    for (const change of changes) {
      const start = align8(at);
      bytes.fill(0, at, start);
      at = this.#writeOperation(start, change);
    }
    const sequence = this.writer.append(dataBytes, true) >>> 0;
    this.memtable.state.trim();
    return sequence;
  }

  /** A commit without changes; returns its sequence. */
  commit(facts: CommitFacts): number {
    const section = encodeCommitSection(facts);
    this.#reserve(0, 16 + section.length);
    const { words, bytes } = this.log.memory;
    const data = this.writer.dataStart;
    words[data >>> 2] = kindWord(KIND_COMMIT, 0, 0);
    words[(data >>> 2) + 1] = 0;
    bytes.set(section, data + 16);
    return this.writer.append(16 + section.length, true) >>> 0;
  }

  /** A word of the lane in the control block. */
  word(index: number): number {
    const { control } = this.log;
    return control.words[control.laneStart(this.lane) + index]!;
  }

  /** The slots of the lane, as words of the control block. */
  slots(word: number): number[] {
    const { control } = this.log;
    const { slotsPerLane } = control;
    return Array.from({ length: slotsPerLane }, (_, slot) =>
      Number(control.words[control.slotStart(this.lane, slot) + word]),
    );
  }

  #reserve(operations: number, dataBytes: number): void {
    if (!this.memtable.reserve(operations)) throw new Error('the pool of the test is full');
    this.writer.reserve(dataBytes, false);
  }

  /** Returns the end of the operation, unpadded. */
  #writeOperation(at: number, { key, value }: Change): number {
    const { words, bytes } = this.log.memory;
    words.fill(0, at >>> 2, (at >>> 2) + 4);
    words[at >>> 2] = kindWord(value === undefined ? KIND_DELETE : KIND_PUT, 0, key.length);
    words[(at >>> 2) + 1] = value?.length ?? 0;
    bytes.set(key, at + 16);
    if (value !== undefined) bytes.set(value, at + 16 + key.length);
    return at + 16 + key.length + (value?.length ?? 0);
  }
}
