// The documented order of keys (docs/key-order.md) once more, by comparing values instead of bytes,
// and what a prefix selects. Knows nothing of how the store encodes a key.

export type KeyEncodingName = 'ordered' | 'utf8' | 'binary';

const RANK_NULL = 0;
const RANK_BOOLEAN = 1;
const RANK_NUMBER = 2;
const RANK_BIGINT = 3;
const RANK_STRING = 4;
const RANK_DATE = 5;
const RANK_BYTES = 6;
const RANK_ARRAY = 7;

/** Negative, zero or positive, for keys of any encoding: 'utf8' and 'binary' have one type only. */
export function compareKeys(a: unknown, b: unknown): number {
  const rank = rankOf(a);
  if (rank !== rankOf(b)) return rank - rankOf(b);
  switch (rank) {
    case RANK_NULL:
      return 0;
    case RANK_STRING:
      return compareText(a as string, b as string);
    case RANK_BYTES:
      return compareBytes(a as Uint8Array, b as Uint8Array);
    case RANK_ARRAY:
      return compareArrays(a as unknown[], b as unknown[]);
    case RANK_DATE:
      return compareSimple((a as Date).getTime(), (b as Date).getTime());
    default:
      return compareSimple(a as number, b as number);
  }
}

/** True if the key begins with the prefix: text with text, bytes with bytes, by elements. */
export function hasPrefix(key: unknown, prefix: unknown): boolean {
  if (rankOf(key) !== rankOf(prefix)) return false;
  if (typeof key === 'string') return key.startsWith(prefix as string);
  if (key instanceof Uint8Array) {
    const start = prefix as Uint8Array;
    return key.length >= start.length && start.every((byte, index) => key[index] === byte);
  }
  const elements = prefix as unknown[];
  const array = key as unknown[];
  return (
    array.length >= elements.length &&
    elements.every((element, index) => compareKeys(array[index], element) === 0)
  );
}

/** The key as it is read back: negative zero is zero, bytes are a plain Uint8Array. */
export function normalKey(key: unknown): unknown {
  if (typeof key === 'number') return key + 0;
  if (key instanceof Uint8Array) return new Uint8Array(key);
  if (Array.isArray(key)) return key.map(normalKey);
  return key;
}

function rankOf(key: unknown): number {
  if (key === null) return RANK_NULL;
  if (typeof key === 'boolean') return RANK_BOOLEAN;
  if (typeof key === 'number') return RANK_NUMBER;
  if (typeof key === 'bigint') return RANK_BIGINT;
  if (typeof key === 'string') return RANK_STRING;
  if (key instanceof Date) return RANK_DATE;
  if (key instanceof Uint8Array) return RANK_BYTES;
  if (Array.isArray(key)) return RANK_ARRAY;
  throw new Error('not a key');
}

function compareSimple(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By code points, not by UTF-16 units. */
function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let index = 0;
  while (index < length && a.charCodeAt(index) === b.charCodeAt(index)) index++;
  if (index === length) return a.length - b.length;
  // A difference in the second half of a surrogate pair is one of the whole pair.
  if (index > 0 && isHighSurrogate(a.charCodeAt(index - 1))) index--;
  return a.codePointAt(index)! - b.codePointAt(index)!;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const difference = a[index]! - b[index]!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function compareArrays(a: readonly unknown[], b: readonly unknown[]): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const difference = compareKeys(a[index], b[index]);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
