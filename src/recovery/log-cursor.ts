// Walks the records of a log (docs/format.md, "Logs") in the order in which they were written,
// across its segments, and knows of each its full sequence, position and epoch. Stops at the first
// place that is no record and leaves it to the caller what that means. Never writes.

import { LaneError } from '../errors.js';
import { segmentName } from '../format/file-name.js';
import {
  KIND_EPOCH_BARRIER,
  KIND_NO_OP,
  KIND_ROTATION_TRAILER,
  keyDistanceOf,
} from '../format/operation.js';
import { SEGMENT_HEADER_BYTES, SEGMENT_OPEN } from '../format/segment-header.js';
import type { Superblock } from '../format/superblock.js';
import type { ReadOnlyFileSystem } from '../io/file-system.js';
import type { StopReason } from '../wal/wal-reader.js';
import type { SuperblockState } from './read-superblock.js';
import { SegmentCursor } from './segment-cursor.js';

/** Sequences per era. */
const ERA_STEP = 4294967296;

/** A segment of a log and where it stands in it. */
export interface SegmentPlace {
  generation: number;
  segmentBytes: number;
  /** Position at which it begins. */
  position: number;
  /** Full sequence of its first record, written or not. */
  sequence: number;
  /** Epoch in which it begins. */
  epoch: number;
}

export interface LogSource {
  fileSystem: ReadOnlyFileSystem;
  directory: string;
  storeId: Uint8Array;
  /** Where a clean log ends: nothing from there on is looked at. */
  end?: { generation: number; offset: number } | undefined;
}

/** Where to begin: a segment and what is known of its beginning. */
export type LogStart = Omit<SegmentPlace, 'segmentBytes'>;

/** Where the log begins, as its superblock says; of the sequence the low half. */
export function beginningOf(block: Superblock): LogStart {
  return {
    generation: block.lanes[0]!.firstGeneration,
    position: block.log!.basePosition,
    sequence: block.firstSequence,
    epoch: block.epoch,
  };
}

/** Where a log that was closed ends; undefined of one that was not. */
export function cleanEndOf({ block, isClean }: SuperblockState): LogSource['end'] {
  const { endGeneration, endOffset } = block.lanes[0]!;
  return isClean ? { generation: endGeneration, offset: endOffset } : undefined;
}

export class LogCursor {
  /** Of the record last read. */
  sequence = 0;
  position = 0;
  kind = 0;
  /** Epoch of the record last read; behind a barrier the new one. */
  epoch: number;
  /** Position behind the record last read. */
  end: number;
  /** Full sequence of the next record. */
  nextSequence: number;
  /** Largest full sequence that a record read states to be durable. */
  durable = 0;
  /** Every segment entered, in order. */
  readonly places: SegmentPlace[] = [];
  readonly #source: LogSource;
  #segment: SegmentCursor;
  #era: number;

  /**
   * Opens the segment to begin with. Throws CORRUPT, FORMAT_UNSUPPORTED or IO_ERROR, naming the
   * file.
   */
  constructor(source: LogSource, start: LogStart) {
    this.#source = source;
    this.#segment = this.#open(start.generation);
    this.#era = this.#segment.header.era;
    this.nextSequence = this.#era * ERA_STEP + (start.sequence % ERA_STEP);
    this.end = start.position;
    this.epoch = start.epoch;
    this.#note(start.generation);
  }

  /** Goes to the next record, rotation trailers and no-ops included; false at the stop. */
  advance(): boolean {
    for (;;) {
      if (this.#segment.advance()) {
        this.#take();
        return true;
      }
      if (this.stop !== 'trailer') return false;
      this.#enter(this.#segment.reader.nextGeneration);
    }
  }

  /** Looks at the stop again: another thread or process may have gone on writing. */
  lookAgain(): void {
    this.#segment.lookAgain();
  }

  /** Why it stopped. */
  get stop(): StopReason | undefined {
    return this.#segment.reader.stop;
  }

  /** Segment that the record last read, or the stop, is in. */
  get place(): SegmentPlace {
    return this.places.at(-1)!;
  }

  get path(): string {
    return this.#segment.path;
  }

  /** Offset in the file of the record last read, or of the stop. */
  get offset(): number {
    return this.#segment.reader.offset;
  }

  /** Era of the segment. */
  get era(): number {
    return this.#era;
  }

  /** Memory of the record last read and the byte offset of its data there. */
  get words(): Int32Array {
    return this.#segment.words;
  }

  get bytes(): Uint8Array {
    return this.#segment.bytes;
  }

  get data(): number {
    return this.#segment.reader.data;
  }

  get dataBytes(): number {
    return this.#segment.reader.dataBytes;
  }

  close(): void {
    this.#segment.close();
  }

  #open(generation: number): SegmentCursor {
    const { fileSystem, directory, storeId, end } = this.#source;
    const limit = end?.generation === generation ? end.offset : undefined;
    const identity = { storeId, lane: 0, generation };
    const segment = new SegmentCursor(fileSystem, directory, identity, limit);
    if (segment.header.state === SEGMENT_OPEN) return segment;
    segment.close();
    throw new LaneError('CORRUPT', 'a log has no sealed segments', {
      file: segment.path,
      offset: 0,
    });
  }

  #enter(generation: number): void {
    if (generation <= this.place.generation) this.#refuse('a trailer names an older segment');
    const next = this.#open(generation);
    this.#segment.close();
    this.#segment = next;
    const { era } = next.header;
    if (era === this.#era + 1) this.nextSequence = era * ERA_STEP + 1;
    else if (era !== this.#era) this.#refuse('the segment is of another era');
    this.#era = era;
    this.#note(generation);
  }

  #note(generation: number): void {
    this.places.push({
      generation,
      segmentBytes: this.#segment.header.segmentBytes,
      position: this.end,
      sequence: this.nextSequence,
      epoch: this.epoch,
    });
  }

  #take(): void {
    const { reader } = this.#segment;
    const low = this.nextSequence % ERA_STEP;
    if (reader.sequence !== low || reader.era !== undefined) {
      this.#refuse(`record ${low} is expected, ${reader.sequence} found`);
    }
    this.kind = reader.kind;
    this.sequence = this.nextSequence;
    this.position = this.end;
    this.nextSequence++;
    this.end += reader.end - reader.offset;
    if (reader.durable > 0) {
      this.durable = Math.max(this.durable, this.#era * ERA_STEP + reader.durable);
    }
    if (this.kind === KIND_EPOCH_BARRIER) {
      const { words } = this.#segment;
      const body = reader.data + keyDistanceOf(words[reader.data >>> 2]!);
      this.epoch = words[body >>> 2]! >>> 0;
    }
  }

  #refuse(message: string): never {
    throw new LaneError('CORRUPT', message, { file: this.path, offset: this.offset });
  }
}

/** True for what the log writes for itself: its user never sees these. */
export function isOwnRecord(kind: number): boolean {
  return kind === KIND_ROTATION_TRAILER || kind === KIND_NO_OP;
}

/** Name of a segment's file. */
export function placeName(place: LogStart): string {
  return segmentName(0, place.generation);
}

/** Offset in its file of a position in a segment. */
export function offsetIn(place: SegmentPlace, position: number): number {
  return position - place.position + SEGMENT_HEADER_BYTES;
}
