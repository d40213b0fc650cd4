// Prints lines in pieces, waiting for whoever reads them: a large store is never in memory as text.
// After each piece the event loop turns, so that signals and a closed pipe are noticed.

import { InterruptedError } from './exit-codes.js';

const PIECE_UNITS = 32768;

/** What is used of process.stdout. */
export interface OutputStream {
  readonly isTTY?: boolean | undefined;
  write(text: string, done: (error?: Error | null) => void): boolean;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

export class Output {
  readonly #stream: OutputStream;

  constructor(stream: OutputStream) {
    this.#stream = stream;
    // The callback of the write has the same error; without a listener it would end the process.
    stream.on('error', () => undefined);
  }

  /** True if a person looks at it. */
  get isTerminal(): boolean {
    return this.#stream.isTTY === true;
  }

  /**
   * Prints all lines. Throws the error of the stream (EPIPE when the reader has gone), and
   * InterruptedError when `signal` is aborted; the lines' generator is ended in both cases.
   */
  async print(lines: Iterable<string>, signal?: AbortSignal): Promise<void> {
    let piece = '';
    for (const line of lines) {
      piece += `${line}\n`;
      if (piece.length < PIECE_UNITS) continue;
      await this.#write(piece);
      piece = '';
      if (signal?.aborted === true) throw new InterruptedError('interrupted');
    }
    if (piece !== '') await this.#write(piece);
  }

  async #write(piece: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#stream.write(piece, (error) => {
        if (error === undefined || error === null) resolve();
        else reject(error);
      });
    });
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** True for the error of a pipe whose reader has gone. */
export function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}
