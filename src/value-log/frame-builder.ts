// One frame under construction: keys, versions and values of records that are stored together. Its
// memory grows for a long value and is given back with the frame.

import type { PoolMemory } from '../control/pool.js';
import { writeUint64 } from '../format/uint64.js';
import {
  CODEC_NONE,
  FRAME_EXPIRES,
  FRAME_HEADER_BYTES,
  FRAME_RECORDS_MAX,
  writeFrameHeader,
  writeNumber,
} from '../format/value-frame.js';

/** Longest columns of one record: three numbers of a length, a version, an expiry, and a key. */
const COLUMN_BYTES_MAX = 32 + 1024;
const BASE_BYTES = 8;
/** Memory for values that is kept from frame to frame. */
const VALUES_BYTES = 65536;
/** What a record takes beside key and value: its end, two lengths, version, expiry. */
const RECORD_BYTES_MAX = 24;

/** A record to be stored: where its key and value stand in `memory`. */
export interface ValueSource {
  memory: PoolMemory;
  key: number;
  keyBytes: number;
  value: number;
  valueBytes: number;
  version: number;
  expiry: number;
}

export class FrameBuilder {
  readonly #keys = new Uint8Array(FRAME_RECORDS_MAX * 1024);
  readonly #keyBytes = new Int32Array(FRAME_RECORDS_MAX);
  readonly #versions = new Float64Array(FRAME_RECORDS_MAX);
  readonly #expiries = new Float64Array(FRAME_RECORDS_MAX);
  readonly #ends = new Uint32Array(FRAME_RECORDS_MAX);
  readonly #columns = new Uint8Array(FRAME_RECORDS_MAX * COLUMN_BYTES_MAX);
  #values = new Uint8Array(VALUES_BYTES);
  #records = 0;
  #keysEnd = 0;
  #hasExpiry = false;

  get records(): number {
    return this.#records;
  }

  /** Bytes of the frame as it is, at most. */
  get bytes(): number {
    const values = this.#records === 0 ? 0 : this.#ends[this.#records - 1]!;
    const records = RECORD_BYTES_MAX * this.#records + this.#keysEnd;
    return FRAME_HEADER_BYTES + BASE_BYTES + records + values;
  }

  /** Bytes of the frame with another record, at most. */
  bytesWith(keyBytes: number, valueBytes: number): number {
    return this.bytes + RECORD_BYTES_MAX + keyBytes + valueBytes;
  }

  /** Adds a record; returns its index. */
  add(source: ValueSource): number {
    const index = this.#records;
    const start = index === 0 ? 0 : this.#ends[index - 1]!;
    const end = start + source.valueBytes;
    if (end > this.#values.length) this.#grow(end);
    const { bytes } = source.memory;
    this.#values.set(bytes.subarray(source.value, source.value + source.valueBytes), start);
    this.#keys.set(bytes.subarray(source.key, source.key + source.keyBytes), this.#keysEnd);
    this.#keysEnd += source.keyBytes;
    this.#keyBytes[index] = source.keyBytes;
    this.#versions[index] = source.version;
    this.#expiries[index] = source.expiry;
    this.#ends[index] = end;
    if (source.expiry !== 0) this.#hasExpiry = true;
    this.#records = index + 1;
    return index;
  }

  /**
   * Writes the frame to byte `at` of `target`, which has room for `bytes` bytes; everything but its
   * checksum. Returns its length, and is empty again.
   */
  write(target: Uint8Array, view: DataView, at: number): number {
    const records = this.#records;
    const columnsBytes = this.#writeColumns();
    const valuesBytes = this.#ends[records - 1]!;
    const bodyBytes = 4 * records + columnsBytes + valuesBytes;
    const bytes = FRAME_HEADER_BYTES + bodyBytes;
    const flags = this.#hasExpiry ? FRAME_EXPIRES : 0;
    writeFrameHeader(view, at, {
      bytes,
      codec: CODEC_NONE,
      flags,
      records,
      columnsBytes,
      bodyBytes,
    });
    let to = at + FRAME_HEADER_BYTES;
    for (let index = 0; index < records; index++, to += 4)
      view.setUint32(to, this.#ends[index]!, true);
    target.set(this.#columns.subarray(0, columnsBytes), to);
    target.set(this.#values.subarray(0, valuesBytes), to + columnsBytes);
    this.#records = 0;
    this.#keysEnd = 0;
    this.#hasExpiry = false;
    if (this.#values.length > VALUES_BYTES) this.#values = new Uint8Array(VALUES_BYTES);
    return bytes;
  }

  #writeColumns(): number {
    const columns = this.#columns;
    let base = this.#versions[0]!;
    for (let index = 1; index < this.#records; index++)
      base = Math.min(base, this.#versions[index]!);
    writeUint64(new DataView(columns.buffer), 0, base);
    let end = BASE_BYTES;
    let key = 0;
    let before = 0;
    for (let index = 0; index < this.#records; index++) {
      const keyBytes = this.#keyBytes[index]!;
      const shared =
        index === 0 ? 0 : this.#shared(before, key, this.#keyBytes[index - 1]!, keyBytes);
      end = writeNumber(columns, end, shared);
      end = writeNumber(columns, end, keyBytes - shared);
      columns.set(this.#keys.subarray(key + shared, key + keyBytes), end);
      end = writeNumber(columns, end + keyBytes - shared, this.#versions[index]! - base);
      if (this.#hasExpiry) end = writeNumber(columns, end, this.#expiries[index]!);
      before = key;
      key += keyBytes;
    }
    return end;
  }

  #shared(a: number, b: number, lengthA: number, lengthB: number): number {
    const most = Math.min(lengthA, lengthB);
    let shared = 0;
    while (shared < most && this.#keys[a + shared] === this.#keys[b + shared]) shared++;
    return shared;
  }

  #grow(bytes: number): void {
    const longer = new Uint8Array(Math.max(bytes, 2 * this.#values.length));
    longer.set(this.#values);
    this.#values = longer;
  }
}
