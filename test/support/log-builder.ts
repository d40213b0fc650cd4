// Store directories built byte by byte, independent of the engine: segments record by record for any
// number of lanes, and the superblock over them. Every record takes the next sequence; what counts as
// durable moves only when the test says so.

import { crc32 } from '../../src/codec/crc32.js';
import type { CommitFacts } from '../../src/format/commit-section.js';
import { parseSegmentName, SUPERBLOCK_NAME, segmentName } from '../../src/format/file-name.js';
import {
  encodeSegmentHeader,
  SEGMENT_BYTES_MIN,
  SEGMENT_HEADER_BYTES,
  SEGMENT_OPEN,
  SEGMENT_SEALED,
} from '../../src/format/segment-header.js';
import type { Superblock, SuperblockLane } from '../../src/format/superblock.js';
import {
  encodeSuperblockSlot,
  SLOT_BYTES,
  STORE_CLEAN,
  STORE_OPEN,
  SUPERBLOCK_BYTES,
} from '../../src/format/superblock.js';
import { KEY_BYTES_MAX, KEY_BYTES_SPARE, type Key } from '../../src/keys/key.js';
import { keyCodec } from '../../src/keys/key-codec.js';
import { valueCodec } from '../../src/values/value-codec.js';
import { bytesOf, encodeRecord, hexOf, type SampleRecord } from './record-codec.js';

/** Put with a value, delete without. */
export type Change = [key: Key, value?: unknown];

export interface SegmentOptions {
  lane?: number;
  generation: number;
  isSealed?: boolean;
  storeId?: Uint8Array;
  segmentBytes?: number;
  /** What the file held before it was recycled. */
  before?: Uint8Array;
}

export const FIXTURE_STORE_ID = bytesOf('6c616e6564622066697874757265730a');

const keys = keyCodec('ordered');
const values = valueCodec('msgpack');

/** One segment file in the making. */
export class SegmentBuilder {
  readonly name: string;
  readonly lane: number;
  readonly generation: number;
  readonly bytes: Uint8Array;
  readonly storeId: Uint8Array;
  /** Where the next record goes. */
  end = SEGMENT_HEADER_BYTES;
  /** Where each record begins. */
  readonly offsets: number[] = [];

  constructor(options: SegmentOptions, store: { storeId: Uint8Array; era: number }) {
    const { lane = 0, generation, segmentBytes = SEGMENT_BYTES_MIN } = options;
    this.lane = lane;
    this.generation = generation;
    this.name = segmentName(lane, generation);
    this.storeId = options.storeId ?? store.storeId;
    this.bytes = new Uint8Array(segmentBytes);
    if (options.before !== undefined) this.bytes.set(options.before);
    const state = options.isSealed === true ? SEGMENT_SEALED : SEGMENT_OPEN;
    const header = { storeId: this.storeId, lane, generation, segmentBytes, era: store.era, state };
    this.bytes.set(encodeSegmentHeader(header, crc32));
  }

  append(record: SampleRecord): void {
    const bytes = encodeRecord(record, this);
    if (this.end + bytes.length > this.bytes.length) throw new Error(`${this.name} is full`);
    this.bytes.set(bytes, this.end);
    this.offsets.push(this.end);
    this.end += bytes.length;
  }

  /** Flips the lowest bit of a byte, counted from the start of the record with this index. */
  damage(record: number, at: number): void {
    this.bytes[this.offsets[record]! + at]! ^= 1;
  }
}

export interface LogBuilderOptions {
  storeId?: Uint8Array;
  era?: number;
  /** First sequence that is written. */
  firstSequence?: number;
}

export class LogBuilder {
  readonly storeId: Uint8Array;
  readonly era: number;
  readonly firstSequence: number;
  /** Last sequence taken, and the last one known durable. */
  sequence: number;
  durable: number;
  readonly files = new Map<string, Uint8Array>();

  constructor(options: LogBuilderOptions = {}) {
    this.storeId = options.storeId ?? FIXTURE_STORE_ID;
    this.era = options.era ?? 0;
    this.firstSequence = options.firstSequence ?? 1;
    this.sequence = this.firstSequence - 1;
    this.durable = this.sequence;
  }

  segment(options: SegmentOptions): SegmentBuilder {
    const segment = new SegmentBuilder(options, this);
    this.files.set(segment.name, segment.bytes);
    return segment;
  }

  put(segment: SegmentBuilder, key: Key, value: unknown): void {
    this.#append(segment, { kind: 'put', key: keyHex(key), value: valueHex(value) });
  }

  delete(segment: SegmentBuilder, key: Key): void {
    this.#append(segment, { kind: 'delete', key: keyHex(key) });
  }

  batch(segment: SegmentBuilder, changes: Change[]): void {
    this.#append(segment, { kind: 'batch', operations: operationsOf(changes) });
  }

  commit(segment: SegmentBuilder, facts: CommitFacts, changes: Change[] = []): void {
    this.#append(segment, { kind: 'commit', commit: facts, operations: operationsOf(changes) });
  }

  noOp(segment: SegmentBuilder): void {
    this.#append(segment, { kind: 'no-op' });
  }

  /** A record of any other kind. */
  control(segment: SegmentBuilder, kind: 'epoch barrier' | 'checkpoint', number: number): void {
    this.#append(segment, { kind, number });
  }

  /** Ends the segment with a trailer and begins the next one of its lane. */
  rotate(segment: SegmentBuilder, generation: number): SegmentBuilder {
    this.#append(segment, { kind: 'rotation trailer', number: generation });
    return this.segment({ lane: segment.lane, generation });
  }

  /** Everything written so far is known durable to the records that follow. */
  sync(): void {
    this.durable = this.sequence;
  }

  /** A record of a sealed segment: it states its own era and sequence. */
  sealed(segment: SegmentBuilder, era: number, sequence: number, change: Change): void {
    const [key, value] = change;
    const head = { sequence, durable: 0, era, key: keyHex(key) };
    segment.append(
      value === undefined
        ? { kind: 'delete', ...head }
        : { kind: 'put', ...head, value: valueHex(value) },
    );
  }

  /** The trailer of a sealed segment, which takes no sequence. */
  seal(segment: SegmentBuilder, generation: number): void {
    segment.append({ kind: 'rotation trailer', sequence: 0, durable: 0, number: generation });
  }

  /** Both slots of a store that is open, or was killed. */
  openSuperblock(lanes: { lane?: number; first: number; live?: number }[]): Uint8Array {
    const listed = lanes.map(({ lane = 0, first, live = first }) => ({
      lane,
      firstGeneration: first,
      liveGeneration: live,
      endGeneration: 0,
      endOffset: 0,
    }));
    return this.#superblock(STORE_OPEN, this.firstSequence - 1, listed);
  }

  /** Both slots of a store that was closed with these chains, each from its first to its last segment. */
  cleanSuperblock(chains: { first: number; live?: number; last: SegmentBuilder }[]): Uint8Array {
    const listed = chains.map(({ first, live = first, last }) => ({
      lane: last.lane,
      firstGeneration: first,
      liveGeneration: live,
      endGeneration: last.generation,
      endOffset: last.end,
    }));
    return this.#superblock(STORE_CLEAN, this.sequence, listed);
  }

  #superblock(state: number, durable: number, lanes: SuperblockLane[]): Uint8Array {
    const generations = [...this.files.keys()].map(
      (name) => parseSegmentName(name)?.generation ?? 0,
    );
    const highest = lanes.map((lane) => Math.max(lane.liveGeneration, lane.endGeneration));
    const block: Superblock = {
      storeId: this.storeId,
      counter: 6,
      state,
      era: this.era,
      durable,
      firstSequence: this.firstSequence,
      nextGeneration: Math.max(...generations, ...highest) + 1,
      epoch: 1,
      lanes,
    };
    const bytes = new Uint8Array(SUPERBLOCK_BYTES);
    bytes.set(encodeSuperblockSlot(block, 0, crc32));
    bytes.set(encodeSuperblockSlot({ ...block, counter: 7 }, 1, crc32), SLOT_BYTES);
    this.files.set(SUPERBLOCK_NAME, bytes);
    return bytes;
  }

  #append(segment: SegmentBuilder, record: Omit<SampleRecord, 'sequence' | 'durable'>): void {
    this.sequence++;
    segment.append({ ...record, sequence: this.sequence, durable: this.durable });
  }
}

/** The encoded key in hexadecimal digits. */
export function keyHex(key: Key): string {
  const buffer = Buffer.alloc(KEY_BYTES_MAX + KEY_BYTES_SPARE);
  const memory = {
    bytes: new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length),
    words: new Int32Array(buffer.buffer, buffer.byteOffset, buffer.length >>> 2),
    buffer,
  };
  return hexOf(memory.bytes.subarray(0, keys.encode(key, memory, 0)));
}

/** The encoded value in hexadecimal digits. */
export function valueHex(value: unknown): string {
  values.encode(value);
  return hexOf(values.encoded.subarray(values.encodedStart, values.encodedEnd));
}

function operationsOf(changes: Change[]): { key: string; value?: string }[] {
  return changes.map(([key, value]) =>
    value === undefined ? { key: keyHex(key) } : { key: keyHex(key), value: valueHex(value) },
  );
}
