// Looks through a value before it is packed: MessagePack must give back what was put in. Refuses
// what it cannot hold; finds what the packer would change in silence, to be packed in a wider form.
// Reads every property once; a value that answers differently the second time is its own fault.

import { isWellFormed } from '../format/utf8.js';

/** Most containers within each other; a value that contains itself reaches it at once. */
export const VALUE_DEPTH_MAX = 512;
/** Most elements: each takes a byte, and no value of more bytes can be stored. */
export const VALUE_ELEMENTS_MAX = 2 ** 30;

const BYTE_ORDER_MARK = 0xfeff;

const VIEW_TYPES: ReadonlySet<unknown> = new Set([
  Buffer,
  Uint8Array,
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
]);

/** Counts elements over one value, so that shared parts cannot multiply without end. */
export interface ElementCount {
  elements: number;
}

/** True if the value needs the wider form. A TypeError or RangeError if it cannot be held. */
export function needsWideForm(value: unknown, depth: number, count: ElementCount): boolean {
  switch (typeof value) {
    case 'string':
      return isWideText(value);
    case 'number':
      return value === 0 && 1 / value < 0;
    case 'object':
      return value !== null && isWideObject(value, depth, count);
    case 'function':
    case 'symbol':
      throw new TypeError(`the value contains a ${typeof value}, which cannot be stored`);
    default:
      return false;
  }
}

/** The packer makes a replacement character of a lone surrogate; a reader drops a first U+FEFF. */
function isWideText(text: string): boolean {
  return text.charCodeAt(0) === BYTE_ORDER_MARK || !isWellFormed(text);
}

function isWideObject(value: object, depth: number, count: ElementCount): boolean {
  if (depth >= VALUE_DEPTH_MAX) {
    throw new RangeError(
      `the value is nested deeper than the limit of ${VALUE_DEPTH_MAX}, or contains itself`,
    );
  }
  if (++count.elements > VALUE_ELEMENTS_MAX) throw elementsError();
  if (Array.isArray(value)) return isWideArray(value, depth, count);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null)
    return hasWideMember(value, depth, count);
  return isWideInstance(value, depth, count);
}

function isWideArray(array: readonly unknown[], depth: number, count: ElementCount): boolean {
  count.elements += array.length;
  if (count.elements > VALUE_ELEMENTS_MAX) throw elementsError();
  let isWide = false;
  for (let index = 0; index < array.length; index++) {
    if (needsWideForm(array[index], depth + 1, count)) isWide = true;
  }
  return isWide;
}

function hasWideMember(value: object, depth: number, count: ElementCount): boolean {
  let isWide = false;
  for (const name in value) {
    if (isWideText(name) || name === '__proto__') isWide = true;
    const member = (value as Record<string, unknown>)[name];
    if (needsWideForm(member, depth + 1, count)) isWide = true;
  }
  return isWide;
}

function isWideInstance(value: object, depth: number, count: ElementCount): boolean {
  if (ArrayBuffer.isView(value)) {
    if (VIEW_TYPES.has(value.constructor)) return false;
    throw instanceError(value);
  }
  if (value instanceof Date || value instanceof ArrayBuffer || value instanceof RegExp)
    return false;
  if (value instanceof Map) {
    for (const [key, element] of value) {
      needsWideForm(key, depth + 1, count);
      needsWideForm(element, depth + 1, count);
    }
    return true;
  }
  if (value instanceof Set) {
    let isWide = false;
    for (const element of value) {
      if (needsWideForm(element, depth + 1, count)) isWide = true;
    }
    return isWide;
  }
  // Promises, errors, boxed numbers and their like keep what they are in places no packer sees.
  if (Object.prototype.toString.call(value) !== '[object Object]') throw instanceError(value);
  return hasWideMember(value, depth, count);
}

function instanceError(value: object): TypeError {
  const tag = Object.prototype.toString.call(value).slice('[object '.length, -1);
  return new TypeError(`the value contains an object of type ${tag}, which cannot be stored`);
}

function elementsError(): RangeError {
  return new RangeError(`the value has more elements than the limit of ${VALUE_ELEMENTS_MAX}`);
}
