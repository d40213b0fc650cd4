// Puts the values of a list of changes that leaves do not hold themselves into frames of the value
// log, in key order, so that neighbours share a frame; and notes in the list where each one stands.

import { crc32 } from '../codec/crc32.js';
import { valueFileName } from '../format/file-name.js';
import { encodeValueFileHeader } from '../format/tree-file.js';
import { FRAME_RECORDS_MAX } from '../format/value-frame.js';
import { invariant } from '../invariant.js';
import { removeIfThere } from '../io/durable-rename.js';
import type { FileSystem } from '../io/file-system.js';
import type { ChangeList } from '../tree/change-list.js';
import { FrameBuilder } from '../value-log/frame-builder.js';
import { FrameChecksum, ValueFileWriter } from '../value-log/value-file.js';

/** A frame is ended before it has more than this, unless one value has. */
export const FRAME_BYTES_WANTED = 4096;

export interface PackOptions {
  fileSystem: FileSystem;
  directory: string;
  storeId: Uint8Array;
  /** Longest value that leaves hold themselves. */
  inlineBytesMax: number;
  /** A file that has this many bytes is followed by another one. */
  fileBytes: number;
}

/** A value file that was written to. */
export interface PackedFile {
  id: number;
  /** Its length. */
  bytes: number;
}

/** Where to begin: in the file that was written last, behind its frames, or in a new one. */
export interface PackStart {
  nextId: number;
  last?: PackedFile | undefined;
}

export class ValuePacker {
  /** Files that were written to, in the order of their ids. */
  readonly files: PackedFile[] = [];
  /** Of these, the ones that were made. */
  readonly #made: number[] = [];
  readonly #options: PackOptions;
  readonly #checksum: FrameChecksum;
  readonly #frame = new FrameBuilder();
  #writer: ValueFileWriter | undefined;
  #last: PackedFile | undefined;
  #nextId: number;
  /** Changes whose values are in the frame under construction. */
  #waiting: number[] = [];

  constructor(options: PackOptions, start: PackStart) {
    this.#options = options;
    this.#checksum = new FrameChecksum(options.storeId);
    this.#nextId = start.nextId;
    if (start.last !== undefined && start.last.bytes < options.fileBytes) this.#last = start.last;
  }

  /** Id of the next file that would be made. */
  get nextId(): number {
    return this.#nextId;
  }

  /** Stores the values of changes [from, to). Throws DISK_FULL or IO_ERROR. */
  pack(changes: ChangeList, from: number, to: number): void {
    for (let index = from; index < to; index++) {
      if (changes.isDelete(index)) continue;
      const valueBytes = changes.valueBytesOf(index);
      if (valueBytes <= this.#options.inlineBytesMax) continue;
      const keyBytes = changes.keyBytesOf(index);
      const isFull = this.#frame.bytesWith(keyBytes, valueBytes) > FRAME_BYTES_WANTED;
      if (this.#frame.records === FRAME_RECORDS_MAX || (isFull && this.#frame.records > 0)) {
        this.#endFrame(changes);
      }
      const key = changes.keyAt(index);
      this.#frame.add({
        memory: changes.memory,
        key,
        keyBytes,
        value: key + keyBytes,
        valueBytes,
        version: changes.versionOf(index),
        expiry: 0,
      });
      this.#waiting.push(index);
    }
    if (this.#frame.records > 0) this.#endFrame(changes);
  }

  /** Makes everything durable, the names of files included, and closes them. */
  finish(): void {
    if (this.#writer !== undefined) this.#endFile();
    if (this.#made.length > 0) this.#options.fileSystem.syncDirectory(this.#options.directory);
  }

  /** Removes the files that were made, to which nothing refers. What an older one gained stays. */
  abandon(): void {
    this.#writer?.close();
    this.#writer = undefined;
    const { fileSystem, directory } = this.#options;
    for (const id of this.#made) {
      removeIfThere(fileSystem, fileSystem.join(directory, valueFileName(id)));
    }
    this.#made.length = 0;
    this.files.length = 0;
  }

  #endFrame(changes: ChangeList): void {
    if (this.#writer !== undefined && this.#writer.end >= this.#options.fileBytes) this.#endFile();
    this.#writer ??= this.#continueFile() ?? this.#beginFile();
    const place = this.#writer.append(this.#frame);
    for (let record = 0; record < this.#waiting.length; record++) {
      changes.point(this.#waiting[record]!, place, record);
    }
    this.#waiting.length = 0;
    this.files.at(-1)!.bytes = this.#writer.end;
  }

  /** Goes on in the file that was written last: what lies behind its frames is overwritten. */
  #continueFile(): ValueFileWriter | undefined {
    const last = this.#last;
    if (last === undefined) return undefined;
    this.#last = undefined;
    const { fileSystem, directory } = this.#options;
    const file = fileSystem.openWrite(fileSystem.join(directory, valueFileName(last.id)));
    this.files.push({ ...last });
    return new ValueFileWriter(file, last.id, this.#checksum, last.bytes);
  }

  #beginFile(): ValueFileWriter {
    const { fileSystem, directory, storeId } = this.#options;
    const id = this.#nextId++;
    this.files.push({ id, bytes: 0 });
    this.#made.push(id);
    const path = fileSystem.join(directory, valueFileName(id));
    // A fold that a crash cut off may have left it: no durable superblock knows it.
    removeIfThere(fileSystem, path);
    const file = fileSystem.create(path);
    const header = encodeValueFileHeader(storeId, id, crc32);
    file.write(header, 0, header.length, 0);
    return new ValueFileWriter(file, id, this.#checksum, header.length);
  }

  #endFile(): void {
    const writer = this.#writer;
    invariant(writer !== undefined, 'a file is ended once');
    this.#writer = undefined;
    try {
      writer.sync();
    } finally {
      writer.close();
    }
  }
}
