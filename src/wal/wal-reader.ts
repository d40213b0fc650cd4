// Reads the records of one segment from memory that holds a copy of the file: up to the first
// invalid one, saying where and why it stopped; and, past that, whatever still proves that records
// were there. Parses nothing before its checksum holds, believes no length without a bound. Never
// writes.

import { recordCrc } from '../codec/crc32.js';
import {
  FLAG_ERA,
  flagsOf,
  KIND_ROTATION_TRAILER,
  kindOf,
  WORD_DURABLE,
  WORD_ERA,
  WORD_SEQUENCE,
} from '../format/operation.js';
import {
  DATA_BYTES_MIN,
  DATA_OFFSET,
  isHeadWellFormed,
  isWellFormed,
  RECORD_HEADER_BYTES,
  recordBytes,
} from '../format/record.js';
import { SEGMENT_HEADER_BYTES } from '../format/segment-header.js';

/**
 * Why reading stopped: `end` a zero length; `full` no room for another record; `trailer` the
 * segment was rotated out; `length` a length that does not fit; `checksum`; `malformed` a sound
 * checksum over data that no writer makes.
 */
export type StopReason = 'end' | 'full' | 'trailer' | 'length' | 'checksum' | 'malformed';

/**
 * A segment's bytes in memory: `start` (a multiple of 8) is where the file's first byte lies, or
 * would lie if only a later part of the file is there.
 */
export interface SegmentBytes {
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  readonly start: number;
  /** Bytes of the file that are there. */
  readonly length: number;
  readonly seed: number;
}

/** What was found beyond the place where reading stopped. */
export interface Evidence {
  /** Valid records found. */
  records: number;
  /** Offset of the first of them; -1 if there is none. */
  offset: number;
  /** Largest `durable` and largest sequence that they carry (low halves). */
  durable: number;
  sequence: number;
}

/**
 * Bytes that the search for evidence puts through checksums at most, per segment: bounds hostile
 * input.
 */
const EVIDENCE_BYTES_MAX = 268435456;

export class WalReader {
  readonly #segment: SegmentBytes;
  /** Offset in the file of the record last read; of the place where reading stopped, at the end. */
  offset = SEGMENT_HEADER_BYTES;
  dataBytes = 0;
  stop: StopReason | undefined;
  #next: number;

  /** Begins at the record at offset `from` of the file. */
  constructor(segment: SegmentBytes, from = SEGMENT_HEADER_BYTES) {
    this.#segment = segment;
    this.#next = from;
    this.offset = from;
  }

  /** Goes to the next record; false when there is none, `stop` then says why and `offset` where. */
  advance(): boolean {
    if (this.stop !== undefined) return false;
    if (this.nextGeneration !== 0) return this.#stopAt('trailer');
    const { words, length } = this.#segment;
    const at = this.#next;
    if (at + RECORD_HEADER_BYTES + DATA_BYTES_MIN > length) return this.#stopAt('full');
    const dataBytes = words[(this.#segment.start + at) >>> 2]! >>> 0;
    if (dataBytes === 0) return this.#stopAt('end');
    const problem = checkRecord(this.#segment, at, dataBytes);
    if (problem !== undefined) return this.#stopAt(problem);
    this.offset = at;
    this.dataBytes = dataBytes;
    this.#next = at + recordBytes(dataBytes);
    if (this.kind === KIND_ROTATION_TRAILER)
      this.nextGeneration = words[(this.data >>> 2) + 4]! >>> 0;
    return true;
  }

  /** Byte offset of the record's data in the segment's memory. */
  get data(): number {
    return this.#segment.start + this.offset + DATA_OFFSET;
  }

  get kind(): number {
    return kindOf(this.#segment.words[this.data >>> 2]!);
  }

  /** Low half of the record's sequence. */
  get sequence(): number {
    return this.#segment.words[(this.data >>> 2) + WORD_SEQUENCE]! >>> 0;
  }

  /** Low half of the durable sequence that the record carries. */
  get durable(): number {
    return this.#segment.words[(this.data >>> 2) + WORD_DURABLE]! >>> 0;
  }

  /** Era that the record states, or undefined if it is of the store's current one. */
  get era(): number | undefined {
    const at = this.data >>> 2;
    const hasEra = (flagsOf(this.#segment.words[at]!) & FLAG_ERA) !== 0;
    return hasEra ? this.#segment.words[at + WORD_ERA]! >>> 0 : undefined;
  }

  /** Generation that the segment's rotation trailer names; 0 before one was read. */
  nextGeneration = 0;

  /** Offset after the record last read. */
  get end(): number {
    return this.#next;
  }

  /** Goes on behind a stop, at an offset where findRecord found the next record. */
  resumeAt(offset: number): void {
    this.stop = undefined;
    this.#next = offset;
  }

  #stopAt(reason: StopReason): false {
    this.stop = reason;
    this.offset = this.#next;
    return false;
  }
}

/**
 * Looks for valid records from file offset `from` on, in steps of 8 bytes. Records of a segment's
 * earlier life or of another lane cannot be found: their checksums have another seed.
 */
export function searchEvidence(segment: SegmentBytes, from: number): Evidence {
  const found: Evidence = { records: 0, offset: -1, durable: 0, sequence: 0 };
  const { words, start } = segment;
  const budget = searchBudget();
  let at = findRecord(segment, from, budget);
  while (at >= 0) {
    const data = (start + at + DATA_OFFSET) >>> 2;
    if (found.records === 0) found.offset = at;
    found.records++;
    found.durable = Math.max(found.durable, words[data + WORD_DURABLE]! >>> 0);
    found.sequence = Math.max(found.sequence, words[data + WORD_SEQUENCE]! >>> 0);
    const dataBytes = words[(start + at) >>> 2]! >>> 0;
    at = findRecord(segment, at + recordBytes(dataBytes), budget);
  }
  return found;
}

/** Bytes that the searches of one segment may still put through checksums. */
export interface SearchBudget {
  bytes: number;
}

/** The budget for all searches of one segment. */
export function searchBudget(): SearchBudget {
  return { bytes: EVIDENCE_BYTES_MAX };
}

/**
 * File offset of the first valid record from `from` on, tried in steps of 8 bytes; -1 if there is
 * none, or none within the budget, which is then below 0.
 */
export function findRecord(segment: SegmentBytes, from: number, budget: SearchBudget): number {
  const { words, start, length } = segment;
  const last = length - RECORD_HEADER_BYTES - DATA_BYTES_MIN;
  for (let at = from; at <= last; at += 8) {
    const dataBytes = words[(start + at) >>> 2]! >>> 0;
    if (!isPlausible(segment, at, dataBytes)) continue;
    budget.bytes -= dataBytes;
    if (budget.bytes < 0) return -1;
    if (checkRecord(segment, at, dataBytes) === undefined) return at;
  }
  return -1;
}

/** So strict that noise hardly ever costs a checksum: large values must not use up the budget. */
function isPlausible(segment: SegmentBytes, at: number, dataBytes: number): boolean {
  if (dataBytes > segment.length - at - RECORD_HEADER_BYTES) return false;
  return isHeadWellFormed(segment.words, segment.start + at + DATA_OFFSET, dataBytes);
}

function checkRecord(segment: SegmentBytes, at: number, dataBytes: number): StopReason | undefined {
  const { words, bytes, start, length, seed } = segment;
  if (dataBytes < DATA_BYTES_MIN || dataBytes > length - at - RECORD_HEADER_BYTES) return 'length';
  const record = start + at;
  const crc = recordCrc(words, bytes, record + DATA_OFFSET, dataBytes, seed);
  if (crc !== words[(record >>> 2) + 1]) return 'checksum';
  return isWellFormed(words, record + DATA_OFFSET, dataBytes) ? undefined : 'malformed';
}
