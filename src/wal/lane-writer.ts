// The writer of one lane. A record is built by the caller straight in the image of the active
// segment, after reserve() has made sure that nothing can fail later; append() gives it its
// sequence, checksum and place: claim, take the sequence, checksum, insert hook, publish, copy into
// the mapping.
// Owner: the lane's thread. Invariants: 1. bytes before the position are never changed again.
// 2. room for a rotation trailer always remains. 3. a claimed sequence becomes a record or poison.

import { recordCrc, segmentSeed } from '../codec/crc32.js';
import {
  DURABLE,
  LANE_CLAIM,
  LANE_ENTRIES,
  LANE_LOCK,
  LANE_POSITION,
  LANE_PUBLISHED,
  LANE_ROTATIONS,
  LANE_SLOT,
  NEXT_SEQUENCE,
  SLOT_DRAINING,
  SLOT_END,
  SLOT_IMAGE,
  SLOT_STATE,
} from '../control/control-block.js';
import { acquireLock, releaseLock } from '../control/lane-lock.js';
import { poison } from '../control/poison.js';
import type { PoolMemory } from '../control/pool.js';
import { LaneError } from '../errors.js';
import { KIND_NO_OP, KIND_ROTATION_TRAILER, kindWord } from '../format/operation.js';
import {
  DATA_OFFSET,
  NO_OP_BYTES,
  RECORD_HEADER_BYTES,
  recordBytes,
  TRAILER_BYTES,
} from '../format/record.js';
import { SEGMENT_HEADER_BYTES } from '../format/segment-header.js';
import type { SegmentRing } from './segment-ring.js';

/**
 * Copies up to this length go word by word; longer ones by set(), whose view costs more than it
 * saves before.
 */
const WORD_COPY_BYTES_MAX = 320;
/**
 * A standby is due when this part of the first segment is full, and at once in every other: who
 * rotated is likely to do it again.
 */
const STANDBY_PART = 0.25;
/** Sequences end here within one era; an open beyond half of it begins a new era. */
const SEQUENCE_MAX = 0xffff0000;

/** What happens to a record between its sequence and its publication. */
export interface RecordHook {
  /** Writes the sequence into the operations of a batch whose data begins at byte `data`. */
  stamp(data: number, sequence: number): void;
  /** Makes the operations findable. Must not fail: its memory was reserved. */
  insert(data: number): void;
  /** The segment that ends with `end` was left for the one of generation `next`. */
  rotate?(end: number, next: number): void;
}

export class LaneWriter {
  readonly lane: number;
  readonly ring: SegmentRing;
  readonly #hook: RecordHook;
  readonly #mark: number;
  readonly #control: Int32Array;
  readonly #memory: PoolMemory;
  readonly #words: Int32Array;
  readonly #laneAt: number;
  /**
   * Active segment: pool offset of its image, position in it, end of usable bytes, where a standby
   * is due.
   */
  #image = 0;
  #position = 0;
  #limit = 0;
  #standbyAt = 0;
  #seed = 0;
  #mapped: Int32Array | undefined;
  #mappedBytes: Uint8Array | undefined;

  constructor(ring: SegmentRing, hook: RecordHook, mark: number) {
    const { control, memory } = ring.context;
    this.lane = ring.lane;
    this.ring = ring;
    this.#hook = hook;
    this.#mark = mark;
    this.#control = control.words;
    this.#memory = memory;
    this.#words = memory.words;
    this.#laneAt = control.laneStart(ring.lane);
    this.#enter(
      control.words[this.#laneAt + LANE_SLOT]!,
      control.words[this.#laneAt + LANE_POSITION]!,
    );
  }

  /** Byte offset in the pool at which the data of the next record begins. */
  get dataStart(): number {
    return this.#image + this.#position + DATA_OFFSET;
  }

  /** Byte offset in the pool that the data of the next record may not pass. */
  get dataLimit(): number {
    return this.#image + this.#limit;
  }

  /** True if data of so many bytes fits the active segment. */
  hasRoom(dataBytes: number): boolean {
    return this.#position + recordBytes(dataBytes) <= this.#limit;
  }

  /**
   * Makes room for a record with `dataBytes` bytes of data, rotating if it must; dataStart may
   * move. Call it without the lane's lock, or with `isLocked` when all locks are held. Throws
   * RECORD_TOO_LARGE, STORE_FULL, DISK_FULL, STORE_STALLED or SEQUENCE_LIMIT; nothing is written
   * then.
   */
  reserve(dataBytes: number, isLocked: boolean): void {
    while (!this.hasRoom(dataBytes)) {
      const bytes = recordBytes(dataBytes) + TRAILER_BYTES;
      const bytesMax = this.ring.context.segmentBytes - SEGMENT_HEADER_BYTES;
      if (bytes > bytesMax) {
        throw new LaneError(
          'RECORD_TOO_LARGE',
          `a record of ${bytes} bytes is too large (limit ${bytesMax}, option segmentBytes)`,
        );
      }
      if (Atomics.load(this.#control, NEXT_SEQUENCE) >>> 0 > this.#sequenceMax()) {
        throw new LaneError(
          'SEQUENCE_LIMIT',
          'sequences of this era are used up: close and open again',
        );
      }
      const next = this.ring.takeNext(bytes);
      if (!isLocked) acquireLock(this.#control, this.#laneAt + LANE_LOCK, this.#mark);
      try {
        this.#rotate(next);
      } finally {
        if (!isLocked) releaseLock(this.#control, this.#laneAt + LANE_LOCK);
      }
    }
    if (this.#position >= this.#standbyAt) {
      this.#standbyAt = this.#limit + 1;
      this.ring.requestStandby();
    }
  }

  /** True when reserve() has something to do before a record of so many bytes. */
  needsReserve(dataBytes: number): boolean {
    return this.#position >= this.#standbyAt || !this.hasRoom(dataBytes);
  }

  /**
   * Appends the record whose data was built at dataStart. Returns its sequence (low half, as
   * int32).
   */
  append(dataBytes: number, hasOperations: boolean): number {
    acquireLock(this.#control, this.#laneAt + LANE_LOCK, this.#mark);
    try {
      return this.appendLocked(dataBytes, hasOperations);
    } finally {
      releaseLock(this.#control, this.#laneAt + LANE_LOCK);
    }
  }

  /** Like append, for a caller that holds the lane's lock. */
  appendLocked(dataBytes: number, hasOperations: boolean): number {
    return this.#writeOrPoison(dataBytes, hasOperations, true);
  }

  /** Appends a no-op, which carries the watermark. Needs room, as every record. */
  appendNoOp(): number {
    const dataBytes = NO_OP_BYTES - RECORD_HEADER_BYTES;
    this.reserve(dataBytes, false);
    const at = this.dataStart >>> 2;
    this.#words[at] = kindWord(KIND_NO_OP, 0, 0);
    this.#words[at + 1] = 0;
    acquireLock(this.#control, this.#laneAt + LANE_LOCK, this.#mark);
    try {
      return this.#writeOrPoison(dataBytes, false, false);
    } finally {
      releaseLock(this.#control, this.#laneAt + LANE_LOCK);
    }
  }

  /** A sequence that was taken and did not become a record leaves nothing to go on with. */
  #writeOrPoison(dataBytes: number, hasOperations: boolean, isIndexed: boolean): number {
    try {
      return this.#write(dataBytes, hasOperations, isIndexed);
    } catch (error) {
      poison(this.ring.context.control, error);
      throw error;
    }
  }

  #write(dataBytes: number, hasOperations: boolean, isIndexed: boolean): number {
    const control = this.#control;
    const words = this.#words;
    const start = this.#image + this.#position;
    const data = start + DATA_OFFSET;
    const bytes = recordBytes(dataBytes);
    const sequence = this.#takeSequence();
    for (let pad = data + dataBytes; pad < start + bytes; pad++) this.#memory.bytes[pad] = 0;
    words[start >>> 2] = dataBytes;
    words[(data >>> 2) + 2] = sequence;
    words[(data >>> 2) + 3] = control[DURABLE]!; // one writer; an older value is as true
    if (hasOperations) this.#hook.stamp(data, sequence);
    words[(start >>> 2) + 1] = recordCrc(words, this.#memory.bytes, data, dataBytes, this.#seed);
    if (isIndexed) this.#hook.insert(data);
    this.#position += bytes;
    control[this.#laneAt + LANE_PUBLISHED] = sequence;
    control[this.#laneAt + LANE_ENTRIES] = control[this.#laneAt + LANE_ENTRIES]! + 1;
    control[this.#laneAt + LANE_POSITION] = this.#position; // published by the lock's release
    control[this.#laneAt + LANE_CLAIM] = 0;
    if (this.#mapped !== undefined) this.#copyToMapping(start, bytes);
    return sequence;
  }

  /**
   * Claims the next sequence before taking it, so that a successor can tell which one a dead thread
   * held.
   */
  #takeSequence(): number {
    const control = this.#control;
    for (;;) {
      // Checked by the exchange, which also publishes the claim.
      const next = control[NEXT_SEQUENCE]!;
      control[this.#laneAt + LANE_CLAIM] = next;
      if (Atomics.compareExchange(control, NEXT_SEQUENCE, next, (next + 1) | 0) === next)
        return next;
    }
  }

  #copyToMapping(start: number, bytes: number): void {
    const mapped = this.#mapped!;
    const offset = start - this.#image;
    if (bytes > WORD_COPY_BYTES_MAX) {
      this.#mappedBytes!.set(this.#memory.bytes.subarray(start, start + bytes), offset);
      return;
    }
    const words = this.#words;
    const end = (start + bytes) >>> 2;
    let target = offset >>> 2;
    for (let word = start >>> 2; word < end; word++) mapped[target++] = words[word]!;
  }

  /** Closes the active segment with a trailer that names the next generation, and enters it. */
  #rotate(next: number): void {
    const { control } = this.ring.context;
    const at = this.dataStart >>> 2;
    this.#words[at] = kindWord(KIND_ROTATION_TRAILER, 0, 0);
    this.#words[at + 1] = 8;
    this.#words[at + 4] = this.ring.generationOf(next);
    this.#words[at + 5] = 0;
    this.#writeOrPoison(TRAILER_BYTES - RECORD_HEADER_BYTES, false, false);
    const before = control.slotStart(this.lane, this.#control[this.#laneAt + LANE_SLOT]!);
    this.#control[before + SLOT_END] = this.#position;
    Atomics.store(this.#control, before + SLOT_STATE, SLOT_DRAINING);
    this.#control[this.#laneAt + LANE_SLOT] = next;
    this.#control[this.#laneAt + LANE_ROTATIONS] =
      this.#control[this.#laneAt + LANE_ROTATIONS]! + 1;
    Atomics.store(this.#control, this.#laneAt + LANE_POSITION, SEGMENT_HEADER_BYTES);
    this.#hook.rotate?.(this.#position, this.ring.generationOf(next));
    this.#enter(next, SEGMENT_HEADER_BYTES);
  }

  /** Every lane may fill one more segment, with the shortest records, before it looks again. */
  #sequenceMax(): number {
    const { control, segmentBytes } = this.ring.context;
    return SEQUENCE_MAX - control.lanesMax * Math.ceil(segmentBytes / NO_OP_BYTES);
  }

  #enter(slot: number, position: number): void {
    const { control, storeId } = this.ring.context;
    const bytes = this.ring.bytesOf(slot);
    this.#image = control.words[control.slotStart(this.lane, slot) + SLOT_IMAGE]! * 8;
    this.#position = position;
    this.#limit = bytes - TRAILER_BYTES;
    const hasRotated = this.#control[this.#laneAt + LANE_ROTATIONS]! > 0;
    this.#standbyAt = hasRotated ? position : Math.floor(bytes * STANDBY_PART);
    this.#seed = segmentSeed(storeId, this.lane, this.ring.generationOf(slot));
    const region = this.ring.regionOf(slot);
    this.#mapped = region?.words;
    this.#mappedBytes = region?.bytes;
  }
}
