// Fills a disk until so many bytes are free, and gives the room back.

import { closeSync, fsyncSync, ftruncateSync, openSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const PIECE_BYTES = 1 << 20;
const BLOCK_BYTES = 1024;

/** Fills the disk under a directory with a file of its own, which stays there. */
export class Filler {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.#directory);
    return bavail * bsize;
  }

  /** Takes everything but `freeBytes`, or a little less where the file system needs some itself. */
  fill(freeBytes: number): void {
    this.#with((descriptor) => {
      ftruncateSync(descriptor, 0);
      let length = 0;
      // Each sync shows how much was only promised; the last pieces are the smallest blocks.
      for (let piece = PIECE_BYTES; piece >= BLOCK_BYTES; piece >>>= 1) {
        length = append(descriptor, length, piece);
        fsyncSync(descriptor);
      }
      ftruncateSync(descriptor, Math.max(0, length - freeBytes));
      fsyncSync(descriptor);
    });
  }

  release(): void {
    this.#with((descriptor) => {
      ftruncateSync(descriptor, 0);
      // Blocks are free only when the change is committed.
      fsyncSync(descriptor);
    });
  }

  #with(body: (descriptor: number) => void): void {
    const descriptor = openSync(join(this.#directory, 'filler'), 'a+');
    try {
      body(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }
}

/** Writes pieces until there is no room for another; returns the length then. */
function append(descriptor: number, from: number, pieceBytes: number): number {
  const piece = Buffer.alloc(pieceBytes, 1);
  let length = from;
  for (;;) {
    try {
      length += writeSync(descriptor, piece, 0, pieceBytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return length;
      throw error;
    }
  }
}
