// Cuts a stream of bytes into lines. Holds one unfinished line at most, and of that no more than
// the limit.

import { BadLineError } from './exit-codes.js';

const NEWLINE = 10;

/** Most bytes of a line: what the largest value needs as text, and then some. */
export const LINE_BYTES_MAX = 268435456;

export class LineSplitter {
  /** Lines handed out so far. */
  lines = 0;
  readonly #bytesMax: number;
  #pieces: Uint8Array[] = [];
  #bytes = 0;

  constructor(bytesMax = LINE_BYTES_MAX) {
    this.#bytesMax = bytesMax;
  }

  /**
   * The lines that end in `chunk`, without their line feeds. Throws BadLineError for a line that is
   * too long, with its number.
   */
  *push(chunk: Uint8Array): Generator<Uint8Array> {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      this.#keep(chunk.subarray(start, end < 0 ? chunk.length : end));
      if (end < 0) return;
      yield this.#take();
      start = end + 1;
    }
  }

  /** The last line, if it does not end in a line feed; undefined if nothing follows one. */
  end(): Uint8Array | undefined {
    return this.#bytes === 0 ? undefined : this.#take();
  }

  #keep(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#bytes += piece.length;
    if (this.#bytes > this.#bytesMax) {
      const number = this.lines + 1;
      throw new BadLineError(`line ${number} is longer than the limit of ${this.#bytesMax} bytes`);
    }
    this.#pieces.push(piece);
  }

  #take(): Uint8Array {
    const [only] = this.#pieces;
    const line =
      only !== undefined && this.#pieces.length === 1 ? only : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#bytes = 0;
    this.lines++;
    return line;
  }
}
