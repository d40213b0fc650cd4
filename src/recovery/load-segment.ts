// Loads one segment file with positional reads and judges its identity. Never maps, never writes.

import { crc32, segmentSeed } from '../codec/crc32.js';
import { LaneError } from '../errors.js';
import { isSameStore, versionOf } from '../format/file-header.js';
import { segmentName } from '../format/file-name.js';
import type { SegmentHeader } from '../format/segment-header.js';
import {
  decodeSegmentHeader,
  SEGMENT_BYTES_MAX,
  SEGMENT_HEADER_BYTES,
} from '../format/segment-header.js';
import type { ReadableFile, ReadOnlyFileSystem } from '../io/file-system.js';
import type { SegmentBytes } from '../wal/wal-reader.js';
import { WalReader } from '../wal/wal-reader.js';

const SLACK_BYTES = 64;

/** Memory that segments are read into, one after the other. */
export class SegmentBuffer {
  bytes = new Uint8Array(0);
  words = new Int32Array(0);

  /** Grows to hold `length` bytes and some slack. */
  ensure(length: number): void {
    if (this.bytes.length >= length + SLACK_BYTES) return;
    const memory = new ArrayBuffer(Math.ceil((length + SLACK_BYTES) / 8) * 8);
    this.bytes = new Uint8Array(memory);
    this.words = new Int32Array(memory);
  }
}

export interface LoadedSegment {
  name: string;
  path: string;
  header: SegmentHeader;
  contents: SegmentBytes;
}

export interface SegmentIdentity {
  storeId: Uint8Array;
  lane: number;
  generation: number;
}

/**
 * Reads a segment. Throws CORRUPT if it is missing, of another identity, or of a wrong length;
 * FORMAT_UNSUPPORTED.
 */
export function loadSegment(
  fileSystem: ReadOnlyFileSystem,
  directory: string,
  identity: SegmentIdentity,
  buffer: SegmentBuffer,
): LoadedSegment {
  const opened = openSegment(fileSystem, directory, identity);
  const { name, path, header, file } = opened;
  const length = header.segmentBytes;
  try {
    buffer.ensure(length);
    readWhole(file, buffer, length, path);
    const seed = segmentSeed(identity.storeId, identity.lane, identity.generation);
    const contents = { words: buffer.words, bytes: buffer.bytes, start: 0, length, seed };
    return { name, path, header, contents };
  } finally {
    file.close();
  }
}

export interface OpenedSegment {
  name: string;
  path: string;
  header: SegmentHeader;
  file: ReadableFile;
}

/**
 * Opens a segment and judges its header and length; the caller closes it. Throws as loadSegment.
 */
export function openSegment(
  fileSystem: ReadOnlyFileSystem,
  directory: string,
  identity: SegmentIdentity,
): OpenedSegment {
  const name = segmentName(identity.lane, identity.generation);
  const path = fileSystem.join(directory, name);
  if (fileSystem.kind(path) !== 'file') {
    throw new LaneError('CORRUPT', `the segment ${name} is missing`, { file: path });
  }
  const file = fileSystem.openRead(path);
  try {
    const length = file.size();
    const headerBytes = new Uint8Array(SEGMENT_HEADER_BYTES);
    const read = file.read(headerBytes, 0, SEGMENT_HEADER_BYTES, 0);
    const header = judgeHeader(path, headerBytes.subarray(0, read), identity);
    if (length !== header.segmentBytes || length > SEGMENT_BYTES_MAX) {
      throw new LaneError('CORRUPT', `the segment ${name} has the wrong length`, {
        file: path,
        offset: Math.min(length, header.segmentBytes),
        expected: header.segmentBytes,
        found: length,
      });
    }
    return { name, path, header, file };
  } catch (error) {
    file.close();
    throw error;
  }
}

function judgeHeader(path: string, bytes: Uint8Array, identity: SegmentIdentity): SegmentHeader {
  const header = decodeSegmentHeader(bytes, crc32);
  if (header === 'version') {
    throw new LaneError('FORMAT_UNSUPPORTED', 'the segment has a format of another version', {
      file: path,
      offset: 0,
      found: versionOf(bytes, 0),
    });
  }
  if (typeof header === 'string') {
    throw new LaneError('CORRUPT', `the header of the segment is damaged (${header})`, {
      file: path,
      offset: 0,
    });
  }
  const isOwn =
    isSameStore(header.storeId, identity.storeId) &&
    header.lane === identity.lane &&
    header.generation === identity.generation;
  if (!isOwn) {
    throw new LaneError('CORRUPT', 'the segment belongs to another store, lane or generation', {
      file: path,
      offset: 0,
    });
  }
  return header;
}

function readWhole(
  file: { read(target: Uint8Array, start: number, bytes: number, position: number): number },
  buffer: SegmentBuffer,
  length: number,
  path: string,
): void {
  const read = file.read(buffer.bytes, 0, length, 0);
  buffer.bytes.fill(0, read, Math.min(buffer.bytes.length, length + SLACK_BYTES));
  if (read !== length) {
    throw new LaneError('CORRUPT', 'the segment became shorter while it was read', {
      file: path,
      offset: read,
    });
  }
}

/** True if a segment file of any store holds a valid record. */
export function holdsRecords(
  fileSystem: ReadOnlyFileSystem,
  directory: string,
  name: { lane: number; generation: number },
): boolean {
  const path = fileSystem.join(directory, segmentName(name.lane, name.generation));
  const file = fileSystem.openRead(path);
  const bytes = new Uint8Array(SEGMENT_HEADER_BYTES);
  try {
    const read = file.read(bytes, 0, SEGMENT_HEADER_BYTES, 0);
    const header = decodeSegmentHeader(bytes.subarray(0, read), crc32);
    if (typeof header === 'string') return false;
    const identity = { storeId: header.storeId, ...name };
    const segment = loadSegment(fileSystem, directory, identity, new SegmentBuffer());
    return new WalReader(segment.contents).advance();
  } catch (error) {
    if (error instanceof LaneError && error.code === 'CORRUPT') return false;
    throw error;
  } finally {
    file.close();
  }
}
