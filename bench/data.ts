// Keys, values and orders of the benchmark: the same for every engine, made from a seed.
// Keys have 16 characters ("user:" and 11 digits, only even numbers are stored, odd ones are
// missing); values are 128 bytes of text. Verification compares bytes, so no engine can cheat.

import type { Engine, Records } from './engines/engine.js';

export const KEY_CHARACTERS = 16;
export const VALUE_BYTES = 128;
const POOL_VALUES = 4096;

const WORDS = [
  'north',
  'river',
  'copper',
  'lane',
  'harbour',
  'seven',
  'winter',
  'signal',
  'paper',
  'green',
  'market',
  'stone',
  'silver',
  'early',
  'bridge',
  'cloud',
  'orange',
  'ledger',
  'quiet',
  'summit',
] as const;

/** A small seeded generator (mulberry32): the next value in [0, 1). */
export function makeRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** The numbers 0 to count - 1 in random order. */
export function shuffled(count: number, seed: number): Uint32Array {
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  const random = makeRandom(seed);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}

/** A value of `bytes` bytes that looks like a small JSON document. */
export function textValue(bytes: number, random: () => number): Uint8Array {
  let text = `{"id":${Math.floor(random() * 1e9)},"tags":"`;
  while (text.length < bytes) text += `${WORDS[Math.floor(random() * WORDS.length)]} `;
  const value = new Uint8Array(bytes);
  new TextEncoder().encodeInto(text.slice(0, bytes), value);
  return value;
}

export class Data {
  readonly count: number;
  readonly seed: number;
  readonly #encoded: Buffer;
  readonly #pool: Uint8Array[] = [];

  constructor(count: number, seed: number) {
    this.count = count;
    this.seed = seed;
    this.#encoded = Buffer.alloc(2 * count * KEY_CHARACTERS);
    for (let i = 0; i < 2 * count; i++) {
      this.#encoded.write(`user:${String(i).padStart(11, '0')}`, i * KEY_CHARACTERS, 'latin1');
    }
    const random = makeRandom(1);
    for (let i = 0; i < POOL_VALUES; i++) this.#pool.push(textValue(VALUE_BYTES, random));
  }

  /** A fresh flat string: never the same object twice. */
  key(index: number): string {
    const at = 2 * index * KEY_CHARACTERS;
    return this.#encoded.toString('latin1', at, at + KEY_CHARACTERS);
  }

  /** A key between stored ones that was never put. */
  missingKey(index: number): string {
    const at = (2 * index + 1) * KEY_CHARACTERS;
    return this.#encoded.toString('latin1', at, at + KEY_CHARACTERS);
  }

  /** The value of a key in a generation (0: as loaded, 1: as overwritten). */
  value(index: number, generation: number): Uint8Array {
    const mixed = Math.imul(index + 1, 0x9e3779b1) + Math.imul(generation, 0x2545f491);
    return this.#pool[(mixed >>> 12) % POOL_VALUES]!;
  }

  order(salt: number): Uint32Array {
    return shuffled(this.count, this.seed * 7919 + salt);
  }

  /** Fresh keys and their values for order[from] to order[to - 1]. */
  records(order: Uint32Array, generation: number, from = 0, to = order.length): Records {
    const keys = new Array<string>(to - from);
    const values = new Array<Uint8Array>(to - from);
    for (let i = from; i < to; i++) {
      const index = order[i]!;
      keys[i - from] = this.key(index);
      values[i - from] = this.value(index, generation);
    }
    return { keys, values };
  }

  sorted(): Uint32Array {
    return Uint32Array.from({ length: this.count }, (_, i) => i);
  }
}

function equal(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && Buffer.compare(a, b) === 0;
}

/**
 * Throws unless `samples` keys spread over the store hold the value of their generation, which is
 * one number for all keys or one for each.
 */
export function verifyGets(
  engine: Engine,
  data: Data,
  generation: number | Uint8Array,
  samples = 500,
): void {
  const generationOf = (index: number): number =>
    typeof generation === 'number' ? generation : generation[index]!;
  const step = Math.max(1, Math.floor(data.count / samples));
  for (let i = 0; i < data.count; i += step) {
    const expected = data.value(i, generationOf(i));
    if (!equal(engine.get(data.key(i)), expected)) throw new Error(`wrong value of ${data.key(i)}`);
    if (engine.get(data.missingKey(i)) !== undefined) throw new Error('a missing key was found');
  }
  const first = engine.get(data.key(0));
  first?.fill(0);
  if (!equal(engine.get(data.key(0)), data.value(0, generationOf(0)))) {
    throw new Error("a returned value is not the caller's own");
  }
}

/** Throws unless a scan gives exactly the expected keys and values, as the caller's own bytes. */
export async function verifyScan(engine: Engine, data: Data, count: number): Promise<void> {
  for (const reverse of [false, true]) {
    const start = Math.floor(data.count / 2);
    const keys: string[] = [];
    const values: Uint8Array[] = [];
    const visit = (key: string, value: Uint8Array): void => {
      keys.push(key);
      values.push(value);
    };
    await engine.scan(data.key(start), count, reverse, visit);
    if (keys.length !== count) throw new Error(`scan gave ${keys.length} of ${count} entries`);
    for (let i = 0; i < count; i++) {
      const index = reverse ? start - i : start + i;
      if (keys[i] !== data.key(index)) throw new Error(`scan: wrong key at ${i}`);
      if (!equal(values[i], data.value(index, 0))) throw new Error(`scan: wrong value at ${i}`);
    }
  }
}
