// Uint8Arrays of any realm and subclass, told apart and measured through their internals: no
// property is read that the caller could have answered with code of its own.

const typedArrayPrototype: object = Object.getPrototypeOf(Uint8Array.prototype);
const readTypeName = getterOf(typedArrayPrototype, Symbol.toStringTag);
const readByteLength = getterOf(typedArrayPrototype, 'byteLength');

/** True for a Uint8Array, a Buffer among them. */
export function isUint8Array(value: unknown): value is Uint8Array {
  return readTypeName.call(value) === 'Uint8Array';
}

/** The length of a Uint8Array, whatever properties it was given. */
export function byteLengthOf(value: Uint8Array): number {
  return readByteLength.call(value) as number;
}

function getterOf(holder: object, property: string | symbol): (this: unknown) => unknown {
  const getter = Object.getOwnPropertyDescriptor(holder, property)?.get;
  if (getter === undefined) throw new Error('this platform has no typed arrays');
  return getter;
}
