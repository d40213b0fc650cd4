// All valid records of a segment, also those behind damage: read one after the other, and where one
// cannot be read, the next one is looked for. Says what lies between them. Never writes.

import { SEGMENT_HEADER_BYTES } from '../format/segment-header.js';
import type { SegmentBytes } from './wal-reader.js';
import { findRecord, searchBudget, WalReader } from './wal-reader.js';

/** A part of a file. */
export interface ByteRange {
  offset: number;
  bytes: number;
}

export class RecordScan {
  /** Stands on the record last read. */
  readonly reader: WalReader;
  /** What lies before and between the records and is none. */
  readonly gaps: ByteRange[] = [];
  /** Offset after the last record read. */
  end = SEGMENT_HEADER_BYTES;
  readonly #segment: SegmentBytes;
  readonly #budget = searchBudget();

  constructor(segment: SegmentBytes) {
    this.#segment = segment;
    this.reader = new WalReader(segment);
  }

  /** Goes to the next record; false when there is none, or a rotation trailer was the last. */
  advance(): boolean {
    const { reader } = this;
    while (!reader.advance()) {
      if (reader.stop === 'trailer') return false;
      const next = findRecord(this.#segment, reader.offset + 8, this.#budget);
      if (next < 0) return false;
      this.gaps.push({ offset: reader.offset, bytes: next - reader.offset });
      reader.resumeAt(next);
    }
    this.end = reader.end;
    return true;
  }

  /** True if the search gave up before the end: only hostile content makes it. */
  get isCutShort(): boolean {
    return this.#budget.bytes < 0;
  }
}
