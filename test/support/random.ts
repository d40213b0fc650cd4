// A small seeded generator of random numbers for tests: the same seed gives the same numbers.

/** Numbers in [0, 1) from a 32-bit seed (Marsaglia's xorshift over a mixed seed). */
export function seededRandom(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
}
