// One segment file, damaged or not: whose it is, which valid records are in it, and what lies
// between them. The name says which segment it is, unless a sound header says otherwise and records
// of that segment are there: then it was renamed. Never writes.

import { crc32, segmentSeed } from '../codec/crc32.js';
import type { HeaderProblem } from '../format/file-header.js';
import { isSameStore, versionOf } from '../format/file-header.js';
import type { SegmentName } from '../format/file-name.js';
import { KIND_COMMIT, KIND_ENTRY } from '../format/operation.js';
import type { SegmentHeader } from '../format/segment-header.js';
import {
  decodeSegmentHeader,
  SEGMENT_BYTES_MAX,
  SEGMENT_HEADER_BYTES,
} from '../format/segment-header.js';
import type { ReadOnlyFileSystem } from '../io/file-system.js';
import { SegmentBuffer } from '../recovery/load-segment.js';
import type { ByteRange } from '../wal/record-scan.js';
import { RecordScan } from '../wal/record-scan.js';
import type { SegmentBytes, WalReader } from '../wal/wal-reader.js';
import { findRecord, searchBudget } from '../wal/wal-reader.js';
import { NumberList } from './number-list.js';
import { readBytes } from './read-bytes.js';

/** Called after each piece of work with its bytes and records; rejects to end the work. */
export type Pace = (bytes: number, records: number) => Promise<void>;

/** A segment file and what its name and header say. */
export interface SegmentFile {
  name: string;
  path: string;
  named: SegmentName;
  length: number;
  header: SegmentHeader | HeaderProblem;
  /** Format version that a sound header names, if it is another one. */
  otherVersion: number | undefined;
}

export interface ScannedSegment {
  file: SegmentFile;
  /** The segment whose records these are. */
  lane: number;
  generation: number;
  /** The header, if it is sound and that of this segment. */
  header: SegmentHeader | undefined;
  /** Low halves of the sequences of records without an era: with operations, and without. */
  live: NumberList;
  control: NumberList;
  /** Full sequences of records that state their era. */
  sealed: NumberList;
  /** Largest sequence that a record without an era knew durable. */
  durable: number;
  /** A record of a log was found: this is no store. */
  hasEntries: boolean;
  gaps: ByteRange[];
  refused: ByteRange[];
  /** Offset after the last record. */
  end: number;
  /** Generation that its rotation trailer names; 0 without one. */
  next: number;
  isCutShort: boolean;
}

const RECORDS_PER_TURN = 16384;
/** Bytes behind a segment in memory that a reader may touch. */
const SLACK_BYTES = 64;

/** Looks at a segment's header. Throws IO_ERROR for a file that cannot be opened. */
export function lookAtSegment(
  fileSystem: ReadOnlyFileSystem,
  directory: string,
  name: string,
  named: SegmentName,
): SegmentFile {
  const path = fileSystem.join(directory, name);
  const file = fileSystem.openRead(path);
  try {
    const bytes = new Uint8Array(SEGMENT_HEADER_BYTES);
    const read = readBytes(file, bytes, SEGMENT_HEADER_BYTES);
    const header = decodeSegmentHeader(bytes.subarray(0, read.length), crc32);
    const otherVersion = header === 'version' ? versionOf(bytes, 0) : undefined;
    return { name, path, named, length: file.size(), header, otherVersion };
  } finally {
    file.close();
  }
}

/** Reads segments one after the other into the same memory. */
export class SegmentScanner {
  readonly #fileSystem: ReadOnlyFileSystem;
  readonly #storeId: Uint8Array;
  readonly #pace: Pace;
  readonly #buffer = new SegmentBuffer();

  constructor(fileSystem: ReadOnlyFileSystem, storeId: Uint8Array, pace: Pace) {
    this.#fileSystem = fileSystem;
    this.#storeId = storeId;
    this.#pace = pace;
  }

  /** Finds the segment's records. */
  async scan(file: SegmentFile): Promise<ScannedSegment> {
    const { length, refused } = this.#load(file);
    const identity = this.#identify(file, length);
    const found = emptyScan(file, identity, refused);
    const scan = new RecordScan(this.#contents(identity, length));
    await this.#walk(scan, length, () => note(found, scan.reader));
    found.gaps = scan.gaps;
    found.end = scan.end;
    found.next = scan.reader.nextGeneration;
    found.isCutShort = scan.isCutShort;
    return found;
  }

  /** Hands out the records of a segment that was scanned; their memory is reused afterwards. */
  async read(
    segment: ScannedSegment,
    visit: (reader: WalReader, contents: SegmentBytes) => void,
  ): Promise<void> {
    const { length } = this.#load(segment.file);
    const contents = this.#contents(segment, length);
    const scan = new RecordScan(contents);
    await this.#walk(scan, length, () => visit(scan.reader, contents));
  }

  async #walk(scan: RecordScan, length: number, visit: () => void): Promise<void> {
    let records = 0;
    let at = 0;
    while (scan.advance()) {
      visit();
      records++;
      if (records % RECORDS_PER_TURN !== 0) continue;
      await this.#pace(scan.end - at, RECORDS_PER_TURN);
      at = scan.end;
    }
    await this.#pace(length - at, records % RECORDS_PER_TURN);
  }

  #load({ path, length }: SegmentFile): { length: number; refused: ByteRange[] } {
    const file = this.#fileSystem.openRead(path);
    try {
      const wanted = Math.min(length, SEGMENT_BYTES_MAX);
      this.#buffer.ensure(wanted);
      const read = readBytes(file, this.#buffer.bytes, wanted);
      this.#buffer.bytes.fill(0, read.length, wanted + SLACK_BYTES);
      return read;
    } finally {
      file.close();
    }
  }

  #identify(file: SegmentFile, length: number): SegmentName {
    const { header, named } = file;
    if (typeof header === 'string' || !isSameStore(header.storeId, this.#storeId)) return named;
    const stated = { lane: header.lane, generation: header.generation };
    if (isSameSegment(stated, named)) return named;
    const contents = this.#contents(stated, length);
    return findRecord(contents, SEGMENT_HEADER_BYTES, searchBudget()) < 0 ? named : stated;
  }

  #contents(identity: SegmentName, length: number): SegmentBytes {
    const { words, bytes } = this.#buffer;
    const seed = segmentSeed(this.#storeId, identity.lane, identity.generation);
    return { words, bytes, start: 0, length, seed };
  }
}

/** True if both name the same segment. */
export function isSameSegment(a: SegmentName, b: SegmentName): boolean {
  return a.lane === b.lane && a.generation === b.generation;
}

function emptyScan(file: SegmentFile, identity: SegmentName, refused: ByteRange[]): ScannedSegment {
  const { header } = file;
  const isOwn = typeof header !== 'string' && isSameSegment(header, identity);
  return {
    file,
    lane: identity.lane,
    generation: identity.generation,
    header: isOwn ? header : undefined,
    live: new NumberList(),
    control: new NumberList(),
    sealed: new NumberList(),
    durable: 0,
    hasEntries: false,
    gaps: [],
    refused,
    end: SEGMENT_HEADER_BYTES,
    next: 0,
    isCutShort: false,
  };
}

function note(found: ScannedSegment, reader: WalReader): void {
  const { kind, era, sequence } = reader;
  if (kind === KIND_ENTRY) found.hasEntries = true;
  if (era !== undefined) {
    found.sealed.push(era * 2 ** 32 + sequence);
    return;
  }
  // The trailer of a sealed segment takes no sequence.
  if (sequence === 0) return;
  found.durable = Math.max(found.durable, reader.durable);
  if (kind <= KIND_COMMIT) found.live.push(sequence);
  else found.control.push(sequence);
}
