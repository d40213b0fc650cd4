// Records as plain objects, both ways: built field by field with a DataView and read back through the
// accessors of src/format. Slow and simple; the writer's and the reader's own code is not used.

import { recordCrc, segmentSeed } from '../../src/codec/crc32.js';
import {
  type CommitFacts,
  decodeCommitSection,
  encodeCommitSection,
} from '../../src/format/commit-section.js';
import {
  FLAG_ERA,
  flagsOf,
  KIND_BATCH,
  KIND_CHECKPOINT,
  KIND_COMMIT,
  KIND_DELETE,
  KIND_ENTRY,
  KIND_EPOCH_BARRIER,
  KIND_NO_OP,
  KIND_PUT,
  KIND_ROTATION_TRAILER,
  keyBytesOf,
  keyDistanceOf,
  kindOf,
  kindWord,
} from '../../src/format/operation.js';
import {
  firstOperation,
  isWellFormed,
  nextOperation,
  RECORD_HEADER_BYTES,
  recordBytes,
} from '../../src/format/record.js';
import { align8, readUint64, writeUint64 } from '../../src/format/uint64.js';

const KINDS = {
  put: KIND_PUT,
  delete: KIND_DELETE,
  batch: KIND_BATCH,
  commit: KIND_COMMIT,
  'epoch barrier': KIND_EPOCH_BARRIER,
  checkpoint: KIND_CHECKPOINT,
  'no-op': KIND_NO_OP,
  'rotation trailer': KIND_ROTATION_TRAILER,
  entry: KIND_ENTRY,
} as const;

/** An operation of a batch or commit; without a value it is a delete. Bytes as hexadecimal digits. */
export interface SampleOperation {
  key: string;
  value?: string;
}

export interface SampleRecord {
  kind: keyof typeof KINDS;
  sequence: number;
  durable: number;
  era?: number;
  /** put, delete */
  key?: string;
  /** put, entry */
  value?: string;
  /** batch, commit */
  operations?: SampleOperation[];
  /** commit */
  commit?: CommitFacts;
  /** epoch barrier: epoch; checkpoint: id; rotation trailer: next generation */
  number?: number;
}

/** Identity of the segment that a record belongs to. */
export interface SampleSegment {
  storeId: Uint8Array;
  lane: number;
  generation: number;
}

export const SAMPLE_SEGMENT: SampleSegment = {
  storeId: bytesOf('000102030405060708090a0b0c0d0e0f'),
  lane: 0,
  generation: 1,
};

export function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

/** The record as it stands in its segment, padding included. */
export function encodeRecord(record: SampleRecord, segment = SAMPLE_SEGMENT): Uint8Array {
  const data = encodeData(record);
  const bytes = new Uint8Array(recordBytes(data.length));
  bytes.set(data, RECORD_HEADER_BYTES);
  new DataView(bytes.buffer).setUint32(0, data.length, true);
  sealRecord(bytes, segment);
  return bytes;
}

/** Writes the checksum of the record in `bytes`. */
export function sealRecord(bytes: Uint8Array, segment = SAMPLE_SEGMENT): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setInt32(4, crcOf(bytes, segment), true);
}

/** The record in `bytes`, or undefined if a reader would refuse it. */
export function decodeRecord(
  bytes: Uint8Array,
  segment = SAMPLE_SEGMENT,
): SampleRecord | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dataBytes = view.getUint32(0, true);
  if (dataBytes === 0 || dataBytes > bytes.length - RECORD_HEADER_BYTES) return undefined;
  if (view.getInt32(4, true) !== crcOf(bytes, segment)) return undefined;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 2);
  if (!isWellFormed(words, RECORD_HEADER_BYTES, dataBytes)) return undefined;
  return decodeData(bytes, view, words);
}

function crcOf(bytes: Uint8Array, segment: SampleSegment): number {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 2);
  const seed = segmentSeed(segment.storeId, segment.lane, segment.generation);
  return recordCrc(words, bytes, RECORD_HEADER_BYTES, words[0]! >>> 0, seed);
}

function encodeData(record: SampleRecord): Uint8Array {
  const { kind, sequence, durable, era } = record;
  const head = { kind: KINDS[kind], sequence, durable, era };
  switch (kind) {
    case 'put':
    case 'delete':
      return encodeOperation(head, bytesOf(record.key ?? ''), bytesOf(record.value ?? ''));
    case 'batch':
    case 'commit':
      return encodeBatch(record, head);
    case 'no-op':
      return encodeOperation(head, new Uint8Array(), new Uint8Array());
    case 'entry':
      return encodeOperation(head, new Uint8Array(), bytesOf(record.value ?? ''));
    default: {
      const value = new Uint8Array(8);
      writeUint64(new DataView(value.buffer), 0, record.number ?? 0);
      return encodeOperation(head, new Uint8Array(), value);
    }
  }
}

interface Head {
  kind: number;
  sequence: number;
  durable: number;
  era: number | undefined;
}

function encodeOperation(head: Head, key: Uint8Array, value: Uint8Array): Uint8Array {
  const word = kindWord(head.kind, head.era === undefined ? 0 : FLAG_ERA, key.length);
  const bytes = new Uint8Array(keyDistanceOf(word) + key.length + value.length);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, word, true);
  view.setUint32(4, value.length, true);
  view.setUint32(8, head.sequence, true);
  view.setUint32(12, head.durable, true);
  if (head.era !== undefined) view.setUint32(16, head.era, true);
  bytes.set(key, keyDistanceOf(word));
  bytes.set(value, keyDistanceOf(word) + key.length);
  return bytes;
}

function encodeBatch(record: SampleRecord, head: Head): Uint8Array {
  const operations = record.operations ?? [];
  const parts = [encodeOperation(head, new Uint8Array(), new Uint8Array())];
  new DataView(parts[0]!.buffer).setUint32(4, operations.length, true);
  if (record.kind === 'commit') parts.push(encodeCommitSection(record.commit ?? { offsets: {} }));
  for (const { key, value } of operations) {
    const kind = value === undefined ? KIND_DELETE : KIND_PUT;
    parts.push(encodeOperation({ ...head, kind, durable: 0 }, bytesOf(key), bytesOf(value ?? '')));
  }
  let total = 0;
  for (const part of parts) total = align8(total) + part.length;
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, align8(at));
    at = align8(at) + part.length;
  }
  return bytes;
}

function decodeData(bytes: Uint8Array, view: DataView, words: Int32Array): SampleRecord {
  const start = RECORD_HEADER_BYTES;
  const word = words[start >>> 2]!;
  const kind = (Object.keys(KINDS) as (keyof typeof KINDS)[]).find(
    (name) => KINDS[name] === kindOf(word),
  )!;
  const record: SampleRecord = {
    kind,
    sequence: view.getUint32(start + 8, true),
    durable: view.getUint32(start + 12, true),
  };
  if ((flagsOf(word) & FLAG_ERA) !== 0) record.era = view.getUint32(start + 16, true);
  const content = start + keyDistanceOf(word);
  if (kind === 'entry') {
    record.value = decodeOperation(bytes, words, start).value ?? '';
  } else if (kind === 'put' || kind === 'delete') {
    Object.assign(record, decodeOperation(bytes, words, start));
  } else if (kind === 'batch' || kind === 'commit') {
    if (kind === 'commit') {
      const section = bytes.subarray(content, firstOperation(words, start));
      record.commit = decodeCommitSection(section)!;
    }
    record.operations = [];
    let operation = firstOperation(words, start);
    for (let left = view.getUint32(start + 4, true); left > 0; left--) {
      record.operations.push(decodeOperation(bytes, words, operation));
      operation = nextOperation(words, operation);
    }
  } else if (kind !== 'no-op') {
    record.number = readUint64(view, content);
  }
  return record;
}

function decodeOperation(bytes: Uint8Array, words: Int32Array, at: number): SampleOperation {
  const word = words[at >>> 2]!;
  const keyStart = at + keyDistanceOf(word);
  const valueStart = keyStart + keyBytesOf(word);
  const key = hexOf(bytes.subarray(keyStart, valueStart));
  if (kindOf(word) === KIND_DELETE) return { key };
  const valueBytes = words[(at >>> 2) + 1]! >>> 0;
  return { key, value: hexOf(bytes.subarray(valueStart, valueStart + valueBytes)) };
}
