// Appending to a log: bytes go straight into the image of the active segment; what runs a user's
// code while it is read (operations of a batch) is read aside first. Room is made before a record
// takes its sequence, so a refused append changes nothing.

import type { Operation } from '../check-operations.js';
import { checkCommit, checkOperations } from '../check-operations.js';
import { LaneError } from '../errors.js';
import { byteLengthOf, isUint8Array } from '../format/byte-array.js';
import type { CommitFacts } from '../format/commit-section.js';
import { encodeCommitSection } from '../format/commit-section.js';
import {
  KIND_BATCH,
  KIND_CHECKPOINT,
  KIND_COMMIT,
  KIND_DELETE,
  KIND_ENTRY,
  KIND_EPOCH_BARRIER,
  KIND_PUT,
  kindWord,
  OPERATION_HEADER_BYTES,
} from '../format/operation.js';
import { KEY_BYTES_MAX } from '../format/record.js';
import { SEGMENT_HEADER_BYTES } from '../format/segment-header.js';
import { align8 } from '../format/uint64.js';
import { isWellFormed, UTF8_LONE_SURROGATE, writeUtf8 } from '../format/utf8.js';
import type { LaneWriter } from '../wal/lane-writer.js';
import type { LogContext } from '../wal/segment-spec.js';

/** Bytes: as they are, or a text as UTF-8. */
export type LogBytes = Uint8Array | string;

const UTF8_BYTES_PER_UNIT_MAX = 3;
/** Longer ones are written by Buffer.fill, slow to begin and then much faster. */
const SET_BYTES_MAX = 512;

interface Encoded {
  key: Uint8Array;
  value: Uint8Array | undefined;
}

export class LogAppender {
  readonly #writer: LaneWriter;
  readonly #context: LogContext;
  readonly #words: Int32Array;

  constructor(writer: LaneWriter, context: LogContext) {
    this.#writer = writer;
    this.#context = context;
    this.#words = context.memory.words;
  }

  /** Appends bytes; returns the low half of the sequence, as all others here. */
  entry(data: LogBytes): number {
    if (typeof data === 'string') return this.#text(data);
    const bytes = this.#lengthOf(data, 'data');
    const at = this.#begin(OPERATION_HEADER_BYTES + bytes);
    this.#words[at >>> 2] = KIND_ENTRY;
    this.#words[(at >>> 2) + 1] = bytes;
    this.#copy(data, bytes, at + OPERATION_HEADER_BYTES);
    return this.#writer.append(OPERATION_HEADER_BYTES + bytes, false);
  }

  put(key: LogBytes, value: LogBytes): number {
    return this.#operation(KIND_PUT, { key: this.#key(key), value: this.#value(value) });
  }

  delete(key: LogBytes): number {
    return this.#operation(KIND_DELETE, { key: this.#key(key), value: undefined });
  }

  batch(operations: readonly Operation<LogBytes, LogBytes>[]): number {
    return this.#group(KIND_BATCH, undefined, this.#encode(operations));
  }

  commit(facts: CommitFacts, operations: readonly Operation<LogBytes, LogBytes>[]): number {
    const section = encodeCommitSection(checkCommit(facts));
    return this.#group(KIND_COMMIT, section, this.#encode(operations));
  }

  barrier(epoch: number): number {
    return this.#number(KIND_EPOCH_BARRIER, epoch);
  }

  checkpoint(id: number): number {
    return this.#number(KIND_CHECKPOINT, id);
  }

  #text(text: string): number {
    const bytesMax = text.length * UTF8_BYTES_PER_UNIT_MAX;
    const { memory } = this.#context;
    const isShort = this.#writer.hasRoom(OPERATION_HEADER_BYTES + bytesMax);
    const bytes = isShort ? bytesMax : Buffer.byteLength(text, 'utf8');
    const at = this.#begin(OPERATION_HEADER_BYTES + bytes);
    const start = at + OPERATION_HEADER_BYTES;
    const end = writeUtf8(text, memory, start, bytes);
    if (end < 0) throw loneSurrogate('data', end);
    this.#words[at >>> 2] = KIND_ENTRY;
    this.#words[(at >>> 2) + 1] = end - start;
    return this.#writer.append(OPERATION_HEADER_BYTES + end - start, false);
  }

  #operation(kind: number, { key, value }: Encoded): number {
    const valueBytes = value?.length ?? 0;
    const dataBytes = OPERATION_HEADER_BYTES + key.length + valueBytes;
    const at = this.#begin(dataBytes);
    this.#words[at >>> 2] = kindWord(kind, 0, key.length);
    this.#words[(at >>> 2) + 1] = valueBytes;
    const start = at + OPERATION_HEADER_BYTES;
    this.#copy(key, key.length, start);
    if (value !== undefined) this.#copy(value, valueBytes, start + key.length);
    return this.#writer.append(dataBytes, false);
  }

  #group(kind: number, section: Uint8Array | undefined, operations: Encoded[]): number {
    const headBytes = OPERATION_HEADER_BYTES + (section?.length ?? 0);
    let dataBytes = headBytes;
    for (const { key, value } of operations) {
      dataBytes = align8(dataBytes) + OPERATION_HEADER_BYTES + key.length + (value?.length ?? 0);
    }
    const at = this.#begin(dataBytes);
    const { bytes } = this.#context.memory;
    this.#words[at >>> 2] = kindWord(kind, 0, 0);
    this.#words[(at >>> 2) + 1] = operations.length;
    if (section !== undefined) bytes.set(section, at + OPERATION_HEADER_BYTES);
    let end = at + headBytes;
    for (const { key, value } of operations) {
      const start = align8(end);
      for (; end < start; end++) bytes[end] = 0;
      const word = start >>> 2;
      const valueBytes = value?.length ?? 0;
      this.#words[word] = kindWord(value === undefined ? KIND_DELETE : KIND_PUT, 0, key.length);
      this.#words[word + 1] = valueBytes;
      this.#words[word + 3] = 0; // the sequence is stamped when it is taken
      this.#copy(key, key.length, start + OPERATION_HEADER_BYTES);
      end = start + OPERATION_HEADER_BYTES + key.length;
      if (value !== undefined) this.#copy(value, valueBytes, end);
      end += valueBytes;
    }
    return this.#writer.append(dataBytes, true);
  }

  #number(kind: number, number: number): number {
    const dataBytes = OPERATION_HEADER_BYTES + 8;
    const at = this.#begin(dataBytes) >>> 2;
    this.#words[at] = kindWord(kind, 0, 0);
    this.#words[at + 1] = 8;
    this.#words[at + 4] = number % 4294967296;
    this.#words[at + 5] = Math.floor(number / 4294967296);
    return this.#writer.append(dataBytes, false);
  }

  /** Makes room; returns where the data begins. */
  #begin(dataBytes: number): number {
    if (this.#writer.needsReserve(dataBytes)) this.#writer.reserve(dataBytes, false);
    return this.#writer.dataStart;
  }

  #copy(source: Uint8Array, count: number, target: number): void {
    const { bytes, buffer } = this.#context.memory;
    if (count <= SET_BYTES_MAX) bytes.set(source, target);
    else buffer.fill(source, target, target + count);
  }

  #encode(operations: readonly Operation<LogBytes, LogBytes>[]): Encoded[] {
    checkOperations(operations);
    return operations.map(({ type, key, value }) => ({
      key: this.#key(key),
      value: type === 'put' ? this.#value(value) : undefined,
    }));
  }

  #key(key: LogBytes): Uint8Array {
    const bytes = bytesOf(key, 'key');
    if (bytes.length <= KEY_BYTES_MAX) return bytes;
    throw new RangeError(`a key has at most ${KEY_BYTES_MAX} bytes, not ${bytes.length}`);
  }

  #value(value: LogBytes): Uint8Array {
    const bytes = bytesOf(value, 'value');
    this.#lengthOf(bytes, 'value');
    return bytes;
  }

  /** Length of what is to fit one segment. */
  #lengthOf(data: Uint8Array, name: string): number {
    if (!isUint8Array(data)) throw new TypeError(`${name} must be a Uint8Array or a string`);
    const bytes = byteLengthOf(data);
    const bytesMax = this.#context.segmentBytes - SEGMENT_HEADER_BYTES;
    if (bytes <= bytesMax) return bytes;
    throw new LaneError(
      'RECORD_TOO_LARGE',
      `a record of ${bytes} bytes is too large (limit ${bytesMax}, option segmentBytes)`,
    );
  }
}

/** A plain view of the bytes: whatever the caller's array says of itself. */
function bytesOf(data: LogBytes, name: string): Uint8Array {
  if (typeof data === 'string') {
    if (!isWellFormed(data)) throw loneSurrogate(name, UTF8_LONE_SURROGATE);
    return Buffer.from(data, 'utf8');
  }
  if (!isUint8Array(data)) throw new TypeError(`${name} must be a Uint8Array or a string`);
  return Uint8Array.prototype.subarray.call(data, 0, byteLengthOf(data));
}

function loneSurrogate(name: string, result: number): Error {
  if (result === UTF8_LONE_SURROGATE) {
    return new TypeError(`${name} has a lone surrogate: it would not come back the same`);
  }
  return new RangeError(`${name} changed while it was written`);
}
