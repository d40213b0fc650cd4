// The wider form of a value in MessagePack, for what the plain form does not keep: every array in
// it begins with a number that says what it stands for. Only values that need it are written so.

import { isWellFormed } from '../format/utf8.js';

const ARRAY = 0;
const MAP = 1;
const NEGATIVE_ZERO = 2;
const TEXT = 3;
const OBJECT = 4;
const SET = 5;

/** A copy of the value in which arrays, and what the packer would change, are written out. */
export function widen(value: unknown): unknown {
  if (typeof value === 'string') return widenText(value);
  if (typeof value === 'number') return Object.is(value, -0) ? [NEGATIVE_ZERO] : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return widenAll(ARRAY, value);
  if (value instanceof Map) return widenAll(MAP, [...value].flat(1));
  if (value instanceof Set) return widenAll(SET, [...value]);
  if (isLeaf(value)) return value;
  return widenAll(OBJECT, Object.entries(value).flat(1));
}

/** The value that `widen` was given. Throws for anything that it never returns. */
export function narrow(wide: unknown): unknown {
  if (!Array.isArray(wide)) return wide;
  const elements: readonly unknown[] = wide;
  switch (elements[0]) {
    case ARRAY:
      return elements.slice(1).map(narrow);
    case MAP:
      return new Map(pairsOf(elements));
    case NEGATIVE_ZERO:
      return -0;
    case TEXT:
      return narrowText(elements[1]);
    case OBJECT:
      return narrowObject(elements);
    case SET:
      return new Set(elements.slice(1).map(narrow));
    default:
      throw new Error(`unknown wide form ${String(elements[0])}`);
  }
}

/** What the packer keeps whole. */
function isLeaf(value: object): boolean {
  return (
    ArrayBuffer.isView(value) ||
    value instanceof Date ||
    value instanceof ArrayBuffer ||
    value instanceof RegExp
  );
}

function widenAll(kind: number, elements: readonly unknown[]): unknown[] {
  const wide: unknown[] = [kind];
  for (const element of elements) wide.push(widen(element));
  return wide;
}

/** UTF-16 code units, which hold any string. */
function widenText(text: string): unknown {
  if (isWellFormed(text) && text.charCodeAt(0) !== 0xfeff) return text;
  return [TEXT, Buffer.from(text, 'utf16le')];
}

function narrowText(units: unknown): string {
  if (Buffer.isBuffer(units) && units.length % 2 === 0) return units.toString('utf16le');
  throw new Error('a text without code units');
}

function narrowObject(elements: readonly unknown[]): object {
  const object = {};
  for (const [name, value] of pairsOf(elements)) {
    if (typeof name !== 'string') throw new Error('a member without a name');
    // Defined, not assigned: the name may be __proto__.
    const property = { value, writable: true, enumerable: true, configurable: true };
    Object.defineProperty(object, name, property);
  }
  return object;
}

function pairsOf(elements: readonly unknown[]): [unknown, unknown][] {
  if (elements.length % 2 === 0) throw new Error('a key without a value');
  const pairs: [unknown, unknown][] = [];
  for (let index = 1; index < elements.length; index += 2) {
    pairs.push([narrow(elements[index]), narrow(elements[index + 1])]);
  }
  return pairs;
}
