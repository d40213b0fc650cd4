// Random choices for tests over a seeded generator: the same seed makes the same choices.

import { seededRandom } from './random.js';

export class Choices {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    // The first numbers of neighbouring seeds are alike.
    for (let round = 0; round < 8; round++) this.#random();
  }

  /** An integer in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  /** An integer in [from, to]. */
  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new Error('nothing to pick from');
    return list[this.below(list.length)] as T;
  }

  /** One of the names, each as often as its weight says. */
  weighted<N extends string>(weights: Readonly<Record<N, number>>): N {
    const names = Object.keys(weights) as N[];
    let rest = this.#random() * names.reduce((sum, name) => sum + weights[name], 0);
    for (const name of names) {
      rest -= weights[name];
      if (rest < 0) return name;
    }
    return names.at(-1) as N;
  }

  /** So many random bytes. */
  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let index = 0; index < length; index++) bytes[index] = this.below(256);
    return bytes;
  }

  /** A string of so many characters of an alphabet. */
  text(alphabet: readonly string[], length: number): string {
    let text = '';
    for (let index = 0; index < length; index++) text += this.pick(alphabet);
    return text;
  }
}
