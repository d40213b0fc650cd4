// A store of several lanes, driven below the public interface as later releases will: one control block,
// one writer a lane, one syncer for all; segments recycled behind a checkpoint that the superblock
// commits. Keeps no index: what is in it is known to the history alone.

import {
  LANE_FIRST_GENERATION,
  LANE_POSITION,
  LANE_SLOT,
  NEXT_GENERATION,
  NEXT_SEQUENCE,
  SLOT_ACTIVE,
  SLOT_GENERATION,
  SLOT_SEALED,
  SLOT_STATE,
} from '../../src/control/control-block.js';
import type { SuperblockWriter } from '../../src/directory/superblock-writer.js';
import { KIND_BATCH, KIND_DELETE, KIND_PUT, kindWord } from '../../src/format/operation.js';
import { firstOperation, nextOperation, TRAILER_BYTES } from '../../src/format/record.js';
import { SEGMENT_HEADER_BYTES } from '../../src/format/segment-header.js';
import { STORE_CLEAN, STORE_OPEN } from '../../src/format/superblock.js';
import { align8 } from '../../src/format/uint64.js';
import { addLane } from '../../src/store/lanes.js';
import type { OpenedLog } from '../../src/store/open-log.js';
import { createLog } from '../../src/store/open-log.js';
import { readOptions } from '../../src/store/options.js';
import { LaneWriter } from '../../src/wal/lane-writer.js';
import { moveFirstGeneration, recycleSegment } from '../../src/wal/prepare-segment.js';
import { SegmentRing } from '../../src/wal/segment-ring.js';
import type { InlineBackground } from '../support/inline-background.js';
import type { TestDisk } from '../support/test-disk.js';
import { TestEnvironment } from '../support/test-environment.js';
import type { Change, Expectation } from './history.js';
import { History } from './history.js';
import { DIRECTORY, STORE_OPTIONS } from './session.js';

const MARK = 1;
const MEMORY_BYTES = 4 * 1048576;
const OPERATION_BYTES = 16;

export class LaneStore {
  readonly disk: TestDisk;
  readonly history = new History();
  readonly background: InlineBackground;
  /** True while the syncer is at work: other threads may write meanwhile. */
  isInRound = false;
  readonly #log: OpenedLog;
  readonly #superblock: SuperblockWriter;
  readonly #writers: LaneWriter[] = [];

  constructor(disk: TestDisk, lanesMax: number, seed: number) {
    this.disk = disk;
    const environment = new TestEnvironment(disk, { seed, lanesMax, mode: 'told' });
    disk.makeDirectory(DIRECTORY);
    disk.syncDirectory('/');
    const isMapped = disk.mappable;
    const settings = readOptions(DIRECTORY, { ...STORE_OPTIONS, memoryBytes: MEMORY_BYTES });
    this.#log = createLog({ directory: DIRECTORY, settings, environment, isMapped });
    this.#superblock = this.#log.superblock!;
    const { context, log } = this.#log;
    const { storeId } = context;
    this.background = environment.background(context.control, {
      control: context.control.buffer,
      pool: log.pool,
      directory: DIRECTORY,
      storeId,
      isMapped,
      segmentBytes: STORE_OPTIONS.segmentBytes,
      syncDelayMs: 0,
    });
    this.#superblock.commit({ state: STORE_OPEN, nextGeneration: this.#nextGeneration });
    this.#writers.push(this.#writer(0));
  }

  get lanes(): number {
    return this.#writers.length;
  }

  /** The next sequence that a record gets. */
  get nextSequence(): number {
    return Atomics.load(this.#words, NEXT_SEQUENCE) >>> 0;
  }

  addLane(): void {
    const lane = this.#writers.length;
    addLane(this.#log.context, this.#superblock, lane, MARK);
    this.#writers.push(this.#writer(lane));
  }

  /** One change as a record of its own, several as a batch. */
  write(lane: number, changes: readonly Change[]): void {
    const write = this.history.begin(changes);
    const writer = this.#writers[lane]!;
    const isBatch = changes.length !== 1;
    let dataBytes = isBatch ? OPERATION_BYTES : 0;
    for (const [key, value] of changes) {
      dataBytes = align8(dataBytes) + OPERATION_BYTES + key.length + (value?.length ?? 0);
    }
    writer.reserve(dataBytes, false);
    const { words, bytes } = this.#log.context.memory;
    let at = writer.dataStart;
    if (isBatch) {
      words[at >>> 2] = kindWord(KIND_BATCH, 0, 0);
      words[(at >>> 2) + 1] = changes.length;
      at += OPERATION_BYTES;
    }
    for (const change of changes) {
      const start = align8(at);
      bytes.fill(0, at, start);
      at = this.#writeOperation(start, change);
    }
    write.version = writer.append(dataBytes, isBatch) >>> 0;
  }

  sync(): void {
    this.isInRound = true;
    this.background.runRound();
    this.isInRound = false;
  }

  expectation(): Expectation {
    this.history.acknowledgeUpTo(this.background.durable);
    return this.history.expectation();
  }

  /** Ends the active segment of a lane. */
  rotate(lane: number): void {
    const { segmentBytes } = this.#log.context;
    const dataBytes = segmentBytes - SEGMENT_HEADER_BYTES - 2 * TRAILER_BYTES;
    const isEmpty = this.#words[this.#laneAt(lane) + LANE_POSITION] === SEGMENT_HEADER_BYTES;
    if (!isEmpty) this.#writers[lane]!.reserve(dataBytes, false);
  }

  /** Declares everything written so far to be kept elsewhere: from now on the log begins here. */
  checkpoint(): void {
    for (let lane = 0; lane < this.lanes; lane++) this.rotate(lane);
    const { history } = this;
    const base = history.writes.length;
    const firstSequence = this.nextSequence;
    const generations = this.#writers.map((_, lane) => this.#activeGeneration(lane));
    // Others may write while this is synced; what they write lies behind the cut.
    this.sync();
    history.bases = [history.bases[0]!, base];
    const lanes = generations.map((generation, lane) => {
      moveFirstGeneration(this.#log.context, lane, generation);
      const ends = { endGeneration: generation, endOffset: 0 };
      return { lane, firstGeneration: generation, liveGeneration: generation, ...ends };
    });
    const durable = this.background.durable;
    const nextGeneration = this.#nextGeneration;
    this.#superblock.commit({ state: STORE_OPEN, firstSequence, durable, nextGeneration, lanes });
    history.bases = [base];
  }

  /** Slots of a lane with segments that nobody needs any more. */
  recyclable(lane: number): number[] {
    const { control } = this.#log.context;
    const slots = Array.from({ length: control.slotsPerLane }, (_, slot) => slot);
    const first = this.#words[this.#laneAt(lane) + LANE_FIRST_GENERATION]! >>> 0;
    return slots.filter((slot) => {
      const at = control.slotStart(lane, slot);
      if (this.#words[at + SLOT_STATE] !== SLOT_SEALED) return false;
      return this.#words[at + SLOT_GENERATION]! >>> 0 < first;
    });
  }

  recycle(lane: number, slot: number): void {
    recycleSegment(this.#log.context, lane, slot);
  }

  /** Segments of a lane that hold records. */
  segmentsInUse(lane: number): number {
    const { control } = this.#log.context;
    let used = 0;
    for (let slot = 0; slot < control.slotsPerLane; slot++) {
      if (this.#words[control.slotStart(lane, slot) + SLOT_STATE]! >= SLOT_ACTIVE) used++;
    }
    return used;
  }

  /** Ends with everything durable, as a proper close of several lanes. */
  async close(): Promise<void> {
    await this.background.stop();
    const lanes = this.#superblock.block.lanes.map((one) => ({
      ...one,
      endGeneration: this.#activeGeneration(one.lane),
      endOffset: this.#words[this.#laneAt(one.lane) + LANE_POSITION]!,
    }));
    const durable = this.background.durable;
    const nextGeneration = this.#nextGeneration;
    this.#superblock.commit({ state: STORE_CLEAN, durable, nextGeneration, lanes });
  }

  unmap(): void {
    for (const writer of this.#writers) writer.ring.unmapAll();
    this.disk.assertNoLateStores();
  }

  get #words(): Int32Array {
    return this.#log.context.control.words;
  }

  get #nextGeneration(): number {
    return Atomics.load(this.#words, NEXT_GENERATION) >>> 0;
  }

  #laneAt(lane: number): number {
    return this.#log.context.control.laneStart(lane);
  }

  #activeGeneration(lane: number): number {
    const { control } = this.#log.context;
    const slot = this.#words[this.#laneAt(lane) + LANE_SLOT]!;
    return this.#words[control.slotStart(lane, slot) + SLOT_GENERATION]! >>> 0;
  }

  #writer(lane: number): LaneWriter {
    const { context } = this.#log;
    const ring = new SegmentRing(context, lane, { help: this.background, stallMsMax: 0 });
    const { words } = context.memory;
    return new LaneWriter(ring, { stamp: (...of) => stamp(words, ...of), insert: () => {} }, MARK);
  }

  #writeOperation(at: number, [key, value]: Change): number {
    const { words, buffer } = this.#log.context.memory;
    words.fill(0, at >>> 2, (at >>> 2) + 4);
    words[at >>> 2] = kindWord(value === undefined ? KIND_DELETE : KIND_PUT, 0, key.length);
    words[(at >>> 2) + 1] = value?.length ?? 0;
    buffer.write(key + (value ?? ''), at + OPERATION_BYTES, 'latin1');
    return at + OPERATION_BYTES + key.length + (value?.length ?? 0);
  }
}

function stamp(words: Int32Array, data: number, sequence: number): void {
  const count = words[(data >>> 2) + 1]!;
  let operation = firstOperation(words, data);
  for (let index = 0; index < count; index++) {
    words[(operation >>> 2) + 2] = sequence;
    operation = nextOperation(words, operation);
  }
}
