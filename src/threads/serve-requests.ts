// The preparer's loop, a plain function: looks for work, sleeps, until the store closes.

import type { ControlBlock } from '../control/control-block.js';
import { CLOSING, PREPARE_REQUEST } from '../control/control-block.js';
import { isPoisoned } from '../control/poison.js';

/** Sleeps while the word holds `seen`, until it is woken; may return earlier. */
export type Sleep = (words: Int32Array, index: number, seen: number) => void;

/**
 * Calls `serve` at first and after every request, until the store closes or is poisoned or `serve`
 * returns false.
 */
export function serveRequests(control: ControlBlock, serve: () => boolean, sleep: Sleep): void {
  const { words } = control;
  for (;;) {
    // Read before the look at CLOSING: who closes sets that first and then changes the request, so
    // a close that comes after the look ends the sleep.
    const seen = Atomics.load(words, PREPARE_REQUEST);
    if (Atomics.load(words, CLOSING) !== 0 || isPoisoned(control)) return;
    if (!serve()) return;
    sleep(words, PREPARE_REQUEST, seen);
  }
}
