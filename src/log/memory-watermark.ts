// The watermark of a log that is open in this thread: a word in shared memory.

import { DURABLE } from '../control/control-block.js';
import type { Watermark } from './follow-log.js';

/** Longer than any wait. */
const HOLD_MS = 2 ** 30;

export interface WatermarkFacts {
  /** Longest time between two looks. */
  pollMs: number;
  /** Full durable sequence. */
  durable(): number;
  /** True when it will never move again. */
  isEnded(): boolean;
}

export class MemoryWatermark implements Watermark {
  readonly #words: Int32Array;
  readonly #signal: AbortSignal | undefined;
  readonly #facts: WatermarkFacts;
  #given = -1;
  #wake: () => void = () => undefined;
  readonly #onAbort = () => this.#wake();

  constructor(words: Int32Array, signal: AbortSignal | undefined, facts: WatermarkFacts) {
    this.#words = words;
    this.#signal = signal;
    this.#facts = facts;
    signal?.addEventListener('abort', this.#onAbort);
  }

  durable(): number {
    this.#given = this.#facts.durable();
    return this.#given;
  }

  async wait(): Promise<boolean> {
    for (;;) {
      const isEnded = this.#facts.isEnded();
      const word = Atomics.load(this.#words, DURABLE);
      if (this.#signal?.aborted === true) return false;
      if (this.#facts.durable() !== this.#given) return true;
      if (isEnded) return false;
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      const wait = Atomics.waitAsync(this.#words, DURABLE, word, this.#facts.pollMs);
      if (!wait.async) continue;
      // A wait in shared memory alone does not keep the process alive; a follower does.
      const hold = setTimeout(() => undefined, HOLD_MS);
      await Promise.race([wait.value, woken]);
      clearTimeout(hold);
    }
  }

  close(): void {
    this.#signal?.removeEventListener('abort', this.#onAbort);
  }
}
