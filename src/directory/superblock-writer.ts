// Commits facts by the superblock: one slot, synced, is the commit; then the other slot, so that no
// single damaged slot ever brings back an older store. Owner: the thread that opened the store.

import { crc32 } from '../codec/crc32.js';
import { SUPERBLOCK_NAME } from '../format/file-name.js';
import type { Superblock } from '../format/superblock.js';
import {
  encodeSuperblockSlot,
  SLOT_BYTES,
  SLOT_COUNT,
  SUPERBLOCK_BYTES,
} from '../format/superblock.js';
import { replaceFile } from '../io/durable-rename.js';
import type { FileSystem, WritableFile } from '../io/file-system.js';

export class SuperblockWriter {
  readonly #fileSystem: FileSystem;
  readonly #path: string;
  #block: Superblock;
  #slot: number;

  constructor(
    fileSystem: FileSystem,
    directory: string,
    held: { block: Superblock; slot: number },
  ) {
    this.#fileSystem = fileSystem;
    this.#path = fileSystem.join(directory, SUPERBLOCK_NAME);
    this.#block = held.block;
    this.#slot = held.slot;
  }

  /** Creates the file with both slots, complete under its name. */
  static create(fileSystem: FileSystem, directory: string, block: Superblock): SuperblockWriter {
    const bytes = new Uint8Array(SUPERBLOCK_BYTES);
    for (let slot = 0; slot < SLOT_COUNT; slot++) {
      bytes.set(encodeSuperblockSlot(block, slot, crc32), slot * SLOT_BYTES);
    }
    replaceFile(fileSystem, directory, SUPERBLOCK_NAME, bytes);
    return new SuperblockWriter(fileSystem, directory, { block, slot: 1 });
  }

  /** What the store holds to now. */
  get block(): Superblock {
    return this.#block;
  }

  /**
   * Writes the slot that holds once more. For a block that was read: whoever wrote it may have died
   * before it was durable, and so far only the other slot is known to be on the disk.
   */
  persist(): void {
    this.#withFile((file) => writeSlot(file, this.#block, this.#slot));
  }

  /** Durable when it returns: first in the slot that does not hold, then in the other. */
  commit(changes: Partial<Superblock>): void {
    this.#withFile((file) => {
      for (let round = 0; round < SLOT_COUNT; round++) {
        const next: Superblock = { ...this.#block, ...changes, counter: this.#block.counter + 1 };
        const slot = (this.#slot + 1) % SLOT_COUNT;
        writeSlot(file, next, slot);
        this.#block = next;
        this.#slot = slot;
      }
    });
  }

  #withFile(body: (file: WritableFile) => void): void {
    const file = this.#fileSystem.openWrite(this.#path);
    try {
      body(file);
    } finally {
      file.close();
    }
  }
}

/** Durable when it returns. */
function writeSlot(file: WritableFile, block: Superblock, slot: number): void {
  file.write(encodeSuperblockSlot(block, slot, crc32), 0, SLOT_BYTES, slot * SLOT_BYTES);
  file.sync();
}
