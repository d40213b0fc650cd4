// Seeded random numbers of the test disk: same seed, same numbers. Not for anything else than tests.

export class TestDiskRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = mix(Math.trunc(seed) ^ 0x2545f491);
  }

  /** A 32-bit unsigned number (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    return mix(this.#state);
  }

  /** A whole number from 0 to limit - 1. */
  below(limit: number): number {
    return this.next() % limit;
  }

  chance(probability: number): boolean {
    return this.next() < probability * 0x1_0000_0000;
  }

  copy(): TestDiskRandom {
    const copy = new TestDiskRandom(0);
    copy.#state = this.#state;
    return copy;
  }
}

function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 15), value | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return (mixed ^ (mixed >>> 14)) >>> 0;
}
