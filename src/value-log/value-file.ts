// Value files: frames appended through a buffer, and read back one by one, verified. A frame that
// is not the one its pointer names is an error that says where it is.

import { crc32, crc32From } from '../codec/crc32.js';
import type { PoolMemory } from '../control/pool.js';
import { LaneError } from '../errors.js';
import type { FramePlace } from '../format/value-frame.js';
import {
  FIRST_FRAME_OFFSET,
  FRAME_CHECKSUM_OFFSET,
  FRAME_COVERED_OFFSET,
  FRAME_UNIT_BYTES,
  frameProblem,
} from '../format/value-frame.js';
import { invariant } from '../invariant.js';
import type { ReadableFile, WritableFile } from '../io/file-system.js';
import type { FrameBuilder } from './frame-builder.js';

const BUFFER_BYTES = 1 << 20;

/** Computes the checksums of the frames of one store. */
export class FrameChecksum {
  readonly #seed: Uint8Array;
  readonly #view: DataView;

  constructor(storeId: Uint8Array) {
    this.#seed = new Uint8Array(storeId.length + 12);
    this.#seed.set(storeId);
    this.#view = new DataView(this.#seed.buffer, storeId.length);
  }

  /** Checksum, signed, of the frame of `length` bytes at byte `at` of `bytes`, for its place. */
  of(
    bytes: Uint8Array,
    at: number,
    length: number,
    place: { file: number; offset: number },
  ): number {
    this.#view.setUint32(0, place.file, true);
    this.#view.setUint32(4, place.offset, true);
    this.#view.setUint32(8, length, true);
    const seed = crc32(this.#seed, 0, this.#seed.length);
    return crc32From(seed, bytes, at + FRAME_COVERED_OFFSET, at + length);
  }
}

/** Appends frames to one value file. */
export class ValueFileWriter {
  readonly id: number;
  readonly #file: WritableFile;
  readonly #checksum: FrameChecksum;
  #buffer = new Uint8Array(BUFFER_BYTES);
  #view = new DataView(this.#buffer.buffer);
  #buffered = 0;
  /** Length of the file when everything buffered is written. */
  #end: number;

  constructor(file: WritableFile, id: number, checksum: FrameChecksum, end = FIRST_FRAME_OFFSET) {
    invariant(end % FRAME_UNIT_BYTES === 0, 'frames begin at multiples of their unit');
    this.#file = file;
    this.id = id;
    this.#checksum = checksum;
    this.#end = end;
  }

  /** Length of the file with all frames appended so far. */
  get end(): number {
    return this.#end;
  }

  /** Appends a frame; nothing is durable before the file was flushed and synced. */
  append(frame: FrameBuilder): FramePlace {
    this.#makeRoom(frame.bytes + FRAME_UNIT_BYTES);
    const at = this.#buffered;
    const bytes = frame.write(this.#buffer, this.#view, at);
    const place = { file: this.id, offset: this.#end / FRAME_UNIT_BYTES };
    const checksum = this.#checksum.of(this.#buffer, at, bytes, place);
    this.#view.setInt32(at + FRAME_CHECKSUM_OFFSET, checksum, true);
    const padded = Math.ceil(bytes / FRAME_UNIT_BYTES) * FRAME_UNIT_BYTES;
    this.#buffer.fill(0, at + bytes, at + padded);
    this.#buffered = at + padded;
    this.#end += padded;
    return { ...place, bytes, checksum };
  }

  /** Writes what is buffered. */
  flush(): void {
    if (this.#buffered === 0) return;
    this.#file.write(this.#buffer, 0, this.#buffered, this.#end - this.#buffered);
    this.#buffered = 0;
    // One long value does not keep its memory.
    if (this.#buffer.length > BUFFER_BYTES) this.#resize(BUFFER_BYTES);
  }

  sync(): void {
    this.flush();
    this.#file.sync();
  }

  close(): void {
    this.#file.close();
  }

  #makeRoom(bytes: number): void {
    if (this.#buffered + bytes <= this.#buffer.length) return;
    this.flush();
    if (bytes > this.#buffer.length) this.#resize(bytes);
  }

  #resize(bytes: number): void {
    this.#buffer = new Uint8Array(bytes);
    this.#view = new DataView(this.#buffer.buffer);
  }
}

/** Reads frames of one value file. */
export class ValueFileReader {
  readonly #file: ReadableFile;
  readonly #checksum: FrameChecksum;

  constructor(file: ReadableFile, checksum: FrameChecksum) {
    this.#file = file;
    this.#checksum = checksum;
  }

  /** Reads the frame to byte `at` of `target`; CORRUPT if it is not the one that is named. */
  read(place: FramePlace, target: PoolMemory, at: number): void {
    const offset = place.offset * FRAME_UNIT_BYTES;
    const got = this.#file.read(target.bytes, at, place.bytes, offset);
    if (got < place.bytes) {
      throw this.corrupt(place, 'the file ends before the frame', place.bytes, got);
    }
    const found = this.#checksum.of(target.bytes, at, place.bytes, place);
    const stored = target.view.getInt32(at + FRAME_CHECKSUM_OFFSET, true);
    if (found !== stored) {
      throw this.corrupt(place, 'the checksum of the frame does not hold', stored, found);
    }
    if (stored !== (place.checksum | 0)) {
      throw this.corrupt(place, 'not the frame that is pointed to', place.checksum, stored);
    }
    const problem = frameProblem(target.view, at, place.bytes);
    if (problem !== undefined) throw this.corrupt(place, problem);
  }

  close(): void {
    this.#file.close();
  }

  /** The error CORRUPT that says what is wrong with a frame, and where. */
  corrupt(place: FramePlace, reason: string, expected?: number, found?: number): LaneError {
    const { path } = this.#file;
    return new LaneError('CORRUPT', `a frame of the value log is damaged: ${reason}: ${path}`, {
      file: path,
      offset: place.offset * FRAME_UNIT_BYTES,
      ...(expected === undefined ? {} : { expected: expected >>> 0 }),
      ...(found === undefined ? {} : { found: found >>> 0 }),
    });
  }
}
