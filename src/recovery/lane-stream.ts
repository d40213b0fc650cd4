// The records of one lane in the order in which they were written, across its segments: the sealed
// ones first, then the live ones, each naming the next by its rotation trailer. Stops at the lane's
// end, and says whether that end is damage that no torn write explains. Never writes.

import { LaneError } from '../errors.js';
import { KIND_ROTATION_TRAILER } from '../format/operation.js';
import { SEGMENT_HEADER_BYTES, SEGMENT_SEALED } from '../format/segment-header.js';
import type { SuperblockLane } from '../format/superblock.js';
import type { ReadOnlyFileSystem } from '../io/file-system.js';
import type { Evidence } from '../wal/wal-reader.js';
import { searchEvidence, WalReader } from '../wal/wal-reader.js';
import type { LoadedSegment } from './load-segment.js';
import { loadSegment, SegmentBuffer } from './load-segment.js';
import type { SegmentReport } from './report.js';

export interface StreamSource {
  fileSystem: ReadOnlyFileSystem;
  directory: string;
  storeId: Uint8Array;
  /** True if the store was closed properly: then the log ends exactly where the superblock says. */
  isClean: boolean;
  firstSequence: number;
}

export class LaneStream {
  readonly lane: SuperblockLane;
  readonly segments: SegmentReport[] = [];
  /** What lies beyond the end of the lane's last segment. */
  evidence: Evidence = { records: 0, offset: -1, durable: 0, sequence: 0 };
  /** The record last read. */
  reader!: WalReader;
  segment!: LoadedSegment;
  isSealed = false;
  isDone = false;
  readonly #source: StreamSource;
  readonly #buffer = new SegmentBuffer();
  #lastSequence: number;

  /**
   * Sequence of the live record last read; before the first one, that of the last record before it.
   */
  get lastSequence(): number {
    return this.#lastSequence;
  }

  /** Opens the lane's first segment. Throws CORRUPT as loadSegment does. */
  constructor(source: StreamSource, lane: SuperblockLane) {
    this.#source = source;
    this.lane = lane;
    this.#lastSequence = source.firstSequence - 1;
    this.isSealed = lane.firstGeneration !== lane.liveGeneration;
    this.#enter(lane.firstGeneration);
  }

  /** Goes to the next record of the lane, rotation trailers included; false at the lane's end. */
  advance(): boolean {
    if (this.isDone) return false;
    for (;;) {
      if (this.reader.advance()) {
        this.#note();
        return true;
      }
      this.#finishSegment();
      if (this.reader.stop !== 'trailer') return this.#end();
      const next = this.reader.nextGeneration;
      if (next <= this.segment.header.generation) this.#refuse('a trailer names an older segment');
      if (this.isSealed && next === this.lane.liveGeneration) this.isSealed = false;
      this.#enter(next);
    }
  }

  #enter(generation: number): void {
    const { fileSystem, directory, storeId, isClean } = this.#source;
    const identity = { storeId, lane: this.lane.lane, generation };
    this.segment = loadSegment(fileSystem, directory, identity, this.#buffer);
    const { header, path } = this.segment;
    if ((header.state === SEGMENT_SEALED) !== this.isSealed) {
      throw new LaneError('CORRUPT', 'the segment is not in the part of the chain it belongs to', {
        file: path,
        offset: 0,
      });
    }
    let { contents } = this.segment;
    if (isClean && generation === this.lane.endGeneration) {
      if (this.lane.endOffset < SEGMENT_HEADER_BYTES || this.lane.endOffset > contents.length) {
        throw new LaneError('CORRUPT', 'the segment is shorter than the log in it', {
          file: path,
          offset: contents.length,
        });
      }
      contents = { ...contents, length: this.lane.endOffset };
    }
    const isFirst = generation === this.lane.firstGeneration;
    const from = isFirst ? this.#firstOffset(contents.length) : SEGMENT_HEADER_BYTES;
    this.reader = new WalReader(contents, from);
    this.segments.push({
      file: this.segment.name,
      lane: this.lane.lane,
      generation,
      role: this.isSealed ? 'sealed' : 'live',
      segmentBytes: header.segmentBytes,
      records: 0,
      firstSequence: 0,
      lastSequence: 0,
      end: from,
      evidenceRecords: 0,
    });
  }

  /** Where the log of the lane begins: what stands before it is in the tree. */
  #firstOffset(length: number): number {
    const { firstOffset = SEGMENT_HEADER_BYTES } = this.lane;
    if (firstOffset <= length) return firstOffset;
    throw new LaneError('CORRUPT', 'the segment ends before the log in it begins', {
      file: this.segment.path,
      offset: length,
    });
  }

  #note(): void {
    const { reader } = this;
    const report = this.segments.at(-1)!;
    const isTrailer = reader.kind === KIND_ROTATION_TRAILER;
    if (this.isSealed) {
      if (!isTrailer && reader.era === undefined) this.#refuse('a sealed record states no era');
    } else {
      if (reader.era !== undefined) this.#refuse('a live record states an era');
      if (reader.sequence <= this.#lastSequence || reader.durable >= reader.sequence) {
        this.#refuse('a sequence is out of order');
      }
      this.#lastSequence = reader.sequence;
    }
    if (report.records === 0) report.firstSequence = reader.sequence;
    report.records++;
    report.lastSequence = reader.sequence;
    report.end = reader.end;
  }

  #refuse(message: string): never {
    throw new LaneError('CORRUPT', message, {
      file: this.segment.path,
      offset: this.reader.offset,
    });
  }

  #finishSegment(): void {
    const report = this.segments.at(-1)!;
    report.end = this.reader.offset;
    if (this.reader.stop !== undefined) report.stop = this.reader.stop;
  }

  /** The end of the chain: fine in a live segment, or exactly where a clean close left it. */
  #end(): false {
    this.isDone = true;
    const { reader, lane } = this;
    const { isClean } = this.#source;
    const generation = this.segment.header.generation;
    if (this.isSealed) this.#damaged('a sealed segment is damaged');
    if (isClean) {
      const isExact = generation === lane.endGeneration && reader.offset === lane.endOffset;
      if (!isExact) this.#damaged('the log of a cleanly closed store is damaged');
      this.segments.at(-1)!.stop = 'end';
      return false;
    }
    this.evidence = searchEvidence(this.segment.contents, reader.offset + 8);
    this.segments.at(-1)!.evidenceRecords = this.evidence.records;
    return false;
  }

  #damaged(message: string): never {
    throw new LaneError('CORRUPT', `${message} (${this.reader.stop})`, {
      file: this.segment.path,
      offset: this.reader.offset,
    });
  }
}
