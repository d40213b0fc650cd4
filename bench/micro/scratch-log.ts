// A log of one lane on real files, without a store and without background threads: its memory, ring
// and writer are those of a store. One large segment, which is written again from its start when it
// is full: so appends run as they do between two rotations.

import type { ControlBlock } from '../../src/control/control-block.js';
import {
  LANE_POSITION,
  LANE_SLOT,
  NEXT_GENERATION,
  SLOT_GENERATION,
  SLOT_IMAGE,
  SLOT_SYNCED,
} from '../../src/control/control-block.js';
import type { PoolMemory } from '../../src/control/pool.js';
import { segmentName } from '../../src/format/file-name.js';
import { SEGMENT_HEADER_BYTES } from '../../src/format/segment-header.js';
import { NodeFileSystem } from '../../src/io/node-file-system.js';
import { LogMemory } from '../../src/store/log-memory.js';
import { SyncRound } from '../../src/sync/sync-round.js';
import { beginLane } from '../../src/wal/begin-lane.js';
import type { RecordHook } from '../../src/wal/lane-writer.js';
import { LaneWriter } from '../../src/wal/lane-writer.js';
import { SegmentRing } from '../../src/wal/segment-ring.js';

const SEGMENT_BYTES = 16 * 1024 * 1024;
const MEMORY_BYTES = 4 * SEGMENT_BYTES;
const MARK = 1;
const SYNCER_MARK = 2;

/** Nothing is indexed. */
const NO_HOOK: RecordHook = { stamp: () => undefined, insert: () => undefined };

export class ScratchLog {
  readonly fileSystem = new NodeFileSystem({ native: true });
  readonly control: ControlBlock;
  readonly memory: PoolMemory;
  /** The syncer's round, for calling on this thread. */
  readonly round: SyncRound;
  readonly #directory: string;
  readonly #ring: SegmentRing;
  #writer: LaneWriter;

  constructor(directory: string, isMapped: boolean) {
    if (isMapped && !this.fileSystem.canMap(directory)) throw new Error('no mapping here');
    const log = new LogMemory({
      memoryBytes: MEMORY_BYTES,
      segmentBytes: SEGMENT_BYTES,
      logBytes: 0,
      lanesMax: 1,
      usesHugePages: true,
    });
    this.control = log.control;
    this.memory = log.memory;
    this.#directory = directory;
    this.control.words[NEXT_GENERATION] = 1;
    const context = {
      fileSystem: this.fileSystem,
      directory,
      storeId: new Uint8Array(16).fill(7),
      control: this.control,
      memory: this.memory,
      isMapped,
      segmentBytes: SEGMENT_BYTES,
    };
    beginLane(context, 0);
    const { memory, control, fileSystem } = this;
    this.round = new SyncRound({ fileSystem, directory, control, memory, isMapped }, SYNCER_MARK);
    const help = {
      admitPrepared: () => this.round.admitPrepared(),
      drain: () => undefined,
    };
    this.#ring = new SegmentRing(context, 0, { help, stallMsMax: 0 });
    this.#writer = new LaneWriter(this.#ring, NO_HOOK, MARK);
    this.#enterLargeSegment();
  }

  /** The writer, with room for a record of `dataBytes` bytes of data. */
  writerFor(dataBytes: number): LaneWriter {
    if (!this.#writer.hasRoom(dataBytes)) this.#rewind();
    return this.#writer;
  }

  /** Path of the segment file that is written to. */
  get path(): string {
    const { fileSystem, control } = this;
    const generation = control.words[this.#slot() + SLOT_GENERATION]! >>> 0;
    return fileSystem.join(this.#directory, segmentName(0, generation));
  }

  /** Offset in the segment at which the next record begins. */
  get position(): number {
    return this.control.words[this.control.laneStart(0) + LANE_POSITION]!;
  }

  /** Offset in the pool at which the segment's image begins. */
  get image(): number {
    return this.control.words[this.#slot() + SLOT_IMAGE]! * 8;
  }

  close(): void {
    this.round.close();
    this.#ring.unmapAll();
  }

  /** The first segment is a short one: a record that does not fit it leads to a long one. */
  #enterLargeSegment(): void {
    const dataBytes = SEGMENT_BYTES - 2 * SEGMENT_HEADER_BYTES;
    this.#writer.reserve(dataBytes, false);
  }

  #rewind(): void {
    const { words } = this.control;
    words[this.control.laneStart(0) + LANE_POSITION] = SEGMENT_HEADER_BYTES;
    words[this.#slot() + SLOT_SYNCED] = SEGMENT_HEADER_BYTES;
    this.#writer = new LaneWriter(this.#ring, NO_HOOK, MARK);
  }

  #slot(): number {
    const { words } = this.control;
    return this.control.slotStart(0, words[this.control.laneStart(0) + LANE_SLOT]!);
  }
}
