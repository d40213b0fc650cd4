// Operations encoded aside, before a place in the log is taken for them: keys and values may run
// code of the user, which may write to the store itself. Holds one or many operations in their disk
// form.
// Owner: one call; a store keeps spare ones.

import { LaneError } from '../errors.js';
import { KIND_DELETE, KIND_PUT, kindWord, OPERATION_HEADER_BYTES } from '../format/operation.js';
import { align8 } from '../format/uint64.js';
import { invariant } from '../invariant.js';
import { describeKey } from '../keys/describe-key.js';
import type { KeyCodec, KeyMemory } from '../keys/key.js';
import { KEY_BYTES_MAX, KEY_BYTES_SPARE } from '../keys/key.js';
import type { ValueCodec } from '../values/value.js';

const BYTES_MIN = 4096;
/** A buffer that grew beyond this for one call is not kept. */
export const SPARE_BYTES_MAX = 1048576;
const KEY_ROOM = KEY_BYTES_MAX + KEY_BYTES_SPARE;

export class OperationBuffer implements KeyMemory {
  bytes!: Uint8Array;
  words!: Int32Array;
  buffer!: Buffer;
  /** Operations in the buffer, and bytes up to the end of the last, unpadded. */
  count = 0;
  length = 0;

  constructor() {
    this.#allocate(BYTES_MIN);
  }

  clear(): void {
    this.count = 0;
    this.length = 0;
  }

  /**
   * Adds a put. The value is encoded after the key, so neither disturbs the other whatever runs.
   */
  addPut<K, V>(codecs: { key: KeyCodec<K>; value: ValueCodec<V> }, key: K, value: V): void {
    const { at, keyBytes } = this.#beginKey(codecs.key, key);
    try {
      codecs.value.encode(value);
    } catch (error) {
      throw valueError(error, key);
    }
    const { encoded, encodedStart, encodedEnd } = codecs.value;
    const valueBytes = encodedEnd - encodedStart;
    this.#ensure(at + OPERATION_HEADER_BYTES + keyBytes + valueBytes);
    const source =
      encodedStart === 0 && encodedEnd === encoded.length
        ? encoded
        : encoded.subarray(encodedStart, encodedEnd);
    this.bytes.set(source, at + OPERATION_HEADER_BYTES + keyBytes);
    this.#finish(at, { kind: KIND_PUT, keyBytes, valueBytes });
  }

  addDelete<K>(codec: KeyCodec<K>, key: K): void {
    const { at, keyBytes } = this.#beginKey(codec, key);
    this.#finish(at, { kind: KIND_DELETE, keyBytes, valueBytes: 0 });
  }

  /** Adds an operation from bytes that are already encoded. A delete has no value. */
  addEncoded(key: Uint8Array, value: Uint8Array | undefined): void {
    const at = align8(this.length);
    const valueBytes = value?.length ?? 0;
    this.#ensure(at + OPERATION_HEADER_BYTES + key.length + valueBytes);
    this.bytes.set(key, at + OPERATION_HEADER_BYTES);
    if (value !== undefined) this.bytes.set(value, at + OPERATION_HEADER_BYTES + key.length);
    const kind = value === undefined ? KIND_DELETE : KIND_PUT;
    this.#finish(at, { kind, keyBytes: key.length, valueBytes });
  }

  /** Encodes a key alone, at offset 16 of the empty buffer; returns its bytes. */
  encodeKey<K>(codec: KeyCodec<K>, key: K): number {
    this.clear();
    return codec.encode(key, this, OPERATION_HEADER_BYTES);
  }

  #beginKey<K>(codec: KeyCodec<K>, key: K): { at: number; keyBytes: number } {
    const at = align8(this.length);
    this.#ensure(at + OPERATION_HEADER_BYTES + KEY_ROOM);
    this.bytes.fill(0, this.length, at);
    return { at, keyBytes: codec.encode(key, this, at + OPERATION_HEADER_BYTES) };
  }

  #finish(at: number, sizes: { kind: number; keyBytes: number; valueBytes: number }): void {
    invariant(at === align8(this.length), 'an operation buffer has one user at a time');
    this.bytes.fill(0, this.length, at);
    const word = at >>> 2;
    this.words[word] = kindWord(sizes.kind, 0, sizes.keyBytes);
    this.words[word + 1] = sizes.valueBytes;
    this.words[word + 2] = 0;
    this.words[word + 3] = 0;
    this.length = at + OPERATION_HEADER_BYTES + sizes.keyBytes + sizes.valueBytes;
    this.count++;
  }

  #ensure(bytes: number): void {
    if (bytes <= this.bytes.length) return;
    const before = this.bytes;
    this.#allocate(Math.max(bytes, before.length * 2));
    this.bytes.set(before);
  }

  #allocate(bytes: number): void {
    const memory = new ArrayBuffer(align8(bytes));
    this.bytes = new Uint8Array(memory);
    this.words = new Int32Array(memory);
    this.buffer = Buffer.from(memory);
  }
}

/**
 * Argument errors keep their type; what an encoder of the user throws is a cause. All name the key.
 */
function valueError(cause: unknown, key: unknown): Error {
  const subject = `the value of key ${describeKey(key)} cannot be encoded`;
  if (cause instanceof RangeError) return new RangeError(`${subject}: ${cause.message}`, { cause });
  if (cause instanceof TypeError) return new TypeError(`${subject}: ${cause.message}`, { cause });
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  return new LaneError('VALUE_INVALID', subject + reason, { cause });
}

/**
 * Spare buffers of a store, so that nested calls have one each and the usual call allocates none.
 */
export class OperationBuffers {
  readonly #spare: OperationBuffer[] = [];

  take(): OperationBuffer {
    const buffer = this.#spare.pop() ?? new OperationBuffer();
    buffer.clear();
    return buffer;
  }

  give(buffer: OperationBuffer): void {
    if (this.#spare.length < 4 && buffer.bytes.length <= SPARE_BYTES_MAX) this.#spare.push(buffer);
  }
}
