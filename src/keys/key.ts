// What a key is and what turns keys into bytes: types, limits, the interface of the key codecs.
// docs/key-order.md holds the order and the bytes.

/** A key of the encoding 'ordered'. Arrays nest; their order is element by element. */
export type Key = null | boolean | number | bigint | string | Date | Uint8Array | readonly Key[];

export type KeyEncoding = 'ordered' | 'utf8' | 'binary';

/** The keys that an encoding takes and gives back. */
export type KeyOf<E extends KeyEncoding> = E extends 'ordered'
  ? Key
  : E extends 'utf8'
    ? string
    : Uint8Array;

/** Most bytes of one encoded key. */
export const KEY_BYTES_MAX = 1024;

/** Bytes that must be writable behind the longest key: encoders may pass the limit by these. */
export const KEY_BYTES_SPARE = 16;

/** Most arrays within each other in one key, the outermost counted. */
export const KEY_DEPTH_MAX = 32;

/** Three views over the same memory, which may be shared between threads. */
export interface KeyMemory {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly buffer: Buffer;
}

/**
 * Turns keys into bytes whose order is the order of the keys. Holds no state that outlives a call,
 * so a call may be made while another one of the same codec runs.
 */
export interface KeyCodec<K> {
  readonly name: KeyEncoding;
  /**
   * Writes a key at `start`, a multiple of 8 with KEY_BYTES_MAX + KEY_BYTES_SPARE writable bytes,
   * zeroes the bytes up to the next multiple of 4 and returns the number of bytes of the key.
   * Throws TypeError or RangeError naming the key and the limit; the memory then holds garbage.
   */
  encode(key: K, memory: KeyMemory, start: number): number;
  /**
   * Writes the bytes with which every key begins that begins with `prefix`, and no other key:
   * strings and Uint8Arrays that start with it, arrays whose first elements are its elements.
   * Any other type is a TypeError. Memory and result are those of `encode`.
   */
  encodePrefix(prefix: K, memory: KeyMemory, start: number): number;
  /** The key as its own copy. Throws LaneError CORRUPT for bytes that no key is encoded as. */
  decode(memory: KeyMemory, start: number, end: number): K;
}

/**
 * True if encoding this key may run code of the caller. Only arrays can: their length and elements
 * are read as properties, which getters and proxies may answer. Everything else is read through the
 * internals of its type.
 */
export function canRunUserCode(key: unknown): boolean {
  return Array.isArray(key);
}

/** Zeroes from the end of a key to the next multiple of 4. */
export function zeroToWord(bytes: Uint8Array, end: number): void {
  for (let at = end; (at & 3) !== 0; at++) bytes[at] = 0;
}

/** Bytes of the memory as an own copy. */
export function copyBytes(memory: KeyMemory, start: number, end: number): Uint8Array {
  const copy = new Uint8Array(end - start);
  memory.buffer.copy(copy, 0, start, end);
  return copy;
}
