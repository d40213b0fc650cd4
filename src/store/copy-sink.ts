// Copies what survived into sealed segments of lane 0, in memory: every record keeps its sequence
// and states its era. Nothing is written to disk here; write-sealed.ts does that once the verdict
// is known. Also used to keep only what can still be read, when more than half of a log is dead.

import { recordCrc, segmentSeed } from '../codec/crc32.js';
import { ERA, LANE_LAST_COMMIT } from '../control/control-block.js';
import { takeRun } from '../control/pool.js';
import {
  FLAG_ERA,
  flagsOf,
  KIND_BATCH,
  KIND_COMMIT,
  KIND_NO_OP,
  KIND_ROTATION_TRAILER,
  keyBytesOf,
  keyDistanceOf,
  kindOf,
  kindWord,
  WORD_DURABLE,
  WORD_ERA,
  WORD_SEQUENCE,
} from '../format/operation.js';
import {
  DATA_OFFSET,
  firstOperation,
  nextOperation,
  operationBytes,
  RECORD_HEADER_BYTES,
  recordBytes,
  TRAILER_BYTES,
} from '../format/record.js';
import { SEGMENT_HEADER_BYTES } from '../format/segment-header.js';
import { align8 } from '../format/uint64.js';
import { invariant } from '../invariant.js';
import type { LaneStream } from '../recovery/lane-stream.js';
import type { SuperblockState } from '../recovery/read-superblock.js';
import type { RecoverySink } from '../recovery/recover.js';
import { operationsIn } from './lane-hook.js';
import type { LogMemory } from './log-memory.js';
import { tooLarge } from './log-memory.js';
import type { ProgressMeter } from './progress.js';

/** A sealed segment in memory: header still missing, trailer in place. */
export interface SealedImage {
  generation: number;
  image: number;
  /** Bytes up to the end of the trailer. */
  end: number;
}

const ERA_BYTES = 8;

export class CopySink implements RecoverySink {
  readonly sealed: SealedImage[] = [];
  readonly #log: LogMemory;
  readonly #storeId: Uint8Array;
  readonly #segmentBytes: number;
  readonly #progress: ProgressMeter;
  #nextGeneration: number;
  #era = 0;
  #image = 0;
  #position = 0;
  #limit = 0;
  #seed = 0;

  constructor(
    log: LogMemory,
    target: { storeId: Uint8Array; firstGeneration: number; segmentBytes: number },
    progress: ProgressMeter,
  ) {
    this.#log = log;
    this.#storeId = target.storeId;
    this.#nextGeneration = target.firstGeneration;
    this.#segmentBytes = target.segmentBytes;
    this.#progress = progress;
  }

  /** Generation of the live segment that follows the sealed ones. Valid after finish(). */
  get liveGeneration(): number {
    return this.#nextGeneration;
  }

  begin(state: SuperblockState): void {
    this.#era = state.block.era;
    this.#log.control.words[ERA] = state.block.era + 1;
  }

  accept(stream: LaneStream): void {
    const { kind, data, dataBytes } = stream.reader;
    if (kind === KIND_NO_OP || kind === KIND_ROTATION_TRAILER) return;
    this.copyRecord(stream.segment.contents.words, data, dataBytes, this.#era);
    this.#progress.count();
  }

  /**
   * Copies a whole record whose data begins at `data`; `era` is that of a record which states none.
   */
  copyRecord(source: Int32Array, data: number, dataBytes: number, era: number): void {
    const word = source[data >>> 2]!;
    const hasEra = (flagsOf(word) & FLAG_ERA) !== 0;
    const kind = kindOf(word);
    const isGroup = kind === KIND_BATCH || kind === KIND_COMMIT;
    const operations = isGroup ? source[(data >>> 2) + 1]! : 0;
    const growth = hasEra ? 0 : ERA_BYTES * (1 + operations);
    const target = this.#begin(dataBytes + growth);
    let end: number;
    if (hasEra) end = this.#copyBytes(source, data, data + dataBytes, target);
    else if (isGroup) end = this.#copyGroup(source, data, target, era);
    else end = this.#copyOperation(source, data, target, era);
    this.#finishRecord(target, end - target);
  }

  /** Copies one operation of any record as a record of its own. */
  copyAlone(source: Int32Array, operation: number, era: number): void {
    const word = source[operation >>> 2]!;
    const bytes = operationBytes(word, source[(operation >>> 2) + 1]! >>> 0);
    const hasEra = (flagsOf(word) & FLAG_ERA) !== 0;
    const target = this.#begin(bytes + (hasEra ? 0 : ERA_BYTES));
    const end = hasEra
      ? this.#copyBytes(source, operation, operation + bytes, target)
      : this.#copyOperation(source, operation, target, era);
    this.#finishRecord(target, end - target);
  }

  /** Copies a commit record without its operations, so that the last commit stays known. */
  copyCommitFacts(source: Int32Array, data: number, era: number): void {
    const section = data + keyDistanceOf(source[data >>> 2]!);
    const sectionBytes = source[section >>> 2]!;
    const hasEra = (flagsOf(source[data >>> 2]!) & FLAG_ERA) !== 0;
    const target = this.#begin(16 + ERA_BYTES + sectionBytes);
    const { words } = this.#log.memory;
    words[target >>> 2] = kindWord(KIND_COMMIT, FLAG_ERA, 0);
    words[(target >>> 2) + 1] = 0;
    words[(target >>> 2) + WORD_SEQUENCE] = source[(data >>> 2) + WORD_SEQUENCE]!;
    words[(target >>> 2) + WORD_DURABLE] = 0;
    words[(target >>> 2) + WORD_ERA] = hasEra ? source[(data >>> 2) + WORD_ERA]! : era;
    words[(target >>> 2) + WORD_ERA + 1] = 0;
    const body = target + 16 + ERA_BYTES;
    const end = this.#copyBytes(source, section, section + sectionBytes, body);
    this.#finishRecord(target, end - target);
  }

  /** Ends the last sealed segment. */
  finish(): void {
    if (this.#image !== 0) this.#seal();
  }

  #begin(dataBytes: number): number {
    const bytes = recordBytes(dataBytes);
    if (this.#image === 0 || this.#position + bytes > this.#limit) {
      if (this.#image !== 0) this.#seal();
      const room = SEGMENT_HEADER_BYTES + bytes + TRAILER_BYTES;
      const segmentBytes = Math.max(this.#segmentBytes, room);
      this.#image = takeRun(this.#log.control, segmentBytes);
      if (this.#image < 0) throw tooLarge();
      this.#position = SEGMENT_HEADER_BYTES;
      this.#limit = segmentBytes - TRAILER_BYTES;
      this.#seed = segmentSeed(this.#storeId, 0, this.#nextGeneration);
    }
    return this.#image + this.#position + DATA_OFFSET;
  }

  #finishRecord(data: number, dataBytes: number): void {
    const { memory, hook } = this.#log;
    for (let pad = data + dataBytes; pad < align8(data + dataBytes); pad++) memory.bytes[pad] = 0;
    this.#writeHeader(data, dataBytes);
    this.#log.reserve(operationsIn(memory.words, data));
    hook.insert(data);
    this.#position += recordBytes(dataBytes);
  }

  #writeHeader(data: number, dataBytes: number): void {
    const { words, bytes } = this.#log.memory;
    words[(data - 8) >>> 2] = dataBytes;
    words[(data - 4) >>> 2] = recordCrc(words, bytes, data, dataBytes, this.#seed);
  }

  #seal(): void {
    const { words } = this.#log.memory;
    const generation = this.#nextGeneration++;
    const data = this.#image + this.#position + DATA_OFFSET;
    words[data >>> 2] = kindWord(KIND_ROTATION_TRAILER, 0, 0);
    words[(data >>> 2) + 1] = 8;
    words[(data >>> 2) + 2] = 0;
    words[(data >>> 2) + 3] = 0;
    words[(data >>> 2) + 4] = this.#nextGeneration;
    words[(data >>> 2) + 5] = 0;
    this.#writeHeader(data, TRAILER_BYTES - RECORD_HEADER_BYTES);
    this.sealed.push({ generation, image: this.#image, end: this.#position + TRAILER_BYTES });
    this.#image = 0;
  }

  /** An operation without an era, copied with one. Returns the end, unpadded. */
  #copyOperation(source: Int32Array, operation: number, target: number, era: number): number {
    const at = operation >>> 2;
    const word = source[at]!;
    invariant(keyDistanceOf(word) === 16, 'an operation without an era has no extension');
    const bytes = operationBytes(word, source[at + 1]! >>> 0);
    const { words } = this.#log.memory;
    const to = target >>> 2;
    words[to] = kindWord(kindOf(word), FLAG_ERA, keyBytesOf(word));
    words[to + 1] = source[at + 1]!;
    words[to + WORD_SEQUENCE] = source[at + WORD_SEQUENCE]!;
    words[to + WORD_DURABLE] = 0;
    words[to + WORD_ERA] = era;
    words[to + WORD_ERA + 1] = 0;
    return this.#copyBytes(source, operation + 16, operation + bytes, target + 16 + ERA_BYTES);
  }

  #copyGroup(source: Int32Array, data: number, target: number, era: number): number {
    const { words } = this.#log.memory;
    const count = source[(data >>> 2) + 1]!;
    const head = source[data >>> 2]!;
    const to = target >>> 2;
    words[to] = kindWord(kindOf(head), FLAG_ERA, 0);
    words[to + 1] = count;
    words[to + WORD_SEQUENCE] = source[(data >>> 2) + WORD_SEQUENCE]!;
    words[to + WORD_DURABLE] = 0;
    words[to + WORD_ERA] = era;
    words[to + WORD_ERA + 1] = 0;
    let operation = firstOperation(source, data);
    let at = this.#copyBytes(source, data + 16, operation, target + 16 + ERA_BYTES);
    for (let index = 0; index < count; index++) {
      const start = align8(at);
      this.#log.memory.bytes.fill(0, at, start);
      at = this.#copyOperation(source, operation, start, era);
      operation = nextOperation(source, operation);
    }
    return at;
  }

  /** Copies bytes, `start` and `target` being multiples of 8; returns the end in the target. */
  #copyBytes(source: Int32Array, start: number, end: number, target: number): number {
    const { words } = this.#log.memory;
    const count = (end - start + 3) >>> 2;
    const from = start >>> 2;
    const to = target >>> 2;
    if (count > 128) words.set(source.subarray(from, from + count), to);
    else for (let word = 0; word < count; word++) words[to + word] = source[from + word]!;
    return target + (end - start);
  }
}

/** Location of the last commit record of lane 0, 0 if there is none. */
export function lastCommitLocation(log: LogMemory): number {
  return log.control.words[log.control.laneStart(0) + LANE_LAST_COMMIT]!;
}
