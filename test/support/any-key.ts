// Random keys for fast-check, rich in the cases that break key encodings, and the order of keys written
// down a second time, from docs/key-order.md and without looking at bytes.

import fc from 'fast-check';

import { KEY_BYTES_MAX, type Key } from '../../src/keys/key.js';

const character = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('\0', '\u0001', '\u0002', '\u0004', '\u007f', '\u0080') },
  { weight: 2, arbitrary: fc.constantFrom('\u07ff', '\u0800', '\ud7ff', '\ue000', '\uffff') },
  { weight: 2, arbitrary: fc.constantFrom('\u{10000}', '\u{10ffff}', '\ufeff', '\ufffd') },
  { weight: 8, arbitrary: fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 1 }) },
);

export const anyText = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: character, maxLength: 24 }) },
  { weight: 2, arbitrary: fc.string({ unit: character, minLength: 60, maxLength: 80 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 200 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
);

export const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 20 }),
  fc.uint8Array({ max: 3, maxLength: 12 }),
);

const anyNumber = fc.oneof(
  fc.double({ noNaN: true }),
  fc.integer(),
  fc.constantFrom(0, -0, 1, -1, Infinity, -Infinity, 5e-324, -5e-324, 2 ** 53, -(2 ** 53)),
);

const anyBigint = fc.oneof(
  fc.bigInt(),
  fc.bigInt({ min: -70000n, max: 70000n }),
  fc.integer({ min: 0, max: 300 }).map((bits) => 1n << BigInt(bits)),
  fc.integer({ min: 0, max: 300 }).map((bits) => -(1n << BigInt(bits))),
  fc.integer({ min: 1, max: 300 }).map((bits) => (1n << BigInt(bits)) - 1n),
);

export const anyScalarKey: fc.Arbitrary<Key> = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom<Key>(null, false, true) },
  { weight: 3, arbitrary: anyNumber },
  { weight: 3, arbitrary: anyBigint },
  { weight: 5, arbitrary: anyText },
  { weight: 1, arbitrary: fc.date({ noInvalidDate: true }) },
  { weight: 2, arbitrary: anyBytes },
);

/** Nested texts can grow past the longest key; those are left out. */
export const anyKey: fc.Arbitrary<Key> = fc
  .letrec<{ key: Key; array: Key[] }>((tie) => ({
    key: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      { weight: 3, arbitrary: anyScalarKey },
      { weight: 2, arbitrary: tie('array') },
    ),
    array: fc.array(tie('key'), { maxLength: 4 }),
  }))
  .key.filter((key) => bytesAtMost(key) <= KEY_BYTES_MAX);

/** Bytes of the encoded key, or a few more: as if it stood in an array. */
function bytesAtMost(key: Key): number {
  if (typeof key === 'string') return bytesAtMost(Buffer.from(key));
  if (key instanceof Uint8Array) return 2 + key.length + key.filter((byte) => byte < 2).length;
  if (Array.isArray(key)) return key.reduce<number>((sum, each) => sum + bytesAtMost(each), 2);
  if (typeof key === 'bigint') return 4 + key.toString(16).length / 2;
  return 9;
}

/** The order of docs/key-order.md. */
export function compareKeys(left: Key, right: Key): number {
  const rank = rankOf(left) - rankOf(right);
  if (rank !== 0) return Math.sign(rank);
  if (typeof left === 'string') return compareLists(codePoints(left), codePoints(right as string));
  if (left instanceof Uint8Array) return compareLists([...left], [...(right as Uint8Array)]);
  if (left instanceof Date) return compareValues(left.getTime(), (right as Date).getTime());
  if (Array.isArray(left)) return compareLists(left, right as Key[]);
  if (left === null) return 0;
  return compareValues(left, right);
}

function rankOf(key: Key): number {
  if (key === null) return 0;
  if (key instanceof Date) return 6;
  if (key instanceof Uint8Array) return 7;
  if (Array.isArray(key)) return 8;
  if (key === false) return 1;
  if (key === true) return 2;
  return ['number', 'bigint', 'string'].indexOf(typeof key) + 3;
}

function compareLists(left: readonly Key[], right: readonly Key[]): number {
  for (const [index, element] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const order = compareKeys(element, other);
    if (order !== 0) return order;
  }
  return left.length < right.length ? -1 : 0;
}

function compareValues(left: unknown, right: unknown): number {
  const [a, b] = [left, right] as [number, number];
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function codePoints(text: string): number[] {
  return [...text].map((each) => each.codePointAt(0) ?? 0);
}

/** The key as it comes back: zero without sign, plain copies of bytes. */
export function asDecoded(key: Key): Key {
  if (key === 0) return 0;
  if (key instanceof Uint8Array) return new Uint8Array(key);
  if (Array.isArray(key)) return key.map(asDecoded);
  return key;
}
