// Random keys of every type and encoding, the awkward ones often: neighbours, prefixes of each
// other, the longest, the empty, escapes, signs, surrogate pairs.

import type { Choices } from '../support/choices.js';
import type { KeyEncodingName } from './key-order.js';

const CHARACTERS = ['a', 'b', 'c', 'z', '\0', '\u0001', '\u00e9', '\u20ac', '\uffff', '\u{1f600}'];
const NUMBERS = [
  0,
  -0,
  1,
  -1,
  0.1,
  -0.1,
  255,
  256,
  2 ** 31,
  -(2 ** 31),
  2 ** 53,
  5e-324,
  -5e-324,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];
const LONG = 0.02;

export function randomKey(choices: Choices, encoding: KeyEncodingName): unknown {
  switch (encoding) {
    case 'ordered':
      return randomOrdered(choices, 0);
    case 'utf8':
      return randomText(choices, 1024);
    case 'binary':
      return randomBytes(choices, 1024);
  }
}

/** A prefix of the key, or one made up. Only text, bytes and arrays have prefixes. */
export function randomPrefix(choices: Choices, encoding: KeyEncodingName, key: unknown): unknown {
  if (typeof key === 'string') {
    const characters = [...key];
    return characters.slice(0, choices.between(0, Math.min(characters.length, 4))).join('');
  }
  if (key instanceof Uint8Array) return key.slice(0, choices.between(0, Math.min(key.length, 3)));
  if (Array.isArray(key)) return key.slice(0, choices.between(0, key.length));
  return encoding === 'binary' ? choices.bytes(1) : choices.text(CHARACTERS, 1);
}

function randomOrdered(choices: Choices, depth: number): unknown {
  const type = choices.weighted({
    text: 8,
    number: 5,
    bigint: 2,
    date: 2,
    bytes: 3,
    array: depth < 3 ? 6 : 0,
    boolean: 1,
    null: 0.5,
  });
  switch (type) {
    case 'text':
      return randomText(choices, depth === 0 ? 1023 : 40);
    case 'number':
      return choices.chance(0.5) ? choices.pick(NUMBERS) : choices.between(-50, 50);
    case 'bigint':
      return randomBigint(choices);
    case 'date':
      return new Date(choices.between(-3, 3) * 86_400_000 + choices.below(2));
    case 'bytes':
      return randomBytes(choices, depth === 0 ? 1023 : 40);
    case 'array':
      return Array.from({ length: choices.between(0, 3) }, () => randomOrdered(choices, depth + 1));
    case 'boolean':
      return choices.chance(0.5);
    case 'null':
      return null;
  }
}

function randomBigint(choices: Choices): bigint {
  const magnitude = BigInt(choices.below(4)) << BigInt(choices.pick([0, 7, 8, 62, 63, 64, 300]));
  return choices.chance(0.4) ? -magnitude : magnitude;
}

/** Long ones consist of one-byte characters, so that `bytesMax` is reached exactly. */
function randomText(choices: Choices, bytesMax: number): string {
  if (choices.chance(LONG)) return choices.text(['a', 'b'], 6).padEnd(bytesMax, 'x');
  return choices.text(CHARACTERS, choices.between(0, 5));
}

function randomBytes(choices: Choices, bytesMax: number): Uint8Array {
  if (choices.chance(LONG)) return new Uint8Array(bytesMax).fill(choices.below(3));
  const bytes = choices.bytes(choices.between(0, 5));
  return bytes.map((byte) => choices.pick([0, 1, 2, 255, byte]));
}
