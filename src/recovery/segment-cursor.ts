// Walks the records of one segment with positional reads of a piece at a time, so that a log may be
// larger than memory, and can look again where it stopped while another process goes on writing.
// Never writes.

import { segmentSeed } from '../codec/crc32.js';
import { DATA_BYTES_MIN, RECORD_HEADER_BYTES, recordBytes } from '../format/record.js';
import type { SegmentHeader } from '../format/segment-header.js';
import { SEGMENT_HEADER_BYTES } from '../format/segment-header.js';
import type { ReadableFile, ReadOnlyFileSystem } from '../io/file-system.js';
import { WalReader } from '../wal/wal-reader.js';
import type { SegmentIdentity } from './load-segment.js';
import { openSegment, SegmentBuffer } from './load-segment.js';

const PIECE_BYTES = 262144;

export class SegmentCursor {
  readonly name: string;
  readonly path: string;
  readonly header: SegmentHeader;
  /** Stands on the record last read. */
  reader: WalReader;
  readonly #file: ReadableFile;
  readonly #seed: number;
  readonly #buffer: SegmentBuffer;
  readonly #end: number;
  #pieceEnd = 0;

  /**
   * Opens a segment; nothing from file offset `end` on is looked at. Throws CORRUPT,
   * FORMAT_UNSUPPORTED or IO_ERROR as loadSegment does.
   */
  constructor(
    fileSystem: ReadOnlyFileSystem,
    directory: string,
    identity: SegmentIdentity,
    end = Number.POSITIVE_INFINITY,
  ) {
    const { name, path, header, file } = openSegment(fileSystem, directory, identity);
    this.name = name;
    this.path = path;
    this.header = header;
    this.#file = file;
    this.#seed = segmentSeed(identity.storeId, identity.lane, identity.generation);
    this.#buffer = new SegmentBuffer();
    this.#end = Math.min(header.segmentBytes, end);
    this.reader = this.#readPiece(SEGMENT_HEADER_BYTES, 0);
  }

  /** The memory that the record last read lies in; reused by the next advance(). */
  get bytes(): Uint8Array {
    return this.#buffer.bytes;
  }

  get words(): Int32Array {
    return this.#buffer.words;
  }

  /** Goes to the next record; false at the stop, which `reader` tells. */
  advance(): boolean {
    for (;;) {
      if (this.reader.advance()) return true;
      const needed = this.#bytesNeeded();
      if (needed === 0) return false;
      this.reader = this.#readPiece(this.reader.offset, needed);
    }
  }

  /** Reads the place of the stop anew: what was not there may have been written since. */
  lookAgain(): void {
    this.reader = this.#readPiece(this.reader.offset, 0);
  }

  close(): void {
    this.#file.close();
  }

  /** Bytes from the stop on that must be in memory to judge it; 0 if they are. */
  #bytesNeeded(): number {
    const { stop, offset } = this.reader;
    if (stop !== 'full' && stop !== 'length') return 0;
    const rest = this.#end - offset;
    const least = RECORD_HEADER_BYTES + DATA_BYTES_MIN;
    if (this.#pieceEnd === this.#end || rest < least) return 0;
    if (stop === 'full') return least;
    const at = this.#wordOf(offset);
    const dataBytes = this.words[at]! >>> 0;
    const bytes = recordBytes(dataBytes);
    return dataBytes >= DATA_BYTES_MIN && bytes <= rest && offset + bytes > this.#pieceEnd
      ? bytes
      : 0;
  }

  #pieceStart = 0;

  #wordOf(offset: number): number {
    return (offset - this.#pieceStart) >>> 2;
  }

  #readPiece(offset: number, needed: number): WalReader {
    const start = offset - (offset % 8);
    const bytes = Math.min(this.#end - start, Math.max(PIECE_BYTES, needed));
    this.#buffer.ensure(bytes);
    const read = this.#file.read(this.#buffer.bytes, 0, bytes, start);
    this.#buffer.bytes.fill(0, read, bytes + 8);
    this.#pieceStart = start;
    this.#pieceEnd = start + bytes;
    const segment = {
      words: this.#buffer.words,
      bytes: this.#buffer.bytes,
      start: -start,
      length: this.#pieceEnd,
      seed: this.#seed,
    };
    return new WalReader(segment, offset);
  }
}
