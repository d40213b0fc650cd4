// Lock words in shared memory. A free word is 0; a held one is the holder's mark (positive, so that
// a successor can name the holder) with the top bit set while somebody waits. Waits are bounded: a
// lock that stays held past LOCK_WAIT_MS_MAX is broken reasoning or a dead holder, and an error.

import { LaneError } from '../errors.js';
import { invariant } from '../invariant.js';

const WAITED = 0x80000000 | 0;
const SPIN_COUNT = 200;
const WAIT_MS = 50;
export const LOCK_WAIT_MS_MAX = 60_000;

/** Takes the lock at `index`; one compare-exchange when nobody holds it. */
export function acquireLock(words: Int32Array, index: number, mark: number): void {
  if (Atomics.compareExchange(words, index, 0, mark) !== 0) acquireContended(words, index, mark);
}

/** Like acquireLock, but gives up after about `waitMs`; true if the lock was taken. */
export function tryAcquireLock(
  words: Int32Array,
  index: number,
  mark: number,
  waitMs: number,
): boolean {
  for (let spin = 0; spin < SPIN_COUNT; spin++) {
    if (Atomics.compareExchange(words, index, 0, mark) === 0) return true;
  }
  const seen = Atomics.load(words, index);
  if (seen !== 0) {
    const isMarked =
      seen < 0 || Atomics.compareExchange(words, index, seen, seen | WAITED) === seen;
    if (isMarked) Atomics.wait(words, index, seen | WAITED, waitMs);
  }
  return Atomics.compareExchange(words, index, 0, mark | WAITED) === 0;
}

/** Gives the lock back and wakes one waiter. */
export function releaseLock(words: Int32Array, index: number): void {
  if (Atomics.exchange(words, index, 0) < 0) Atomics.notify(words, index, 1);
}

/** Mark of the holder, 0 if the lock is free. */
export function holderOf(words: Int32Array, index: number): number {
  return Atomics.load(words, index) & ~WAITED;
}

function acquireContended(words: Int32Array, index: number, mark: number): void {
  invariant(holderOf(words, index) !== mark, 'a lock is not taken twice by its holder');
  for (let spin = 0; spin < SPIN_COUNT; spin++) {
    if (Atomics.compareExchange(words, index, 0, mark) === 0) return;
  }
  const deadline = performance.now() + LOCK_WAIT_MS_MAX;
  for (;;) {
    const seen = Atomics.load(words, index);
    // A waiter takes the lock with the waited bit set: others may still sleep on it.
    if (seen === 0) {
      if (Atomics.compareExchange(words, index, 0, mark | WAITED) === 0) return;
      continue;
    }
    if (seen < 0 || Atomics.compareExchange(words, index, seen, seen | WAITED) === seen) {
      Atomics.wait(words, index, seen | WAITED, WAIT_MS);
    }
    if (performance.now() > deadline) {
      throw new LaneError('STORE_STALLED', 'a lock of the store was not released', {
        found: `holder ${holderOf(words, index)}`,
      });
    }
  }
}
