// docs/format.md, "Frame": several records of the value log that are stored, read and verified
// together. Constants, and the columns of keys and versions, which only a repair reads.
//
// | header | ends of values | columns | values |

import { readUint64, UINT64_SAFE_MAX } from './uint64.js';

export const FRAME_HEADER_BYTES = 24;
export const FRAME_RECORDS_MAX = 128;
/** Frames begin at multiples of this. */
export const FRAME_UNIT_BYTES = 8;
/** First frame of a value file, behind its header. */
export const FIRST_FRAME_OFFSET = 4096;

export const FRAME_CHECKSUM_OFFSET = 4;
/** First byte that the checksum covers, besides the length. */
export const FRAME_COVERED_OFFSET = 8;
const CODEC_OFFSET = 8;
const RECORDS_OFFSET = 9;
const FLAGS_OFFSET = 10;
const COLUMNS_BYTES_OFFSET = 12;
const BODY_BYTES_OFFSET = 16;
const DICTIONARY_OFFSET = 20;

export const CODEC_NONE = 0;
/** Every record states its expiry in the columns. */
export const FRAME_EXPIRES = 1;

export interface FrameHeader {
  /** Length of the frame, its header included. */
  bytes: number;
  codec: number;
  flags: number;
  records: number;
  columnsBytes: number;
  /** Length of ends, columns and values together, decoded. */
  bodyBytes: number;
}

/** Where a frame stands, as the table of a page names it. */
export interface FramePlace {
  file: number;
  /** Offset in the file / 8. */
  offset: number;
  bytes: number;
  checksum: number;
}

/** A record as the columns of its frame state it. */
export interface FrameRecord {
  key: Uint8Array;
  version: number;
  /** Milliseconds, 0 = never. */
  expiry: number;
}

/** Writes the header of a frame that stands at byte `at`: everything but its checksum. */
export function writeFrameHeader(view: DataView, at: number, header: FrameHeader): void {
  view.setUint32(at, header.bytes, true);
  view.setUint8(at + CODEC_OFFSET, header.codec);
  view.setUint8(at + RECORDS_OFFSET, header.records);
  view.setUint16(at + FLAGS_OFFSET, header.flags, true);
  view.setUint32(at + COLUMNS_BYTES_OFFSET, header.columnsBytes, true);
  view.setUint32(at + BODY_BYTES_OFFSET, header.bodyBytes, true);
  view.setUint32(at + DICTIONARY_OFFSET, 0, true);
}

/** Length that the frame at byte `at` states. */
export function frameBytesOf(view: DataView, at: number): number {
  return view.getUint32(at, true);
}

export function frameRecordsOf(bytes: Uint8Array, at: number): number {
  return bytes[at + RECORDS_OFFSET]!;
}

export function readFrameHeader(view: DataView, at: number): FrameHeader {
  return {
    bytes: frameBytesOf(view, at),
    codec: view.getUint8(at + CODEC_OFFSET),
    flags: view.getUint16(at + FLAGS_OFFSET, true),
    records: view.getUint8(at + RECORDS_OFFSET),
    columnsBytes: view.getUint32(at + COLUMNS_BYTES_OFFSET, true),
    bodyBytes: view.getUint32(at + BODY_BYTES_OFFSET, true),
  };
}

/** Byte offset of the first value of a frame that is not coded. */
export function valuesAt(view: DataView, at: number): number {
  const ends = 4 * view.getUint8(at + RECORDS_OFFSET);
  return at + FRAME_HEADER_BYTES + ends + view.getUint32(at + COLUMNS_BYTES_OFFSET, true);
}

/** Offset, behind the first value's, at which the value of a record ends. */
export function valueEnd(view: DataView, at: number, record: number): number {
  return view.getUint32(at + FRAME_HEADER_BYTES + 4 * record, true);
}

/**
 * What is wrong with a frame at byte `at` whose checksum holds; undefined if it is well formed. The
 * caller has made sure that `bytes` bytes from there on are its own.
 */
export function frameProblem(view: DataView, at: number, bytes: number): string | undefined {
  const header = readFrameHeader(view, at);
  const { records, columnsBytes, bodyBytes } = header;
  if (header.bytes !== bytes) return `it has ${header.bytes} bytes, not ${bytes}`;
  if (records === 0 || records > FRAME_RECORDS_MAX) return `it has ${records} records`;
  if (header.codec !== CODEC_NONE) return `its codec ${header.codec} is unknown`;
  if ((header.flags & ~FRAME_EXPIRES) !== 0) return `its flags ${header.flags} are unknown`;
  if (view.getUint32(at + DICTIONARY_OFFSET, true) !== 0) return 'it names a dictionary';
  if (bodyBytes !== bytes - FRAME_HEADER_BYTES) return 'its body does not fill it';
  const fixed = 4 * records + columnsBytes;
  if (fixed > bodyBytes) return 'its columns do not fit';
  let before = 0;
  for (let record = 0; record < records; record++) {
    const end = valueEnd(view, at, record);
    if (end < before) return `value ${record} ends before it begins`;
    before = end;
  }
  return fixed + before === bodyBytes ? undefined : 'its values do not end with it';
}

/** Keys and versions of the records of a frame; undefined if they are not well formed. */
export function decodeColumns(bytes: Uint8Array, at: number): FrameRecord[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readFrameHeader(view, at);
  const start = at + FRAME_HEADER_BYTES + 4 * header.records;
  const reader = new ColumnReader(bytes, start + 8, start + header.columnsBytes);
  if (header.columnsBytes < 8) return undefined;
  const base = readUint64(view, start);
  const records: FrameRecord[] = [];
  let before: Uint8Array = new Uint8Array(0);
  for (let index = 0; index < header.records; index++) {
    const shared = reader.number();
    const rest = reader.bytes(reader.number());
    const version = base + reader.number();
    const expiry = (header.flags & FRAME_EXPIRES) === 0 ? 0 : reader.number();
    if (rest === undefined || shared > before.length || !Number.isSafeInteger(version)) {
      return undefined;
    }
    const key = new Uint8Array(shared + rest.length);
    key.set(before.subarray(0, shared));
    key.set(rest, shared);
    records.push({ key, version, expiry });
    before = key;
  }
  return reader.isAtEnd ? records : undefined;
}

/** Writes a number of up to 53 bits, seven bits a byte, the lowest first; returns its end. */
export function writeNumber(bytes: Uint8Array, at: number, value: number): number {
  let rest = value;
  let end = at;
  while (rest >= 128) {
    bytes[end++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  bytes[end++] = rest;
  return end;
}

/** Reads columns; past the end, and for numbers that are none, it gives NaN. */
class ColumnReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#end;
  }

  number(): number {
    let value = 0;
    let scale = 1;
    while (this.#at < this.#end) {
      const byte = this.#bytes[this.#at++]!;
      value += (byte & 127) * scale;
      if (value > UINT64_SAFE_MAX) return Number.NaN;
      if (byte < 128) return value;
      scale *= 128;
    }
    return Number.NaN;
  }

  bytes(count: number): Uint8Array | undefined {
    if (!(count <= this.#end - this.#at)) return undefined;
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }
}
