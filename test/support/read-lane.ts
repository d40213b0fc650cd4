// The records of one lane as they stand in its files, from a given generation on: what a reader finds
// who knows nothing but the files.

import { kindOf, WORD_DURABLE, WORD_SEQUENCE } from '../../src/format/operation.js';
import type { ReadOnlyFileSystem } from '../../src/io/file-system.js';
import { keyLength, keyStart } from '../../src/memtable/key-compare.js';
import { loadSegment, SegmentBuffer } from '../../src/recovery/load-segment.js';
import {
  type Evidence,
  type StopReason,
  searchEvidence,
  WalReader,
} from '../../src/wal/wal-reader.js';

export interface FoundRecord {
  generation: number;
  offset: number;
  kind: number;
  sequence: number;
  durable: number;
  /** Of the record's first operation, as text; empty where there is none. */
  key: string;
}

export interface FoundSegment {
  generation: number;
  segmentBytes: number;
  end: number;
  stop: StopReason;
  /** What is found beyond the end. */
  evidence: Evidence;
  /** Bytes beyond the end that are not zero. */
  rest: number;
}

export interface FoundLane {
  records: FoundRecord[];
  segments: FoundSegment[];
}

/** Follows the trailers from `generation` on to the lane's end. */
export function readLane(
  fileSystem: ReadOnlyFileSystem,
  place: { directory: string; storeId: Uint8Array; lane: number; generation: number },
): FoundLane {
  const found: FoundLane = { records: [], segments: [] };
  let { generation } = place;
  while (generation !== 0) {
    const identity = { ...place, generation };
    const { contents, header } = loadSegment(
      fileSystem,
      place.directory,
      identity,
      new SegmentBuffer(),
    );
    const reader = new WalReader(contents);
    const { words, bytes } = contents;
    while (reader.advance()) {
      const { data, kind } = reader;
      const start = keyStart(words, data >>> 3);
      const isSingle = kindOf(words[data >>> 2]!) <= 2;
      const end = start + keyLength(words, data >>> 3);
      found.records.push({
        generation,
        offset: reader.offset,
        kind,
        sequence: words[(data >>> 2) + WORD_SEQUENCE]! >>> 0,
        durable: words[(data >>> 2) + WORD_DURABLE]! >>> 0,
        key: isSingle ? Buffer.from(bytes.subarray(start, end)).toString() : '',
      });
    }
    found.segments.push({
      generation,
      segmentBytes: header.segmentBytes,
      end: reader.end,
      stop: reader.stop!,
      evidence: searchEvidence(contents, reader.end),
      rest: bytes.subarray(reader.end, contents.length).filter((byte) => byte !== 0).length,
    });
    generation = reader.nextGeneration;
  }
  return found;
}
