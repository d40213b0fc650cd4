// A look at a shared word before a thread sleeps on it: sleeping and being woken costs two trips
// through the scheduler, more than a short wait. Gentle: between two looks lies a chain of
// divisions that leaves the core's units to a sibling thread, which may be the one that is waited
// for.

const LOOKS_PER_CLOCK = 8;
const DIVISIONS_PER_LOOK = 8;

/** True as soon as the word differs from `seen`; false after about `ms` milliseconds. */
export function changesSoon(words: Int32Array, index: number, seen: number, ms: number): boolean {
  const deadline = performance.now() + ms;
  let chain = 1;
  do {
    for (let look = 0; look < LOOKS_PER_CLOCK; look++) {
      if (Atomics.load(words, index) !== seen) return true;
      for (let step = 0; step < DIVISIONS_PER_LOOK; step++) chain = 1 / (chain + 1.5);
    }
    // The chain stays positive: the condition only keeps it from being optimised away.
  } while (chain > 0 && performance.now() < deadline);
  return false;
}
